"""What of a file a client wants, and whether at all: RFC 9110, sections 13 and 14, for one range.

Several ranges at once are answered with the whole, as the standard allows. Pure functions, keep nothing.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from typing import Final, Literal
from urllib.parse import quote

from homeserver.topics.record import record

_RANGE: Final = re.compile(r"\s*bytes\s*=\s*(\d{0,18})\s*-\s*(\d{0,18})\s*", re.IGNORECASE)
_TAG: Final = re.compile(r'(?:W/)?"([^"]*)"')
_UNSAFE: Final = re.compile(r"[^ !#$&-.0-:<-\[\]-~]")
"""What would need more than quotes in a header: not printable ASCII, `"`, `%`, `/`, `;` and backslash."""
SHOWN: Final = re.compile(r"(audio|video)/[\w.+-]+|image/(jpeg|png|gif|webp|avif|bmp)|application/pdf|text/plain")
"""Media types that a browser may show under the home's own name: in none of them can a script run."""


@record
class Part:
    """Which status, and which bytes: from `start` up to, not including, `end`."""

    status: Literal[200, 206, 304, 412, 416]
    start: int
    end: int


def wanted(headers: Mapping[str, str], etag: str, modified: datetime, length: int) -> Part:
    """What to answer to a GET or HEAD with these headers."""
    if (given := headers.get("if-match")) is not None and not _names(given, etag, weak=False):
        return Part(412, 0, 0)
    if (given := headers.get("if-none-match")) is not None:
        if _names(given, etag, weak=True):
            return Part(304, 0, 0)
    elif (since := _date(headers.get("if-modified-since"))) and modified.replace(microsecond=0) <= since:
        return Part(304, 0, 0)
    spoken = headers.get("range")
    if spoken is None or not _is_current(headers.get("if-range"), etag, modified):
        return Part(200, 0, length)
    return _part(spoken, length)


def _part(spoken: str, length: int) -> Part:
    match = _RANGE.fullmatch(spoken)
    if match is None or not any(match.groups()):
        return Part(200, 0, length)  # another unit, several ranges, or no range at all
    first, last = match.groups()
    start = int(first) if first else max(0, length - int(last))
    end = min(length, int(last) + 1) if first and last else length
    if first and last and int(last) < int(first):
        return Part(200, 0, length)
    return Part(206, start, end) if start < end else Part(416, 0, 0)


def _names(given: str, etag: str, *, weak: bool) -> bool:
    """Whether a list of tags names this one; `weak`: also where it calls it a weak one."""
    if given.strip() == "*":
        return True
    return any(one[1] == etag and (weak or not one[0].startswith("W/")) for one in _TAG.finditer(given))


def _is_current(condition: str | None, etag: str, modified: datetime) -> bool:
    """Whether `If-Range` allows a part."""
    if condition is None:
        return True
    if '"' in condition:
        return condition.strip() == f'"{etag}"'
    return _date(condition) == modified.replace(microsecond=0)


def _date(text: str | None) -> datetime | None:
    try:
        found = parsedate_to_datetime(text) if text else None
    except ValueError:
        return None
    return found.replace(tzinfo=UTC) if found is not None and found.tzinfo is None else found


def date(moment: datetime) -> str:
    """As HTTP writes it."""
    return format_datetime(moment.astimezone(UTC), usegmt=True)


def disposition(filename: str, media_type: str, *, download: bool) -> str:
    """`Content-Disposition` (RFC 6266): what a browser may not show it saves; the name twice, for old and new ones."""
    kind = "inline" if SHOWN.fullmatch(media_type.partition(";")[0].strip().lower()) and not download else "attachment"
    plain = _UNSAFE.sub("_", filename)
    exact = f"; filename*=UTF-8''{quote(filename, safe='')}" if plain != filename else ""
    return f'{kind}; filename="{plain}"{exact}'
