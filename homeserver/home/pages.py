"""Long lists, a page at a time: as many lines as were asked for and fit into one message. Pure."""

from base64 import b64encode
from collections.abc import Callable, Sequence
from typing import Final, TypeVar

from pydantic import BaseModel

from homeserver.home.gallery import Picture
from homeserver.home.words import ImageReply, Page
from homeserver.runtime.codec import LIMIT

T = TypeVar("T")
L = TypeVar("L", bound=BaseModel)
_ROOM: Final = LIMIT * 3 // 4
"""Bytes of the lines of one page."""
_LARGEST_PICTURE: Final = _ROOM * 3 // 4
"""Bytes of a picture that goes into one message, four signs for three bytes."""


def image_reply(entity: str, picture: Picture) -> ImageReply:
    """A picture as far as it fits into one message."""
    content = picture.content
    data = b64encode(content).decode() if content is not None and len(content) <= _LARGEST_PICTURE else None
    return ImageReply(
        entity=entity,
        content_type=picture.content_type,
        size=picture.size,
        at=picture.at,
        url=picture.url,
        data=data,
    )


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
