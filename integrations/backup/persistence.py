"""Asks the home's own Mosquitto to write what it retains to its file now, rather than at its next turn.

Without it the file is up to half a minute old (`autosave_interval`), and nothing worse. Needs /proc to find the
broker by its configuration; where there is none, and with the embedded broker, which commits at once, it does nothing.
"""

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from integrations.backup.contents import BROKER, MOSQUITTO

PATIENCE: Final = 3.0
"""Seconds for Mosquitto to write its file."""


def save_retained(data: Path) -> bool:
    """Return when the file is written anew; False when there was nobody to do it, or not in time."""
    folder = (data / BROKER).resolve()
    before = _mark(folder / MOSQUITTO)
    told = [_tell(pid) for pid in _brokers(folder / "mosquitto.conf")]
    deadline = time.monotonic() + PATIENCE
    while any(told) and time.monotonic() < deadline:
        if _mark(folder / MOSQUITTO) != before:
            return True
        time.sleep(0.02)
    return False


def _tell(pid: int) -> bool:
    try:
        os.kill(pid, signal.SIGUSR1)
    except OSError:
        return False
    return True


def _brokers(configuration: Path) -> Iterator[int]:
    """Processes that are `mosquitto -c <configuration>` and nothing else: the signal would end any other program."""
    for place in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            program, *arguments = place.read_bytes().rstrip(b"\0").split(b"\0")
        except OSError:
            continue
        if Path(os.fsdecode(program)).name == "mosquitto" and arguments == [b"-c", os.fsencode(configuration)]:
            yield int(place.parent.name)


def _mark(file: Path) -> tuple[int, int] | None:
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns
