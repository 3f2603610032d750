"""YAML as rules are written in it, with the line of every value, and an end to whatever a file may try."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homeserver.rules.reading.yaml_source import Map, Seq, SourceError, Tagged, read, tagged


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a: on", {"a": True}),
        ("on: 1", {"on": 1}),
        ("off: no", {"off": False}),
        ("'a': 'on'", {"a": "on"}),
        ("a: 12:30", {"a": "12:30"}),
        ("a: 07:30:00", {"a": "07:30:00"}),
        ("a: 2026-01-05", {"a": "2026-01-05"}),
        ("a: 1_000", {"a": 1000}),
        ("a: 010", {"a": 8}),
        ("a: 0x1F", {"a": 31}),
        ("a: -1.5", {"a": -1.5}),
        ("a: .5", {"a": 0.5}),
        ("a: ~", {"a": None}),
        ("a:", {"a": None}),
        ("a: |\n  x\n  y\n", {"a": "x\ny\n"}),
        ("a: >-\n  x\n  y\n", {"a": "x y"}),
        ("a: &x [1]\nb: *x", {"a": [1], "b": [1]}),
        ("a: &x {p: 1, q: 2}\nb: {<<: *x, q: 3}", {"a": {"p": 1, "q": 2}, "b": {"p": 1, "q": 3}}),
        ("", None),
        ("# nothing", None),
    ],
)
def test_reads(text: str, value: Any) -> None:
    assert read(text).root == value


def test_knows_the_line_of_every_value() -> None:
    root = read("# rules\n- a: 1\n  b:\n    - x\n    - y\n  c: |\n    text\n- d\n").root
    assert isinstance(root, Seq)
    assert root.lines == [2, 8]
    first = root[0]
    assert isinstance(first, Map)
    assert first.lines == {"a": 2, "b": 3, "c": 7}
    assert first["b"].lines == [4, 5]


def test_keeps_tags_for_those_who_know_them() -> None:
    root = read("a: !secret key\nb:\n  - !include x.yaml\n").root
    assert list(tagged(root)) == [Tagged("!secret", "key", 1), Tagged("!include", "x.yaml", 3)]


def test_remarks_on_a_key_that_is_given_twice() -> None:
    document = read("a: 1\na: 2")
    assert document.root == {"a": 2}
    assert document.remarks == [(2, "'a' is given twice; the last one counts")]


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("a: b: c", 1, "mapping values are not allowed"),
        ("a: 1\n\tb: 2", 2, "no YAML"),
        ("a:\n  - 1\n -2", 3, "no YAML"),
        ("a: *nothing", 1, "no anchor &nothing"),
        ("x: &x [*x]", 1, "holds itself"),
        ("{a: 1}: 2", 1, "a key must be plain text"),
        ("a: {{ states('x') }}", 1, "needs quotes"),
        ("- " * 100_000 + "a", 1, "nested more than"),
        ("[" * 100_000, 1, "nested more than"),
        ("a: 1\n---\nb: 2", 2, "more than one document"),
        ("<<: 5", 1, "needs a mapping"),
        ("\x00", 1, "no YAML"),
        ("a: " + "x" * 1_100_000, 1, "larger than"),
        ("- 1\n" * 210_000, 200_001, "more than 200000 values"),
    ],
)
def test_refuses_with_the_line(text: str, line: int, words: str) -> None:
    with pytest.raises(SourceError, match=words) as caught:
        read(text)
    assert caught.value.line == line


def test_what_is_merged_may_be_given_another_value() -> None:
    text = "- &base\n  id: one\n  mode: restart\n- <<: *base\n  id: two\n- id: three\n  <<: [*base]\n"
    document = read(text)
    assert [rule["id"] for rule in document.root] == ["one", "two", "three"]
    assert document.remarks == []
    assert document.root[1].lines == {"id": 5, "mode": 3}
    assert len(read(text + "- {<<: *base, id: a, id: b}\n").remarks) == 1


def test_aliases_that_multiply_are_counted() -> None:
    text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
    for number in range(1, 12):
        text += f"a{number}: &a{number} [{', '.join([f'*a{number - 1}'] * 10)}]\n"
    with pytest.raises(SourceError, match="more than 200000 values"):
        read(text)


@given(st.text(alphabet="ab:-[]{}&*!|>'\"#? \n\t<,0.~", max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        read(text)
    except SourceError as error:
        refused = error
    else:
        return
    assert refused.line >= 1
