"""States as people read them."""

import pytest

from homeserver.topics.entity import EntityConfig
from homeserver.view.digits import displayed


@pytest.mark.parametrize(
    ("state", "capabilities", "shown"),
    [
        ("21.46", {"display_precision": 1}, "21.5"),
        ("21", {"display_precision": 1}, "21.0"),
        ("1013.25", {"display_precision": 0}, "1013"),
        ("21.46", {}, "21.46"),
        ("unknown", {"display_precision": 1}, "unknown"),
        ("inf", {"display_precision": 1}, "inf"),
        ("21.46", {"display_precision": "many"}, "21.46"),
    ],
)
def test_digits_behind_the_point(state: str, capabilities: dict[str, object], shown: str) -> None:
    assert displayed(state, EntityConfig("Thing", "home", capabilities=capabilities)) == shown
    assert displayed(state, None) == state
