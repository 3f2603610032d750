"""Retained messages of the embedded broker: in memory to serve, in one SQLite file to survive.

Changes are gathered and committed together, at most `INTERVAL` after the first of them, in a thread: a flood
of retained states costs one commit, not one each, and never stalls deliveries. A crash may lose what came
in since the last commit; `close` loses nothing. A file that cannot be read is put aside: the store is a
cache of the present, whose owners say it again.
"""

import asyncio
import contextlib
import logging
import os
import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from homeserver.runtime.filters import beginning, matches

INTERVAL = 0.5  # seconds
SCHEMA = "CREATE TABLE IF NOT EXISTS retained (topic TEXT PRIMARY KEY, data BLOB NOT NULL, qos INTEGER NOT NULL)"
log = logging.getLogger(__name__)


class Retained(NamedTuple):
    data: bytes
    qos: int


class RetainedStore:
    """The last retained message of each topic."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._messages: dict[str, Retained] = {}
        self._changed: dict[str, Retained | None] = {}
        self._wake = asyncio.Event()
        self._writing = threading.Lock()
        self._database = self._open()

    def __len__(self) -> int:
        return len(self._messages)

    def set(self, topic: str, data: bytes, qos: int) -> None:
        """Keep the message; empty data clears the topic."""
        message = Retained(data, qos) if data else None
        if message is not None:
            self._messages[topic] = message
        elif self._messages.pop(topic, None) is None:
            return
        self._changed[topic] = message
        self._wake.set()

    def matching(self, pattern: str) -> Iterator[tuple[str, Retained]]:
        """The retained messages inside a filter; nothing may be set meanwhile."""
        if "#" not in pattern and "+" not in pattern:
            if pattern in self._messages:
                yield pattern, self._messages[pattern]
            return
        begin = beginning(pattern)
        for topic, message in self._messages.items():
            if topic.startswith(begin) and matches(pattern, topic):
                yield topic, message

    async def keep(self) -> None:
        """Commit changes for as long as the broker runs."""
        while True:
            await self._wake.wait()
            await asyncio.sleep(INTERVAL)
            batch = self._take()
            if not await asyncio.to_thread(self._commit, batch):
                self._changed = {**batch, **self._changed}
                self._wake.set()

    def close(self) -> None:
        self._commit(self._take())
        self._database.close()

    def _take(self) -> "dict[str, Retained | None]":
        self._wake.clear()
        batch, self._changed = self._changed, {}
        return batch

    def _commit(self, batch: "dict[str, Retained | None]") -> bool:
        kept = [(topic, message.data, message.qos) for topic, message in batch.items() if message]
        cleared = [(topic,) for topic, message in batch.items() if message is None]
        with self._writing:
            try:
                with self._database as database:
                    database.executemany("INSERT OR REPLACE INTO retained VALUES (?, ?, ?)", kept)
                    database.executemany("DELETE FROM retained WHERE topic = ?", cleared)
            except sqlite3.Error as error:
                log.error("retained messages cannot be saved (%s): %s; trying again", self.path, error)
                return False
        return True

    def _open(self) -> sqlite3.Connection:
        try:
            return self._load()
        except sqlite3.DatabaseError as error:
            aside = self.path.with_suffix(".broken")
            log.error("retained messages cannot be read (%s); the file is put aside as %s", error, aside)
            self.path.replace(aside)
            for ending in ("-wal", "-shm"):
                self.path.with_name(self.path.name + ending).unlink(missing_ok=True)
            return self._load()

    def _load(self) -> sqlite3.Connection:
        os.close(os.open(self.path, os.O_CREAT | os.O_CLOEXEC, 0o600))  # SQLite's other files follow its mode
        with contextlib.ExitStack() as stack:
            database = sqlite3.connect(self.path, check_same_thread=False)
            stack.callback(database.close)
            database.execute("PRAGMA journal_mode = WAL")
            database.execute("PRAGMA synchronous = NORMAL")
            database.execute(SCHEMA)
            rows = database.execute("SELECT topic, data, qos FROM retained")
            self._messages = {topic: Retained(bytes(data), qos) for topic, data, qos in rows}
            stack.pop_all()
        return database
