"""Which home runs in a data folder: a lock that ends with its process, and where its doors are.

Keeps `home.lock` in the data folder: JSON with process id, broker, page and the settings that the home runs with.
"""

import fcntl
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, field
from pathlib import Path
from typing import Any, Final

from homeserver.topics.record import record

LOCK: Final = "home.lock"


class OccupiedError(Exception):
    """A home runs in this data folder already; the text names its process."""


@record
class Running:
    """A running home. `broker` is an address without a login; `login` False: the broker wants none.

    `settings` are those it was started with: by name, value and source; secrets are masked.
    """

    pid: int
    broker: str
    page: str
    login: bool
    settings: Mapping[str, Sequence[Any]] = field(default_factory=dict)


@contextmanager
def occupy(
    data: Path, broker: str, page: str, *, login: bool, settings: Mapping[str, Sequence[Any]] | None = None
) -> Iterator[Running]:
    """Hold the data folder; raises `OccupiedError` where another process does."""
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle = os.open(data / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise OccupiedError(_who(data)) from None
        here = Running(os.getpid(), broker, page, login, settings or {})
        os.ftruncate(handle, 0)
        os.pwrite(handle, json.dumps(asdict(here)).encode(), 0)
        yield here
        os.ftruncate(handle, 0)
    finally:
        os.close(handle)


def _who(data: Path) -> str:
    other = _read(data / LOCK)
    who = f"process {other.pid}" if other else "another process"
    return f"a home runs in {data} already ({who}): stop it first, or choose another folder with --data"


def running(data: Path) -> Running | None:
    """The home that runs in this data folder now, if any."""
    try:
        handle = os.open(data / LOCK, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return _read(data / LOCK)
    finally:
        os.close(handle)
    return None


def _read(path: Path) -> Running | None:
    try:
        return Running(**json.loads(path.read_text("utf-8")))
    except (OSError, ValueError, TypeError):
        return None
