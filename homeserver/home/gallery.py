"""The latest picture of each camera and image: in memory, within bounds, and never part of a state."""

from collections import OrderedDict
from datetime import datetime
from typing import Final

from homeserver.topics.record import record

ROOM: Final = 32 * 1024 * 1024
"""Bytes of all pictures together."""


@record
class Picture:
    """`content` is None where only an address of the picture was told."""

    content_type: str | None
    at: datetime
    content: bytes | None = None
    url: str | None = None

    @property
    def size(self) -> int:
        return len(self.content or b"")


class Gallery:
    """Pictures by the key of their entity's announcement; the longest unchanged go first when room runs out."""

    def __init__(self, room: int = ROOM) -> None:
        self._room = room
        self._pictures: OrderedDict[str, Picture] = OrderedDict()
        self._size = 0

    def keep(self, key: str, picture: Picture) -> None:
        self.drop(key)
        self._pictures[key] = picture
        self._size += picture.size
        while self._size > self._room:
            self._size -= self._pictures.popitem(last=False)[1].size

    def get(self, key: str) -> Picture | None:
        return self._pictures.get(key)

    def drop(self, key: str) -> None:
        if (gone := self._pictures.pop(key, None)) is not None:
            self._size -= gone.size
