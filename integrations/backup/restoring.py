"""Brings a home, or one worker of it, back from a backup: all of it, or nothing.

The backup is proved whole first, then unpacked into a hidden folder beside what it replaces, and proved again there,
each database too; only then do a few renames put it in place. What was there before is kept in `.replaced/<time>` of
the same folder. Needs the home not to run, and room for the backup.
"""

import fcntl
import hashlib
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from homeserver.runtime.running import OccupiedError, occupy
from homeserver.topics.record import record
from integrations.backup.archive import members, private_folders, sync_folder, write_file
from integrations.backup.contents import PASSING, PEOPLE, belongs
from integrations.backup.database import check_database
from integrations.backup.manifest import BackupError, Manifest, Part
from integrations.backup.verifying import verify

REPLACED: Final = ".replaced"
_STAGE: Final = ".restoring"
_FREE: Final = 50_000_000
"""Bytes that a restore leaves free on the disk."""


@record
class Wish:
    """What to bring back and where to.

    `rules` gives the folder of the rule files, told where the settings lie that will be in force. `force`: what is
    there already is put aside.
    """

    backup: Path
    data: Path
    rules: Callable[[Path], Path]
    now: datetime
    worker: str = ""
    force: bool = False


@record
class Restored:
    """`kept` are the folders in which what was there before lies now; empty where nothing was."""

    manifest: Manifest
    parts: tuple[Part, ...]
    data: Path
    rules: Path
    kept: tuple[Path, ...]


@dataclass(slots=True)
class _Area:
    """One of the two folders: `stage` holds what comes, `old` and `new` are entries relative to `root`."""

    root: Path
    stage: Path
    aside: Path
    old: list[Path]
    new: list[Path]


def restore(wish: Wish) -> Restored:
    """Raises `BackupError` or `OccupiedError`, and then everything is as it was."""
    manifest = verify(wish.backup)
    worker = _worker(manifest, wish.worker)
    parts = tuple(part for part in manifest.parts if not worker or belongs(part.path, worker))
    if not parts:
        raise BackupError(f"{wish.backup} holds nothing of a worker {worker!r}")
    try:
        with ExitStack() as stack:
            stack.enter_context(_made(wish.data))
            stack.enter_context(_stopped(wish.data))
            return _restore(wish, worker, manifest, parts)
    except OSError as error:
        raise BackupError(
            f"nothing was restored: {error.filename or wish.data}: {error.strerror or error}; see that there is room "
            "and that the folder may be written to"
        ) from error


def _worker(manifest: Manifest, wanted: str) -> str:
    if wanted and manifest.worker and wanted != manifest.worker:
        raise BackupError(f"the backup is of the worker {manifest.worker!r} alone, not of {wanted!r}")
    return wanted or manifest.worker


@contextmanager
def _made(folder: Path) -> Iterator[None]:
    """Make the folder and those above it that are missing; take them away again if the block fails."""
    missing = [place for place in (folder, *folder.parents) if not place.exists()]
    with ExitStack() as undo:
        if missing:
            undo.callback(shutil.rmtree, missing[-1], ignore_errors=True)
        private_folders(folder)
        yield
        undo.pop_all()


@contextmanager
def _stopped(data: Path) -> Iterator[None]:
    """Hold the data folder so that no home starts in it, and no worker of one started alone has a file open."""
    with ExitStack() as stack:
        stack.enter_context(occupy(data, "", "", login=True))
        for lock in data.rglob("*.db.lock"):
            if REPLACED in lock.parts:
                continue
            handle = os.open(lock, os.O_RDWR | os.O_CLOEXEC)
            stack.callback(os.close, handle)
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise OccupiedError(
                    f"{lock.with_suffix('')} is in use: end the worker that has it open first"
                ) from None
        yield


def _restore(wish: Wish, worker: str, manifest: Manifest, parts: tuple[Part, ...]) -> Restored:
    data = _area(wish.data, wish.now)
    with _stage(data):
        data.old = [entry for entry in _entries(data.root) if _concerned(entry, worker)]
        _check_free(data, force=wish.force)
        _check_room(data.root, sum(part.size for part in parts))
        _unpack(wish.backup, {part.path: part for part in parts if part.path.startswith("data/")}, data.stage)
        data.new = list(_entries(data.stage))
        rules = _area(wish.rules(data.root if worker else data.stage), wish.now)
        rule_parts = {part.path: part for part in parts if part.path.startswith("rules/")}
        data.old = [entry for entry in data.old if not rules.root.is_relative_to(data.root / entry)]
        if not rule_parts or _same(rules.root, rule_parts):
            return _done(wish, manifest, parts, rules.root, [data])
        with _made(rules.root), _stage(rules):
            rules.old = list(_visible(rules.root))
            _check_free(rules, force=wish.force)
            _unpack(wish.backup, rule_parts, rules.stage)
            rules.new = list(_visible(rules.stage))
            return _done(wish, manifest, parts, rules.root, [rules, data])


def _done(wish: Wish, manifest: Manifest, parts: tuple[Part, ...], rules: Path, areas: list[_Area]) -> Restored:
    _exchange(areas)
    kept = tuple(area.aside for area in areas if area.old)
    return Restored(manifest, parts, wish.data, rules, kept)


# -- what is there, and what of it gives way


def _area(root: Path, now: datetime) -> _Area:
    aside = root / REPLACED / f"{now.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    return _Area(root, root / _STAGE, aside, [], [])


def _visible(root: Path) -> Iterator[Path]:
    """Hidden entries are never touched: a folder of rules may be a git repository."""
    yield from (Path(name) for name in sorted(os.listdir(root)) if not name.startswith("."))


def _entries(data: Path) -> Iterator[Path]:
    """What may be exchanged in a data folder; the files of persons one by one."""
    for entry in _visible(data):
        if entry.name == PEOPLE and (data / entry).is_dir():
            for person in _visible(data / entry):
                if (data / entry / person).is_dir():
                    yield from (entry / person / name for name in _visible(data / entry / person))
        elif entry.name not in PASSING and not entry.name.endswith(".lock"):
            yield entry


def _concerned(entry: Path, worker: str) -> bool:
    return not worker or belongs(f"data/{entry.as_posix()}", worker)


def _check_free(area: _Area, *, force: bool) -> None:
    if area.old and not force:
        names = ", ".join(str(entry) for entry in area.old[:3])
        more = ", ..." if len(area.old) > 3 else ""
        raise BackupError(
            f"{area.root} holds {names}{more} already; --force keeps that in {area.aside.relative_to(area.root)} there "
            "and puts the backup in its place"
        )


def _check_room(folder: Path, size: int) -> None:
    free = shutil.disk_usage(folder).free
    if free < size + _FREE:
        raise BackupError(
            f"the backup needs {size // 1_000_000} MB in {folder} and {_FREE // 1_000_000} MB should stay free; there "
            f"are {free // 1_000_000} MB: make room, or choose another folder with --data"
        )


def _same(root: Path, parts: dict[str, Part]) -> bool:
    """Whether the rule files are there already, exactly so and no others."""
    found = {}
    for where, folders, names in os.walk(root):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in names:
            if not name.startswith("."):
                file = Path(where, name)
                found[f"rules/{file.relative_to(root).as_posix()}"] = _sum(file)
    return found == {path: part.sha256 for path, part in parts.items()}


def _sum(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


# -- unpacking


@contextmanager
def _stage(area: _Area) -> Iterator[None]:
    """A fresh folder for what comes; gone when the block ends, with what an interrupted restore may have left there."""
    shutil.rmtree(area.stage, ignore_errors=True)
    area.stage.mkdir(mode=0o700)
    try:
        yield
    finally:
        shutil.rmtree(area.stage, ignore_errors=True)


def _unpack(backup: Path, parts: dict[str, Part], stage: Path) -> None:
    """Write parts below `stage`. The backup may have changed since it was verified: every sum is checked again."""
    missing = dict(parts)
    for member in members(backup):
        part = missing.pop(member.path, None)
        if part is None:
            for _ in member.pieces:
                pass
            continue
        file = stage.joinpath(*part.path.split("/")[1:])
        if write_file(file, part.size, member.pieces) != part.sha256:
            raise BackupError(f"{backup}: {part.path!r} changed while it was restored; take another backup")
        if part.database:
            check_database(file, f"{backup}: {part.path}")
    if missing:
        raise BackupError(f"{backup} lost {min(missing)!r} while it was restored; take another backup")


# -- the exchange


def _exchange(areas: list[_Area]) -> None:
    """Put the old aside and the new in place, by renames; take all of them back when one fails."""
    done: list[tuple[Path, Path]] = []
    try:
        for area in areas:
            for source, target in _moves(area):
                private_folders(target.parent)
                if target.exists() or target.is_symlink():
                    raise BackupError(f"{target} is in the way; move it and try again")
                source.rename(target)
                done.append((source, target))
    except (OSError, BackupError):
        for source, target in reversed(done):
            target.rename(source)
        for area in areas:
            _remove_empty(area.root / REPLACED)
            _remove_empty(area.root / PEOPLE)
        raise
    for folder in {target.parent for _, target in done} | {area.root for area in areas}:
        sync_folder(folder)


def _remove_empty(folder: Path) -> None:
    for where, _, _ in os.walk(folder, topdown=False):
        with suppress(OSError):  # it holds something
            os.rmdir(where)


def _moves(area: _Area) -> Iterator[tuple[Path, Path]]:
    yield from ((area.root / entry, area.aside / entry) for entry in area.old)
    yield from ((area.stage / entry, area.root / entry) for entry in area.new)
