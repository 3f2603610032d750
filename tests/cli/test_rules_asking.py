"""`homeserver rules` with a running home: traces, why not, versions; and tests, which need none."""

import json
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from tests.cli.conftest import Run
from tests.cli.homes import Home

RULE = """
- id: hall
  triggers: [{trigger: state, entity_id: binary_sensor.motion, to: "on"}]
  actions: [{action: light.turn_on, target: {entity_id: light.hall}}]
"""
TEST = """
- test: It goes on
  given: {binary_sensor.motion: "off", light.hall: "off"}
  when: [{set: {binary_sensor.motion: "on"}}]
  then: [{light.turn_on: light.hall}]
"""


def test_trace_and_why_not_tell_of_a_run(home: Home, at: Run) -> None:
    assert at("call", "rules.trigger", "rule=bedtime_lights", "--json").json["running"] in (0, 1)
    done = at("rules", "why-not", "bedtime_lights", "--json")
    assert done.code == 0, done.err
    told = done.json
    assert told["rule"] == "bedtime_lights"
    shown = at("rules", "trace", "bedtime_lights").out
    assert "run 1: it was asked for by process.cli" in shown
    assert "actions[0]" in shown
    told = datetime.fromisoformat(shown.strip().partition(" run ")[0]).replace(tzinfo=ZoneInfo("Asia/Kathmandu"))
    assert abs(datetime.now(UTC) - told) < timedelta(minutes=10), "the home's zone, as why-not has it"
    wrong = at("rules", "trace", "bedtime_light")
    assert wrong.code != 0
    assert "there is no rule 'bedtime_light'; did you mean bedtime_lights" in wrong.err
    assert "--at must be a time such as 21:10" in at("rules", "why-not", "bedtime_lights", "--at", "noonish").err


def test_versions_are_told_and_brought_back(home: Home, at: Run) -> None:
    deadline = time.monotonic() + 20
    while (found := at("rules", "log", "bedtime_lights", "--json")).code:
        assert time.monotonic() < deadline, found.err
        time.sleep(0.2)
    assert [row["version"] for row in found.json["versions"]][-1] == 1
    assert "nothing differs" in at("rules", "diff", "bedtime_lights").out
    assert "it has only ever had this one text" in at("rules", "revert", "bedtime_lights").err


def test_tests_of_rules_need_no_home(tmp_path: Path, run: Run) -> None:
    (tmp_path / "hall.yaml").write_text(RULE)
    (tmp_path / "hall.test.yaml").write_text(TEST)
    done = run("rules", "test", str(tmp_path), "--data", str(tmp_path / "data"))
    assert done.code == 0, done.err
    assert "1 of 1 tests pass" in done.out
    assert "2 of 2 triggers, outcomes of conditions and steps were seen" in done.out
    mutated = run("rules", "test", str(tmp_path), "--mutate", "--json", "--data", str(tmp_path / "data"))
    report = json.loads(mutated.out)
    assert report["survivors"] == []
    assert report["changes"] >= 4
    (tmp_path / "hall.test.yaml").write_text(TEST.replace("turn_on: light", "turn_off: light"))
    failed = run("rules", "test", str(tmp_path / "hall.yaml"), "--data", str(tmp_path / "data"))
    assert failed.code == 1
    assert (
        "hall.test.yaml:2: It goes on: line 5: light.turn_off light.hall was expected, but light.turn_on" in failed.out
    )
    assert "there is no file or folder" in run("rules", "test", str(tmp_path / "nowhere")).err
