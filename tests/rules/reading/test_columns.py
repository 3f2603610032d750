"""Where on its line a fault stands."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homeserver.rules.reading.columns import Columns, column_of
from homeserver.rules.reading.problem import Problem
from homeserver.rules.reading.rule_file import read_text
from homeserver.view.templates import Templates

TEXT = """- id: hall
  triggers:
    - {trigger: state, entity_id: light.a, form: x}
    - trigger: stat
  conditions:
    - condition: template
      value_template: |
        {{ 1 }}
        {{ 2 | nope }}
  actions:
    - action: light.turn_on
      "target": {entity_id: light.a}
      dta: {}
  mod: single
"""


def test_every_fault_has_the_column_of_its_field() -> None:
    problems = read_text(TEXT, "hall.yaml", Templates()).problems
    columns = Columns(TEXT)
    lines = TEXT.splitlines()
    found = [
        (problem.line, columns.of(problem), lines[problem.line - 1][columns.of(problem) - 1 :]) for problem in problems
    ]
    assert sorted(found) == [
        (3, 44, "form: x}"),
        (4, 7, "trigger: stat"),
        (9, 9, "{{ 2 | nope }}"),
        (13, 7, "dta: {}"),
        (14, 3, "mod: single"),
    ]


def at(line: int, field: str = "") -> Problem:
    return Problem("x.yaml", line, "", field, "")


@pytest.mark.parametrize(
    ("text", "problem", "column"),
    [
        ("a: [1,\n  b: }", at(2), 6),
        ("  a: {b: *x}", at(1, "a.b"), 7),
        ("- - 5\n", at(1, "[0][0]"), 1),
        ("   # nothing\n", at(1), 4),
        ("", at(7), 1),
        ("ä: ö\nb: 1", at(2, "b"), 1),
        ("{ä: ö, b: 1}", at(1, "b"), 8),
    ],
)
def test_tells_something_useful_of_any_line(text: str, problem: Problem, column: int) -> None:
    assert column_of(text, problem) == column


@given(st.text(alphabet="-: \n'\"{}[]ab&*!%|>#\t", max_size=80), st.integers(1, 9))
def test_any_text_has_columns(text: str, line: int) -> None:
    assert column_of(text, at(line, "a[0].b")) >= 1
