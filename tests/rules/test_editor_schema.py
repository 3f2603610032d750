"""The schema for editors: it is a schema, marks what is wrong, and never marks what runs."""

import os
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from homeserver.rules.editor_schema import editor_schema
from homeserver.rules.reading.rule_file import Book, read_file
from homeserver.rules.reading.shelf import Shelf
from homeserver.rules.reading.yaml_source import Map, Seq, Tagged, read
from homeserver.view.templates import Templates

ROOT = Path(__file__).parents[2]
CORPUS = Path(os.environ.get("HOMESERVER_CORPUS", ROOT.parent / "shared" / "data")) / "ha_automations" / "files"
SCHEMA = editor_schema()
VALIDATOR = Draft202012Validator(SCHEMA)
TEMPLATES = Templates()
RULE = """
alias: Hall
mode: restart
triggers: [{trigger: state, entity_id: light.a, for: {minutes: 5}}]
conditions: ["{{ true }}", {condition: state, entity_id: light.a, state: on}]
actions:
  - {action: light.turn_on, target: {entity_id: light.a}, data: {brightness: 5}}
  - {choose: [{conditions: [], sequence: [{delay: 5}]}], default: [{stop: x}]}
"""


def plain(value: Any) -> Any:
    """As an editor sees it: a tag is its text."""
    match value:
        case Map():
            return {str(key): plain(part) for key, part in value.items()}
        case Seq():
            return [plain(part) for part in value]
        case Tagged():
            return plain(value.value)
    return value


def fits(text: str) -> bool:
    return VALIDATOR.is_valid(plain(read(text).root))


def test_is_a_schema() -> None:
    Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize(
    "text",
    [
        RULE,
        "- " + RULE.strip().replace("\n", "\n  "),
        "automation old:\n  "
        + RULE.strip().replace("\n", "\n  ")
        + "\ninput_boolean: {a: }\nscript: {b: {sequence: []}}\n",
        "{use_blueprint: {path: x.yaml, input: {a: 1}}}",
        "{trigger: {platform: time, at: '7:00'}, action: {service: light.turn_off, entity_id: light.a}}",
        "{triggers: [], actions: !include actions.yaml}",
        "- {name: Film, entities: {light.a: on, light.b: {state: on, brightness: 5}}}",
    ],
)
def test_marks_nothing_that_is_right(text: str) -> None:
    assert fits(text)


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("mode: restart", "mode: restrat"),
        ("trigger: state", "trigger: stat"),
        ("condition: state", "condition: sate"),
        ("action: light", "acton: light"),
        ("brightness: 5", "brigtness: 5"),
        ("entity_id: light.a}, data", "entity: light.a}, data"),
        ("{minutes: 5}", "{minuts: 5}"),
        ("{delay: 5}", "{dely: 5}"),
        ("light.turn_on", "light"),
    ],
)
def test_marks_what_is_wrong(right: str, wrong: str) -> None:
    assert fits(RULE)
    assert RULE.count(right) == 1
    assert not fits(RULE.replace(right, wrong))


def test_marks_no_rule_that_comes_with_us() -> None:
    files = [path for path in (ROOT / "rules").rglob("*.yaml") if ".test." not in path.name]
    assert files
    assert [path.name for path in files if not fits(path.read_text())] == []


@pytest.mark.filterwarnings("ignore:invalid escape sequence:DeprecationWarning")
@pytest.mark.skipif(not CORPUS.is_dir(), reason=f"no corpus in {CORPUS}: set HOMESERVER_CORPUS")
def test_marks_no_rule_of_real_people_that_runs() -> None:
    marked, ran = [], 0
    for path in sorted(CORPUS.rglob("*.yaml")):
        book = Book(written={})
        for _ in read_file(path, path.name, TEMPLATES, Shelf(), book):
            pass
        for id in book.rules:
            node = plain((book.written or {})[id][0])
            ran += 1
            if not VALIDATOR.is_valid([node]):
                marked.append((path.name, id))
    assert ran
    assert marked == []
