"""The helper of days and times, held to Home Assistant's documentation of input_datetime."""

from datetime import UTC, date, datetime, time
from typing import Any

import pytest

from homeserver.rules.owned.input_datetime import InputDatetime
from homeserver.rules.reading.fields import Fields
from homeserver.rules.reading.problem import RuleError
from homeserver.rules.reading.yaml_source import read
from homeserver.topics.call import CallError
from homeserver.topics.services import SERVICES
from tests.rules.owned.desk import Desk


def made(text: str, kept: str = "", zone: str = "Europe/Berlin") -> InputDatetime:
    one = InputDatetime(Fields(read(text).root), "wake")
    one.desk = Desk(zone=zone)
    if kept and not one.starts_anew:
        one.restore({"state": kept})
    one.begin()
    return one


def told(one: InputDatetime, **data: Any) -> str:
    one.acts["set_datetime"](one, data, None)
    return one.state


def test_a_time_alone() -> None:
    one = made("has_time: true", "06:30:00")
    assert (one.state, one.attributes["timestamp"], one.attributes["hour"]) == ("06:30:00", 23_400, 6)
    assert told(one, time=time(7, 45)) == "07:45:00"
    assert told(one, datetime=datetime(2026, 1, 1, 9, 0)) == "09:00:00"  # noqa: DTZ001 - local time is what is meant
    with pytest.raises(CallError, match="holds no day"):
        told(one, date=date(2026, 1, 1))


def test_a_day_alone() -> None:
    one = made("has_date: true", "2026-03-29")
    assert (one.state, one.attributes["day"]) == ("2026-03-29", 29)
    assert told(one, date=date(2026, 4, 1)) == "2026-04-01"
    with pytest.raises(CallError, match="holds no time of day"):
        told(one, time=time(7, 45))


def test_both_in_the_home_s_zone() -> None:
    one = made("{has_date: true, has_time: true}", "2026-07-01 08:00:00")
    assert one.attributes["timestamp"] == datetime(2026, 7, 1, 6, 0, tzinfo=UTC).timestamp()
    assert told(one, time=time(9, 30)) == "2026-07-01 09:30:00"
    assert told(one, timestamp=datetime(2026, 1, 1, 12, 0, tzinfo=UTC).timestamp()) == "2026-01-01 13:00:00"
    assert told(one, datetime=datetime(2026, 1, 1, 12, 0, tzinfo=UTC)) == "2026-01-01 13:00:00"


def test_what_it_begins_with() -> None:
    """input_datetime: initial sets the state at start; else it is what it was, and today at midnight the first time."""
    assert made("{has_time: true, initial: '05:00'}", "06:00:00").state == "05:00:00"
    assert made("{has_date: true, has_time: true}").state == "2026-01-05 00:00:00"
    assert made("has_time: true", "rubbish").state == "00:00:00"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("name: Nothing", "say has_date: true, has_time: true"),
        ("{has_time: true, initial: noon}", "initial must look like 07:30:00, not 'noon'"),
        ("{has_date: true, initial: '05:00'}", "initial must look like 2030-12-31"),
    ],
)
def test_what_is_wrong_is_said(text: str, told: str) -> None:
    with pytest.raises(RuleError, match=told):
        made(text)


@pytest.mark.parametrize("data", [{}, {"timestamp": 1, "date": "2026-01-01"}, {"date": "tomorrow"}])
def test_the_service_takes_one_way_to_say_it(data: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"date|timestamp"):
        SERVICES["input_datetime"]["set_datetime"].model.model_validate(data)
