"""Files of rules that come over again and again, beside people who change them here."""

from pathlib import Path

import pytest

from homeserver.cli.failures import Failure
from homeserver.cli.homeassistant.placing import judged, put
from homeserver.cli.homeassistant.source import RuleFile

NAME = "homeassistant/packages/a.yaml"


def outcomes(rules: Path, *files: RuleFile) -> list[str]:
    return [one.outcome for one in judged(rules, files)]


def come(rules: Path, *files: RuleFile) -> list[str]:
    return put(rules, judged(rules, files))


def test_a_file_comes_once_and_again_when_it_changed_there(tmp_path: Path) -> None:
    one, two = RuleFile(NAME, "a: 1\n"), RuleFile(NAME, "a: 2\n")
    assert outcomes(tmp_path, one) == ["new"]
    assert come(tmp_path, one) == [NAME]
    assert (outcomes(tmp_path, one), outcomes(tmp_path, two)) == (["same"], ["changed"])
    assert come(tmp_path, one) == []
    assert come(tmp_path, two) == [NAME]
    assert (tmp_path / NAME).read_text() == "a: 2\n"


def test_what_people_changed_here_or_had_before_stays(tmp_path: Path) -> None:
    come(tmp_path, RuleFile(NAME, "a: 1\n"))
    (tmp_path / NAME).write_text("a: mine\n")
    own = tmp_path / "blueprints/automation/x.yaml"
    own.parent.mkdir(parents=True)
    own.write_text("mine")
    later = (RuleFile(NAME, "a: 2\n"), RuleFile("blueprints/automation/x.yaml", "theirs"))
    assert outcomes(tmp_path, *later) == ["kept", "kept"]
    assert come(tmp_path, *later) == []
    assert ((tmp_path / NAME).read_text(), own.read_text()) == ("a: mine\n", "mine")
    (tmp_path / NAME).write_text("a: 1\n")
    assert outcomes(tmp_path, later[0]) == ["changed"], "as it came, after all"


def test_secrets_are_for_their_owner_alone(tmp_path: Path) -> None:
    come(tmp_path, RuleFile("homeassistant/secrets.yaml", "a: 1\n", is_private=True), RuleFile(NAME, ""))
    assert (tmp_path / "homeassistant/secrets.yaml").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / NAME).stat().st_mode & 0o044, "others may read rules as the system has it"


@pytest.mark.parametrize("damage", ["", "[]", "{", '{"a": 1}'])
def test_without_a_memory_what_differs_is_peoples(tmp_path: Path, damage: str) -> None:
    come(tmp_path, RuleFile(NAME, "a: 1\n"))
    (tmp_path / "homeassistant/.import.json").write_text(damage)
    assert outcomes(tmp_path, RuleFile(NAME, "a: 2\n")) == ["kept"]


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "homeassistant").write_text("a file")
    with pytest.raises(Failure, match="cannot be"):
        come(tmp_path, RuleFile(NAME, "a: 1\n"))
