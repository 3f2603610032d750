"""Values are changed in their lines, and nothing else is; what cannot be changed so is left to people."""

import tomllib
from pathlib import Path
from typing import Any

import pytest

from homeserver.runtime.given import SettingsError
from homeserver.runtime.settings_edit import change_settings, changed

FILE = """\
# Ours.
name = "Home"   # how we call it
latitude = 52.5
log_level = "debug"

[home]
"time_zone" = 'Europe/Berlin'  # here # and there
discovery_prefix = "homeassistant"

[demo_home]
latitude = 1.0
name = "x"
"""


def test_values_are_changed_where_they_stand() -> None:
    values = {"name": 'Villa "A"', "latitude": -3.25, "time_zone": "Europe/Vienna", "currency": "CHF"}
    assert changed(FILE, values) == (
        FILE.replace('"Home"   #', '"Villa \\"A\\""  #')
        .replace("52.5", "-3.25")
        .replace("'Europe/Berlin'", '"Europe/Vienna"')
        .replace('"debug"\n', '"debug"\ncurrency = "CHF"\n')
    )


@pytest.mark.parametrize(
    ("text", "values", "result"),
    [
        ("a = 1\n", {"name": "x"}, 'a = 1\nname = "x"\n'),
        ("[home]\nname = 'a'", {"name": "b"}, '[home]\nname = "b"\n'),
        ("[other]\nname = 'a'\n", {"name": "b"}, "name = \"b\"\n\n[other]\nname = 'a'\n"),
        ("home.name = 'a#b' # c", {"name": "b"}, 'home.name = "b"  # c\n'),
        ("# only words\n", {"elevation": 5.0}, "# only words\nelevation = 5.0\n"),
    ],
)
def test_forms_of_files(text: str, values: dict[str, Any], result: str) -> None:
    assert changed(text, values) == result


@pytest.mark.parametrize("text", ['name = """\na\n"""\n', "home = { name = 'a' }\n", '"na\\u006de" = "a"\n'])
def test_what_only_people_can_change_is_left_as_it_is(tmp_path: Path, text: str) -> None:
    path = tmp_path / "homeserver.toml"
    path.write_text(text)
    with pytest.raises(SettingsError, match=r'form that only people can change .*: write in it name = "b"'):
        change_settings(path, {"name": "b"}, "old")
    assert path.read_text() == text
    assert list(tmp_path.iterdir()) == [path]


def test_the_file_as_it_was_is_kept_and_a_new_one_is_made(tmp_path: Path) -> None:
    path = tmp_path / "homeserver.toml"
    assert change_settings(path, {"name": "a"}, "old") is None
    assert tomllib.loads(path.read_text()) == {"name": "a"}
    before = path.read_text()
    copy = change_settings(path, {"name": "b"}, "old")
    assert copy is not None
    assert (copy.name, copy.read_text()) == ("homeserver.toml.old", before)
    assert path.stat().st_mode & 0o077 == 0
    with pytest.raises(SettingsError, match="cannot be changed"):
        change_settings(tmp_path / "none" / "homeserver.toml", {"name": "a"}, "old")
