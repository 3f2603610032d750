"""Files below a folder, opened level by level so that no link leads out of it. Keeps nothing."""

import asyncio
import os
import stat
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from homeserver.topics.blob import storage_path
from homeserver.topics.record import record

CHUNK: Final = 256 * 1024


class NoSuchFileError(LookupError):
    """There is no such regular file below the folder, or it cannot be read."""


@record
class Facts:
    """`etag` is another one for another content: inode, length and time of the last change, in nanoseconds."""

    length: int
    etag: str
    modified: datetime


def open_beneath(root: Path, path: str) -> int:
    """A descriptor of the regular file `path` below `root`, for reading; raises `NoSuchFileError`.

    `root` itself may be reached through links. Of what lies below none is followed.
    """
    try:
        levels = storage_path(path).split("/")
        folder = os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except (OSError, ValueError) as error:
        raise NoSuchFileError("there is no such file") from error
    try:
        for level in levels[:-1]:
            deeper = os.open(level, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=folder)
            os.close(folder)
            folder = deeper
        # O_NONBLOCK: a pipe that lies about must not hold us up until somebody writes to it
        file = os.open(levels[-1], os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=folder)
    except OSError as error:
        raise NoSuchFileError("there is no such file") from error
    finally:
        os.close(folder)
    if not stat.S_ISREG(os.fstat(file).st_mode):
        os.close(file)
        raise NoSuchFileError("there is no such file")
    return file


def facts_of(file: int) -> Facts:
    found = os.fstat(file)
    etag = f"{found.st_ino:x}-{found.st_size:x}-{found.st_mtime_ns:x}"
    return Facts(found.st_size, etag, datetime.fromtimestamp(found.st_mtime, UTC))


def look(root: Path, path: str) -> Facts:
    """The facts of a file; raises `NoSuchFileError`."""
    file = open_beneath(root, path)
    try:
        return facts_of(file)
    finally:
        os.close(file)


async def chunks(file: int, start: int, end: int) -> AsyncIterator[bytes]:
    """The bytes from `start` up to, not including, `end`; raises `NoSuchFileError` where the file became shorter. Disks
    are waited for in a thread."""
    while start < end:
        chunk = await asyncio.to_thread(os.pread, file, min(CHUNK, end - start), start)
        if not chunk:
            raise NoSuchFileError("the file became shorter")
        start += len(chunk)
        yield chunk
