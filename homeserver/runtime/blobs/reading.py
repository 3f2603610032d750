"""Reading a blob, wherever it is: from a file of this machine, or through the listener of the process that has it."""

import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final, Protocol, Self
from urllib.parse import urlsplit

from homeserver.runtime.blobs.files import CHUNK, NoSuchFileError, chunks, facts_of, open_beneath
from homeserver.runtime.blobs.listener import trusting
from homeserver.topics.blob import BlobAddress
from homeserver.topics.call import CallError

SILENCE: Final = 30.0
"""Seconds of silence after which the other side is given up."""


class Reader(Protocol):
    """An open blob. `file` is its descriptor where it is a file of this machine. Close it, or use `async with`."""

    facts: BlobAddress
    file: int | None

    def read(self, start: int, end: int) -> AsyncIterator[bytes]: ...
    def close(self) -> None: ...
    async def __aenter__(self) -> Self: ...
    async def __aexit__(self, *_: object) -> None: ...


class _Reader:
    def __init__(self, facts: BlobAddress) -> None:
        self.facts = facts
        self.file: int | None = None

    def close(self) -> None:
        if self.file is not None:
            os.close(self.file)
            self.file = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        self.close()


class Near(_Reader):
    """A file that this process can open itself; raises `NoSuchFileError` where it is not what was told of it."""

    def __init__(self, facts: BlobAddress, root: Path) -> None:
        super().__init__(facts)
        self.file = open_beneath(root, facts.path)
        if facts_of(self.file).etag != facts.etag:
            self.close()
            raise NoSuchFileError("the file has changed")

    def read(self, start: int, end: int) -> AsyncIterator[bytes]:
        """The bytes from `start` up to, not including, `end`; raises `CallError` where it ends before."""
        assert self.file is not None
        return _in_words(chunks(self.file, start, end))


class Far(_Reader):
    """Bytes of another process."""

    async def read(self, start: int, end: int) -> AsyncIterator[bytes]:
        """The same; each reading is a connection of its own."""
        address = urlsplit(self.facts.url or "")
        if start >= end:
            return
        try:
            async with asyncio.timeout(SILENCE):
                reader, writer = await asyncio.open_connection(
                    address.hostname, address.port, ssl=trusting(self.facts.certificate or ""), limit=CHUNK
                )
        except OSError as error:
            raise CallError("unavailable", "the process that has the bytes cannot be reached") from error
        try:
            head = f"GET {address.path} HTTP/1.1\r\nhost: {address.netloc}\r\nrange: bytes={start}-{end - 1}\r\n\r\n"
            writer.write(head.encode())
            async for chunk in _body(reader, end - start):
                yield chunk
        except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError) as error:
            raise CallError("unavailable", "the process that has the bytes stopped sending them") from error
        finally:
            if not writer.is_closing():
                writer.transport.abort()


async def _in_words(content: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    try:
        async for chunk in content:
            yield chunk
    except (NoSuchFileError, OSError) as error:
        raise CallError("unavailable", "the bytes can be read no further") from error


async def _body(reader: asyncio.StreamReader, length: int) -> AsyncIterator[bytes]:
    async with asyncio.timeout(SILENCE):
        head = await reader.readuntil(b"\r\n\r\n")
    if not head.startswith(b"HTTP/1.1 206 "):
        raise CallError("not_found", "there is no such blob any more")
    while length:
        async with asyncio.timeout(SILENCE):
            chunk = await reader.read(min(CHUNK, length))
        if not chunk:
            raise asyncio.IncompleteReadError(b"", length)
        length -= len(chunk)
        yield chunk
