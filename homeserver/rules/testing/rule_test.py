"""Reading of `*.test.yaml`: the tests of one file of rules, or of a folder.

    - test: The lamp goes on when somebody comes in the dark
      at: "2026-01-05 22:00"
      given:
        binary_sensor.hall_motion: "off"
        light.hall: {state: "on", brightness: 20}
      where: {light.hall: hall}
      when:
        - set: {binary_sensor.hall_motion: "on"}
        - wait: "00:03:00"
        - event: doorbell, data: {door: front}
        - mqtt: remote/action, payload: single
        - tag: 04-a7
        - button: button_short_press, subtype: button_1, device_id: remote
        - sentence: good night
        - home: start
        - run: hall_light
        - call: input_boolean.turn_on, data: {entity_id: input_boolean.guests}
      then:
        - light.turn_on: light.hall
        - light.turn_off: {entity_id: light.hall, after: 180}

`then` is every command, in order; fields that it names must be so, others may be anything; `after` is in seconds since
the begin; `said` is what the home answers to sentences, anything if left out; `where`, `devices`, `floors`: see
`layout.py`. Faults name file, line and remedy.
"""

import re
from collections.abc import Mapping
from dataclasses import field
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from homeserver.rules.reading.durations import DurationError, seconds_of
from homeserver.rules.reading.fields import Fields, check_entity, kind_of
from homeserver.rules.reading.problem import Problem, RuleError
from homeserver.rules.reading.yaml_source import Map, Seq, SourceError, read
from homeserver.rules.testing.layout import Layout, read_layout
from homeserver.topics.record import record

BEGIN: Final = "2026-01-05 12:00"
"""When a test begins that does not say: a Monday, noon."""
STEPS: Final = ("set", "wait", "until", "event", "mqtt", "tag", "button", "sentence", "home", "run", "call")
BESIDE: Final[Mapping[str, Mapping[str, Any]]] = {
    "event": {"data": {}},
    "mqtt": {"payload": ""},
    "button": {"subtype": "", "device_id": None},
    "run": {"variables": {}},
    "call": {"data": {}},
}
"""What may stand beside a step, and what it is where it does not."""
_ENDING: Final = re.compile(r"\.test\.ya?ml$")
_OWN: Final = ("entity_id", "after")


@record
class Step:
    """One thing that happens: `kind` is one of `STEPS`, `beside` holds `data`, `payload` or `variables`."""

    kind: str
    value: Any
    beside: Mapping[str, Any]
    line: int


@record
class Expected:
    """One command: `light.turn_on`, the entity (empty: any, or none), the fields that must be so, and when, in seconds
    since the begin (None: whenever)."""

    name: str
    entity_id: str
    data: Mapping[str, Any]
    after: float | None
    line: int


@record
class RuleTest:
    """One test. `rules`: the ids of those that take part; empty: all of the file beside it."""

    name: str
    file: str
    line: int
    at: datetime
    rules: tuple[str, ...] = ()
    given: Mapping[str, tuple[str, Mapping[str, Any]]] = field(default_factory=dict)
    steps: tuple[Step, ...] = ()
    then: tuple[Expected, ...] = ()
    answers: Mapping[str, Any] = field(default_factory=dict)
    obeys: bool = True
    said: tuple[str, ...] | None = None
    """What the home answers to sentences, in order; None: anything."""
    layout: Layout = field(default_factory=Layout)


def subject(path: Path) -> Path:
    """The file of rules that a file of tests is about: `hall.test.yaml` is about `hall.yaml`."""
    bare = _ENDING.sub("", path.name)
    found = next((path.with_name(bare + end) for end in (".yaml", ".yml") if path.with_name(bare + end).exists()), None)
    return found or path.with_name(f"{bare}.yaml")


def read_tests(path: Path, name: str) -> tuple[list[RuleTest], list[Problem]]:
    """The tests of a file, and what is wrong with others in it."""
    tests: list[RuleTest] = []
    problems: list[Problem] = []
    try:
        root = read(path.read_text()).root
    except SourceError as error:
        return [], [Problem(name, error.line, "", "", error.text, "yaml")]
    except (OSError, UnicodeDecodeError) as error:
        return [], [Problem(name, 1, "", "", f"cannot be read: {error}", "yaml")]
    items = root if isinstance(root, Seq) else Seq()
    if root is not None and not isinstance(root, Seq):
        problems.append(Problem(name, 1, "", "", f"a file of tests is a list, each with `test:`, not {kind_of(root)}"))
    for number, node in enumerate(items):
        try:
            tests.append(_test(node, items.lines[number], name))
        except RuleError as error:
            problems.append(Problem(name, error.line, "", error.field, error.text, error.code))
    return tests, problems


def _test(node: Any, line: int, file: str) -> RuleTest:
    if not isinstance(node, Map):
        raise RuleError(f"a test is a mapping with test, given, when and then, not {kind_of(node)}", line)
    fields = Fields(node)
    fields.need("test", "name it")
    made = RuleTest(
        name=fields.text("test"),
        file=file,
        line=line,
        at=_moment(fields),
        rules=fields.words("rules") or (),
        given=_states(fields, "given"),
        steps=tuple(_step(item) for item in fields.maps("when")),
        then=tuple(_flat(fields)),
        answers=_plain(fields, "answers"),
        obeys=fields.flag("obeys", True),
        said=_said(fields),
        layout=read_layout(fields),
    )
    if "then" not in fields:
        raise fields.wrong("then is missing: list the commands that follow, or write `then: []` for none")
    fields.done("note")
    return made


def _moment(fields: Fields) -> datetime:
    text = fields.text("at", BEGIN)
    try:
        return datetime.fromisoformat(text)
    except ValueError as error:
        raise fields.wrong(f"at must be a time such as {BEGIN!r}, not {text!r}", "at") from error


def _said(fields: Fields) -> tuple[str, ...] | None:
    """Texts may hold commas, so one alone is one, not a list of words."""
    value = fields.take("said")
    if isinstance(value, Map) or (isinstance(value, Seq) and any(isinstance(one, Map | Seq) for one in value)):
        raise fields.wrong("what the home answers is a text, or a list of texts", "said")
    if value is None:
        return () if "said" in fields else None
    return tuple(map(str, value)) if isinstance(value, Seq) else (str(value),)


def _plain(fields: Fields, name: str) -> dict[str, Any]:
    if fields.take(name) is None:
        return {}
    return dict(fields.inner(name).node)


def _states(fields: Fields, name: str) -> dict[str, tuple[str, Mapping[str, Any]]]:
    """Entity to state and attributes; attributes may stand beside `state` or in `attributes`."""
    if fields.take(name) is None:
        return {}
    inner = fields.inner(name)
    made: dict[str, tuple[str, Mapping[str, Any]]] = {}
    for entity_id in inner.node:
        check_entity(str(entity_id), inner, str(entity_id))
        value = inner.take(entity_id)
        if isinstance(value, Map):
            rest = {key: part for key, part in value.items() if key not in ("state", "attributes")}
            state = Fields(value, inner.where(entity_id)).text("state", "unknown")
            made[str(entity_id)] = (state, {**(value.get("attributes") or {}), **rest})
        else:
            made[str(entity_id)] = (inner.text(entity_id, "unknown"), {})
    return made


def _step(item: Any) -> Step:
    if not isinstance(item, Fields):
        raise RuleError(f"a step is a mapping such as wait: 60, not {kind_of(item[0])}", item[1], item[2])
    kind = next((kind for kind in STEPS if kind in item), None)
    if kind is None:
        raise item.wrong(f"a step needs one of {', '.join(STEPS)}")
    value: Any = _states(item, "set") if kind == "set" else item.take(kind)
    if kind == "wait":
        value = _seconds(item, kind)
    beside = {name: item.take(name, default) for name, default in BESIDE.get(kind, {}).items()}
    item.done()
    return Step(kind, value, beside, item.line())


def _seconds(fields: Fields, name: str) -> float:
    try:
        return seconds_of(fields.take(name))
    except DurationError as error:
        raise fields.wrong(str(error), name) from error


def _flat(fields: Fields) -> list[Expected]:
    return [one for item in fields.maps("then") for one in _expected(item)]


def _expected(item: Any) -> list[Expected]:
    """One command for each entity that is named."""
    if not isinstance(item, Fields) or len(item.node) != 1:
        raise RuleError("an expected command is written light.turn_on: light.hall", *_place(item))
    ((name, value),) = item.node.items()
    data = dict(value) if isinstance(value, Map) else {} if value is None else {"entity_id": value}
    after = data.get("after")
    try:
        seconds = None if after is None else seconds_of(after)
    except DurationError as error:
        raise item.wrong(f"after: {error}", str(name)) from error
    entities = data.get("entity_id") or [""]
    entities = entities if isinstance(entities, list) else [entities]
    rest = {key: part for key, part in data.items() if key not in _OWN}
    return [Expected(str(name), str(each), rest, seconds, item.line()) for each in entities]


def _place(item: Any) -> tuple[int, str]:
    return (item.line(), item.way) if isinstance(item, Fields) else (item[1], item[2])
