"""Uploads over HTTP: a body as it comes, a blob for its owner, and nothing left of what broke off."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import BaseModel

from homeserver.bridge import files as routes
from homeserver.bridge.worker import Bridge
from homeserver.bridge.worker import setup as set_up_bridge
from homeserver.runtime.clock import VirtualClock
from homeserver.runtime.house import House
from homeserver.runtime.memory_broker import MemoryBroker
from homeserver.runtime.rehearsal import Rehearsal
from homeserver.runtime.worker import Worker, answers
from homeserver.topics.blob import Blob
from homeserver.topics.call import Call, Caller
from tests.bridge.conftest import client_of
from tests.ports import free_port
from tests.runtime.ground import until

CONTENT = bytes(range(256)) * 8000


class Weigh(BaseModel):
    """Weigh a file."""

    file: Blob


class Weight(BaseModel):
    sha256: str


WEIGH = Call("scales", "weigh", Weigh, Weight, role="guest")


class Scales(Worker):
    """Takes files as arguments."""

    name = "scales"

    @answers(WEIGH)
    async def weigh(self, request: Weigh, caller: Caller) -> Weight:
        found = hashlib.sha256()
        async with await self.house.open_blob(request.file, caller.login) as reader:
            async for chunk in reader.read(0, reader.facts.length):
                found.update(chunk)
        return Weight(sha256=found.hexdigest())


def scales(house: House) -> Scales:
    return Scales(house)


class Desk:
    """The bridge, and a worker that takes files: on its machine, or on one of its own."""

    def __init__(self, bridge: Bridge, client: httpx.AsyncClient, port: int, token: str) -> None:
        self.bridge = bridge
        self.client = client
        self.port = port
        self.token = token

    async def upload(
        self, content: bytes = CONTENT, query: str = "?filename=a.bin", kind: str | None = None
    ) -> httpx.Response:
        headers = {} if kind is None else {"content-type": kind}
        return await self.client.post(f"/api/uploads{query}", content=content, headers=headers)

    def staged(self) -> set[str]:
        return {path.name for path in self.bridge.staging.folder.iterdir()}


@pytest.fixture(params=["here", "elsewhere"])
async def desk(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Desk]:
    broker, clock, port = MemoryBroker(), VirtualClock(), free_port()
    folder = tmp_path / "elsewhere" if request.param == "elsewhere" else tmp_path
    folder.mkdir(exist_ok=True)
    sets = [f"home.http_port={port}", "bridge.upload_largest=3000000", "bridge.upload_quota=5000000"]
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(Rehearsal(scales, broker=broker, clock=clock, folder=folder))
        here = await stack.enter_async_context(
            Rehearsal(set_up_bridge, broker=broker, clock=clock, folder=tmp_path, process="bridge", settings=sets)
        )
        worker = here.process.hosted["bridge"].worker
        assert isinstance(worker, Bridge)
        client = await stack.enter_async_context(client_of(worker, f"http://127.0.0.1:{port}"))
        token = (tmp_path / "http-token").read_text().strip()
        client.headers["authorization"] = f"Bearer {token}"
        await clock.advance(0.3)
        yield Desk(worker, client, port, token)


async def weigh(desk: Desk, blob: dict[str, Any]) -> httpx.Response:
    return await desk.client.post("/api/calls/scales/weigh", json={"file": blob})


async def test_an_upload_is_handed_to_a_call_and_can_be_fetched_again(desk: Desk) -> None:
    answer = await desk.upload(kind="image/png", query="?filename=Gro%C3%9F.png")
    assert answer.status_code == 201
    blob = answer.json()
    assert (blob["filename"], blob["media_type"], blob["length"]) == ("Groß.png", "image/png", len(CONTENT))
    assert blob["sha256"] == hashlib.sha256(CONTENT).hexdigest()
    assert (await weigh(desk, blob)).json() == {"sha256": blob["sha256"]}
    again = await desk.client.get(answer.headers["location"])
    assert (again.status_code, again.content) == (200, CONTENT)


async def test_nobody_hands_over_what_another_uploaded(desk: Desk) -> None:
    blob = (await desk.upload()).json()
    others = await desk.bridge.house.blob(
        Caller("person.ben", None, desk.bridge.house.cause()), desk.bridge.staging.folder, blob["path"]
    )
    forged = {**blob, "worker": "scales"}
    for file in (others.model_dump(mode="json"), forged, {**blob, "id": "x"}):
        answer = await weigh(desk, file)
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


@pytest.mark.parametrize(
    ("query", "kind", "status"),
    [
        ("", "multipart/form-data; boundary=x", 415),
        ("", "nonsense", 415),
    ],
)
async def test_what_cannot_be_taken_is_told(desk: Desk, query: str, kind: str | None, status: int) -> None:
    answer = await desk.upload(query=query, kind=kind)
    assert answer.status_code == status
    assert desk.staged() == set()


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("..%2f..%2fpeople.db", ".._.._people.db"),
        ("..", "file"),
        ("", "file"),
        ("%00%0a", "__"),
        ("x" * 300, "x" * 255),
    ],
)
async def test_a_name_is_only_a_name(desk: Desk, given: str, kept: str) -> None:
    blob = (await desk.upload(b"x", f"?filename={given}")).json()
    assert blob["filename"] == kept
    assert desk.staged() == {blob["path"], f"{blob['path']}.json"}
    assert (await desk.client.get(blob["url"])).content == b"x"


async def test_limits_hold_for_what_is_announced_and_for_what_comes(desk: Desk) -> None:
    assert (await desk.upload(b"x" * 3_000_001)).status_code == 413

    async def unannounced() -> AsyncIterator[bytes]:
        for _ in range(31):
            yield b"x" * 100_000

    assert (await desk.client.post("/api/uploads", content=unannounced())).status_code == 413
    assert desk.staged() == set()
    assert (await desk.upload(b"x" * 3_000_000)).status_code == 201
    over = await desk.upload(b"x" * 2_500_000)
    assert (over.status_code, "2000000 bytes at most" in over.json()["message"]) == (413, True)


async def test_an_upload_is_removed_by_its_owner(desk: Desk) -> None:
    blob = (await desk.upload()).json()
    assert (await desk.client.delete(f"/api/uploads/{blob['path']}")).status_code == 200
    assert desk.staged() == set()
    assert (await desk.client.delete(f"/api/uploads/{blob['path']}")).status_code == 404
    assert (await desk.client.get(blob["url"])).status_code == 404


async def test_without_a_key_nothing_is_taken(desk: Desk) -> None:
    stranger = client_of(desk.bridge, desk.client.base_url)
    assert (await stranger.post("/api/uploads", content=b"x")).status_code == 401
    await stranger.aclose()
    assert desk.staged() == set()


async def begin(desk: Desk) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """An upload over a real connection, of which half has been sent."""
    await desk.bridge.listener.up.wait()
    reader, writer = await asyncio.open_connection("127.0.0.1", desk.port)
    head = f"POST /api/uploads HTTP/1.1\r\nhost: 127.0.0.1:{desk.port}\r\nauthorization: Bearer {desk.token}\r\n"
    writer.write(f"{head}content-length: 2000000\r\n\r\n".encode() + b"x" * 1_000_000)
    await until(lambda: len(desk.staged()) == 1)
    return reader, writer


async def test_a_body_that_breaks_off_leaves_nothing(desk: Desk) -> None:
    _, writer = await begin(desk)
    writer.close()
    await until(lambda: desk.staged() == set())


async def test_a_body_that_stops_coming_is_given_up(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(routes, "SILENCE", 0.2)
    reader, writer = await begin(desk)
    assert await reader.readline() == b"HTTP/1.1 408 Request Timeout\r\n"
    assert desk.staged() == set()
    writer.close()
