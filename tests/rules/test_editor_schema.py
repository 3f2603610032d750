"""The schema for editors: it is a schema, marks what is wrong, and never marks what runs."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from homeserver.rules.actions.table import ACTIONS
from homeserver.rules.conditions.table import CONDITIONS
from homeserver.rules.editor_keys import keys_of_actions, keys_of_conditions, keys_of_triggers
from homeserver.rules.editor_schema import editor_schema
from homeserver.rules.reading.blueprint import parse
from homeserver.rules.reading.rule_file import Book, Reader, read_file, read_text
from homeserver.rules.reading.shelf import Shelf
from homeserver.rules.reading.source import Source
from homeserver.rules.reading.sources import Sources
from homeserver.rules.reading.yaml_source import Map, Seq, Tagged, read
from homeserver.rules.triggers.table import TRIGGERS
from homeserver.view.templates import Templates
from tests.rules.case import all_cases
from tests.rules.reading.test_corpus_blueprints import blueprints, made_up

ROOT = Path(__file__).parents[2]
CORPUS = Path(os.environ.get("HOMESERVER_CORPUS", ROOT.parent / "shared" / "data")) / "ha_automations" / "files"
SCHEMA = editor_schema()
VALIDATOR = Draft202012Validator(SCHEMA)
TEMPLATES = Templates()
RULE = """
alias: Hall
mode: restart
priority: manual
triggers: [{trigger: state, entity_id: light.a, for: {minutes: 5}}]
conditions: ["{{ true }}", {condition: state, entity_id: light.a, state: on}]
actions:
  - {action: light.turn_on, target: {entity_id: light.a}, data: {brightness: 5}, priority: 7, hold_for: "1:00"}
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
        ("entity_id: light.a, for", "entity: light.a, for"),
        ("for: {minutes: 5}", "fro: {minutes: 5}"),
        ("state: on}", "states: on}"),
        ("[{delay: 5}]", "[{delay: 5, timeout: 3}]"),
        ("conditions: [], sequence", "condition_s: [], sequence"),
        ("[{stop: x}]", "[{stop: x, eror: true}]"),
        ("priority: manual", "priority: manul"),
        ("priority: 7", "priority: 10"),
        ('hold_for: "1:00"', "hold_for: {minuts: 1}"),
    ],
)
def test_marks_what_is_wrong(right: str, wrong: str) -> None:
    assert fits(RULE)
    assert RULE.count(right) == 1
    assert not fits(RULE.replace(right, wrong))


@pytest.mark.parametrize(
    ("kind", "says", "wrong"),
    [
        ("numeric_state", "entity_id: sensor.a, above: 5, value_template: '{{ 1 }}'", "over: 5"),
        ("time", "at: '7:00', weekday: [mon], missed: run", "weekdays: [mon]"),
        ("sun", "event: sunset, offset: '-1:00'", "elevation: 3"),
        ("mqtt", "topic: a/b, payload: x, max_per: 5/1h", "topics: x"),
        ("light.turned_on", "target: {area_id: kitchen}, options: {behavior: first}", "entity_id: light.a"),
        ("calendar", "event: start, entity_id: calendar.a, offset: 5", "to: x"),
        ("state", "entity_id: light.a, to: 'on', debounce: 5, ignore_unavailable: true", "above: 3"),
    ],
)
def test_each_kind_of_trigger_has_its_own_keys(kind: str, says: str, wrong: str) -> None:
    rule = "{{triggers: [{{{word}: {kind}, {says}}}], actions: []}}"
    for word in ("trigger", "platform"):
        assert fits(rule.format(word=word, kind=kind, says=says))
        assert not fits(rule.format(word=word, kind=kind, says=f"{says}, {wrong}"))
        assert fits(rule.format(word=word, kind=kind, says=f"{says}, {wrong}, enabled: false")), "it is not looked at"


def test_an_action_is_told_by_the_key_that_the_engine_looks_for_first() -> None:
    rule = "{{triggers: [], actions: [{action}]}}"
    for action, is_right in (
        ("{action: light.turn_on, entity_id: light.a, response_variable: x}", True),
        ("{action: light.turn_on, entity: light.a}", False),
        ("{repeat: {count: 3, sequence: []}}", True),
        ("{repeat: {counts: 3, sequence: []}}", False),
        ("{if: [], then: [], else: []}", True),
        ("{if: [], then: [], default: []}", False),
        ("{condition: state, entity_id: light.a, state: 'on'}", True),
        ("{or: [], alias: x}", True),
        ("{device_id: x, domain: light, type: turn_on, entity_id: y, whatever: 5}", True),
    ):
        assert fits(rule.format(action=action)) == is_right, action


NOT_DESCRIBED = {
    "trigger": {"device", "sentence"},
    "condition": {"device"},
    "action": {"device_id", "service_template", "action_template"},
}
"""Kinds whose keys depend on something else, and other names of those that are described."""


def test_every_kind_is_described_or_known_not_to_be() -> None:
    """A new kind needs a sample in `editor_keys`, or an editor does not complete it."""
    for word, all_of, described in (
        ("trigger", TRIGGERS, keys_of_triggers()),
        ("condition", CONDITIONS, keys_of_conditions()),
        ("action", ACTIONS, keys_of_actions()),
    ):
        assert {kind for kind in all_of if "." not in kind} - described.keys() == NOT_DESCRIBED[word]
    assert len([kind for kind in keys_of_triggers() if "." in kind]) > 100


def test_marks_no_rule_that_comes_with_us() -> None:
    files = [path for path in (ROOT / "rules").rglob("*.yaml") if ".test." not in path.name]
    assert files
    assert [path.name for path in files if not fits(path.read_text())] == []


def accepted(book: Book) -> Iterator[tuple[str, Any, bool]]:
    """The rules and scripts of a book that run: their key, how they are written, and whether it is a script."""
    for rows, prefix in ((book.rules, ""), (book.scripts, "script.")):
        for id in rows:
            yield f"{prefix}{id}", plain((book.written or {})[f"{prefix}{id}"][0]), bool(prefix)


def marked(book: Book) -> list[str]:
    """Those that the schema marks, though they run."""
    return [
        key
        for key, node, script in accepted(book)
        if not VALIDATOR.is_valid({"script": {"x": node}} if script else [node])
    ]


def test_marks_no_rule_of_our_own_cases() -> None:
    text = yaml.safe_dump(
        [rule | {"id": f"r{n}"} for n, rule in enumerate(r for case in all_cases() for r in case.rules)]
    )
    book = read_text(text, "cases.yaml", TEMPLATES, book=Book(written={}))
    assert len(book.rules) > 80
    assert marked(book) == []


@pytest.mark.filterwarnings("ignore:invalid escape sequence:DeprecationWarning")
@pytest.mark.skipif(not CORPUS.is_dir(), reason=f"no corpus in {CORPUS}: set HOMESERVER_CORPUS")
def test_marks_no_rule_of_real_people_that_runs() -> None:
    wrong, ran = [], 0
    for path in sorted(CORPUS.rglob("*.yaml")):
        book = Book(written={})
        for _ in read_file(path, path.name, TEMPLATES, Shelf(), book):
            pass
        ran += len(list(accepted(book)))
        wrong += [(path.name, key) for key in marked(book)]
    assert ran > 150
    assert wrong == []


@pytest.mark.filterwarnings("ignore:invalid escape sequence:DeprecationWarning")
@pytest.mark.skipif(not CORPUS.is_dir(), reason=f"no corpus in {CORPUS}: set HOMESERVER_CORPUS")
def test_marks_no_blueprint_of_real_people_that_is_filled() -> None:
    wrong, ran = [], 0
    for path in blueprints():
        reader, book = Reader(Sources(CORPUS), TEMPLATES), Book(written={})
        use = {"path": path.name, "input": made_up(parse(Source(reader.sources, path).load(plain=True)))}
        source = Source(reader.sources, path.parent / "instance.yaml", "instance.yaml")
        source.parsed(f"{{id: made_up, use_blueprint: {use!r}}}")
        for _ in reader.read(source, book):
            pass
        ran += len(book.rules)
        wrong += [(path.name, key) for key in marked(book)]
    assert ran > 10
    assert wrong == []
