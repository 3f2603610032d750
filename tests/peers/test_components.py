"""The documented configurations for Home Assistant too: after each report it is in the state that is expected here.

Each case has topics of its own. A case is followed until its first command, for nobody tells Home Assistant any. Runs
where PEERS=1 and the bench has set Home Assistant up; what is different needs a reason in `KNOWN`.
"""

import json
import os
from collections.abc import Iterator
from itertools import takewhile
from pathlib import Path
from typing import Any

import pytest

from homeserver.home.abbreviations import expand
from homeserver.home.discovery import with_base
from tests.bench.course import CONFIGURATION, find_mosquitto
from tests.bench.programs import free_port, running, wait_for_port
from tests.home.documented import MOMENT, Case, Seen
from tests.home.test_components import CASES
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
KNOWN = {
    "sensor temperature_and_nonsense, report 2": NONSENSE,
    "sensor timestamp, report 2": NONSENSE,
    "select device_mode, report 2": NONSENSE,
    "update reshaped_by_template, report 2": "a latest version of null is not known here; there the last one stands",
    "select with_command_template, report 1": "options that are numbers are options here",
    "device_tracker zones_and_template": "zones told by the device came to Home Assistant later than 2025.4",
    "device_tracker coordinates, report 5": "the two homes lie elsewhere",
    "climate range_humidity_and_one_template_for_all, report 6": "a humidity of 470 % is none here",
}
"""What ends otherwise here, with why."""


def own(number: int, case: Case) -> dict[str, Any]:
    """The config with topics that no other case has."""
    fields = with_base(expand(case.config))
    moved: dict[str, Any] = {
        key: f"c{number}/{text}" for key, text in fields.items() if key.endswith("topic") and isinstance(text, str)
    }
    if isinstance(listed := fields.get("availability"), list):
        moved["availability"] = [one | {"topic": f"c{number}/{one['topic']}"} for one in listed]
    return {**fields, **moved, "unique_id": f"case_{number}", "object_id": f"case_{number}"}


def seen(case: Case) -> list[Seen]:
    """The reports before the first command."""
    return [step for step in takewhile(lambda step: isinstance(step, Seen), case.steps) if isinstance(step, Seen)]


async def test_the_same_configurations(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cases = {n: case for n, case in enumerate(CASES) if case.component not in ABSENT | NO_ENTITY and seen(case)}
    port, conf = free_port(), tmp_path / "mosquitto.conf"
    conf.write_text(CONFIGURATION.format(port=port))
    (tmp_path / "hass").mkdir()
    peer, compared = HomeAssistant(tmp_path / "hass", port), 0
    lines: list[str] = []
    with running([find_mosquitto() or "mosquitto", "-c", str(conf)], tmp_path / "mosquitto.log") as broker:
        wait_for_port(port, broker, tmp_path / "mosquitto.log")
        with RawClient(port) as client:
            client.connect("devices")
            for number, case in cases.items():
                topic = f"homeassistant/{case.component}/case_{number}/config"
                client.publish(topic, json.dumps(own(number, case)).encode(), qos=1, retain=True)
        with peer.running(), RawClient(port) as client:
            client.connect("devices")
            peer.settle()
            for turn in range(max(len(seen(case)) for case in cases.values())):
                now = {number: case for number, case in cases.items() if turn < len(seen(case))}
                for number, case in now.items():
                    step = seen(case)[turn]
                    client.publish(f"c{number}/{step.topic}", step.payload.encode(), qos=1)
                peer.settle(2.0)
                for number, case in now.items():
                    compared += 1
                    found = peer.state(f"{case.component}.case_{number}")
                    lines += (
                        f"{case.component} {case.name}, report {turn + 1}: {text}"
                        for text in _gaps(seen(case)[turn], found)
                    )
    reasons = {line: next((why for name, why in KNOWN.items() if line.startswith(name)), "") for line in lines}
    with capsys.disabled():
        print(f"\n{len(cases)} configurations, {compared} reports")
        print("\n".join(f"{line} ({why})" for line, why in reasons.items()))
    assert [line for line, why in reasons.items() if not why] == []
    assert compared > 100


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
