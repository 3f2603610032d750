"""Days, times and moments: what is understood, and what is not."""

from collections.abc import Callable
from typing import Any

import pytest

from homeserver.home.config import Config, Refused
from homeserver.home.moments import DATE, DATETIME, TIME
from homeserver.home.report import Unreadable


def parser(component: Any, **fields: Any) -> Callable[[str], Any]:
    parse: Callable[[str], Any] = component.reads[0].parse(Config(fields))
    return parse


@pytest.mark.parametrize(
    ("component", "text", "value"),
    [
        (DATE, "1 March 2025", "2025-03-01"),
        (DATE, "March 1, 2025", "2025-03-01"),
        (DATE, " 20251201 ", "2025-12-01"),
        (DATE, "2025-12-01T23:30:00-05:00", "2025-12-01"),
        (TIME, "7:05 am", "07:05:00"),
        (TIME, "T06:30", "06:30:00"),
        (TIME, "06:30:01.5", "06:30:01.500000"),
        (TIME, "1 March 2025 18:30", "18:30:00"),
        (DATETIME, "2025-12-01T12:00:00.9Z", "2025-12-01T12:00:00+00:00"),
        (DATE, "None", None),
    ],
)
def test_understood(component: Any, text: str, value: str | None) -> None:
    assert parser(component)(text) == value


@pytest.mark.parametrize(
    ("component", "text"),
    [
        (DATE, "2025-02-30"),
        (DATE, "soon"),
        (TIME, "24:61"),
        (DATETIME, "2025-12-01"),
        (DATETIME, "0001-01-01T00:00+14:00"),
    ],
)
def test_not_understood(component: Any, text: str) -> None:
    with pytest.raises(Unreadable):
        parser(component)(text)


@pytest.mark.parametrize("zone", ["Mars/Olympus", "../../etc/passwd", "/etc/passwd", "\0"])
def test_a_time_zone_that_is_none_is_refused(zone: str) -> None:
    with pytest.raises(Refused, match="`timezone` is"):
        parser(DATETIME, timezone=zone)
