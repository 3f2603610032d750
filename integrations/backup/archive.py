"""The two forms of a backup: one file (a gzipped tar that any `tar` can read) and a folder of plain files.

Both are written and read in pieces, so that memory stays the same however large a part is. What is read is held to
be hostile: only plain files with acceptable names count, nothing is unpacked by name, and anything beyond what this
module writes is refused. Names and sizes are those of the parts; the manifest comes last.
"""

import gzip
import hashlib
import os
import stat
import tarfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Final, NamedTuple, Protocol

from integrations.backup.manifest import MANIFEST, BackupError, name_fault

ENDING: Final = ".tar.gz"
_BLOCK: Final = tarfile.BLOCKSIZE
_PIECE: Final = 256 * 1024
_LEVEL: Final = 3
"""Of gzip: twice as fast as the usual 6 and nearly as small for databases."""
_SEAL_HEAD: Final = bytes.fromhex("1f8b08100000000000ff") + b"sha256:"
_SEAL_TAIL: Final = b"\0" + bytes.fromhex("03000000000000000000")
SEAL: Final = len(_SEAL_HEAD) + 64 + len(_SEAL_TAIL)
"""The end of the file: a gzip member without content (RFC 1952) whose comment is the SHA-256 of all before it. gzip's
own sum is over the content alone, which a changed byte of the packed form need not change."""
_LARGEST_USTAR: Final = 8 * 1024**3


class Piecemeal(NamedTuple):
    """One member of a backup; `pieces` must be used up before the next member is asked for."""

    path: str
    size: int
    pieces: Iterator[bytes]


class Source(Protocol):
    """What bytes are read from; fewer than asked for only at its end."""

    def read(self, size: int, /) -> bytes: ...


class Writer(Protocol):
    """A backup being written."""

    def add(self, path: str, size: int, source: Source) -> str:
        """Take `size` bytes from `source`; gives their SHA-256. Raises `BackupError` where there are fewer."""
        ...


@contextmanager
def writing(place: Path, *, plain: bool) -> Iterator[Writer]:
    """Write a new backup at `place`, which is there durably when the block ends; raises OSError."""
    if plain:
        place.mkdir(mode=0o700)
        yield _FolderWriter(place)
        _sync_folders(place)
        return
    handle = os.open(place, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with os.fdopen(handle, "w+b") as file:
        with gzip.GzipFile("", "wb", _LEVEL, file, mtime=0) as packed:
            yield _TarWriter(packed)
            packed.write(bytes(2 * _BLOCK))
        seal(file)
        file.flush()
        os.fsync(file.fileno())


def seal(file: BinaryIO) -> None:
    """Put the seal behind all that was written."""
    file.flush()
    size = file.seek(0, os.SEEK_END)
    file.write(_seal_of(file, size))


def _seal_of(file: BinaryIO, size: int) -> bytes:
    file.seek(0)
    sum_ = _copy(file, size, lambda piece: None, "the archive")
    file.seek(size)
    return _SEAL_HEAD + sum_.encode() + _SEAL_TAIL


def _check_seal(file: BinaryIO, place: Path) -> None:
    size = file.seek(0, os.SEEK_END) - SEAL
    file.seek(max(0, size))
    end = file.read()
    if size < 0 or not (end.startswith(_SEAL_HEAD) and end.endswith(_SEAL_TAIL)):
        raise BackupError(f"{place} is cut off, or no backup at all; take another backup")
    if end != _seal_of(file, size):
        raise BackupError(f"{place} is damaged: it was changed after it had been written; take another backup")
    file.seek(0)


class _TarWriter:
    def __init__(self, packed: gzip.GzipFile) -> None:
        self._packed = packed

    def add(self, path: str, size: int, source: Source) -> str:
        self._packed.write(_header(path, size))
        sum_ = _copy(source, size, self._packed.write, path)
        self._packed.write(bytes(-size % _BLOCK))
        return sum_


def _header(path: str, size: int) -> bytes:
    info = tarfile.TarInfo(path)
    info.size, info.mode = size, 0o600
    try:
        # USTAR holds longer names, GNU's dialect larger files.
        if size < _LARGEST_USTAR:
            block = info.tobuf(tarfile.USTAR_FORMAT, "utf-8", "strict")
        else:
            block = info.tobuf(tarfile.GNU_FORMAT, "utf-8", "strict")
    except ValueError as error:
        raise BackupError(f"the name {path!r} is too long for an archive; shorten it or back up to a folder") from error
    if len(block) != _BLOCK:
        raise BackupError(f"the name {path!r} is too long for so large a file; shorten it or back up to a folder")
    return block


class _FolderWriter:
    def __init__(self, root: Path) -> None:
        self._root = root

    def add(self, path: str, size: int, source: Source) -> str:
        return write_file(self._root / path, size, _read(source, size, path))


def write_file(file: Path, size: int, pieces: Iterable[bytes]) -> str:
    """Write a new file (600, folders 700) durably; gives its SHA-256. Raises `BackupError` for more or fewer bytes."""
    private_folders(file.parent)
    handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    sum_, left = hashlib.sha256(), size
    with os.fdopen(handle, "wb") as out:
        for piece in pieces:
            left -= len(piece)
            if left < 0:
                break
            sum_.update(piece)
            out.write(piece)
        out.flush()
        os.fsync(out.fileno())
    if left:
        raise BackupError(f"{file.name} is not as long as it should be; take another backup")
    return sum_.hexdigest()


def private_folders(folder: Path) -> None:
    """Make a folder and those above it that are missing, all for their owner alone."""
    if not folder.is_dir():
        private_folders(folder.parent)
        folder.mkdir(mode=0o700)


def _sync_folders(root: Path) -> None:
    for where, _, _ in os.walk(root):
        sync_folder(Path(where))


def sync_folder(folder: Path) -> None:
    """Make names durable, not only contents."""
    handle = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _copy(source: Source, size: int, write: Callable[[bytes], object], path: str) -> str:
    sum_ = hashlib.sha256()
    for piece in _read(source, size, path):
        sum_.update(piece)
        write(piece)
    return sum_.hexdigest()


def _read(source: Source, size: int, path: str) -> Iterator[bytes]:
    while size:
        piece = source.read(min(size, _PIECE))
        if not piece:
            raise BackupError(f"{path} is shorter than it was said to be: it was cut off or changed meanwhile")
        size -= len(piece)
        yield piece


def members(place: Path) -> Iterator[Piecemeal]:
    """The members of a backup, the manifest last; raises `BackupError` for what is damaged, foreign or unreadable."""
    found = _folder_members(place) if place.is_dir() else _tar_members(place)
    with _understood(place):
        for path, size, pieces in found:
            yield Piecemeal(path, size, _understandable(place, pieces))


def _understandable(place: Path, pieces: Iterator[bytes]) -> Iterator[bytes]:
    with _understood(place):
        yield from pieces


@contextmanager
def _understood(place: Path) -> Iterator[None]:
    """Say in words what is wrong with what is read. An error that a reader of ours throws in is not touched."""
    try:
        yield
    except FileNotFoundError as error:
        raise BackupError(f"there is no backup {place}") from error
    except (tarfile.TarError, gzip.BadGzipFile, zlib.error) as error:
        raise BackupError(f"{place} is damaged, or no backup at all ({error}); take another backup") from error
    except EOFError as error:
        raise BackupError(f"{place} is cut off; take another backup") from error
    except OSError as error:
        raise BackupError(f"{place} cannot be read: {error.strerror or error}") from error


def _tar_members(place: Path) -> Iterator[Piecemeal]:
    with place.open("rb") as file, gzip.GzipFile(fileobj=file) as packed:
        _check_seal(file, place)
        while (block := _full(packed, _BLOCK)) != bytes(_BLOCK):
            info = tarfile.TarInfo.frombuf(block, "utf-8", "strict")
            _check_member(info.name, is_file=info.type == tarfile.REGTYPE and info.size >= 0)
            yield Piecemeal(info.name, info.size, _read(packed, info.size, info.name))
            if any(_full(packed, -info.size % _BLOCK)):
                raise BackupError(f"{place} has something behind {info.name!r}; take another backup")
        rest = packed.read(_BLOCK + 1)  # and with it gzip's own sum
        if rest != bytes(_BLOCK):
            raise BackupError(f"{place} does not end as it should; take another backup")


def _full(packed: Source, size: int) -> bytes:
    block = packed.read(size)
    if len(block) != size:
        raise EOFError
    return block


def _check_member(path: str, *, is_file: bool) -> None:
    if not is_file:
        raise BackupError(f"the member {path!r} of the backup is a link or no file; such a backup is not restored")
    if path != MANIFEST and (fault := name_fault(path)):
        raise BackupError(f"the member {path!r} of the backup is not acceptable: {fault}")


def _folder_members(root: Path) -> Iterator[Piecemeal]:
    found = sorted(_files(root))
    if MANIFEST not in found:
        raise BackupError(f"{root} has no {MANIFEST}: it is no backup, or one that was never finished")
    found.remove(MANIFEST)
    for path in (*found, MANIFEST):
        handle = os.open(root / path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
        with os.fdopen(handle, "rb") as file:
            size = os.fstat(handle).st_size
            yield Piecemeal(path, size, _read(file, size, path))


def _files(root: Path) -> Iterator[str]:
    for where, folders, names in os.walk(root):
        inner = Path(where).relative_to(root).parts
        for name in (*names, *(name for name in folders if Path(where, name).is_symlink())):
            path = "/".join((*inner, name))
            _check_member(path, is_file=stat.S_ISREG(Path(where, name).lstat().st_mode))
            yield path
