"""The blobs of a process: given by its workers, told to other processes, and those of others opened.

A blob's id is sealed with a key that this process makes at its start and tells nobody: it names the file, whom it was
given to and until when. Keeps the key, the folders that workers gave blobs from, and a listener once somebody needs it.
"""

import asyncio
import mimetypes
import secrets
import socket
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from homeserver.runtime.blobs.files import Facts, NoSuchFileError, facts_of, look, open_beneath
from homeserver.runtime.blobs.listener import BlobListener
from homeserver.runtime.blobs.reading import Far, Near, Reader
from homeserver.runtime.blobs.seals import BadSealError, seal, shared_key, unseal
from homeserver.runtime.clock import Clock
from homeserver.topics.blob import LIFE, AskBlob, Blob, BlobAddress, blob_address
from homeserver.topics.call import Caller, CallError
from homeserver.topics.record import record

_AT_ONCE: Final = 60.0
"""Seconds for which an address of the listener is good."""
_UNKNOWN: Final = "application/octet-stream"
GONE: Final = "there is no such file; ask again for what it belongs to"
Ask = Callable[[str, str, dict[str, Any]], Awaitable[Any]]
"""Makes a call under the login of this process: worker, verb, arguments."""


@record
class _Given:
    """What an id says."""

    worker: str
    root: Path
    path: str
    facts: Facts
    media_type: str
    filename: str


class Blobs:
    """`folder`: the home's data folder. `broker`: the host that this process reaches the home under."""

    def __init__(self, clock: Clock, folder: Path, broker: str = "127.0.0.1") -> None:
        self._clock = clock
        self._folder = folder
        self._broker = broker
        self._key = secrets.token_bytes(32)
        self._roots: list[Path] = []
        self._listener = BlobListener(self._open_sealed)

    # -- giving

    async def give(
        self, worker: str, login: str, root: Path, path: str, media_type: str = "", filename: str = ""
    ) -> Blob:
        """The file `path` below `root` as a blob for `login`; raises `CallError` where there is none."""
        try:
            facts = await asyncio.to_thread(look, root, path)
        except NoSuchFileError as error:
            raise CallError("not_found", "there is no such file", "path") from error
        filename = filename or path.rpartition("/")[2]
        media_type = media_type or mimetypes.guess_type(filename)[0] or _UNKNOWN
        until = self._clock.monotonic() + LIFE
        id = seal(self._key, "blob", worker, self._root(root), path, facts.etag, media_type, filename, login, until)
        return Blob(
            worker=worker,
            id=id,
            path=path,
            media_type=media_type,
            length=facts.length,
            etag=facts.etag,
            modified=facts.modified,
            filename=filename,
            url=f"/api/blobs/{quote(worker)}/{id}",
        )

    def _root(self, root: Path) -> int:
        if root not in self._roots:
            self._roots.append(root)
        return self._roots.index(root)

    # -- telling other processes

    async def address(self, worker: str, request: AskBlob, caller: Caller) -> BlobAddress:
        """Where the bytes are; for processes of the home, who vouch for the login. Raises `CallError`."""
        if not caller.login.startswith("process."):
            raise CallError("denied", "files are fetched from the bridge: the blob's url says where")
        given = await asyncio.to_thread(self._given, worker, request)
        told = BlobAddress(
            path=given.path,
            media_type=given.media_type,
            length=given.facts.length,
            etag=given.facts.etag,
            modified=given.facts.modified,
            filename=given.filename,
        )
        if request.here:
            root = str(given.root.absolute())
            key = await asyncio.to_thread(shared_key, self._folder)
            return told.model_copy(update={"root": root, "seal": seal(key, root, given.path, given.facts.etag)})
        await self._listen()
        until = self._clock.monotonic() + _AT_ONCE
        word = seal(self._key, "address", self._root(given.root), given.path, given.facts.etag, until)
        return told.model_copy(update={"url": self._listener.begin + word, "certificate": self._listener.certificate})

    async def _listen(self) -> None:
        try:
            await self._listener.open(await asyncio.to_thread(_own_address, self._broker), self._clock.now())
        except OSError as error:
            raise CallError("unavailable", "the process that has the file cannot listen for who fetches it") from error

    def _given(self, worker: str, request: AskBlob) -> _Given:
        try:
            kind, owner, root, path, etag, media_type, filename, login, until = unseal(self._key, request.id)
            good = kind == "blob" and (owner, login) == (worker, request.login) and until > self._clock.monotonic()
            facts = look(self._roots[root], path) if good else None
        except (BadSealError, NoSuchFileError, ValueError) as error:
            raise CallError("not_found", GONE) from error
        if facts is None or facts.etag != etag:
            raise CallError("not_found", GONE)
        return _Given(owner, self._roots[root], path, facts, media_type, filename)

    def _open_sealed(self, word: str) -> int:
        """The file behind an address of the listener; raises `NoSuchFileError`."""
        try:
            kind, root, path, etag, until = unseal(self._key, word)
        except (BadSealError, ValueError) as error:
            raise NoSuchFileError("no address of ours") from error
        if kind != "address" or until <= self._clock.monotonic():
            raise NoSuchFileError("an address of before")
        file = open_beneath(self._roots[root], path)
        if facts_of(file).etag == etag:
            return file
        raise NoSuchFileError("the file has changed")

    async def close(self) -> None:
        await self._listener.close()

    # -- opening those of others

    async def open(self, ask: Ask, worker: str, id: str, login: str) -> Reader:
        """A blob that was given to `login`; raises `CallError`: `not_found` where it was not, or is no more."""
        if reader := await self._open_here(ask, worker, id, login):
            return reader
        return Far(await self._ask(ask, worker, id, login, here=False))

    async def _open_here(self, ask: Ask, worker: str, id: str, login: str) -> Near | None:
        told = await self._ask(ask, worker, id, login, here=True)
        try:
            key = await asyncio.to_thread(shared_key, self._folder)
            if told.root is None or unseal(key, told.seal or "") != [told.root, told.path, told.etag]:
                return None
            return await asyncio.to_thread(Near, told, Path(told.root))
        except (BadSealError, NoSuchFileError, OSError):
            return None  # another machine, another user, another container: it is fetched

    @staticmethod
    async def _ask(ask: Ask, worker: str, id: str, login: str, *, here: bool) -> BlobAddress:
        call = blob_address(worker)
        told = await ask(call.worker, call.verb, {"id": id, "login": login, "here": here})
        return told if isinstance(told, BlobAddress) else BlobAddress.model_validate(told)


def _own_address(broker: str) -> str:
    """The address of this machine under which the one of the broker, and so the home, finds it. Sends nothing."""
    family, kind, _, _, there = socket.getaddrinfo(broker, 9, type=socket.SOCK_DGRAM)[0]
    with socket.socket(family, kind) as probe:
        probe.connect(there)
        return str(probe.getsockname()[0]).partition("%")[0]
