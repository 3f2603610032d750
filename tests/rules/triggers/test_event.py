"""Events, start and shutdown, tags and notifications: https://www.home-assistant.io/docs/automation/trigger/"""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from homeserver.rules.triggers.event import event_of, meets
from homeserver.runtime.clock import settle
from homeserver.topics.cause import Cause
from homeserver.topics.event import DEVICE_EVENT, EVENT, NOTIFICATION, DeviceEvent, Event, NotificationTold
from tests.rules.stage import Stage
from tests.rules.triggers.telling import Told, problems_of, rule, telling

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("trigger", "types", "fired"),
    [
        # "Fires when an event is being received"; a list: any of them
        ("trigger: event\nevent_type: ping", ["ping", "pong", "ping"], [0, 2]),
        ("trigger: event\nevent_type: [ping, pong]", ["ping", "pong", "pang"], [0, 1]),
        ("platform: event\nevent_type: ping", ["ping"], [0]),
        # "It's also possible to use limited templates in the event_type"
        ("trigger: event\nevent_type: \"{{ 'pi' ~ 'ng' }}\"", ["ping", "pong"], [0]),
        ("trigger: event\nevent_type: '{{ word }}'", ["ping", "pong"], [1]),
        ("trigger: event\nevent_type: ['{{ word }}', ping]", ["ping", "pong", "pang"], [0, 1]),
    ],
)
async def test_types(tmp_path: Path, trigger: str, types: list[str], fired: list[int]) -> None:
    async with telling(tmp_path, trigger, more="  trigger_variables: {word: pong}") as home:
        found = [number for number, type in enumerate(types) if await home.say(EVENT, Event(type))]
    assert found == fired


@pytest.mark.parametrize(
    ("wanted", "data", "fires"),
    [
        # "only when the event data contains" what is given: more may be there
        ("{a: 1}", {"a": 1, "b": 2}, True),
        ("{a: 1}", {"a": 2}, False),
        ("{a: 1}", {}, False),
        ("{a: '1'}", {"a": 1}, False),
        ("{a: 1, b: x}", {"a": 1}, False),
        # mappings inside are compared likewise
        ("{a: {b: 1}}", {"a": {"b": 1, "c": 2}}, True),
        ("{a: {b: 1}}", {"a": {"b": 2}}, False),
        ("{a: {b: 1}}", {"a": 1}, False),
        # a list is compared as a whole
        ("{a: [1, 2]}", {"a": [1, 2]}, True),
        ("{a: [1, 2]}", {"a": 1}, False),
        # templates, with native types
        ('{a: "{{ 1 + 1 }}"}', {"a": 2}, True),
        ('{a: "{{ word }}"}', {"a": "pong"}, True),
        ("{}", {"a": 1}, True),
    ],
)
async def test_data(tmp_path: Path, wanted: str, data: dict[str, Any], fires: bool) -> None:
    trigger = f"trigger: event\nevent_type: ping\nevent_data: {wanted}"
    async with telling(tmp_path, trigger, more="  trigger_variables: {word: pong}") as home:
        assert bool(await home.say(EVENT, Event("ping", data))) is fires


def test_context_lists_are_choices() -> None:
    anna = {"id": "1", "parent_id": None, "user_id": "person.anna"}
    assert meets({"user_id": ["person.anna", "person.ben"]}, anna, any_of=True)
    assert meets({"user_id": "person.anna"}, anna, any_of=True)
    assert not meets({"user_id": ["person.ben"]}, anna, any_of=True)
    assert event_of("ping", {}, NOW, Cause("1", "person.anna"))["context"] == anna
    assert event_of("ping", {}, NOW, Cause("1", "rule:x#1", "0"))["context"] == {
        "id": "1",
        "parent_id": "0",
        "user_id": None,
    }


async def test_context_of_a_person(tmp_path: Path) -> None:
    """ "only when the event context contains": by user_id, one or a list."""
    trigger = "trigger: event\nevent_type: ping\ncontext: {user_id: [person.anna, person.ben]}"
    async with telling(tmp_path, trigger, "trigger.event.context.user_id") as home:
        said = [await home.say(EVENT, Event("ping", cause=Cause("1", by))) for by in ("person.ben", "device:x")]
        assert said == [["person.ben"], []]


async def test_what_the_trigger_holds(tmp_path: Path) -> None:
    shown = (
        "trigger.platform ~ ' ' ~ trigger.event.event_type ~ ' ' ~ trigger.event.data.a ~ ' '"
        " ~ trigger.event.time_fired.isoformat() ~ ' ' ~ trigger.event.context.id ~ ' ' ~ trigger.event.origin"
        " ~ ' ' ~ trigger.description ~ ' ' ~ trigger.id ~ ' ' ~ trigger.alias ~ ' ' ~ extra"
    )
    trigger = "trigger: event\nevent_type: ping\nid: p\nalias: A ping\nvariables: {extra: '{{ trigger.event.data.a }}'}"
    async with telling(tmp_path, trigger, shown) as home:
        said = await home.say(EVENT, Event("ping", {"a": 5}, NOW, Cause("c1", "device:x")))
        assert said == ["event ping 5 2026-03-01T12:00:00+00:00 c1 LOCAL event 'ping' p A ping 5"]


async def test_an_event_of_state_changes(tmp_path: Path) -> None:
    """The event `state_changed` tells of one entity if its data say so, with old and new state."""
    shown = "trigger.event.data.old_state.state ~ '>' ~ trigger.event.data.new_state.state"
    states = {"sensor.a": "1", "sensor.b": "1"}
    trigger = "trigger: event\nevent_type: state_changed\nevent_data: {entity_id: sensor.a}"
    async with telling(tmp_path, trigger, shown, states=states) as home:
        assert await home.set("sensor.a", "2") == ["1>2"]
        assert await home.set("sensor.b", "2") == []


async def test_an_event_of_all_state_changes(tmp_path: Path) -> None:
    states = {"sensor.a": "1", "sensor.b": "1"}
    trigger = "trigger: event\nevent_type: state_changed"
    async with telling(tmp_path, trigger, "trigger.event.data.entity_id", states=states) as home:
        home.told()
        assert await home.set("sensor.a", "2") == ["sensor.a"]
        assert await home.set("sensor.b", "2") == ["sensor.b"]
        assert await home.set("sensor.new", "2") == []  # a first word
        home.stage.rules.rules["test"].disable()
        assert await home.set("sensor.b", "3") == []


async def test_a_rule_that_is_switched_off_hears_nothing(tmp_path: Path) -> None:
    async with telling(tmp_path, "trigger: event\nevent_type: ping") as home:
        home.stage.rules.rules["test"].disable()
        assert await home.say(EVENT, Event("ping")) == []
        home.stage.rules.rules["test"].enable()
        assert await home.say(EVENT, Event("ping")) == ["event"]


@pytest.mark.parametrize(
    ("trigger", "text"),
    [
        ("trigger: event", "event_type is missing"),
        ("trigger: event\nevent_type: 5", "must be the name of an event"),
        ("trigger: event\nevent_type: [a, 5]", "must be the name of an event"),
        ("trigger: event\nevent_type: []", "must be the name of an event"),
        ("trigger: event\nevent_type: state_reported", "use trigger: state"),
        ("trigger: event\nevent_type: call_service", "nothing in this home tells of call_service"),
        ("trigger: event\nevent_type: a\nevent_data: 5", "must be a mapping"),
        ("trigger: event\nevent_type: a\ncontext: {user: x}", "did you mean user_id?"),
        ("trigger: event\nevent_type: a\nevent_dat: {}", "did you mean event_data?"),
        ("trigger: event\nevent_type: '{{ a b }}'", "check brackets"),
        ("trigger: homeassistant", "event is missing"),
        ("trigger: homeassistant\nevent: stop", "one of start, shutdown"),
        ("trigger: tag", "tag_id is missing"),
        ("trigger: persistent_notification\nupdate_type: [adde]", "did you mean added?"),
    ],
)
async def test_what_is_wrong(tmp_path: Path, trigger: str, text: str) -> None:
    [problem] = await problems_of(tmp_path, trigger)
    assert text in problem.text
    assert problem.line > 5


async def test_the_start_is_told_once_and_not_to_rules_that_are_read_later(tmp_path: Path) -> None:
    """ "Fires when Home Assistant starts up"; "a config reload shouldn't trigger it" (its source)."""
    async with telling(tmp_path, "trigger: homeassistant\nevent: start", "trigger.event") as home:
        assert home.told() == ["start"]
        home.stage.file.write_text(rule("trigger: homeassistant\nevent: start", "trigger.event ~ '!'"))
        await home.wait(86_500)  # a look, and a moment until nobody writes the file any more
        assert home.stage.rules.rules["test"].number == 0
        assert home.told() == []


async def test_events_of_the_start(tmp_path: Path) -> None:
    trigger = "trigger: event\nevent_type: [homeassistant_start, homeassistant_started]"
    async with telling(tmp_path, trigger, "trigger.event.event_type") as home:
        assert home.told() == ["homeassistant_start", "homeassistant_started"]


async def test_at_shutdown_a_rule_does_what_it_can_at_once(tmp_path: Path) -> None:
    text = rule("trigger: homeassistant\nevent: shutdown", "trigger.event")
    async with Stage(tmp_path, text, {"select.log": ""}) as stage:
        props = stage.props
        assert props.commands == []
        await stage.home.process.stop("rules")
        await settle()
        assert [data["option"] for _, _, data in props.commands] == ["xshutdown"]


async def test_tags(tmp_path: Path) -> None:
    shown = "trigger.event.data.tag_id ~ ' ' ~ trigger.event.data.device_id"
    async with telling(tmp_path, "trigger: tag\ntag_id: [04-A7, 04-B8]", shown) as home:

        async def scan(tag: str, device: str) -> list[str]:
            return await home.say(DEVICE_EVENT, DeviceEvent("tag_scanned", device, None, NOW, {"tag_id": tag}))

        assert await scan("04-A7", "door") == ["04-A7 door"]
        assert await scan("04-B8", "hall") == ["04-B8 hall"]
        assert await scan("04-C9", "hall") == []


async def test_tags_of_one_scanner(tmp_path: Path) -> None:
    async with telling(tmp_path, "trigger: tag\ntag_id: A\ndevice_id: door") as home:
        for device, fired in (("door", ["tag"]), ("hall", [])):
            event = DeviceEvent("tag_scanned", device, None, NOW, {"tag_id": "A"})
            assert await home.say(DEVICE_EVENT, event) == fired


async def test_a_scanned_tag_is_an_event_too(tmp_path: Path) -> None:
    trigger = "trigger: event\nevent_type: tag_scanned\nevent_data: {tag_id: A}"
    async with telling(tmp_path, trigger) as home:
        assert await home.say(DEVICE_EVENT, DeviceEvent("tag_scanned", "d", None, NOW, {"tag_id": "A"})) == ["event"]
        assert await home.say(DEVICE_EVENT, DeviceEvent("tag_scanned", "d", None, NOW, {"tag_id": "B"})) == []


@pytest.mark.parametrize(
    ("trigger", "fired"),
    [
        ("", ["added a", "updated a", "added b", "removed a"]),
        ("update_type: added", ["added a", "added b"]),
        ("update_type: [added, removed]\nnotification_id: a", ["added a", "removed a"]),
        ("notification_id: b", ["added b"]),
    ],
)
async def test_notifications(tmp_path: Path, trigger: str, fired: list[str]) -> None:
    shown = "trigger.update_type ~ ' ' ~ trigger.notification.notification_id"
    async with telling(tmp_path, f"trigger: persistent_notification\n{trigger}", shown) as home:
        found: list[str] = []
        for update, id in (("added", "a"), ("updated", "a"), ("added", "b"), ("removed", "a")):
            found += await home.say(NOTIFICATION, NotificationTold(update, id, "Title", "Text"))  # type: ignore[arg-type]
        assert found == fired


async def test_what_a_notification_holds(tmp_path: Path) -> None:
    shown = (
        "trigger.notification.title ~ ': ' ~ trigger.notification.message ~ ' ' ~ trigger.notification.created_at.year"
    )
    async with telling(tmp_path, "trigger: persistent_notification", shown) as home:
        assert await home.say(NOTIFICATION, NotificationTold("added", "a", "T", "M", NOW)) == ["T: M 2026"]


async def test_an_event_that_causes_itself_ends_after_ten_runs(tmp_path: Path) -> None:
    text = """
- id: circle
  mode: parallel
  triggers: [{trigger: event, event_type: ping}]
  actions: [{event: ping, event_data: {n: "{{ trigger.event.data.n + 1 }}"}}]
- id: other
  triggers: [{trigger: event, event_type: pong}]
  actions: [{action: select.select_option, target: {entity_id: select.log}, data: {option: "xother"}}]
"""
    async with Stage(tmp_path, text, {"select.log": ""}) as stage:
        home = Told(stage)
        heard = stage.home.listen(EVENT)
        await home.say(EVENT, Event("ping", {"n": 1}))
        await home.wait(1)
        assert 9 <= len(heard) <= 11
        assert "stopped a loop" in "".join(run.error for run in stage.runs)
        assert await home.say(EVENT, Event("pong")) == ["other"]
