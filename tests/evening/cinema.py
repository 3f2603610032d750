"""A worker of somebody else's package: films as blobs, their list in parts, and files that it takes.

Keeps its films in the folder `films` of its data folder.
"""

import asyncio
import hashlib
from collections.abc import AsyncIterator

from pydantic import BaseModel

from homeserver.runtime.house import House
from homeserver.runtime.worker import Worker, answers
from homeserver.topics.blob import Blob
from homeserver.topics.call import Call, Caller


class Show(BaseModel):
    """Give a film."""

    path: str


class Browse(BaseModel):
    """List films, for ever where `live`."""

    live: bool = False


class Weigh(BaseModel):
    """Weigh a file."""

    file: Blob


class Film(BaseModel):
    path: str
    browsing: int


class Weight(BaseModel):
    sha256: str


SHOW = Call("cinema", "show", Show, Blob, role="guest")
BROWSE = Call("cinema", "browse", Browse, Film, role="guest", stream=True)
WEIGH = Call("cinema", "weigh", Weigh, Weight, role="guest")


class Cinema(Worker):
    """`browsing`: how many lists are being given now."""

    name = "cinema"

    def __init__(self, house: House) -> None:
        super().__init__(house)
        self.films = house.folder / "films"
        self.browsing = 0

    @answers(SHOW)
    async def show(self, request: Show, caller: Caller) -> Blob:
        return await self.house.blob(caller, self.films, request.path)

    @answers(BROWSE)
    async def browse(self, request: Browse, caller: Caller) -> AsyncIterator[Film]:
        self.browsing += 1
        try:
            for path in sorted(self.films.iterdir()):
                yield Film(path=path.name, browsing=self.browsing)
            while request.live:
                await asyncio.sleep(0.05)
                yield Film(path="", browsing=self.browsing)
        finally:
            self.browsing -= 1

    @answers(WEIGH)
    async def weigh(self, request: Weigh, caller: Caller) -> Weight:
        found = hashlib.sha256()
        async with await self.house.open_blob(request.file, caller.login) as reader:
            async for chunk in reader.read(0, reader.facts.length):
                found.update(chunk)
        return Weight(sha256=found.hexdigest())


def setup(house: House) -> Cinema:
    return Cinema(house)
