"""Lines that outlive this process, whatever ends it, from the moment that `add` returns: one write, and no more.

What a database makes safe with half a dozen calls of the system costs a tenth here. It is a place to pass through, not
one to stay: whoever keeps it writes what is in it into a database now and then, and clears it. The file holds lines of
bytes; of the last one a half may be there, which is left out.
"""

import logging
import os
from pathlib import Path

log = logging.getLogger(__name__)


class FreshLines:
    """In one file, which belongs to one process at a time (its database's lock says so); raises `OSError` where it
    cannot be opened."""

    largest = 1024 * 1024
    """Bytes; a file that nobody clears takes nothing more."""

    def __init__(self, path: Path, largest: int | None = None) -> None:
        if largest is not None:
            self.largest = largest
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        self._size = os.fstat(self._file).st_size
        self._is_torn = False
        self._cut(self._left().rfind(b"\n") + 1)

    def _left(self) -> bytes:
        return os.pread(self._file, self._size, 0)

    def of_before(self) -> list[bytes]:
        """The lines that an earlier process left."""
        return self._left().splitlines()

    def add(self, line: bytes) -> bool:
        """Keep a line, which holds no line break; False where there is no room for it."""
        if self._size + len(line) >= self.largest:
            return False
        data = b"%b%b\n" % (b"\n" if self._is_torn else b"", line)
        try:
            written = os.write(self._file, data)
        except OSError:
            written = 0
        if written < len(data):
            self._cut(self._size)
            return False
        self._size += written
        self._is_torn = False
        return True

    def clear(self) -> None:
        """All of it is somewhere else by now."""
        if self._size:
            self._cut(0)

    def _cut(self, size: int) -> None:
        """What cannot be cut off is read by the next process: whole lines again, half a line as its own."""
        try:
            os.ftruncate(self._file, size)
        except OSError as error:
            log.warning("a file of the home cannot be cut to %d bytes: %s", size, error)
        self._size = os.fstat(self._file).st_size
        self._is_torn = self._size > size

    def close(self) -> None:
        os.close(self._file)
