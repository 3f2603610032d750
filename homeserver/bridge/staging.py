"""Files that were uploaded and that no worker has taken yet: each by one login, for a day.

Keeps the folder `staging` in the data folder (mode 700): a file `<id>` for each upload with what is known of it in
`<id>.json`, and `<id>.part` while it arrives. What arrived in part only is removed, at the latest at the next start.
"""

import asyncio
import hashlib
import os
import re
import secrets
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from pydantic import BaseModel

from homeserver.runtime.private_file import private_folder, write_private

LIFE: Final = 24 * 3600.0
"""Seconds for which a file is kept after it came or was last read."""
AT_ONCE: Final = 4
"""Files that one login may be uploading."""
MOST_FILES: Final = 500
"""Files of one login that may lie there: empty ones take no room of the quota, yet each upload looks at all of them."""
SPARE: Final = 256 << 20
"""Bytes that uploads leave free on the disk."""
BATCH: Final = 1 << 20
_ID: Final = re.compile(r"[0-9a-f]{24}")


class FullError(Exception):
    """No room for a file, or for more of it; the text says which limit."""


class Staged(BaseModel):
    """What is known of an uploaded file."""

    id: str
    login: str
    filename: str
    media_type: str
    length: int
    sha256: str


class Arriving:
    """A file on its way, for which `kept_free` bytes of the quota are kept. `add` and `finish` raise `FullError`, or
    OSError where the disk fails."""

    def __init__(self, staging: "Staging", id: str, login: str, most: int) -> None:
        self.id = id
        self.login = login
        self.length = 0
        self._staging = staging
        self._most = self.kept_free = most
        self._hash = hashlib.sha256()
        self._batch: list[bytes] = []
        self._waiting = 0
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW
        self._file = os.open(staging.folder / f"{id}.part", flags, 0o600)

    async def add(self, chunk: bytes) -> None:
        self.length += len(chunk)
        if self.length > self._most:
            raise FullError(f"the file is larger than the {self._most} bytes that are left for it")
        self._batch.append(chunk)
        self._waiting += len(chunk)
        if self._waiting >= BATCH:
            await self._write()

    async def _write(self) -> None:
        content, self._batch, self._waiting = b"".join(self._batch), [], 0
        await asyncio.to_thread(self._put, content)

    def _put(self, content: bytes) -> None:
        self._hash.update(content)
        view = memoryview(content)
        while view:
            view = view[os.write(self._file, view) :]
        if shutil.disk_usage(self._staging.folder).free < SPARE:
            raise FullError("the disk of the home is full")

    async def finish(self, filename: str, media_type: str) -> Staged:
        """All of it came: from now on it can be read."""
        await self._write()
        staged = Staged(
            id=self.id,
            login=self.login,
            filename=filename,
            media_type=media_type,
            length=self.length,
            sha256=self._hash.hexdigest(),
        )
        await asyncio.to_thread(self._keep, staged)
        return staged

    def _keep(self, staged: Staged) -> None:
        os.fsync(self._file)
        write_private(self._staging.folder / f"{self.id}.json", staged.model_dump_json())
        (self._staging.folder / f"{self.id}.part").rename(self._staging.folder / self.id)

    def close(self) -> None:
        """Let go of it; what did not finish is removed."""
        os.close(self._file)
        (self._staging.folder / f"{self.id}.part").unlink(missing_ok=True)
        self._staging.arriving.discard(self)


class Staging:
    """`largest`: bytes of one file; `quota`: bytes of all files of one login."""

    def __init__(self, folder: Path, largest: int, quota: int) -> None:
        self.folder = folder
        self.arriving: set[Arriving] = set()
        self.largest = largest
        self._quota = quota
        self._known: dict[str, Staged] = {}
        """What was read of the files that lie here: reading each for every upload would hold everybody up."""
        self.promised: Callable[[str], int] = lambda login: 0
        """Bytes that are kept free for what a login has begun to upload in pieces."""
        private_folder(folder)
        for part in folder.glob("*.part"):
            part.unlink(missing_ok=True)

    def begin(self, login: str, announced: int | None) -> Arriving:
        """Take a file from a login; raises `FullError` where it may not, or has announced too much."""
        own = [one for one in self.arriving if one.login == login]
        if len(own) >= AT_ONCE:
            raise FullError(f"{AT_ONCE} files are on their way already")
        most = self.check_room(login, announced)
        arriving = Arriving(self, secrets.token_hex(12), login, most if announced is None else announced)
        self.arriving.add(arriving)
        return arriving

    def check_room(self, login: str, announced: int | None) -> int:
        """How many bytes a file of somebody may have; raises `FullError` where it may not have as many as announced."""
        own = sum(one.kept_free for one in tuple(self.arriving) if one.login == login)
        files = [one for one in self.files() if one.login == login]
        if len(files) >= MOST_FILES:
            raise FullError(f"{MOST_FILES} uploads lie here already; remove uploads that are not needed")
        kept = sum(one.length for one in files)
        most = min(self.largest, self._quota - kept - own - self.promised(login))
        if (announced or 0) > most or most <= 0:
            raise FullError(f"the file may have {max(0, most)} bytes at most; remove uploads that are not needed")
        if shutil.disk_usage(self.folder).free < SPARE + (announced or 0):
            raise FullError("the disk of the home is full")
        return most

    @staticmethod
    def is_id(text: str) -> bool:
        """Whether a text can be the id of an upload."""
        return _ID.fullmatch(text) is not None

    def files(self) -> list[Staged]:
        """All that have arrived."""
        return [staged for path in self.folder.glob("*.json") if (staged := self.find(path.stem)) is not None]

    def find(self, id: str) -> Staged | None:
        if not _ID.fullmatch(id) or not (self.folder / id).is_file():
            return None
        if id not in self._known:
            try:
                self._known[id] = Staged.model_validate_json((self.folder / f"{id}.json").read_bytes())
            except (OSError, ValueError):
                return None
        return self._known[id]

    def remove(self, id: str, login: str) -> bool:
        """Whether there was such a file of this login."""
        staged = self.find(id)
        if staged is None or staged.login != login:
            return False
        self._unlink(id)
        return True

    def sweep(self) -> None:
        """Remove what nobody has read for a day, and what belongs to no file."""
        for path in self.folder.iterdir():
            id = path.name.removesuffix(".json")
            if path.suffix == ".part" or path.name.startswith("."):
                continue
            try:
                content = path.with_name(id).stat()
                old = time.time() - max(content.st_mtime, content.st_atime) > LIFE
            except OSError:
                old = True
            if old:
                self._unlink(id)

    def _unlink(self, id: str) -> None:
        self._known.pop(id, None)
        for name in (id, f"{id}.json"):
            (self.folder / name).unlink(missing_ok=True)
