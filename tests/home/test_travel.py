"""What the numbers of things that travel mean, in either direction and any range."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homeserver.home.config import Config, Refused
from homeserver.home.travel import Span, span_of


@pytest.mark.parametrize(
    ("closed", "opened", "number", "percent"),
    [(0, 100, 40, 40), (40, 140, 40, 0), (100, 0, 60, 40), (0, 255, 128, 50), (0, 100, -5, 0), (0, 10, 99, 100)],
)
def test_numbers_of_a_device(closed: int, opened: int, number: int, percent: int) -> None:
    span = span_of(Config({"position_closed": closed, "position_open": opened}), "position_closed", "position_open")
    assert span.percent(number) == percent


@given(st.integers(-1000, 1000), st.integers(-1000, 1000), st.integers(0, 100))
def test_there_and_back(closed: int, opened: int, percent: int) -> None:
    """A percentage comes back as itself, within what the device's numbers can tell apart."""
    if closed == opened:
        with pytest.raises(Refused, match="must differ"):
            span_of(Config({"a": closed, "b": opened}), "a", "b")
        return
    span = Span(closed, opened)
    step = 100 / abs(opened - closed)
    assert span.holds(span.number(percent))
    assert abs(span.percent(span.number(percent)) - percent) <= step / 2 + 1
    assert span.percent(closed) == 0
    assert span.percent(opened) == 100
