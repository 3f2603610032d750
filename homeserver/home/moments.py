"""Entities that hold a day, a time of day or a moment: date, time, datetime.

Texts are read as ISO 8601 or in English words (`1 March 2025`). Facts: Home Assistant's documentation of the MQTT
integration, one page for each component.
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from itertools import product
from typing import Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from homeserver.home.component import Component, Make, Reads, Sends
from homeserver.home.config import Config, Refused
from homeserver.home.entity import Entity
from homeserver.home.parsing import IGNORED, NONE, Parse
from homeserver.home.report import Unreadable

_TIMES: Final = ("%H:%M", "%H:%M:%S", "%I:%M %p", "%I:%M:%S %p", "%I %p")
_DAYS: Final = ("%d %B %Y", "%d %b %Y", "%B %d %Y", "%b %d %Y", "%Y/%m/%d")
_WORDS: Final = (*_DAYS, *(f"{day} {clock}" for day, clock in product(_DAYS, _TIMES)))


def _moment(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text.strip())
    except ValueError:
        return _spelled(text, _WORDS)


def _spelled(text: str, forms: tuple[str, ...]) -> datetime:
    plain = " ".join(text.replace(",", " ").split())[:60]
    for form in forms:
        try:
            return datetime.strptime(plain, form)  # noqa: DTZ007 - the zone is told elsewhere or does not matter
        except ValueError:
            continue
    raise Unreadable(f"{text[:60]!r} is no date or time: ISO 8601 is understood, and 1 March 2025")


def _time(text: str) -> time:
    try:
        return time.fromisoformat(text.strip()).replace(tzinfo=None)
    except ValueError:
        pass
    try:
        return _spelled(text, _TIMES).time()
    except Unreadable:
        return _moment(text).time()


def _unless_empty(parse: Parse) -> Parse:
    return lambda text: None if text == NONE else parse(text) if text else IGNORED


def _day_of(config: Config) -> Parse:
    return _unless_empty(lambda text: _moment(text).date().isoformat())


def _time_of(config: Config) -> Parse:
    return _unless_empty(lambda text: _time(text).isoformat())


def _moment_of(config: Config) -> Parse:
    """With `timezone` times come without an offset, otherwise with one."""
    zone = _zone(config)

    def parse(text: str) -> str:
        found = _moment(text)
        if zone is not None and found.tzinfo is not None:
            raise Unreadable(f"{text[:60]!r} has an offset although `timezone` says that there is none")
        if zone is None and found.tzinfo is None:
            raise Unreadable(f"{text[:60]!r} has no offset: it needs one, or the config a `timezone`")
        return _said(found.replace(tzinfo=zone) if zone else found)

    return _unless_empty(parse)


def _said(moment: datetime) -> str:
    try:
        return moment.astimezone(UTC).isoformat(timespec="seconds")
    except OverflowError:
        raise Unreadable(f"{moment} is outside the calendar") from None


def _zone(config: Config) -> ZoneInfo | None:
    name = config.maybe_text("timezone")
    if not name:
        return None
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise Refused(f"`timezone` is {name[:60]!r}: it must be an IANA name such as Europe/Berlin") from None


def _set_day(config: Config) -> Make:
    def make(entity: Entity, data: Mapping[str, Any]) -> tuple[Any, dict[str, Any]]:
        value = data["date"]
        day = date.fromisoformat(value) if isinstance(value, str) else value
        return day, {"state": day.isoformat()}

    return make


def _set_time(config: Config) -> Make:
    def make(entity: Entity, data: Mapping[str, Any]) -> tuple[Any, dict[str, Any]]:
        value = data["time"]
        clock = (time.fromisoformat(value) if isinstance(value, str) else value).replace(tzinfo=None)
        return clock, {"state": clock.isoformat()}

    return make


def _set_moment(config: Config) -> Make:
    """What is sent is in UTC."""
    zone = config.around.zone

    def make(entity: Entity, data: Mapping[str, Any]) -> tuple[Any, dict[str, Any]]:
        value = data["datetime"]
        moment = datetime.fromisoformat(value) if isinstance(value, str) else value
        moment = (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)
        return moment, {"state": _said(moment)}

    return make


def _iso(value: Any) -> str:
    return str(value.isoformat())


DATE: Final = Component(
    domain="date",
    names="Date",
    needs=("command_topic",),
    reads=(Reads("state_topic", "value_template", _day_of),),
    services={"set_value": Sends(_set_day, text=_iso)},
)

TIME: Final = Component(
    domain="time",
    names="Time",
    needs=("command_topic",),
    reads=(Reads("state_topic", "value_template", _time_of),),
    services={"set_value": Sends(_set_time, text=_iso)},
)

DATETIME: Final = Component(
    domain="datetime",
    names="Date/Time",
    needs=("command_topic",),
    reads=(Reads("state_topic", "value_template", _moment_of),),
    services={"set_value": Sends(_set_moment, text=_iso)},
)
