"""The table of services: what is refused, and what asking twice would do."""

import pytest
from pydantic import ValidationError

from homeserver.topics.services import SERVICES


@pytest.mark.parametrize(
    ("domain", "service", "data"),
    [
        ("light", "turn_on", {"brightnes": 10}),
        ("light", "turn_on", {"brightness": 256}),
        ("light", "turn_on", {"rgb_color": [1, 2]}),
        ("light", "turn_off", {"brightness": 1}),
        ("number", "set_value", {}),
        ("number", "set_value", {"value": "warm"}),
        ("button", "press", {"hard": True}),
        ("select", "select_option", {"option": None}),
    ],
)
def test_wrong_data_is_refused(domain: str, service: str, data: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        SERVICES[domain][service].model.model_validate(data)


def test_a_number_stands_for_its_digits_where_a_text_is_asked_for() -> None:
    assert SERVICES["lock"]["unlock"].model.model_validate({"code": 1234}).model_dump() == {"code": "1234"}
    with pytest.raises(ValidationError):
        SERVICES["lock"]["unlock"].model.model_validate({"code": True})


@pytest.mark.parametrize(
    ("domain", "service", "data", "effect"),
    [
        ("light", "turn_on", {"brightness": 40}, "absolute"),
        ("light", "turn_on", {"brightness_step_pct": 10}, "once"),
        ("light", "toggle", {}, "toggle"),
        ("button", "press", {}, "once"),
        ("select", "select_next", {}, "once"),
        ("select", "select_option", {"option": "eco"}, "absolute"),
    ],
)
def test_effects(domain: str, service: str, data: dict[str, object], effect: str) -> None:
    assert SERVICES[domain][service].effect_of(data) == effect
