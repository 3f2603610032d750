"""Files of rules as they come out of a configuration folder: what people wrote, and nothing that rules do not read."""

from pathlib import Path

import pytest

from homeserver.cli.failures import Failure
from homeserver.cli.homeassistant.folder import Folder
from homeserver.cli.homeassistant.rule_files import rule_files
from homeserver.cli.homeassistant.source import RuleFile, Source
from homeserver.rules.reading.yaml_source import read
from tests.cli.homeassistant.folders import modern, storage

CONFIGURATION = """\
# The house of Anna.
default_config:
http:
  ssl_key: !secret key
homeassistant:
  name: Villa
  customize: !include customize.yaml
  packages:
    garden: !include packages/garden.yaml
  # what else

# By hand, since 2019
automation kitchen:
  - alias: Tap   # drips
    trigger: []
"automation": !include automations.yaml
mqtt: !include mqtt.yaml
template: !include_dir_list templates
input_boolean:
  guests:
"""


def files(folder: Path) -> dict[str, RuleFile]:
    return {one.name: one for one in rule_files(Source(Folder(folder)))}


def written(folder: Path, **texts: str) -> Path:
    """The modern home with other files: `a__b` stands for `a/b.yaml`."""
    modern(folder)
    for name, text in texts.items():
        path = folder / f"{name.replace('__', '/')}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return folder


def test_blocks_that_rules_read_come_as_they_were_written(tmp_path: Path) -> None:
    house = written(tmp_path, configuration=CONFIGURATION, templates__sun="- sensor: []\n", mqtt="sensor: []\n")
    found = files(house)
    assert found["homeassistant/configuration.yaml"].text == (
        "homeassistant:\n  packages:\n    garden: !include packages/garden.yaml\n"
        "\n# By hand, since 2019\nautomation kitchen:\n  - alias: Tap   # drips\n    trigger: []\n"
        '"automation": !include automations.yaml\ntemplate: !include_dir_list templates\ninput_boolean:\n  guests:\n'
    )
    assert set(found) == {
        "homeassistant/configuration.yaml",
        "homeassistant/automations.yaml",
        "homeassistant/packages/garden.yaml",
        "homeassistant/templates/sun.yaml",
        "homeassistant/helpers-of-pages.yaml",
        "blueprints/automation/me/motion.yaml",
    }, "what is included, and neither mqtt.yaml nor customize.yaml"


def test_a_block_that_leans_on_another_brings_the_whole_file(tmp_path: Path) -> None:
    text = "http: &rows\n  - alias: Tap\n    trigger: []\nautomation: *rows\n"
    assert files(written(tmp_path, configuration=text))["homeassistant/configuration.yaml"].text == text


def test_files_of_the_pages_come_where_nothing_includes_them(tmp_path: Path) -> None:
    found = files(written(tmp_path, configuration="http:\n", scripts="night:\n  sequence: []\n"))
    assert {"homeassistant/automations.yaml", "homeassistant/scripts.yaml"} <= set(found)
    assert "homeassistant/configuration.yaml" not in found


def test_helpers_of_the_pages_become_yaml_under_their_ids_of_now(tmp_path: Path) -> None:
    modern(tmp_path)
    pace = {"id": "pace", "name": "Pace: größer", "min": 1.0, "max": 5.0, "mode": "slider"}
    storage(tmp_path, "input_number", 1, 1, {"items": [pace, "nonsense", {"name": "No id"}]})
    row = {"entity_id": "input_number.tempo", "platform": "input_number", "unique_id": "pace", "id": "0" * 32}
    storage(tmp_path, "core.entity_registry", 1, 13, {"entities": [row]})
    assert read(files(tmp_path)["homeassistant/helpers-of-pages.yaml"].text).root == {
        "input_boolean": {"guests": {"name": "Guests"}},
        "input_number": {"tempo": {"name": "Pace: größer", "min": 1.0, "max": 5.0, "mode": "slider"}},
    }


def test_macros_come_and_other_files_beside_them_do_not(tmp_path: Path) -> None:
    modern(tmp_path)
    (tmp_path / "custom_templates/in").mkdir(parents=True)
    for name in ("tools.jinja", "in/more.jinja", ".hidden.jinja", "notes.txt"):
        (tmp_path / "custom_templates" / name).write_text("{% macro a() %}1{% endmacro %}")
    assert [name for name in files(tmp_path) if "custom" in name] == [
        "custom_templates/in/more.jinja",
        "custom_templates/tools.jinja",
    ]


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("automation: !include ../../etc/passwd.yaml\n", "lies outside the folder"),
        ("automation: [\n", r"configuration\.yaml:\d"),
    ],
)
def test_what_cannot_be_read_ends_the_import(tmp_path: Path, text: str, wrong: str) -> None:
    with pytest.raises(Failure, match=wrong):
        files(written(tmp_path, configuration=text))


def test_a_secrets_file_that_is_no_yaml_tells_its_line_and_nothing_of_it(tmp_path: Path) -> None:
    folder = Folder(written(tmp_path, secrets="a: 1\nhunter2: [\n"))
    with pytest.raises(Failure, match=r"secrets\.yaml:\d") as raised:
        folder.secrets("")
    assert "hunter2" not in str(raised.value)
