"""Logs: a line of JSON each, or a readable line on a terminal; both carry the id of the request that they belong to."""

import logging
import sys
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Final, TextIO

import orjson

request_id: Final[ContextVar[str]] = ContextVar("request_id", default="")
"""The id of the call or message being worked on; an error message for people names it, and so does the log."""

_COLOURS: Final = {"WARNING": "\033[33m", "ERROR": "\033[31m", "CRITICAL": "\033[31;1m", "DEBUG": "\033[2m"}


class JsonLines(logging.Formatter):
    """`{"time", "level", "name", "process", "request", "message", "error"}`; empty fields are left out."""

    def __init__(self, process: str) -> None:
        super().__init__()
        self._process = process

    def format(self, record: logging.LogRecord) -> str:
        fields = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "name": record.name,
            "process": self._process,
            "request": request_id.get(),
            "message": record.getMessage(),
            "error": self.formatException(record.exc_info) if record.exc_info else "",
        }
        return orjson.dumps({name: value for name, value in fields.items() if value}).decode()


class Terminal(logging.Formatter):
    """`07:15:02 core  home: 31 devices found`."""

    def __init__(self, process: str) -> None:
        super().__init__()
        self._process = process

    def format(self, record: logging.LogRecord) -> str:
        clock = datetime.fromtimestamp(record.created, UTC).astimezone().strftime("%H:%M:%S")
        name = record.name.removeprefix("homeserver.").removeprefix("worker.").removeprefix("runtime.")
        colour = _COLOURS.get(record.levelname, "")
        text = f"{clock} {self._process:<8} {colour}{name}: {record.getMessage()}{colour and chr(27) + '[0m'}"
        return f"{text}\n{self.formatException(record.exc_info)}" if record.exc_info else text


def start_logging(process: str, level: str = "info", stream: TextIO = sys.stderr) -> None:
    """Log to `stream`: for people where it is a terminal, else as JSON lines."""
    handler = logging.StreamHandler(stream)
    handler.setFormatter(Terminal(process) if stream.isatty() else JsonLines(process))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger("homeserver").setLevel(level.upper())
    logging.getLogger("integrations").setLevel(level.upper())
