"""The part of the keeper that tells owners of the machine: logs as they are written, the doctor, settings, load.

What it looks at is handed to it: `Inspection`. Without one, as in a home put together by others, each call says so.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Final

from homeserver.runtime.inspection_words import (
    DOCTOR,
    FOLLOW_LOGS,
    LOAD,
    SETTINGS,
    AskDoctor,
    AskLoad,
    AskSettings,
    Finding,
    Findings,
    FollowLogs,
    LogLine,
    LogLines,
    MachineLoad,
    SettingLine,
    SettingLines,
)
from homeserver.runtime.journal import Journal, rank
from homeserver.runtime.loads import Loads
from homeserver.runtime.worker import Part, answers
from homeserver.topics.call import Caller, CallError
from homeserver.topics.record import record

MOST: Final = 500
"""Lines that may wait for a slow reader; of more the oldest are counted only."""
_PART: Final = 100
"""Lines in one message, which may hold a megabyte."""
BEAT: Final = 1200.0
"""Seconds of silence after which it is told that they are listened to still."""


@record
class Inspection:
    """`examine` and `settings` take their time: they are called in a thread. `pids` are those of all processes."""

    journal: Journal
    examine: Callable[[], list[Finding]]
    settings: Callable[[], list[SettingLine]]
    file: Path
    pids: Callable[[], dict[str, int]]
    data: Path


class Inspecting(Part):
    """Needs an inspection, or None."""

    inspection: Inspection | None
    loads: Loads

    def unwell(self) -> list[Finding]:
        """Workers that are not as they should be."""
        raise NotImplementedError

    def _inspection(self) -> Inspection:
        if self.inspection is None:
            raise CallError("unavailable", "who started this home lets nobody look at its machine from here")
        return self.inspection

    @answers(FOLLOW_LOGS)
    async def logs(self, request: FollowLogs, caller: Caller) -> AsyncIterator[LogLines]:
        reader = Reader(self._inspection().journal, request)
        try:
            for lines in reader.before():
                yield lines
            while True:
                yield await reader.next()
        finally:
            reader.close()

    @answers(DOCTOR)
    async def doctor(self, request: AskDoctor, caller: Caller) -> Findings:
        return Findings(findings=[*await asyncio.to_thread(self._inspection().examine), *self.unwell()])

    @answers(SETTINGS)
    async def settings(self, request: AskSettings, caller: Caller) -> SettingLines:
        inspection = self._inspection()
        return SettingLines(file=str(inspection.file), settings=await asyncio.to_thread(inspection.settings))

    @answers(LOAD)
    async def load(self, request: AskLoad, caller: Caller) -> MachineLoad:
        inspection = self._inspection()
        return await asyncio.to_thread(self.loads.look, inspection.pids(), inspection.data)


class Reader:
    """Somebody who reads the logs: what he wants of them, and what waits for him."""

    def __init__(self, journal: Journal, wanted: FollowLogs) -> None:
        self._journal = journal
        self._least = rank(wanted.level)
        self._about = wanted.about.lower()
        self._words = wanted.words.lower()
        self._most = wanted.most
        self._waiting: deque[LogLine] = deque()
        self._missed = 0
        self._news = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        journal.watchers.append(self._take)

    def before(self) -> list[LogLines]:
        """The latest lines that were written until now, in parts that fit into a message; at least one."""
        found = [line for line in list(self._journal.lines) if self._wants(line)]
        found = found[-self._most :] if self._most else []
        return [LogLines(lines=found[at : at + _PART]) for at in range(0, max(1, len(found)), _PART)]

    async def next(self) -> LogLines:
        """All lines that wait, once there are any; none after `BEAT` seconds of silence."""
        if not self._waiting:
            self._news.clear()
            try:
                async with asyncio.timeout(BEAT):
                    await self._news.wait()
            except TimeoutError:
                return LogLines(lines=[])
        lines = [self._waiting.popleft() for _ in range(min(_PART, len(self._waiting)))]
        missed, self._missed = self._missed, 0
        return LogLines(lines=lines, missed=missed)

    def close(self) -> None:
        self._journal.watchers.remove(self._take)

    def _take(self, line: LogLine) -> None:
        """From any thread: a line may be logged in one."""
        if self._wants(line):
            self._loop.call_soon_threadsafe(self._keep, line)

    def _keep(self, line: LogLine) -> None:
        self._waiting.append(line)
        if len(self._waiting) > MOST:
            self._waiting.popleft()
            self._missed += 1
        self._news.set()

    def _wants(self, line: LogLine) -> bool:
        if rank(line.level) < self._least:
            return False
        if self._about and self._about != line.process and self._about not in line.name.split("."):
            return False
        return not self._words or self._words in f"{line.message}\n{line.error}".lower()
