"""`homeserver rules check`: what it prints, and its exit code."""

import json
from pathlib import Path

import pytest

from homeserver.cli.entry import main
from homeserver.rules.check.known import Known, Thing, leave
from homeserver.rules.reading import shelf

BAD = """
- id: one
  triggers: [{trigger: state, entity_id: binary_sensor.door, to: "opened"}]
  actions: [{action: light.turn_on, target: {entity_id: light.hal}}]
"""
GOOD = BAD.replace("opened", "on").replace("light.hal}", "light.hall}")
LOOP = """
- id: round
  triggers: [{trigger: event, event_type: go}]
  actions: [{event: go}]
"""


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    folder = tmp_path / "rules"
    folder.mkdir()
    (folder / "a.yaml").write_text(BAD)
    return folder


def checked(path: Path, capsys: pytest.CaptureFixture[str], *options: str) -> tuple[int, str]:
    code = main(["rules", "check", str(path), "--data", str(path.parent / "data"), *options])
    return code, capsys.readouterr().out


def test_it_tells_the_place_and_what_was_meant(rules: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out = checked(rules, capsys)
    assert code == 1
    assert "a.yaml:3:67: error: binary_sensor.door is never 'opened': it is off, on; did you mean on? [state]" in out
    assert "1 rules: 1 error\n" in out
    assert "whether entities, areas and devices are there was not checked" in out


def test_a_file_that_says_what_it_said_is_not_read_again(
    rules: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (rules.parent / "data").mkdir()
    (rules / "a.yaml").write_text(BAD + "".join(f"# {number}\n" for number in range(300)))
    first = checked(rules, capsys)
    assert (rules.parent / "data" / "rules-checked.json").stat().st_mode & 0o077 == 0
    (rules.parent / "data" / "rules-report.json").unlink()
    with monkeypatch.context() as patched:
        patched.setattr(shelf, "read", lambda text: pytest.fail("it was kept"))
        assert checked(rules, capsys) == first
    (rules / "a.yaml").write_text(GOOD + "".join(f"# {number}\n" for number in range(300)))
    assert checked(rules, capsys)[0] == 0


def test_what_the_home_knew_when_it_ran_last_counts_while_it_is_off(
    rules: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (rules.parent / "data").mkdir()
    leave(Known({"light.hall": Thing("on"), "binary_sensor.door": Thing("off")}, whole=True), rules.parent / "data")
    code, out = checked(rules, capsys, "--json")
    report = json.loads(out)
    assert (code, report["rules"]) == (1, 1)
    assert [(one["code"], one["line"], one["suggestion"]) for one in report["problems"]] == [
        ("state", 3, "did you mean on?"),
        ("entity", 4, "did you mean light.hall?"),
    ]
    assert set(report["problems"][0]) == {
        *("file", "line", "column", "rule", "severity", "code", "text", "suggestion"),
    }


def test_good_rules_and_rules_with_doubts_are_no_failure(rules: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (rules / "a.yaml").write_text(GOOD)
    assert checked(rules, capsys)[0] == 0
    (rules / "a.yaml").write_text(LOOP)
    code, out = checked(rules, capsys)
    assert code == 0
    assert "warning: this rule sets itself off: it fires the event go" in out


def test_a_file_of_the_folder_is_told_of_alone(rules: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (rules / "b.yaml").write_text(GOOD.replace("id: one", "id: two"))
    code, out = checked(rules / "b.yaml", capsys)
    assert (code, "a.yaml" in out) == (0, False)


def test_a_path_that_is_not_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rules", "check", str(tmp_path / "nowhere"), "--data", str(tmp_path)]) == 1
    assert "there is no file or folder" in capsys.readouterr().err


def test_a_file_that_is_none_of_rules_is_not_passed_as_faultless(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "rules.txt").write_text("- id: a\n")
    assert main(["rules", "check", str(tmp_path / "rules.txt"), "--data", str(tmp_path)]) == 1
    assert "their names end in .yaml or .yml" in capsys.readouterr().err
