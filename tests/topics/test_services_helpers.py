"""Lengths of time as services take them, and what the services of helpers refuse."""

from typing import Any

import pytest

from homeserver.topics.services_helpers import HELPERS, lasting


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        (90, 90.0),
        ("90", 90.0),
        ("00:01:30", 90.0),
        ("01:30", 5400.0),
        ("-00:00:30", -30.0),
        ({"minutes": 1, "seconds": 30}, 90.0),
        ({"seconds": -5}, -5.0),
        ("00:00:01.5", 1.5),
    ],
)
def test_a_length_of_time(value: Any, seconds: float) -> None:
    assert lasting(value) == seconds


@pytest.mark.parametrize("value", ["soon", "", {}, {"fortnights": 1}, None, "9999:00:00", {"minutes": "many"}])
def test_what_is_none(value: Any) -> None:
    with pytest.raises(ValueError, match=r"must be|is longer|could not convert"):
        lasting(value)


@pytest.mark.parametrize(
    ("domain", "service", "data"),
    [
        ("timer", "start", {"duration": "soon"}),
        ("timer", "change", {}),
        ("counter", "set_value", {"value": 1.5}),
        ("input_number", "set_value", {"value": "warm"}),
        ("input_select", "set_options", {"options": []}),
        ("input_text", "set_value", {"value": "x" * 256}),
        ("automation", "trigger", {"skip_conditions": True}),
        ("input_boolean", "turn_on", {"brightness": 5}),
    ],
)
def test_data_that_does_not_fit_is_refused(domain: str, service: str, data: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="validation error"):
        HELPERS[domain][service].model.model_validate(data)


def test_what_counts_or_presses_is_done_once() -> None:
    once = {f"{domain}.{service}" for domain, services in HELPERS.items() for service, row in services.items()
            if row.effect_of({}) == "once"}  # fmt: skip
    assert {"counter.increment", "input_button.press", "timer.start", "script.turn_on", "automation.trigger"} <= once
    assert not once & {"counter.reset", "input_boolean.turn_on", "timer.cancel", "input_number.set_value"}
