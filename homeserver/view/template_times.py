"""Times in templates: UTC inside, the home's zone where a template shows one.

Reference: https://www.home-assistant.io/template-functions/#date-time
"""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any, Final

from homeserver.view.template_rows import NOTHING, Row, or_default, unfit

_SHOWN: Final = "%Y-%m-%d %H:%M:%S"
_PARTS: Final = (("year", 31_536_000), ("month", 2_592_000), ("day", 86_400), ("hour", 3600), ("minute", 60))
_DURATION: Final = re.compile(
    r"(?P<sign>[-+])?(?:(?P<days>\d{1,9}) days?,? )?"
    r"(?P<hours>\d{1,9}):(?P<minutes>\d\d?)(?::(?P<seconds>\d\d?(?:\.\d{1,9})?))?"
)
_ISO_DURATION: Final = re.compile(
    r"(?P<sign>[-+])?P(?:(?P<days>\d{1,9}(?:\.\d{1,9})?)D)?"
    r"(?:T(?:(?P<hours>\d{1,9}(?:\.\d{1,9})?)H)?(?:(?P<minutes>\d{1,9}(?:\.\d{1,9})?)M)?"
    r"(?:(?P<seconds>\d{1,9}(?:\.\d{1,9})?)S)?)?"
)


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
        return datetime.fromisoformat(str(value))
    except ValueError:
        if default is NOTHING:
            return None if isinstance(value, str) else unfit("as_datetime", value)
        return default


def as_timedelta(value: Any) -> timedelta | None:
    """`01:30:00`, `2 days, 1:00:00` or `PT90M`; None where it is neither."""
    found = _DURATION.fullmatch(str(value)) or _ISO_DURATION.fullmatch(str(value))
    if found is None:
        return None
    parts = {name: float(found[name] or 0) for name in ("days", "hours", "minutes", "seconds")}
    return timedelta(**parts) * (-1 if found["sign"] == "-" else 1)


def strptime(text: Any, form: str, default: Any = NOTHING) -> Any:
    return or_default("strptime", lambda: datetime.strptime(text, form), text, default)  # noqa: DTZ007


def in_words(seconds: float, precision: int = 1) -> str:
    """`3 hours 20 minutes`, with as many parts as `precision` says."""
    words: list[str] = []
    left = abs(seconds)
    for name, length in (*_PARTS, ("second", 1)):
        count = int(left // length)
        if count and len(words) < max(1, precision):
            words.append(f"{count} {name}{'' if count == 1 else 's'}")
            left -= count * length
    return " ".join(words) or "0 seconds"


def rows(zone: tzinfo, now: Callable[[], datetime]) -> tuple[Row, ...]:
    """The rows that need the home's zone, or know what time it is; `now` gives UTC."""

    def as_local(value: datetime) -> datetime:
        return value.astimezone(zone) if value.tzinfo else value.replace(tzinfo=zone)

    def as_timestamp(value: Any, default: Any = NOTHING) -> Any:
        def work() -> float:
            moment = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
            return as_local(moment).timestamp()

        return float(value) if isinstance(value, int | float) else or_default("as_timestamp", work, value, default)

    def shown(name: str, render: Callable[[datetime], str]) -> Callable[..., Any]:
        def work(value: Any, default: Any = NOTHING) -> Any:
            return or_default(name, lambda: render(datetime.fromtimestamp(float(value), UTC)), value, default)

        return work

    def timestamp_custom(value: Any, form: str = _SHOWN, local: bool = True, default: Any = NOTHING) -> Any:
        where = zone if local else UTC
        return shown("timestamp_custom", lambda moment: moment.astimezone(where).strftime(form))(value, default)

    def today_at(text: str = "00:00") -> datetime:
        moment = time.fromisoformat(text if len(text) > 4 else f"0{text}")
        return datetime.combine(now().astimezone(zone).date(), moment, zone)

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
    )
