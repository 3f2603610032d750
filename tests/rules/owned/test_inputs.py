"""Helpers that hold what people set, held to Home Assistant's documentation of input_* and counter."""

from typing import Any

import pytest

from homeserver.rules.owned.inputs import Counter, InputBoolean, InputNumber, InputSelect, InputText
from homeserver.rules.reading.fields import Fields
from homeserver.rules.reading.problem import RuleError
from homeserver.rules.reading.yaml_source import read
from homeserver.topics.call import CallError
from tests.rules.owned.desk import Desk


def fields(text: str) -> Fields:
    return Fields(read(text).root)


def made(kind: Any, text: str, **kept: Any) -> Any:
    thing = kind(fields(text), "one")
    thing.desk = Desk()
    if kept and not thing.starts_anew:
        thing.restore(kept)
    thing.begin()
    return thing


def test_a_boolean_is_what_it_was_unless_it_has_an_initial() -> None:
    """input_boolean: "If you set a valid value for initial, the integration will start with state set to that value.
    Otherwise, it will restore the state it had before Home Assistant stopping." """
    assert made(InputBoolean, "name: Guests").state == "off"
    assert made(InputBoolean, "name: Guests", state="on").state == "on"
    assert made(InputBoolean, "initial: false", state="on").state == "off"


def test_a_boolean_is_toggled() -> None:
    one = made(InputBoolean, "name: Guests")
    one.acts["toggle"](one, {}, None)
    assert one.state == "on"
    one.acts["toggle"](one, {}, None)
    assert one.state == "off"


def test_a_number_stays_within_its_limits() -> None:
    one = made(InputNumber, "{min: 10, max: 20, step: 0.5}", state="15.0")
    assert one.state == "15.0"
    with pytest.raises(CallError, match="25 is not between 10 and 20") as told:
        one.acts["set_value"](one, {"value": 25}, None)
    assert told.value.error.field == "value"
    one.acts["increment"](one, {}, None)
    assert one.state == "15.5"
    one.acts["set_value"](one, {"value": 20}, None)
    one.acts["increment"](one, {}, None)
    assert one.state == "20.0"


def test_a_number_begins_with_the_least_it_may_be() -> None:
    assert made(InputNumber, "{min: 10, max: 20}").state == "10.0"
    assert made(InputNumber, "{min: 10, max: 20}", state="99").state == "20.0"  # its limits have changed
    assert made(InputNumber, "{min: 10, max: 20}", state="rubbish").state == "10.0"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{min: 10}", "max is missing"),
        ("{min: 10, max: 10}", "must be above min"),
        ("{min: 1, max: 2, initial: 5}", "initial must be from 1 to 2"),
        ("{min: a, max: 2}", "min must be a number"),
        ("{min: 1, max: 2, mode: knob}", "mode must be one of slider, box"),
        ("{min: 1, max: 2, stepp: 1}", "unknown field 'stepp'; did you mean step?"),
    ],
)
def test_what_is_wrong_with_a_number_is_said(text: str, told: str) -> None:
    with pytest.raises(RuleError, match=told.replace("?", r"\?")):
        made(InputNumber, text)


def test_a_text_fits_its_length_and_pattern() -> None:
    one = made(InputText, "{min: 2, max: 4, pattern: '[a-z]*'}")
    assert one.state == "unknown"  # as long as nobody has set it
    one.acts["set_value"](one, {"value": "abc"}, None)
    assert one.state == "abc"
    for wrong, told in (("a", "2 to 4 characters, not 1"), ("ABC", "must fit the pattern")):
        with pytest.raises(CallError, match=told):
            one.acts["set_value"](one, {"value": wrong}, None)
    assert one.state == "abc"
    assert made(InputText, "{max: 2}", state="abc").state == "unknown"


def test_a_text_is_refused_that_does_not_fit_itself() -> None:
    with pytest.raises(RuleError, match="initial must have"):
        made(InputText, "{max: 2, initial: abc}")
    with pytest.raises(RuleError, match="no regular expression"):
        made(InputText, "{pattern: '('}")


def test_a_select_goes_round_unless_it_is_told_not_to() -> None:
    """input_select.select_next: "cycle: If the option should cycle from the last to the first option on the list." """
    one = made(InputSelect, "options: [home, away, 'on']", state="away")
    assert (one.state, one.attributes["options"]) == ("away", ["home", "away", "on"])
    for service, data, state in (
        ("select_next", {}, "on"),
        ("select_next", {"cycle": False}, "on"),
        ("select_next", {}, "home"),
        ("select_previous", {"cycle": False}, "home"),
        ("select_previous", {}, "on"),
        ("select_first", {}, "home"),
        ("select_last", {}, "on"),
        ("select_option", {"option": "away"}, "away"),
    ):
        one.acts[service](one, data, None)
        assert one.state == state
    with pytest.raises(CallError, match="'nowhere' is none of home, away, on"):
        one.acts["select_option"](one, {"option": "nowhere"}, None)


def test_a_select_is_given_other_options() -> None:
    one = made(InputSelect, "options: [a, b]", state="b")
    one.acts["set_options"](one, {"options": ["b", "c"]}, None)
    assert (one.state, one.attributes["options"]) == ("b", ["b", "c"])
    one.acts["set_options"](one, {"options": ["x", "y"]}, None)
    assert one.state == "x"
    with pytest.raises(CallError, match="twice"):
        one.acts["set_options"](one, {"options": ["x", "x"]}, None)


def test_a_counter_counts_within_its_limits() -> None:
    one = made(Counter, "{initial: 2, step: 2, maximum: 5}", state="4")
    assert one.state == "4"  # restore: true is the default
    one.acts["increment"](one, {}, None)
    assert one.state == "5"
    one.acts["decrement"](one, {}, None)
    assert one.state == "3"
    one.acts["reset"](one, {}, None)
    assert one.state == "2"
    with pytest.raises(CallError, match="9 is above its maximum, 5"):
        one.acts["set_value"](one, {"value": 9}, None)
    assert made(Counter, "{initial: 2, restore: false}", state="4").state == "2"
