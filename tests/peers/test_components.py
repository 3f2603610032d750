"""The documented configurations for Home Assistant too: the states after each report, and what devices are told.

Each case has topics of its own, so that all can be played at once. Runs where PEERS=1 and the bench has set Home
Assistant up; what is different needs a reason in `KNOWN`.
"""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from homeserver.home.abbreviations import expand
from homeserver.home.discovery import with_base
from tests.home.documented import MOMENT, Case, Seen, Told
from tests.home.test_components import CASES
from tests.peers.broker import bare_broker
from tests.peers.home_assistant import HomeAssistant, missing
from tests.peers.test_discovery import ABSENT, NO_ENTITY, _same, _same_value
from tests.runtime.raw_client import RawClient

WANTED = os.environ.get("PEERS") == "1"
pytestmark = [
    pytest.mark.skipif(not WANTED, reason="set PEERS=1 to compare with Home Assistant"),
    pytest.mark.skipif(WANTED and bool(missing()), reason=missing() or "there"),
    pytest.mark.timeout(600),
]
NONSENSE = "nonsense makes a state unknown here, with the reason; there the last one stands"
NEWER = "this came to Home Assistant later than 2025.4"
BROKEN = "a message with a tone that it does not have is left out whole here; there half of it sticks"
KNOWN = {
    ": unknown here, ": NONSENSE,
    ": current_position None here, ": NONSENSE,
    "climate range_humidity_and_one_template_for_all, step 6": "a humidity of 470 % is none here",
    "select with_command_template": "options that are numbers are options here",
    "device_tracker zones_and_template": NEWER,
    "vacuum segments": NEWER,
    "lawn_mower one_topic_for_all": NEWER,
    "device_tracker coordinates, step 5": "the two homes lie elsewhere",
    "notify message_template, step 1": "its id is told, which is another there",
    "scene default_word, step 1": "`payload_on` is ON by default, as documented; there nothing is sent",
    "alarm_control_panel remote_code, step 1": "no code is an empty text and not the word None",
    "alarm_control_panel partial_features, step 2": "where no code is set none is asked for",
    "water_heater power_topic_that_takes_nothing_for_granted, step 2": "whole degrees stay whole",
    "water_heater mode_in_quotes, step 3": "a target that was never told is not known here",
    "valve position": "a position ends a movement here; there only the last one at either end does",
    "valve state_and_position_in_one": "a position ends a movement here; there only the last one at either end does",
    "siren full": BROKEN,
    "fan command_templates": "a fan that is turned on with 0 % is turned off",
}
"""What ends otherwise here, with why: by the beginning of a line, or by what it holds."""


def own(number: int, case: Case) -> dict[str, Any]:
    """The config with topics that no other case has."""
    fields = with_base(expand(case.config))
    moved: dict[str, Any] = {
        key: f"c{number}/{text}" for key, text in fields.items() if key.endswith("topic") and isinstance(text, str)
    }
    if isinstance(listed := fields.get("availability"), list):
        moved["availability"] = [one | {"topic": f"c{number}/{one['topic']}"} for one in listed]
    return {**fields, **moved, "unique_id": f"case_{number}", "object_id": f"case_{number}"}


class Play:
    """All cases at once, step by step: `lines` say what is different."""

    def __init__(self, cases: dict[int, Case], peer: HomeAssistant, client: RawClient) -> None:
        self._cases = cases
        self._peer = peer
        self._client = client
        self.lines: list[str] = []
        self.reports = self.commands = 0

    def turn(self, place: int) -> None:
        now = {number: case for number, case in self._cases.items() if place < len(case.steps)}
        said: list[tuple[str, bytes]] = []
        refused: dict[int, str] = {}
        self._client.messages()
        for number, case in now.items():
            step = case.steps[place]
            if isinstance(step, Told):
                refused[number] = self._peer.command(f"{case.component}.case_{number}", step.service, step.data)
                continue
            payload = step.payload if isinstance(step.payload, bytes) else step.payload.encode()
            said.append((f"c{number}/{step.topic}", payload))
            self._client.publish(*said[-1], qos=1)
        self._peer.settle(2.0)
        told = [one for message in self._client.messages() if (one := (message.topic, message.data)) not in said]
        for number, case in now.items():
            step, gaps = case.steps[place], list[str]()
            if isinstance(step, Seen):
                self.reports += 1
                gaps += _gaps(step, self._peer.state(f"{case.component}.case_{number}"))
            elif isinstance(step, Told):
                self.commands += 1
                prefix = f"c{number}/"
                own = [(topic.removeprefix(prefix), data) for topic, data in told if topic.startswith(prefix)]
                gaps += [f"{step.service} {refused[number]}"] if refused[number] else _untold(step, own)
            self.lines += (f"{case.component} {case.name}, step {place + 1}: {gap}" for gap in gaps)


def _untold(step: Told, told: list[tuple[str, bytes]]) -> Iterator[str]:
    wanted = [(topic, payload if isinstance(payload, str) else None, payload) for topic, payload in step.sends]
    heard = [(topic, data.decode("utf-8", "replace")) for topic, data in told]
    same = len(wanted) == len(heard) and all(
        topic == at and (text == body if text is not None else _json(body) == value)
        for (topic, text, value), (at, body) in zip(sorted(wanted, key=str), sorted(heard), strict=True)
    )
    if not same:
        yield f"{step.service} {step.data} sends {step.sends} here, {heard} there"


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return None


async def test_the_same_configurations(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cases = {n: case for n, case in enumerate(CASES) if case.component not in ABSENT | NO_ENTITY and case.steps}
    (tmp_path / "hass").mkdir()
    with bare_broker(tmp_path) as port:
        peer = HomeAssistant(tmp_path / "hass", port)
        with RawClient(port) as client:
            client.connect("devices")
            for number, case in cases.items():
                topic = f"homeassistant/{case.component}/case_{number}/config"
                client.publish(topic, json.dumps(own(number, case)).encode(), qos=1, retain=True)
        with peer.running(), RawClient(port) as client:
            client.connect("devices")
            client.subscribe("#")
            peer.settle()
            play = Play(cases, peer, client)
            for place in range(max(len(case.steps) for case in cases.values())):
                play.turn(place)
    reasons = {line: next((why for name, why in KNOWN.items() if name in line), "") for line in play.lines}
    with capsys.disabled():
        print(f"\n{len(cases)} configurations, {play.reports} reports, {play.commands} commands")
        print("\n".join(f"{line} ({why})" for line, why in reasons.items()))
    assert [line for line, why in reasons.items() if not why] == []
    assert play.reports > 100
    assert play.commands > 100


def _gaps(step: Seen, found: dict[str, Any] | None) -> Iterator[str]:
    if found is None:
        yield "there is no such entity there"
        return
    if step.state != MOMENT and not _same(step.state, found["state"]):
        yield f"{step.state} here, {found['state']} there"
    theirs = found["attributes"]
    for name in sorted(step.attributes.keys() & theirs.keys()):
        if not _same_value(step.attributes[name], theirs[name]):
            yield f"{name} {step.attributes[name]!r} here, {theirs[name]!r} there"
