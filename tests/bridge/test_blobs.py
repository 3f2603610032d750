"""Blobs over HTTP: in whole and in part, for whom they were given, from this machine and from another; memory flat."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest

from homeserver.bridge.worker import Bridge
from homeserver.bridge.worker import setup as set_up_bridge
from homeserver.runtime.clock import VirtualClock
from homeserver.runtime.memory_broker import MemoryBroker
from homeserver.runtime.rehearsal import Rehearsal
from tests.bridge.conftest import client_of
from tests.ports import free_port
from tests.runtime.blobs.test_blobs import CONTENT, films

GIGABYTE = 1 << 30


class Cinema:
    """`films` and the bridge: on one machine, or each on its own."""

    def __init__(self, there: Rehearsal, bridge: Bridge, client: httpx.AsyncClient, port: int) -> None:
        self.films = there.folder / "films"
        self.process = there.process
        self.bridge = bridge
        self.client = client
        self.port = port

    async def find(self, path: str) -> dict[str, Any]:
        answer = await self.client.post("/api/calls/films/find", json={"path": path})
        assert answer.status_code == 200, answer.text
        blob: dict[str, Any] = answer.json()
        return blob

    async def get(self, url: str, **headers: str) -> httpx.Response:
        return await self.client.get(url, headers={name.replace("_", "-"): text for name, text in headers.items()})


@pytest.fixture(params=["here", "elsewhere"])
async def cinema(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Cinema]:
    broker, clock, port = MemoryBroker(), VirtualClock(), free_port()
    folder = tmp_path / "elsewhere" if request.param == "elsewhere" else tmp_path
    (folder / "films" / "a").mkdir(parents=True)
    (folder / "films" / "a" / "b.mkv").write_bytes(CONTENT)
    (folder / "films" / "Füße.html").write_text("<script>alert(1)</script>")
    async with AsyncExitStack() as stack:
        there = await stack.enter_async_context(Rehearsal(films, broker=broker, clock=clock, folder=folder))
        sets = [f"home.http_port={port}"]
        here = await stack.enter_async_context(
            Rehearsal(set_up_bridge, broker=broker, clock=clock, folder=tmp_path, process="bridge", settings=sets)
        )
        worker = here.process.hosted["bridge"].worker
        assert isinstance(worker, Bridge)
        client = await stack.enter_async_context(client_of(worker, f"http://127.0.0.1:{port}"))
        client.headers["authorization"] = f"Bearer {(tmp_path / 'http-token').read_text().strip()}"
        await clock.advance(0.3)
        yield Cinema(there, worker, client, port)


async def test_a_blob_is_served_whole(cinema: Cinema) -> None:
    blob = await cinema.find("a/b.mkv")
    answer = await cinema.get(blob["url"])
    assert (answer.status_code, answer.content) == (200, CONTENT)
    told = answer.headers
    assert told["content-type"] == "video/x-matroska"
    assert told["content-length"] == str(len(CONTENT))
    assert told["etag"] == f'"{blob["etag"]}"'
    assert told["accept-ranges"] == "bytes"
    assert told["content-disposition"] == 'inline; filename="b.mkv"'
    assert told["cache-control"] == "private, no-cache"
    assert told["last-modified"].endswith("GMT")


async def test_a_part_of_it_and_none(cinema: Cinema) -> None:
    blob = await cinema.find("a/b.mkv")
    part = await cinema.get(blob["url"], range="bytes=300000-300009")
    assert (part.status_code, part.content) == (206, CONTENT[300_000:300_010])
    assert part.headers["content-range"] == f"bytes 300000-300009/{len(CONTENT)}"
    assert part.headers["content-length"] == "10"
    beyond = await cinema.get(blob["url"], range=f"bytes={len(CONTENT)}-")
    assert (beyond.status_code, beyond.headers["content-range"]) == (416, f"bytes */{len(CONTENT)}")
    same = await cinema.get(blob["url"], if_none_match=part.headers["etag"])
    assert (same.status_code, same.content) == (304, b"")
    assert same.headers["etag"] == part.headers["etag"]
    other = await cinema.get(blob["url"], if_match='"other"')
    assert other.status_code == 412
    head = await cinema.client.head(blob["url"])
    assert (head.status_code, head.content, head.headers["content-length"]) == (200, b"", str(len(CONTENT)))


async def test_what_could_run_here_is_saved_and_never_shown(cinema: Cinema) -> None:
    blob = await cinema.find("Füße.html")
    answer = await cinema.get(blob["url"])
    assert answer.headers["content-disposition"].startswith('attachment; filename="F__e.html"; filename*=UTF-8')
    assert answer.headers["x-content-type-options"] == "nosniff"
    film = await cinema.find("a/b.mkv")
    saved = await cinema.get(f"{film['url']}?download")
    assert saved.headers["content-disposition"] == 'attachment; filename="b.mkv"'


async def test_there_is_nothing_for_anybody_else(cinema: Cinema) -> None:
    blob = await cinema.find("a/b.mkv")
    stranger = client_of(cinema.bridge, cinema.client.base_url)
    assert (await stranger.get(blob["url"])).status_code == 401
    await stranger.aclose()
    given = await cinema.process.blobs.give("films", "person.ben", cinema.films, "a/b.mkv")
    for url in (
        given.url,
        blob["url"][:-2] + "AA",
        blob["url"].replace("/films/", "/home/"),
        blob["url"].replace("/films/", "/bridge/"),
        "/api/blobs/films/x",
        "/api/blobs/films/" + "x" * 15_000,
        "/api/blobs/films/..%2f..%2fpeople.db",
        "/api/blobs/%2b/x",
    ):
        answer = await asyncio.wait_for(cinema.get(url), 5)
        assert answer.status_code == 404, url


async def test_it_is_gone_when_the_file_is_another(cinema: Cinema) -> None:
    blob = await cinema.find("a/b.mkv")
    (cinema.films / "a" / "b.mkv").write_bytes(b"x")
    answer = await cinema.get(blob["url"])
    assert answer.status_code == 404
    assert "ask again" in answer.json()["message"]


async def fetch(cinema: Cinema, url: str, take: Callable[[bytes], None]) -> None:
    """Over a real connection, as a browser would."""
    await cinema.bridge.listener.up.wait()
    key = {"authorization": cinema.client.headers["authorization"]}
    async with (
        httpx.AsyncClient(base_url=f"http://127.0.0.1:{cinema.port}", headers=key, timeout=120) as client,
        client.stream("GET", url) as answer,
    ):
        assert answer.status_code == 200
        async for chunk in answer.aiter_raw():
            take(chunk)


@pytest.mark.proof
async def test_a_very_large_file_passes_in_little_memory(cinema: Cinema, portion: Callable[[int], int]) -> None:
    length = portion(10) * GIGABYTE
    with (cinema.films / "large.bin").open("wb") as file:
        file.truncate(length)
    blob = await cinema.find("large.bin")
    process, most, got = psutil.Process(), 0, 0
    before = process.memory_info().rss

    def take(chunk: bytes) -> None:
        nonlocal most, got
        got += len(chunk)
        if got % (64 << 20) < len(chunk):
            most = max(most, process.memory_info().rss)

    await fetch(cinema, blob["url"], take)
    assert got == length
    assert most - before < 48 << 20, f"{(most - before) >> 20} MiB more"


async def test_a_client_that_leaves_leaves_no_file_open(cinema: Cinema) -> None:
    with (cinema.films / "large.bin").open("wb") as file:
        file.truncate(GIGABYTE)
    blob = await cinema.find("large.bin")
    await cinema.bridge.listener.up.wait()

    def open_files() -> int:
        links = [os.path.realpath(f"/proc/self/fd/{name}") for name in os.listdir("/proc/self/fd")]
        return sum(link.endswith("large.bin") for link in links)

    reader, writer = await asyncio.open_connection("127.0.0.1", cinema.port)
    key = cinema.client.headers["authorization"]
    writer.write(
        f"GET {blob['url']} HTTP/1.1\r\nhost: 127.0.0.1:{cinema.port}\r\nauthorization: {key}\r\n\r\n".encode()
    )
    await reader.readexactly(100_000)
    assert open_files() == 1
    writer.close()
    async with asyncio.timeout(5):
        while open_files():  # noqa: ASYNC110 - the server notices in its own time
            await asyncio.sleep(0.01)
