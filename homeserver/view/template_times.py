"""Times in templates: UTC inside, the home's zone where a template shows one.

Reference: https://www.home-assistant.io/template-functions/#date-time
"""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any, Final

from jinja2 import Undefined

from homeserver.view.bounds import check_moment
from homeserver.view.template_rows import NOTHING, Row, or_default, unfit

_SHOWN: Final = "%Y-%m-%d %H:%M:%S"
_PARTS: Final = (("year", 31_536_000), ("month", 2_592_000), ("day", 86_400), ("hour", 3600), ("minute", 60))
_NUMBER: Final = r"\d{1,9}(?:[.,]\d{1,9})?"
_DURATION: Final = re.compile(
    r"(?:(?P<days>-?\d{1,9}) (?:days?,? ?)?)?(?P<sign>[-+])?(?:(?P<hours>\d{1,9}):(?=\d{1,9}:\d))?"
    r"(?:(?P<minutes>\d{1,9}):)?(?P<seconds>\d{1,9}(?:[.,]\d{1,6}\d{0,6})?)"
)
_ISO_DURATION: Final = re.compile(
    rf"(?P<sign>[-+])?P(?:(?P<days>{_NUMBER})D)?(?:T(?:(?P<hours>{_NUMBER})H)?(?:(?P<minutes>{_NUMBER})M)?"
    rf"(?:(?P<seconds>{_NUMBER})S)?)?"
)
_DAYS: Final = re.compile(r"(?P<days>-?\d{1,9}) days? ?(?P<sign>)(?P<hours>)(?P<minutes>)(?P<seconds>)")
_SHORT_DATE: Final = re.compile(
    r"(\d{4})-(\d{1,2})-(\d{1,2})[T ](\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:\.(\d{1,6})\d{0,6})?)?"
    r"(Z|[+-]\d{2}(?::?\d{2})?)?"
)


def parsed(text: str) -> datetime:
    """A moment out of ISO 8601, or of a text with single digits; raises `ValueError`."""
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        if (found := _SHORT_DATE.fullmatch(text)) is None:
            raise
    *numbers, micro, zone = found.groups()
    year, month, day, hour, minute, second = (int(number or 0) for number in numbers)
    moment = datetime(year, month, day, hour, minute, second, int((micro or "0").ljust(6, "0")))  # noqa: DTZ001
    return datetime.fromisoformat(f"{moment.isoformat()}{zone}") if zone else moment


def as_datetime(value: Any, default: Any = NOTHING) -> Any:
    """A timestamp or ISO 8601 text as a moment; text that is neither gives None, anything else needs a default."""
    if isinstance(value, datetime):
        return value
    if isinstance(value, date):
        return datetime.combine(value, time())
    try:
        return datetime.fromtimestamp(float(value), UTC)
    except (ValueError, TypeError, OverflowError, OSError):
        pass
    try:
        return parsed(str(value))
    except ValueError:
        if default is NOTHING:
            return None if isinstance(value, str) else unfit("as_datetime", value)
        return default


def as_timedelta(value: Any) -> timedelta | None:
    """`01:30:00`, `2 days, 1:00:00`, `90` (seconds) or `PT90M`; None where it is none of these."""
    text = str(value)
    found = _DURATION.fullmatch(text) or _ISO_DURATION.fullmatch(text) or _DAYS.fullmatch(text)
    if found is None:
        return None
    names = ("days", "hours", "minutes", "seconds")
    days, hours, minutes, seconds = (float((found[name] or "0").replace(",", ".")) for name in names)
    sign = -1 if found["sign"] == "-" else 1
    whole = timedelta(days=days * (sign if found.re is _ISO_DURATION else 1))
    return whole + sign * timedelta(hours=hours, minutes=minutes, seconds=seconds)


def strptime(string: Any, fmt: str, default: Any = NOTHING) -> Any:
    """A moment out of a text of this form."""
    check_moment(string, fmt)
    return or_default("strptime", lambda: datetime.strptime(string, fmt), string, default)  # noqa: DTZ007


def in_words(seconds: float, precision: int = 1) -> str:
    """`3 hours 20 minutes`, with as many parts as `precision` says, the last one rounded; 0: all of them."""
    words: list[str] = []
    left = round(abs(seconds))
    for name, length in (*_PARTS, ("second", 1)):
        if left < length:
            continue
        last = len(words) + 1 == precision
        count = round(left / length) if last else left // length
        words.append(f"{count} {name}{'' if count == 1 else 's'}")
        left -= count * length
        if last:
            break
    return " ".join(words) or "0 seconds"


def timedelta_string(value: Any, precision: int = 1) -> Any:
    """A span of time in words; what is none stays as it is."""
    return in_words(value.total_seconds(), precision) if isinstance(value, timedelta) else value


def time_of_day(text: str) -> time:
    """`7:30` or `07:30:15`; raises `ValueError`."""
    numbers = [int(part) for part in text.split(":")]
    if not 2 <= len(numbers) <= 3:
        raise ValueError(f"{text!r} is no time of day: write it as 07:30")
    hour, minute, second = (*numbers, 0)[:3]
    return time(hour, minute, second)


def rows(zone: tzinfo, now: Callable[[], datetime]) -> tuple[Row, ...]:
    """The rows that need the home's zone, or know what time it is; `now` gives UTC."""

    def as_local(value: datetime) -> datetime:
        return value.astimezone(zone) if value.tzinfo else value.replace(tzinfo=zone)

    def as_timestamp(value: Any, default: Any = NOTHING) -> Any:
        def work() -> float:
            moment = value if isinstance(value, datetime) else parsed(str(value))
            return as_local(moment).timestamp()

        return float(value) if isinstance(value, int | float) else or_default("as_timestamp", work, value, default)

    def shown(name: str, render: Callable[[datetime], str]) -> Callable[..., Any]:
        def work(value: Any, default: Any = NOTHING) -> Any:
            number: Any = None if isinstance(value, Undefined) else value
            return or_default(name, lambda: render(datetime.fromtimestamp(float(number), UTC)), value, default)

        return work

    def timestamp_custom(value: Any, date_format: str = _SHOWN, local: bool = True, default: Any = NOTHING) -> Any:
        where = zone if local else UTC
        check_moment(date_format)
        return shown("timestamp_custom", lambda moment: moment.astimezone(where).strftime(date_format))(value, default)

    def today_at(text: str = "") -> datetime:
        return datetime.combine(now().astimezone(zone).date(), time_of_day(text) if text else time(), zone)

    def time_since(value: Any, precision: int = 1) -> Any:
        past = isinstance(value, datetime) and as_local(value) <= now()
        return in_words((now() - as_local(value)).total_seconds(), precision) if past else value

    def time_until(value: Any, precision: int = 1) -> Any:
        future = isinstance(value, datetime) and as_local(value) >= now()
        return in_words((as_local(value) - now()).total_seconds(), precision) if future else value

    return (
        Row("now", lambda: now().astimezone(zone), "g"),
        Row("utcnow", now, "g"),
        Row("today_at", today_at, "gf"),
        Row("as_local", as_local, "gf"),
        Row("as_timestamp", as_timestamp, "gf"),
        Row("as_datetime", as_datetime, "gf"),
        Row("as_timedelta", as_timedelta, "gf"),
        Row("strptime", strptime, "gf"),
        Row("timedelta", timedelta, "g"),
        Row("timestamp_custom", timestamp_custom, "f"),
        Row("timestamp_local", shown("timestamp_local", lambda m: m.astimezone(zone).isoformat()), "f"),
        Row("timestamp_utc", shown("timestamp_utc", lambda m: m.isoformat()), "f"),
        Row("relative_time", time_since, "gf"),
        Row("time_since", time_since, "gf"),
        Row("time_until", time_until, "gf"),
        Row("timedelta_string", timedelta_string, "gf"),
    )
