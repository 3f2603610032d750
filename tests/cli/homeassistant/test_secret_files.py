"""Secrets that come over again and again, one by one, beside people who change them here."""

from pathlib import Path

import pytest

from homeserver.cli.failures import Failure
from homeserver.cli.homeassistant.folder import Folder
from homeserver.cli.homeassistant.placing import Placed, put, remembered
from homeserver.cli.homeassistant.rule_files import rule_files
from homeserver.cli.homeassistant.secret_files import agreed, judged_secrets
from homeserver.cli.homeassistant.source import RuleFile, Source
from homeserver.rules.reading.yaml_source import read
from tests.cli.homeassistant.test_rule_files import written

HERE = "homeassistant/secrets.yaml"


def judged(rules: Path, there: Path, secrets: str) -> list[Placed]:
    """What would become of the secrets `hook` and `pin` that a rule names."""
    there.mkdir(exist_ok=True)
    (there / "secrets.yaml").write_text(secrets, "utf-8")
    files = [RuleFile("homeassistant/automations.yaml", "", ("hook", "pin"))]
    return judged_secrets(rules, Folder(there), files, remembered(rules))


@pytest.fixture
def there(tmp_path: Path) -> Path:
    return written(tmp_path / "ha")


def come(rules: Path, there: Path, secrets: str) -> str:
    """Import them, and give the outcome."""
    (placed,) = judged(rules, there, secrets)
    put(rules, [placed])
    return placed.outcome


def test_the_nearest_and_only_those_that_are_named(tmp_path: Path) -> None:
    text = "automation:\n  - alias: !secret name\n    trigger: [{platform: webhook, webhook_id: !secret hook}]\n"
    house = written(
        tmp_path / "ha",
        configuration="homeassistant: {packages: !include_dir_named packages}\nscript: {a: {sequence: !secret hook}}\n",
        packages__garden=text,
        packages__secrets="hook: near\n",
        secrets="hook: far\nname: Gärten\nwifi: hunter2\n",
    )
    folder = Folder(house)
    found = list(rule_files(Source(folder)))
    assert {one.name: one.secrets for one in found if one.secrets} == {
        "homeassistant/configuration.yaml": ("hook",),
        "homeassistant/packages/garden.yaml": ("name", "hook"),
    }
    made = [one.file for one in judged_secrets(tmp_path / "rules", folder, found, {})]
    assert {one.name: read(one.text).root for one in made} == {
        "homeassistant/secrets.yaml": {"hook": "far", "name": "Gärten"},
        "homeassistant/packages/secrets.yaml": {"hook": "near"},
    }
    assert all(one.is_private for one in made)


def test_what_changed_only_there_comes(tmp_path: Path, there: Path) -> None:
    assert come(tmp_path, there, "hook: a\npin: 1\n") == "new"
    assert come(tmp_path, there, "hook: a\npin: 1\nwifi: x\n") == "same"
    assert come(tmp_path, there, "hook: b\npin: 1\n") == "changed"
    assert (tmp_path / HERE).read_text() == "hook: b\npin: 1\n"
    assert (tmp_path / HERE).stat().st_mode & 0o777 == 0o600


def test_what_people_changed_here_stays_and_the_others_come(tmp_path: Path, there: Path) -> None:
    come(tmp_path, there, "hook: a\npin: 1\n")
    (tmp_path / HERE).write_text("# of the door\nhook: a  # the first\n\nown: mine\npin: 9\n")
    assert come(tmp_path, there, "hook: b\npin: 1\n") == "changed"
    assert (tmp_path / HERE).read_text() == "# of the door\nhook: b\n\nown: mine\npin: 9\n"
    assert come(tmp_path, there, "hook: b\npin: 2\n") == "kept"
    assert come(tmp_path, there, "hook: c\npin: 2\n") == "changed"
    assert read((tmp_path / HERE).read_text()).root == {"hook": "c", "own": "mine", "pin": 9}, "and pin stays for good"


def test_what_was_there_before_any_import_stays(tmp_path: Path, there: Path) -> None:
    (tmp_path / "homeassistant").mkdir()
    (tmp_path / HERE).write_text("hook: mine\n")
    assert come(tmp_path, there, "hook: a\npin: 1\n") == "changed"
    assert (tmp_path / HERE).read_text() == "hook: mine\npin: 1\n"


def test_a_file_that_came_whole_in_an_earlier_version_is_known(tmp_path: Path, there: Path) -> None:
    put(tmp_path, [Placed(RuleFile(HERE, "hook: a\npin: 1\n", is_private=True), "new")])
    assert agreed(remembered(tmp_path))
    assert come(tmp_path, there, "hook: b\npin: 1\n") == "changed"
    assert agreed(remembered(tmp_path))
    assert not agreed(remembered(there))


@pytest.mark.parametrize("kept", ["key: |\n  one\n\n  two\nhook: a\n", '{hook: a, key: "one"}', '"hook": a\n'])
def test_other_ways_to_write_it_come_out_right(tmp_path: Path, there: Path, kept: str) -> None:
    come(tmp_path, there, "hook: a\n")
    (tmp_path / HERE).write_text(kept)
    assert come(tmp_path, there, "hook: b\n") == "changed"
    assert read((tmp_path / HERE).read_text()).root == {**read(kept).root, "hook": "b"}


@pytest.mark.parametrize("text", ["hook: [\n", "- hunter2\n"])
def test_a_file_here_that_cannot_be_read_is_not_written_over(tmp_path: Path, there: Path, text: str) -> None:
    (tmp_path / "homeassistant").mkdir()
    (tmp_path / HERE).write_text(text)
    with pytest.raises(Failure, match="mend it, then import again") as raised:
        judged(tmp_path, there, "hook: a\n")
    assert "hunter2" not in str(raised.value)
    assert (tmp_path / HERE).read_text() == text


def test_the_memory_holds_no_secret(tmp_path: Path, there: Path) -> None:
    come(tmp_path, there, "hook: hunter2\npin: 1\n")
    assert "hunter2" not in (tmp_path / "homeassistant/.import.json").read_text()
    assert (tmp_path / "homeassistant/.import.json").stat().st_mode & 0o777 == 0o600


def test_a_secret_that_is_no_plain_value_stays_behind(tmp_path: Path, there: Path) -> None:
    assert judged(tmp_path, there, "hook: !include x.yaml\npin: [1]\n") == []
