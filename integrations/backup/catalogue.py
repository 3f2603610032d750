"""The backups that lie in a folder, by their names, and which of the nightly ones may go.

A name tells kind and time: `nightly-20260105T020000Z.tar.gz`, `home-...`, `worker-<name>-...`. Only nightly ones are
ever removed by themselves. Whatever else lies in the folder is left alone. Keeps nothing.
"""

import re
import shutil
from collections.abc import Callable, Hashable, Iterable
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from typing import Final

from homeserver.topics.record import record
from integrations.backup.archive import ENDING
from integrations.backup.manifest import MANIFEST

NIGHTLY: Final = "nightly"
_NAME: Final = re.compile(r"(nightly|home|worker-[a-z0-9_-]{1,32})-(\d{8}T\d{6}Z)(\.tar\.gz)?")
_TIME: Final = "%Y%m%dT%H%M%SZ"


@record
class Entry:
    """One backup. `kind` is nightly, home or worker-<name>; `made` is UTC; `size` is in bytes."""

    name: str
    kind: str
    made: datetime
    size: int


@record
class Retention:
    """How many days, weeks and months to keep the newest nightly backup of; days and weeks without one do not count."""

    daily: int
    weekly: int
    monthly: int


def name_of(kind: str, now: datetime, *, plain: bool = False) -> str:
    return f"{kind}-{now.astimezone(UTC).strftime(_TIME)}{'' if plain else ENDING}"


def kind_of(worker: str) -> str:
    return f"worker-{worker}" if worker else "home"


def entries(folder: Path) -> list[Entry]:
    """The backups in a folder, newest first; empty where there is no such folder."""
    if not folder.is_dir():
        return []
    found = (_entry(path) for path in folder.iterdir())
    return sorted((entry for entry in found if entry), key=lambda entry: (entry.made, entry.name), reverse=True)


def _entry(path: Path) -> Entry | None:
    name = _NAME.fullmatch(path.name)
    plain = name is not None and name[3] is None
    if name is None or path.is_symlink() or not (path / MANIFEST if plain else path).is_file():
        return None
    try:
        made = datetime.strptime(name[2], _TIME).replace(tzinfo=UTC)
    except ValueError:
        return None
    size = sum(file.lstat().st_size for file in path.rglob("*") if file.is_file()) if plain else path.stat().st_size
    return Entry(path.name, name[1], made, size)


def expired(found: Iterable[Entry], keep: Retention, zone: tzinfo) -> list[Entry]:
    """The nightly backups that no rule keeps. The newest is always kept. Days are those of the home's time zone."""
    nightly = sorted((entry for entry in found if entry.kind == NIGHTLY), key=lambda entry: entry.made, reverse=True)
    local = {entry.name: entry.made.astimezone(zone) for entry in nightly}
    periods: list[tuple[int, Callable[[datetime], Hashable]]] = [
        (keep.daily, lambda time: time.date()),
        (keep.weekly, lambda time: time.isocalendar()[:2]),
        (keep.monthly, lambda time: (time.year, time.month)),
    ]
    kept = {entry.name for entry in nightly[:1]}
    for count, period in periods:
        newest: dict[Hashable, str] = {}
        for entry in nightly:
            newest.setdefault(period(local[entry.name]), entry.name)
        kept.update(list(newest.values())[:count])
    return [entry for entry in nightly if entry.name not in kept]


def remove(folder: Path, entry: Entry) -> None:
    """Remove one backup; raises OSError."""
    path = folder / entry.name
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
