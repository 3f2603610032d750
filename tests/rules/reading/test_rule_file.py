"""Rule files: both spellings, all shapes, and faults with file, line, field and remedy."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homeserver.rules.reading.rule_file import Book, read_file, read_text
from homeserver.rules.reading.shelf import Shelf
from homeserver.view.templates import Templates

TEMPLATES = Templates()
NEW = """
alias: Hall
triggers:
  - trigger: state
    entity_id: binary_sensor.motion
conditions:
  - condition: state
    entity_id: light.hall
    state: 'off'
actions:
  - action: light.turn_on
    target:
      entity_id: light.hall
"""
OLD = """
alias: Hall
trigger:
  platform: state
  entity_id: binary_sensor.motion
condition:
  condition: state
  entity_id: light.hall
  state: 'off'
action:
  service: light.turn_on
  entity_id: light.hall
"""


def listed(text: str, **more: str) -> str:
    lines = [*text.strip().splitlines(), *(f"{name}: {value}" for name, value in more.items())]
    return "- " + "\n  ".join(lines) + "\n"


def read(text: str) -> Book:
    return read_text(text, "hall.yaml", TEMPLATES)


@pytest.mark.parametrize(
    "text",
    [
        NEW,
        OLD,
        listed(NEW),
        listed(OLD),
        "automation:\n  " + listed(NEW).replace("\n", "\n  "),
        "automation old:\n  " + OLD.replace("\n", "\n  "),
        "homeassistant: {}\nautomation kitchen:\n" + listed(OLD) + "script: {}\n",
        "---\n" + listed(NEW),
        "- alias: Hall\n  triggers: [{triggers: [{trigger: state, entity_id: a.b}]}]\n  conditions: '{{ 1 }}'\n"
        "  actions: {action: light.turn_on, target: {entity_id: light.hall}}",
        listed(NEW, mode="queued", max="3", max_exceeded="silent", description="x", initial_state="true", trace="{}"),
    ],
)
def test_reads(text: str) -> None:
    book = read(text)
    assert book.problems == []
    assert list(book.rules) == ["hall"]
    rule = book.rules["hall"]
    assert (len(rule.triggers), len(rule.conditions), len(rule.program.steps)) == (1, 1, 1)
    assert rule.alias == "Hall"


def test_ids_come_from_id_alias_or_place() -> None:
    body = "triggers: []\n  actions: []\n"
    book = read(f"- id: '1620000'\n  alias: A\n  {body}- alias: Süd Lampe!\n  {body}- {body}")
    assert list(book.rules) == ["1620000", "sud_lampe", "hall_3"]


def test_two_rules_with_one_id_are_told() -> None:
    """Home Assistant ignores the second of two automations with one id; the same alias is no fault."""
    book = read(listed(NEW, id="x") + listed(OLD, id="x"))
    assert list(book.rules) == ["x"]
    assert [str(problem) for problem in book.problems] == [
        "hall.yaml:25: id: another rule has the id 'x' (hall.yaml:1): give this one its own"
    ]


def test_two_rules_may_be_called_the_same() -> None:
    """They are automation.hall and automation.hall_2 in Home Assistant, and both run."""
    book = read(listed(NEW) + listed(OLD, mode="x") + listed(OLD, id="hall") + listed(NEW))
    assert list(book.rules) == ["hall", "hall_3", "hall_4"]
    assert list(book.refused) == ["hall_2"]
    assert [(problem.rule, problem.field) for problem in book.problems] == [("hall_2", "mode")]


def test_one_bad_rule_does_not_stop_the_others_and_tells_all_its_faults() -> None:
    bad = """- id: bad
  triggers:
    - trigger: state
      entity_id: [light]
    - trigger: stat
      entity_id: light.a
  conditions:
    - condition: state
      entity_id: light.a
      state: 'on'
      sate: x
  actions:
    - action: light.turn_on
      target: {entity_id: light.a}
    - delay: soon
    - choose:
        - conditions: []
          sequence:
            - servce: light.turn_on
  mod: queued
"""
    book = read(listed(NEW) + bad)
    assert list(book.rules) == ["hall"]
    assert list(book.refused) == ["bad"]
    assert [(problem.line - 12, problem.field) for problem in book.problems] == [
        (4, "triggers[0].entity_id"),
        (5, "triggers[1].trigger"),
        (11, "conditions[0].sate"),
        (15, "actions[1].delay"),
        (19, "actions[2].choose[0].sequence[0]"),
        (20, "mod"),
    ]
    assert {problem.rule for problem in book.problems} == {"bad"}


FIELDS = {
    "trigger": "{platform: state, entity_id: light.a}",
    "action": "{service: light.turn_on, entity_id: light.a}",
}
"""What is wrong in a rule of three lines is told with line, field and remedy: the field, its value, line and words."""
FAULTS = [
    ("triggers", "[]", "1: trigger: say triggers or trigger, not both"),
    (
        "mode",
        "paralel",
        "3: mode: mode must be one of single, restart, queued, parallel, not 'paralel'; did you mean par",
    ),
    ("max", "0", "3: max: max must be a whole number from 1, not 0"),
    ("max_exceeded", "loud", "3: max_exceeded: max_exceeded must be one of"),
    ("initial_state", "maybe", "3: initial_state: initial_state must be true or false, not 'maybe'"),
    ("variables", "5", "3: variables: variables must be a mapping, not 5"),
    ("use_blueprint", "{path: x}", "3: use_blueprint.path: path must end in .yaml, not 'x'"),
    ("use_blueprint", "x", "3: use_blueprint: use_blueprint must be a mapping, not 'x'"),
    ("alias", "!secret name", "3: alias: !secret: there is no secret 'name' (write it into secrets.yaml)"),
    ("alias", "!input name", "3: alias: !input stands in blueprints only"),
    ("alias", "!ruby name", "3: alias: not supported yet: !ruby"),
    ("modes", "single", "3: modes: unknown field 'modes'; did you mean mode?"),
    ("trigger", "[x]", "1: trigger[0]: a trigger is a mapping such as trigger: state, not 'x'"),
    ("trigger", "{platform: state}", "1: trigger.entity_id: entity_id is missing: name an entity, such as light.hall"),
    ("trigger", "{entity_id: light.a}", "1: trigger.trigger: trigger is missing: say which kind"),
    ("trigger", "{platform: stat}", "1: trigger.platform: there is no trigger 'stat'; did you mean state?"),
    ("trigger", "{platform: state, entity_id: a.b, from: x, not_from: y}", "1: trigger.not_from: say from or not_from"),
    (
        "trigger",
        "{platform: state, entity_id: a.b, form: x}",
        "1: trigger.form: unknown field 'form'; did you mean f",
    ),
    ("trigger", "{platform: numeric_state, entity_id: a.b}", "1: trigger: give above, below or both"),
    (
        "trigger",
        "{platform: numeric_state, entity_id: a.b, above: 5, below: 5}",
        "1: trigger.above: nothing is above 5 and",
    ),
    ("trigger", "{platform: numeric_state, entity_id: a.b, above: hot}", "1: trigger.above: above must be a number or"),
    ("trigger", "{platform: time, at: '25:00'}", "1: trigger.at: at must be a time such as 07:30"),
    (
        "trigger",
        "{platform: time, at: '7:00', weekday: someday}",
        "1: trigger.weekday: 'someday' is no weekday: mon, tue",
    ),
    ("trigger", "{platform: time, at: '7:00', weekday: []}", "1: trigger.weekday: weekday names no day"),
    ("condition", "[5]", "3: condition[0]: a condition is a mapping or a template, not 5"),
    ("condition", "{condition: sate}", "3: condition.condition: there is no condition 'sate'; did you mean state?"),
    ("condition", "{condition: sun}", "3: condition: give before or after: sunrise or sunset"),
    ("condition", "{condition: time}", "3: condition: give after, before or weekday"),
    ("condition", "{condition: and}", "3: condition: conditions is missing"),
    ("condition", "{condition: state, entity_id: a.b}", "3: condition.state: state is missing: say which state"),
    ("condition", "'{{ x | nope }}'", "3: condition: there is no filter 'nope'"),
    ("action", "[5]", "2: action[0]: an action is a mapping, not 5"),
    ("action", "{servce: light.turn_on}", "2: action: no action is known by servce: it needs one of delay, "),
    ("action", "{repeat: {sequence: []}}", "2: action.repeat: repeat needs one of count, for_each, while and until"),
    ("action", "{if: [], else: []}", "2: action.then: then is missing: say what to do"),
    ("action", "{choose: [5]}", "2: action.choose[0]: an option has conditions and a sequence, and is not 5"),
    ("action", "{delay: [1]}", "2: action.delay: delay must be seconds"),
    ("action", "~", "2: action: action is missing: say what to do"),
]


@pytest.mark.parametrize(("field", "value", "problem"), FAULTS)
def test_tells_line_field_and_remedy(field: str, value: str, problem: str) -> None:
    fields = FIELDS | {field: value}
    book = read("- " + "\n  ".join(f"{name}: {text}" for name, text in fields.items()))
    assert len(book.problems) == 1
    assert str(book.problems[0]).startswith(f"hall.yaml:{problem}")
    assert list(book.refused) == ["hall_1"] or field == "alias"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("- 5", "hall.yaml:1: [0]: a rule is a mapping, not 5"),
        ("5", "hall.yaml:1: holds 5 where a list of rules is wanted"),
        ("{a: 1}", "hall.yaml:1: holds no rules: write a list of rules, each with triggers and actions"),
        ("a: [", "hall.yaml:2: no YAML"),
        ("blueprint: {}\ntrigger: []\naction: []", "hall.yaml:1: blueprint.domain: domain is missing: say automation"),
        ("- id: a\n  id: b\n  actions: []", "hall.yaml:2: 'id' is given twice; the last one counts"),
    ],
)
def test_tells_what_is_wrong_with_a_file(text: str, problem: str) -> None:
    problems = [str(found) for found in read(text).problems]
    assert len(problems) == 1
    assert problems[0].startswith(problem)


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"- a: \xff", "hall.yaml:1: is no UTF-8 text"),
        (b"\n\n- \xff", "hall.yaml:3: is no UTF-8 text"),
        (b"#" * 1_100_000, "hall.yaml:1: larger than 1024 KiB: split the file"),
    ],
)
def test_files_that_cannot_be_read_are_told(tmp_path: Path, content: bytes, problem: str) -> None:
    path = tmp_path / "hall.yaml"
    path.write_bytes(content)
    book = Book()
    assert list(read_file(path, "hall.yaml", TEMPLATES, Shelf(), book)) == []
    assert str(book.problems[0]).startswith(problem)


def test_a_file_that_went_away_is_told(tmp_path: Path) -> None:
    book = Book()
    assert list(read_file(tmp_path / "gone.yaml", "gone.yaml", TEMPLATES, Shelf(), book)) == []
    assert str(book.problems[0]) == "gone.yaml:1: cannot be read: No such file or directory"


VOCABULARY = """
trigger triggers platform state entity_id light.a to on for action service choose conditions
condition sequence delay repeat count if then variables stop numeric_state light.turn_on data target
{{x}} {{x 00:05 above time at enabled mode id and or not until while for_each brightness
continue_on_error weekday default else below attribute alias
"""
WORDS = st.sampled_from(VOCABULARY.split())
PLAIN = st.none() | st.booleans() | st.integers() | st.floats() | WORDS | st.text(max_size=5)
DOCUMENTS = st.recursive(
    PLAIN, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(WORDS, inner, max_size=5), max_leaves=20
)
RULES = st.lists(
    st.fixed_dictionaries({"triggers": DOCUMENTS, "actions": DOCUMENTS, "conditions": DOCUMENTS}), max_size=2
)


@given(DOCUMENTS | RULES)
def test_any_document_is_read_or_refused(document: Any) -> None:
    book = read(flow(document))
    assert all(problem.line >= 1 and problem.text for problem in book.problems)


@given(st.text(alphabet="-: \n'\"{}[]ab&*!%|>#", max_size=80))
def test_any_text_after_a_rule_is_read_or_refused(text: str) -> None:
    book = read(listed(NEW) + text)
    assert all(problem.line >= 1 for problem in book.problems)


def flow(value: Any) -> str:
    """Flow YAML of plain values; mostly valid."""
    match value:
        case None:
            return "null"
        case dict():
            return "{" + ", ".join(f"{flow(key)}: {flow(part)}" for key, part in value.items()) + "}"
        case list():
            return "[" + ", ".join(map(flow, value)) + "]"
        case str():
            return "'" + value.replace("'", "''") + "'"
        case _:
            return str(value).lower()
