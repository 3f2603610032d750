"""Makes a backup of the whole home every night, keeps a sensible number of them, and makes one when asked to.

Needs room in its folder, by default `backups` in the data folder. Keeps nothing else: what there is and when the last
one was made stands in the names of the backups. A night that was missed is made up for; a failure is said in the
worker's status, and tried again after an hour.
"""

import asyncio
import threading
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field

from homeserver.runtime.house import House
from homeserver.runtime.worker import Worker, answers, every
from homeserver.topics.blob import Blob
from homeserver.topics.call import Caller, CallError
from integrations.backup import catalogue, words
from integrations.backup.catalogue import Entry, Retention
from integrations.backup.contents import Folders
from integrations.backup.making import Order, make
from integrations.backup.manifest import BackupError, Manifest
from integrations.backup.schedule import latest, upcoming
from integrations.backup.verifying import verify

AGAIN: Final = timedelta(hours=1)
"""After a failure."""
SETTLED: Final = timedelta(minutes=10)
"""After a start, before a missed night is made up for: a home that comes up has other things to do."""


class BackupOptions(BaseModel):
    """Settings of the nightly backup."""

    model_config = ConfigDict(defer_build=True, extra="forbid", frozen=True)

    nightly: bool = Field(True, description="whether to make a backup every night")
    at: time = Field(time(3, 0), description="when, by the clock on the wall: HH:MM")
    folder: Path | None = Field(None, description="where backups go; `backups` in the data folder if left out")
    daily: int = Field(7, ge=0, le=1000, description="of how many days to keep the newest nightly backup")
    weekly: int = Field(4, ge=0, le=1000, description="of how many weeks")
    monthly: int = Field(6, ge=0, le=1000, description="of how many months")


def folder_of(options: BackupOptions, data: Path) -> Path:
    """Where the backups of a home lie."""
    return (options.folder or data / "backups").expanduser().absolute()


class Backup(Worker):
    name = "backup"
    options = BackupOptions

    def __init__(self, house: House, folders: Folders, options: BackupOptions, zone: ZoneInfo) -> None:
        super().__init__(house)
        self._folders = folders
        self._options = options
        self._zone = zone
        self._folder = folder_of(options, folders.data)
        self._turn = asyncio.Lock()
        self._making: asyncio.Task[Manifest] | None = None
        self._leaving = threading.Event()
        self._failure = ""
        self._last: datetime | None = None
        self._not_before = house.clock.now() + SETTLED

    async def open(self) -> None:
        nightly = [entry.made for entry in await self._entries() if entry.kind == catalogue.NIGHTLY]
        self._last = max(nightly, default=None)

    async def close(self) -> None:
        """A backup under way breaks off and leaves nothing behind."""
        self._leaving.set()
        if self._making is not None:
            await asyncio.wait([self._making])

    @every(minutes=1)
    async def nightly(self) -> None:
        """Make the backup that is due, if one is."""
        now = self.house.clock.now()
        if not self._options.nightly or now < self._not_before:
            return
        if self._last is None or self._last < latest(now, self._options.at, self._zone):
            await self._make_nightly(now)

    async def _make_nightly(self, now: datetime) -> None:
        try:
            name, manifest = await self._make(catalogue.NIGHTLY, "")
            await self._thin_out()
        except BackupError as error:
            if not self._leaving.is_set():
                self._failure, self._not_before = str(error), now + AGAIN
                self.house.degraded(f"the nightly backup failed: {error}")
                self.house.log.error("the nightly backup failed: %s", error)
            return
        self._last, self._failure, self._not_before = now, "", now
        self.house.healthy()
        self.house.log.info("%s: %d parts, %d bytes", name, len(manifest.parts), manifest.size)

    async def _thin_out(self) -> None:
        keep = Retention(self._options.daily, self._options.weekly, self._options.monthly)
        for entry in catalogue.expired(await self._entries(), keep, self._zone):
            try:
                await asyncio.to_thread(catalogue.remove, self._folder, entry)
            except OSError as error:
                raise BackupError(f"the old backup {entry.name} cannot be removed: {error.strerror}") from error

    async def _make(self, kind: str, worker: str) -> tuple[str, Manifest]:
        async with self._turn:
            now = self.house.clock.now()
            name = catalogue.name_of(kind, now)
            order = Order(self._folders, self._folder / name, now, worker, go_on=self._go_on)
            self._making = asyncio.create_task(asyncio.to_thread(make, order))
            self._making.add_done_callback(_heed)
            return name, await asyncio.shield(self._making)  # a thread cannot be cancelled: `close` waits for its end

    def _go_on(self) -> None:
        if self._leaving.is_set():
            raise BackupError("the home stops")

    async def _entries(self) -> list[Entry]:
        return await asyncio.to_thread(catalogue.entries, self._folder)

    @answers(words.MAKE)
    async def make(self, request: words.MakeBackup, caller: Caller) -> words.Verified:
        making = asyncio.create_task(self._make(catalogue.kind_of(request.worker), request.worker))
        making.add_done_callback(_heed)
        try:
            return _verified(*await asyncio.shield(making))
        except BackupError as error:
            raise CallError("failed", str(error)) from error

    @answers(words.LIST)
    async def list(self, request: words.ListBackups, caller: Caller) -> words.Backups:
        found = [words.Backup(name=e.name, kind=e.kind, made=e.made, size=e.size) for e in await self._entries()]
        due = upcoming(self.house.clock.now(), self._options.at, self._zone) if self._options.nightly else None
        return words.Backups(folder=str(self._folder), backups=found, next=due, failure=self._failure)

    @answers(words.FETCH)
    async def fetch(self, request: words.FetchBackup, caller: Caller) -> Blob:
        await self._known(request.name)
        return await self.house.blob(caller, self._folder, request.name)

    async def _known(self, name: str) -> None:
        if name not in {entry.name for entry in await self._entries()}:
            raise CallError("not_found", f"there is no backup {name!r}; backup.list names them", "name")

    @answers(words.VERIFY)
    async def verify(self, request: words.VerifyBackup, caller: Caller) -> words.Verified:
        await self._known(request.name)
        try:
            return _verified(request.name, await asyncio.to_thread(verify, self._folder / request.name))
        except BackupError as error:
            raise CallError("failed", str(error)) from error


def _heed(making: asyncio.Task[Any]) -> None:
    """Who waited for it may have left: then nobody else asks how it ended."""
    if not making.cancelled():
        making.exception()


def _verified(name: str, manifest: Manifest) -> words.Verified:
    return words.Verified(
        name=name,
        made=datetime.fromisoformat(manifest.made),
        version=manifest.version,
        worker=manifest.worker,
        parts=len(manifest.parts),
        size=manifest.size,
        left_out=list(manifest.left_out),
    )


def setup(house: House) -> Backup:
    home = house.settings.home
    return Backup(house, Folders(home.data, home.rules), house.options(BackupOptions), ZoneInfo(home.time_zone))
