"""Words of commands are checked as strictly as devices check them; steps decide what is worth a report."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.demo_home.house import KINDS
from integrations.demo_home.unit import Ignored, choice, number

anything = st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.lists(st.integers())


@pytest.mark.parametrize(("value", "result"), [("21.5", 21.5), (21, 21.0), (" 7 ", 7.0), ("5", 5.0), (30, 30.0)])
def test_numbers(value: object, result: float) -> None:
    assert number(value, 5, 30) == result


@pytest.mark.parametrize(
    "value", ["", "warm", None, True, [], {}, "nan", "inf", float("nan"), 4.99, "30.01", "1e400", 10**400]
)
def test_not_numbers(value: object) -> None:
    with pytest.raises(Ignored):
        number(value, 5, 30)


@given(anything)
def test_a_number_is_within_its_limits_or_ignored(value: object) -> None:
    try:
        result = number(value, -5, 5)
    except Ignored:
        return
    assert -5 <= result <= 5


@given(anything)
def test_a_choice_is_one_of_the_options_or_ignored(value: object) -> None:
    try:
        result = choice(value, ("auto", "off"))
    except Ignored:
        return
    assert result in ("auto", "off")


def test_steps_are_absolute_or_relative_whichever_is_more() -> None:
    motion = KINDS["motion"]  # illuminance: 6 lx or a fifth
    assert not motion.moved("illuminance", 105, 100)
    assert motion.moved("illuminance", 125, 100)
    assert not motion.moved("illuminance", 5, 1)
    assert motion.moved("illuminance", 8, 1)
    assert motion.moved("occupancy", True, False)
    assert not motion.moved("linkquality", 10, 200)
    assert motion.moved("battery", 50, 51)
    assert motion.moved("illuminance", 5, None)
