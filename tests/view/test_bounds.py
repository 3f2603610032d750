"""What values weigh, and what is refused before it is made."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2.utils import Namespace

from homeserver.view.bounds import (
    ELEMENT,
    LIMIT,
    BoundError,
    add,
    check_braces,
    check_percent,
    modulo,
    multiply,
    power,
    sized,
    weight,
)

PLAIN = (
    st.none() | st.booleans() | st.integers() | st.integers(min_value=2**200) | st.floats() | st.text() | st.binary()
)
VALUES = st.recursive(
    PLAIN,
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner) | st.tuples(inner, inner),
    max_leaves=30,
)


@given(VALUES)
def test_a_value_shown_is_not_much_longer_than_it_weighs(value: Any) -> None:
    """An unprintable character is shown as up to ten others."""
    assert len(str(value)) <= 10 * weight(value)


@pytest.mark.parametrize(
    ("value", "weighs"),
    [
        (1.5, 2 * ELEMENT),
        ("abc", 2 * ELEMENT + 3),
        ([], 2 * ELEMENT),
        (["abc", 1.0], 4 * ELEMENT + 3),
        ({"abc": 1.0}, 4 * ELEMENT + 3),
        (range(100), 102 * ELEMENT),
        (object(), 2 * ELEMENT),
    ],
)
def test_weighs(value: Any, weighs: int) -> None:
    assert weight(value) == weighs


def test_what_is_shared_is_weighed_each_time_and_no_further_than_needed() -> None:
    value: Any = ["x"]
    for _ in range(60):
        value = [value, value]
    assert LIMIT < weight(value) < 2 * LIMIT
    with pytest.raises(BoundError, match="larger than 256 KiB"):
        sized(value)


def test_a_namespace_is_no_value() -> None:
    assert sized(Namespace()) is not None
    with pytest.raises(BoundError, match="cannot be printed"):
        weight([Namespace()])


NUMBERS = st.integers(-(10**9), 10**9) | st.floats(-1e9, 1e9)


@given(NUMBERS, NUMBERS)
def test_ordinary_arithmetic_is_python_s(left: float, right: float) -> None:
    assert multiply(left, right) == left * right
    assert add(left, right) == left + right
    if right:
        assert modulo(left, right) == left % right


@pytest.mark.parametrize(
    ("left", "right"), [(2, 10), (2.5, 3), (2, -1), (0, 0), (-2, 3), (10, 300)], ids=lambda value: str(value)
)
def test_ordinary_powers_are_python_s(left: float, right: float) -> None:
    assert power(left, right) == left**right


def test_text_is_formatted_within_bounds() -> None:
    assert modulo("%5.1f|%-4s|%%", (1.25, "x")) == "  1.2|x   |%"
    check_percent("%(name)010d", {"name": 1})
    check_braces("{{literal 99999}} {:>10.3f}", (1,))
    for pattern in ("%1000d", "%*d", "%.9999f"):
        with pytest.raises(BoundError, match="widths of at most 999"):
            check_percent(pattern, (1, 2))
    for pattern in ("{:1000}", "{:{}}"):
        with pytest.raises(BoundError, match="widths of at most 999"):
            check_braces(pattern, (1, 2))
