"""Uploads that come in pieces, over broken connections and restarts of the home: what came stays, and is gone on from.

Keeps, in the folder of `staging`, `<id>.rest` for each with what is known of it in `<id>.rest.json`; its size is how
far it came. What nobody goes on with for a day goes. When all of it is there it is an uploaded file like any other.
"""

import asyncio
import hashlib
import os
import secrets
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from pydantic import BaseModel

from homeserver.bridge.staging import LIFE, SPARE, FullError, Staged, Staging
from homeserver.runtime.private_file import write_private

MOST: Final = 16
"""Uploads that one login may have begun."""
_REST: Final = ".rest"
_PIECE: Final = 1 << 20


class Begun(BaseModel):
    """An upload of which all or a part is still to come; `length`: bytes of the whole."""

    id: str
    login: str
    filename: str
    media_type: str
    length: int


class Resumable:
    """The uploads of one staging. Of an upload one piece comes at a time: who brings another has lost the former."""

    def __init__(self, staging: Staging) -> None:
        self._staging = staging
        self._busy: dict[str, tuple[asyncio.Event, asyncio.Event]] = {}
        self._beginning = threading.Lock()
        staging.promised = self._promised

    def begin(self, login: str, length: int, filename: str, media_type: str) -> Begun:
        """Take in what will come; raises `FullError`."""
        with self._beginning:  # two at once, each in a thread, must not both get the last room
            own = [one for one in self._all() if one.login == login]
            if len(own) >= MOST:
                raise FullError(f"{MOST} uploads are under way already: go on with them, or remove one")
            self._staging.check_room(login, length)
            id = secrets.token_hex(12)
            begun = Begun(id=id, login=login, filename=filename, media_type=media_type, length=length)
            write_private(self._path(begun.id), b"")
            write_private(self._facts(begun.id), begun.model_dump_json())
            return begun

    def find(self, id: str, login: str) -> Begun | None:
        """What somebody has begun; None where it is none, or not his."""
        begun = self._read(id) if self._staging.is_id(id) else None
        return begun if begun is not None and begun.login == login else None

    def offset(self, id: str) -> int:
        """How many bytes came."""
        return self._path(id).stat().st_size

    def expires(self, id: str) -> datetime:
        """Until when one may go on."""
        return datetime.fromtimestamp(self._path(id).stat().st_mtime + LIFE, UTC)

    @asynccontextmanager
    async def piece(self, begun: Begun) -> AsyncIterator["Piece"]:
        """Take the next bytes, alone; what came in it is safe when the block has ended, however it does."""
        while (busy := self._busy.get(begun.id)) is not None:
            busy[0].set()
            await busy[1].wait()
        ended = self._busy[begun.id] = (asyncio.Event(), asyncio.Event())
        try:
            piece = Piece(self._path(begun.id), begun, ended[0])
            try:
                yield piece
            finally:
                await asyncio.shield(piece.close())
        finally:
            del self._busy[begun.id]
            ended[1].set()

    async def finish(self, begun: Begun) -> Staged:
        """All of it came: from now on it can be read. Raises OSError."""
        return await asyncio.to_thread(self._finish, begun)

    def _finish(self, begun: Begun) -> Staged:
        with self._path(begun.id).open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
        staged = Staged(**begun.model_dump(), sha256=found)
        write_private(self._staging.folder / f"{begun.id}.json", staged.model_dump_json())
        self._path(begun.id).rename(self._staging.folder / begun.id)
        self._facts(begun.id).unlink(missing_ok=True)
        return staged

    def remove(self, begun: Begun) -> None:
        """Take it away, whatever has come."""
        if (busy := self._busy.get(begun.id)) is not None:
            busy[0].set()
        for path in (self._facts(begun.id), self._path(begun.id)):
            path.unlink(missing_ok=True)

    def forget(self, login: str) -> int:
        """Take all of somebody's away; how many there were."""
        own = [one for one in self._all() if one.login == login]
        for one in own:
            self.remove(one)
        return len(own)

    # -- the folder

    def _path(self, id: str) -> Path:
        return self._staging.folder / f"{id}{_REST}"

    def _facts(self, id: str) -> Path:
        return self._staging.folder / f"{id}{_REST}.json"

    def _read(self, id: str) -> Begun | None:
        try:
            found = Begun.model_validate_json(self._facts(id).read_bytes())
        except (OSError, ValueError):
            return None
        return found if self._path(id).is_file() else None

    def _all(self) -> list[Begun]:
        ids = (path.name.removesuffix(f"{_REST}.json") for path in self._staging.folder.glob(f"*{_REST}.json"))
        return [begun for id in ids if (begun := self._read(id)) is not None]

    def _promised(self, login: str) -> int:
        """Bytes that are kept free for what somebody has begun."""
        return sum(one.length for one in self._all() if one.login == login)


class Piece:
    """The end of a file that grows. `add` raises `FullError`, or OSError where the disk fails; `over` is set when
    somebody brings another piece, or the upload was removed."""

    def __init__(self, path: Path, begun: Begun, over: asyncio.Event) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CLOEXEC | os.O_NOFOLLOW)
        self._folder = path.parent
        self._begun = begun
        self.over = over
        self.offset = os.fstat(self._file).st_size
        self._batch: list[bytes] = []
        self._waiting = 0

    async def add(self, chunk: bytes) -> None:
        if self.offset + self._waiting + len(chunk) > self._begun.length:
            raise FullError(f"the upload has {self._begun.length} bytes, and more came")
        self._batch.append(chunk)
        self._waiting += len(chunk)
        if self._waiting >= _PIECE:
            await self._write()

    async def _write(self) -> None:
        content, self._batch, self._waiting = b"".join(self._batch), [], 0
        await asyncio.to_thread(self._put, content)

    def _put(self, content: bytes) -> None:
        room = os.fstatvfs(self._file)
        if room.f_bavail * room.f_frsize < SPARE + len(content):
            raise FullError("the disk of the home is full")
        view = memoryview(content)
        while view:
            written = os.write(self._file, view)
            view = view[written:]
            self.offset += written

    async def close(self) -> None:
        """Write what has come, and be sure of it."""
        try:
            if self._batch:
                await self._write()
            await asyncio.to_thread(os.fsync, self._file)
        finally:
            os.close(self._file)
