"""The cases of rules, in Home Assistant: the same rules, the same happenings, and what follows.

Its core runs in its own environment under a clock that jumps. Where it does another thing than we do, the case says
what and why. Runs where PEERS=1.
"""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from homeserver.runtime.home_settings import HomeSettings
from tests.peers.home_assistant import HASS
from tests.rules.case import Case, Told, all_cases, differ, rows, states_of

WANTED = os.environ.get("PEERS") == "1"
PYTHON = HASS / "venv" / "bin" / "python"
PROGRAM = Path(__file__).with_name("rules_there.py")
LATE = 0.6
"""Seconds by which times differ: Home Assistant spreads what is due at a full second over half a one."""
CASES = [case for case in all_cases() if not case.apart or case.ours is not None]
pytestmark = [
    pytest.mark.skipif(not WANTED, reason="set PEERS=1 to compare with Home Assistant"),
    pytest.mark.skipif(WANTED and not PYTHON.exists(), reason=f"no Home Assistant in {HASS}"),
    pytest.mark.timeout(600),
]


def test_they_do_the_same_or_what_the_case_says(capsys: pytest.CaptureFixture[str]) -> None:
    place = [HomeSettings.model_fields[name].default for name in ("latitude", "longitude")]
    given = {"place": place, "cases": [_plain(case) for case in CASES]}
    done = subprocess.run(
        [str(PYTHON), str(PROGRAM)], input=json.dumps(given), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    theirs: dict[str, Any] = json.loads(done.stdout)
    lines = [line for case in CASES for line in _differences(case, theirs[case.name])]
    with capsys.disabled():
        known = [case for case in CASES if case.ours is not None]
        print(f"\n{len(CASES)} cases there: {len(lines)} differ from what is written down; differences on purpose:")
        print("\n".join(f"{case.name}: {case.apart}" for case in known))
        print("\n".join(lines))
    assert lines == []
    assert len(CASES) >= 60


def _plain(case: Case) -> dict[str, Any]:
    """A case as the other program reads it."""
    states = {entity_id: [state, attributes] for entity_id, state, attributes in case.states()}
    when = [{"set": _set(step["set"])} if "set" in step else step for step in case.when]
    told = {"name": case.name, "rules": case.rules, "scripts": case.scripts, "at": case.at, "zone": case.zone}
    return {**told, "states": states, "when": when}


def _set(row: dict[str, Any]) -> dict[str, Any]:
    return {id: None if row[id] is None else [state, attributes] for id, state, attributes in states_of(row)}


def _differences(case: Case, theirs: Any) -> list[str]:
    if not isinstance(theirs, list):
        return [f"{case.name}: {theirs}"]
    came: list[Told] = [(row[0], row[1], row[2], row[3]) for row in theirs]
    wanted = rows(case.then)
    return [f"{case.name}: {came} came there, {wanted} is written down"] if differ(came, wanted, LATE) else []
