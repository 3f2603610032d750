"""Long lists, a page at a time: as many lines as were asked for and fit into one message. Pure."""

from collections.abc import Callable, Sequence
from typing import Final, TypeVar

from pydantic import BaseModel

from homeserver.home.words import Page
from homeserver.runtime.codec import LIMIT

T = TypeVar("T")
L = TypeVar("L", bound=BaseModel)
_ROOM: Final = LIMIT * 3 // 4
"""Bytes of the lines of one page."""


def page(rows: Sequence[T], line: Callable[[T], L], asked: Page) -> tuple[tuple[L, ...], int | None]:
    """The lines that were asked for, and the offset of the next page if there is one."""
    lines: list[L] = []
    room = _ROOM
    for row in rows[asked.offset : asked.offset + asked.limit]:
        lines.append(line(row))
        room -= len(lines[-1].model_dump_json().encode())
        if room < 0:
            lines.pop()
            break
    end = asked.offset + len(lines)
    return tuple(lines), end if end < len(rows) else None
