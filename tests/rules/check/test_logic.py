"""Conditions that can and cannot hold together."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homeserver.rules.check.logic import (
    ALL_DAY,
    Mask,
    Span,
    Words,
    all_of,
    cases,
    denial,
    minute,
    together,
    when,
    why_not,
)
from homeserver.rules.check.outline import outline
from homeserver.rules.reading.problem import Problem
from homeserver.rules.reading.yaml_source import Map, read

ON = "{condition: state, entity_id: light.a, state: 'on'}"
OFF = "{condition: state, entity_id: light.a, state: 'off'}"
WARM = "{condition: numeric_state, entity_id: sensor.t, above: 20}"
COLD = "{condition: numeric_state, entity_id: sensor.t, below: 20}"
NIGHT = "{condition: time, after: '22:00', before: '06:00'}"


def made(conditions: str, triggers: str = "[]") -> tuple[list[object], list[object]]:
    node = read(f"{{triggers: {triggers}, conditions: {conditions}, actions: []}}").root
    assert isinstance(node, Map)
    found = outline("r", node, lambda error, rule, severity: Problem("f", error.line, rule, error.field, error.text))
    return list(found.conditions), list(found.triggers)


@pytest.mark.parametrize(
    ("conditions", "can"),
    [
        (f"[{ON}]", True),
        (f"[{ON}, {OFF}]", False),
        (f"[{{condition: or, conditions: [{ON}, {OFF}]}}, {OFF}]", True),
        (f"[{{condition: not, conditions: [{ON}]}}, {ON}]", False),
        (f"[{{condition: not, conditions: [{ON}, {OFF}]}}, {OFF}]", False),
        (f"[{{condition: not, conditions: [{{and: [{ON}, {WARM}]}}]}}, {ON}]", True),
        (f"[{{condition: not, conditions: [{{and: [{ON}, {WARM}]}}]}}, {ON}, {WARM}]", False),
        (f"[{WARM}, {COLD}]", False),
        ("[{condition: numeric_state, entity_id: sensor.t, above: 10, below: 20}, " + WARM + "]", False),
        ("[{condition: numeric_state, entity_id: sensor.t, above: sensor.u}, " + COLD + "]", True),
        (f"[{NIGHT}, {{condition: time, after: '23:00'}}]", True),
        (f"[{NIGHT}, {{condition: time, after: '07:00', before: '21:00'}}]", False),
        (f"[{{condition: not, conditions: [{NIGHT}]}}, {{condition: time, after: '23:00'}}]", False),
        ("[{condition: time, weekday: [mon, tue]}, {condition: time, weekday: tue}]", True),
        ("[{condition: time, weekday: [mon, tue]}, {condition: time, weekday: sun}]", False),
        ("['{{ a }}', {condition: not, conditions: ['{{ a }}']}]", False),
        ("['{{ a }}', {condition: not, conditions: ['{{ b }}']}]", True),
        ("['{{ false }}']", False),
        # what lasts, or is compared with a helper, is not known before
        ("[{condition: state, entity_id: light.a, state: 'on', for: 5}, " + OFF + "]", True),
        ("[{condition: state, entity_id: light.a, state: input_text.x}, " + OFF + "]", True),
        ("[{condition: state, entity_id: light.a, state: 'on', enabled: false}, " + OFF + "]", True),
        ("[{condition: state, entity_id: [light.a, light.b], state: 'on'}, " + OFF + "]", False),
        ("[{condition: state, entity_id: [light.a, light.b], state: 'on', match: any}, " + OFF + "]", True),
        ("[{condition: trigger, id: a}, {condition: trigger, id: [a, b]}]", True),
        ("[{condition: trigger, id: a}, {condition: trigger, id: b}]", False),
    ],
)
def test_together(conditions: str, can: bool) -> None:
    parts, _ = made(conditions)
    assert bool(all_of(parts)) is can  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("trigger", "conditions", "can"),
    [
        ("{trigger: state, entity_id: light.a, to: 'on'}", f"[{OFF}]", False),
        ("{trigger: state, entity_id: light.a, from: 'on'}", f"[{ON}]", False),
        ("{trigger: state, entity_id: light.a, from: 'on', for: 5}", f"[{OFF}]", True),
        ("{trigger: state, entity_id: [light.a, light.b], to: 'on'}", f"[{OFF}]", True),
        ("{trigger: state, entity_id: light.a, attribute: x, to: 'on'}", f"[{OFF}]", True),
        ("{trigger: numeric_state, entity_id: sensor.t, above: 25}", f"[{COLD}]", False),
        ("{trigger: time, at: '12:00'}", f"[{NIGHT}]", False),
        ("{trigger: time, at: ['12:00', '23:30:10']}", f"[{NIGHT}]", True),
        ("{trigger: time, at: input_datetime.x}", f"[{NIGHT}]", True),
        ("{trigger: event, event_type: x, id: b}", "[{condition: trigger, id: a}]", False),
        ("{trigger: event, event_type: x}", "[{condition: trigger, id: '0'}]", True),
    ],
)
def test_what_is_so_when_a_trigger_fires(trigger: str, conditions: str, can: bool) -> None:
    parts, triggers = made(conditions, f"[{trigger}]")
    assert bool(together(when(triggers[0], 0), all_of(parts))) is can  # type: ignore[arg-type]


def test_why_not_names_what_clashes() -> None:
    parts, _ = made(f"[{ON}, {OFF}, {WARM}, {COLD}]")
    found = [cases(part) for part in parts]  # type: ignore[arg-type]
    assert why_not(found[0], found[1]) == "light.a cannot be on and off at once"
    assert why_not(found[2], found[3]) == "sensor.t cannot be above 20 and below 20 at once"


ENDS = st.sampled_from([float("-inf"), 0.0, 1.0, 2.0, 3.0, float("inf")])
SPANS = st.builds(Span, ENDS, ENDS, st.booleans(), st.booleans())


@given(SPANS, SPANS)
def test_spans_meet_where_both_hold(one: Span, other: Span) -> None:
    numbers = [-1.0, 0.0, 0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 4.0]
    met = one.meet(other)
    for number in numbers:
        assert (met is not None and met.holds(number)) is (one.holds(number) and other.holds(number))


WORDS = st.builds(Words, st.frozensets(st.sampled_from("abc")), st.booleans())


@given(WORDS, WORDS)
def test_words_meet_where_both_hold(one: Words, other: Words) -> None:
    met = one.meet(other)
    for word in "abcd":
        both = ((word in one.values) is not one.inverted) and ((word in other.values) is not other.inverted)
        assert (met is not None and (word in met.values) is not met.inverted) is both


def test_a_denial_and_what_it_denies_are_all_there_is() -> None:
    for text in (ON, WARM, NIGHT, f"{{or: [{ON}, {WARM}]}}", f"{{and: [{ON}, {NIGHT}]}}"):
        parts, _ = made(f"[{text}]")
        assert together(all_of(parts), denial(parts)) == []  # type: ignore[arg-type]


def test_minutes() -> None:
    assert [minute(text) for text in ("00:00", "07:30", "23:59:30", "x", "25:00", 7)] == [
        0,
        450,
        1439,
        None,
        None,
        None,
    ]
    assert Mask(ALL_DAY).meet(Mask(1)) == Mask(1)
    assert Mask(2).meet(Mask(1)) is None
