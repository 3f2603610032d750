"""The part of the rules' worker that is asked about whole files: one at a time is changed, and read again at once."""

import asyncio
import importlib
from collections.abc import Awaitable, Callable
from typing import Any

from homeserver.rules.engine import Engine
from homeserver.rules.file_words import (
    FILE_DIFFERENCE,
    FILE_VERSIONS,
    LIST_FILES,
    READ_FILE,
    REMOVE_FILE,
    RESTORE_FILE,
    WRITE_FILE,
    AskFileDifference,
    AskFileVersions,
    FileDifference,
    FileList,
    FileText,
    FileVersionList,
    FileWritten,
    ListFiles,
    ReadFile,
    RemoveFile,
    RestoreFile,
    WriteFile,
)
from homeserver.rules.reading.book import Book
from homeserver.rules.reading.folder import Folder
from homeserver.runtime.turn import Turn
from homeserver.runtime.worker import Part, answers
from homeserver.topics.call import Caller


class Writing(Part):
    """Needs the folder, what it said when it was read, and the worker's file."""

    engine: Engine
    folder: Folder
    book: Book
    turn: Turn
    writes: asyncio.Lock
    """Held while a file is changed."""
    _load: Callable[[], Awaitable[None]]
    """Reads the folder again."""
    _desk: Callable[[], Any]
    """Where rules are checked."""

    @answers(LIST_FILES)
    async def files(self, request: ListFiles, caller: Caller) -> FileList:
        listed: FileList = self._files().listed()
        return listed

    @answers(READ_FILE)
    async def read(self, request: ReadFile, caller: Caller) -> FileText:
        text: FileText = self._files().read(request.path, request.version)
        return text

    @answers(WRITE_FILE)
    async def write(self, request: WriteFile, caller: Caller) -> FileWritten:
        async with self.writes:
            return await self._write(request, caller.login)

    @answers(RESTORE_FILE)
    async def restore(self, request: RestoreFile, caller: Caller) -> FileWritten:
        async with self.writes:
            return await self._write(self._files().former(request), caller.login)

    @answers(REMOVE_FILE)
    async def remove(self, request: RemoveFile, caller: Caller) -> FileWritten:
        async with self.writes:
            done = self._files().remove(request.path, request.expected, caller.login)
            return await self._changed(request.path, done)

    @answers(FILE_VERSIONS)
    async def file_log(self, request: AskFileVersions, caller: Caller) -> FileVersionList:
        versions: FileVersionList = self._files().versions(request.path)
        return versions

    @answers(FILE_DIFFERENCE)
    async def file_diff(self, request: AskFileDifference, caller: Caller) -> FileDifference:
        told: FileDifference = self._files().difference(request.path, request.since, request.to, self.engine.zone)
        return told

    async def _write(self, request: WriteFile, by: str) -> FileWritten:
        done = await self._files().write(request, by, self._desk().known(), self.engine.templates)
        return await self._changed(request.path, done)

    async def _changed(self, path: str, done: tuple[int, int | None]) -> FileWritten:
        await self._load()
        told: FileWritten = self._files().told(path, done)
        return told

    def _files(self) -> Any:
        desk = importlib.import_module("homeserver.rules.files.desk")
        archive = importlib.import_module("homeserver.rules.files.archive").Archive(self.turn, self.engine.clock)
        return desk.FileDesk(self.folder, self.book, archive)
