"""Each kind of trigger in `wait_for_trigger`, where its templates see the variables of the run."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from homeserver.runtime.clock import VirtualClock
from homeserver.topics.event import (
    DEVICE_EVENT,
    EVENT,
    NOTIFICATION,
    SENTENCE,
    WEBHOOK,
    DeviceEvent,
    Event,
    NotificationTold,
    Sentence,
    WebhookHeard,
)
from homeserver.topics.topic import Topic
from tests.rules.stage import Stage
from tests.rules.triggers.telling import Told

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
STATES = {"select.log": "", "sensor.t": "20", "person.anna": "not_home", "zone.home": "0"}
PRESS = DeviceEvent("device_trigger", "d", None, NOON, {"type": "action", "subtype": "on"})
TAG = DeviceEvent("tag_scanned", "d", None, NOON, {"tag_id": "A"})


def text_of(trigger: str) -> str:
    body = trigger.replace("\n", "\n          ")
    return f"""
- id: test
  variables: {{word: pong, limit: 25}}
  triggers: [{{trigger: event, event_type: begin}}]
  actions:
    - wait_for_trigger:
        - {body}
    - action: select.select_option
      target: {{entity_id: select.log}}
      data: {{option: "x{{{{ wait.trigger.platform }}}}"}}
"""


@pytest.mark.parametrize(
    ("trigger", "said", "platform"),
    [
        ("trigger: event\nevent_type: '{{ word }}'", (EVENT, Event("pong")), "event"),
        (
            "trigger: event\nevent_type: ping\nevent_data: {a: '{{ word }}'}",
            (EVENT, Event("ping", {"a": "pong"})),
            "event",
        ),
        ("trigger: mqtt\ntopic: 'room/{{ word }}'", ("room/pong",), "mqtt"),
        (
            "trigger: template\nvalue_template: \"{{ states('sensor.t') | int > limit }}\"",
            ("sensor.t", "26"),
            "template",
        ),
        ("trigger: numeric_state\nentity_id: sensor.t\nabove: 25", ("sensor.t", "26"), "numeric_state"),
        ("trigger: state\nentity_id: sensor.t\nto: '26'", ("sensor.t", "26"), "state"),
        ("trigger: zone\nentity_id: person.anna\nzone: zone.home", ("person.anna", "home"), "zone"),
        ("trigger: webhook\nwebhook_id: hook", (WEBHOOK, WebhookHeard("hook", "POST", True)), "webhook"),
        ("trigger: conversation\ncommand: go on", (SENTENCE, Sentence("Go on!")), "conversation"),
        ("trigger: tag\ntag_id: A", (DEVICE_EVENT, TAG), "tag"),
        ("trigger: device\ndomain: mqtt\ndevice_id: d\ntype: action\nsubtype: 'on'", (DEVICE_EVENT, PRESS), "mqtt"),
        ("trigger: persistent_notification", (NOTIFICATION, NotificationTold("added", "a")), "persistent_notification"),
    ],
)
async def test_a_run_waits(tmp_path: Path, trigger: str, said: tuple[Any, ...], platform: str) -> None:
    async with Stage(tmp_path, text_of(trigger), STATES, clock=VirtualClock(NOON)) as stage:
        assert stage.rules.book.problems == []
        home = Told(stage)
        await tell(home, said)
        assert await home.wait(7200) == []  # nobody waits yet
        stage.props.set("sensor.t", "20")
        stage.props.set("person.anna", "not_home")
        assert await home.say(EVENT, Event("begin")) == []
        assert await tell(home, said) == [platform]
        assert await tell(home, said) == []  # and nobody waits any more
        assert [key for key in stage.rules.engine._notices if key[0] not in ("event", "note")] == []


async def tell(home: Told, said: tuple[Any, ...]) -> list[str]:
    first, *more = said
    if isinstance(first, Topic):
        return await home.say(first, *more)
    if more:
        return await home.set(first, *more)
    await home.stage.home.publish(first, b"x")
    return home.told()
