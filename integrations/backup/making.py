"""Makes a backup of a home while it runs, and shows that it is whole before giving it its name.

Each database is copied as it was at one moment and checked; each other file is read in one go. What is written goes
under a hidden name first: whatever breaks off, no half backup is ever left under a real one. Needs room for the backup
and for a copy of the largest database beside it. Everything it writes only its owner can read.
"""

import errno
import fcntl
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Final

from homeserver import __version__
from homeserver.topics.record import record
from integrations.backup.archive import Writer, private_folders, sync_folder, writing
from integrations.backup.contents import Contents, Folders, Source, owner_of
from integrations.backup.database import check_database, copy_database
from integrations.backup.manifest import FORMAT, MANIFEST, BackupError, Manifest, Part, dump
from integrations.backup.persistence import save_retained
from integrations.backup.verifying import verify

_FULL: Final = (errno.ENOSPC, errno.EDQUOT)
_LOGINS_LOCK: Final = ".lock"
_BROKERS: Final = "data/broker/"


def _always() -> None:
    """Nobody asks to break off."""


@record
class Order:
    """What to back up and where to: `place` is a file, or with `plain` a folder, that must not exist yet.

    `go_on` is called every few milliseconds and may raise `BackupError` to break off.
    """

    folders: Folders
    place: Path
    now: datetime
    worker: str = ""
    plain: bool = False
    go_on: Callable[[], None] = _always


def make(order: Order) -> Manifest:
    """Make and verify a backup; raises `BackupError`, and then nothing is left of it."""
    place = order.place
    if place.exists() or place.is_symlink():
        raise BackupError(f"{place} is there already; choose another name")
    with _understandable(place.parent):
        private_folders(place.parent)
        with _alone(place.parent), _unfinished(place) as part:
            manifest = _write(order, part)
            verify(part)
            part.rename(place)
            sync_folder(place.parent)
            return manifest


@contextmanager
def _understandable(folder: Path) -> Iterator[None]:
    """Say what went wrong with a disk or a database in words."""
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise _full(folder) from error
        raise BackupError(f"the backup cannot be made: {error.filename or folder}: {error.strerror}") from error
    except sqlite3.Error as error:
        if error.sqlite_errorcode == sqlite3.SQLITE_FULL:
            raise _full(folder) from error
        raise BackupError(f"the backup cannot be made: {error}") from error


def _full(folder: Path) -> BackupError:
    free = shutil.disk_usage(folder).free // 1_000_000
    return BackupError(
        f"the disk of {folder} is full ({free} MB free): nothing was written; make room, keep fewer backups, or choose "
        "another folder"
    )


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """One backup at a time in a folder, so that what an interrupted one left there can be cleared away."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        for left in folder.glob(".*.unfinished*"):
            _clear(left)
        yield
    except BlockingIOError:
        raise BackupError(f"another backup is being written to {folder}; wait for it to end") from None
    finally:
        os.close(handle)


@contextmanager
def _unfinished(place: Path) -> Iterator[Path]:
    part = place.with_name(f".{place.name}.unfinished")
    try:
        yield part
    finally:
        _clear(part)


def _clear(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _write(order: Order, part: Path) -> Manifest:
    save_retained(order.folders.data)  # a young broker has no file yet that could be listed
    contents = Contents(order.folders, order.place.parent)
    sources = contents.sources(order.worker)
    if not sources:
        raise BackupError(_nothing(contents, order))
    copy = part.with_name(f"{part.name}-copy")
    try:
        with writing(part, plain=order.plain) as writer:
            # What the broker retains comes last: a home takes what it knew and the broker lacks for taken away.
            stored = sorted((one for one in sources if one.database), key=lambda one: one.path.startswith(_BROKERS))
            databases = [_add_database(writer, source, copy, order) for source in stored]
            save_retained(order.folders.data)
            with _steady_logins(order.folders.data):
                files = [_add_file(writer, source, order) for source in sources if not source.database]
            parts = sorted((one for one in (*files, *databases) if one), key=lambda one: one.path)
            made = order.now.isoformat(timespec="seconds")
            manifest = Manifest(FORMAT, __version__, made, order.worker, tuple(parts), tuple(contents.left_out))
            text = dump(manifest)
            writer.add(MANIFEST, len(text), BytesIO(text))
    finally:
        _clear(copy)
    return manifest


def _nothing(contents: Contents, order: Order) -> str:
    if not order.worker:
        return f"there is no home in {order.folders.data}; name its folder with --data"
    known = sorted({owner_of(source.path) for source in contents.sources()} - {""})
    those = ", ".join(known) or "none"
    return f"nothing in {order.folders.data} is kept by a worker {order.worker!r}; those that keep something: {those}"


@contextmanager
def _steady_logins(data: Path) -> Iterator[None]:
    """Logins and their secrets are separate files that belong together: hold their lock while both are read."""
    try:
        handle = os.open(data / _LOGINS_LOCK, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        yield
        return
    try:
        fcntl.flock(handle, fcntl.LOCK_SH)
        yield
    finally:
        os.close(handle)


def _add_file(writer: Writer, source: Source, order: Order) -> Part | None:
    """None for a file that was taken away in the meantime."""
    order.go_on()
    try:
        handle = os.open(source.file, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    with os.fdopen(handle, "rb") as file:
        size = os.fstat(handle).st_size
        return Part(source.path, size, writer.add(source.path, size, file), database=False)


def _add_database(writer: Writer, source: Source, copy: Path, order: Order) -> Part | None:
    order.go_on()
    if not source.file.exists():
        return None
    try:
        copy_database(source.file, copy, order.go_on)
    except sqlite3.DatabaseError as error:
        if isinstance(error, sqlite3.OperationalError):
            raise
        raise BackupError(f"{source.file} is damaged ({error}); restore it from an earlier backup") from error
    check_database(copy, str(source.file))
    with copy.open("rb") as file:
        size = os.fstat(file.fileno()).st_size
        sum_ = writer.add(source.path, size, file)
    copy.unlink()
    return Part(source.path, size, sum_, database=True)
