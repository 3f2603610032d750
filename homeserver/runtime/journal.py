"""The logs of all processes of a home in one place: a file for each, and what matters on the terminal.

Children write JSON lines to their standard error; other programs write plain text. Both are kept in
`logs/<process>.jsonl` of the data folder, five files of 2 MB at most for each process.
"""

import logging
import os
import sys
from collections import deque
from collections.abc import Callable
from datetime import UTC, datetime
from io import TextIOWrapper
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Any, Final, TextIO

import orjson

from homeserver.runtime.inspection_words import LogLine
from homeserver.runtime.log import JsonLines

_SIZE: Final = 2_000_000
_FILES: Final = 4
_WORDS: Final = 12
"""Lines that are remembered of each process, to be shown when it does not stay up."""
_RECENT: Final = 1000
"""Lines of all processes that are remembered, to be looked at from elsewhere."""
_LONGEST: Final = 4000
"""Characters that are remembered of a message, and of the end of a traceback."""
_COLOURS: Final = {"warning": "\033[33m", "error": "\033[31m", "critical": "\033[31;1m", "debug": "\033[2m"}
_END: Final = "\033[0m"


class _Private(RotatingFileHandler):
    """Files that nobody but the home's own user reads."""

    def _open(self) -> TextIOWrapper:
        handle = os.open(self.baseFilename, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        os.fchmod(handle, 0o600)
        return os.fdopen(handle, "a", encoding="utf-8")


class Journal:
    """`take` a line of a process. A terminal shows those of `level` and above, else every line goes on as it is."""

    def __init__(self, folder: Path, level: str = "warning", stream: TextIO = sys.stderr) -> None:
        self._folder = folder
        self._stream = stream
        self._level = logging.getLevelNamesMapping()[level.upper()]
        self._files: dict[str, RotatingFileHandler] = {}
        self._last: dict[str, deque[str]] = {}
        self._count = 0
        self.lines: deque[LogLine] = deque(maxlen=_RECENT)
        self.watchers: list[Callable[[LogLine], None]] = []
        """Called with each line as it is taken, in whatever thread that is; they must be quick."""

    def take(self, process: str, line: str) -> None:
        """Keep one line, and show it where somebody looks."""
        fields = _fields(line)
        if fields is None:
            fields = {"time": datetime.now(UTC).isoformat(timespec="milliseconds"), "process": process, "message": line}
            line = orjson.dumps(fields).decode()
        self._file(process).handle(logging.makeLogRecord({"msg": line}))
        readable = _readable(fields)
        self._last.setdefault(process, deque(maxlen=_WORDS)).append(readable)
        self._remember(process, fields)
        if not self._stream.isatty():
            print(line, file=self._stream, flush=True)
        elif self._rank(fields) >= self._level:
            print(_coloured(process, fields, readable), file=self._stream, flush=True)

    def _remember(self, process: str, fields: dict[str, Any]) -> None:
        self._count += 1
        line = LogLine(
            number=self._count,
            process=process,
            time=str(fields.get("time", "")),
            level=str(fields.get("level", "info")),
            name=str(fields.get("name", "")),
            message=str(fields["message"])[:_LONGEST],
            request=str(fields.get("request", "")),
            error=str(fields.get("error", ""))[-_LONGEST:],
        )
        self.lines.append(line)
        for watcher in list(self.watchers):
            watcher(line)

    def last_words(self, process: str) -> list[str]:
        """The last lines of a process, without their times."""
        return list(self._last.get(process, ()))

    def forget(self, process: str) -> None:
        """A new run begins: what the last one said is no longer its last words."""
        self._last.pop(process, None)

    def close(self) -> None:
        for file in self._files.values():
            file.close()

    def _file(self, process: str) -> RotatingFileHandler:
        if process not in self._files:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            path = self._folder / f"{process}.jsonl"
            self._files[process] = _Private(path, maxBytes=_SIZE, backupCount=_FILES, encoding="utf-8")
        return self._files[process]

    @staticmethod
    def _rank(fields: dict[str, Any]) -> int:
        return rank(str(fields.get("level", "info")))


class JournalHandler(logging.Handler):
    """Puts this process's own log into the journal."""

    def __init__(self, journal: Journal, process: str) -> None:
        super().__init__()
        self._journal = journal
        self._process = process
        self.setFormatter(JsonLines(process))

    def emit(self, record: logging.LogRecord) -> None:
        try:
            self._journal.take(self._process, self.format(record))
        except Exception:
            self.handleError(record)


def log_to(journal: Journal, process: str, level: str) -> None:
    """Let this process log into the journal and nowhere else."""
    root = logging.getLogger()
    root.handlers[:] = [JournalHandler(journal, process)]
    root.setLevel(logging.WARNING)
    logging.getLogger("homeserver").setLevel(level.upper())


def rank(level: str) -> int:
    """How grave a level is, by its name; an unknown one is as `info`."""
    return logging.getLevelNamesMapping().get(level.upper(), logging.INFO)


def _fields(line: str) -> dict[str, Any] | None:
    """A line of JSON as our processes write it; None for the plain text of others."""
    try:
        fields = orjson.loads(line)
    except orjson.JSONDecodeError:
        return None
    return fields if isinstance(fields, dict) and "message" in fields else None


def _readable(fields: dict[str, Any]) -> str:
    name = str(fields.get("name", "")).removeprefix("homeserver.").removeprefix("worker.").removeprefix("runtime.")
    error = f"\n{fields['error']}" if fields.get("error") else ""
    return f"{name}{name and ': '}{fields['message']}{error}"


def _coloured(process: str, fields: dict[str, Any], text: str) -> str:
    colour = _COLOURS.get(str(fields.get("level")), "")
    return f"{datetime.now().astimezone():%H:%M:%S} {process:<8} {colour}{text}{colour and _END}"
