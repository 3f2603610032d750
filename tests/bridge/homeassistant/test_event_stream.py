"""Events as server-sent events."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import orjson
import pytest
from starlette.types import Message

from homeserver.bridge.homeassistant import event_stream
from homeserver.bridge.homeassistant.event_stream import PING, WAITING, Tap
from homeserver.topics.event import Event
from homeserver.topics.person import Grant, Person
from tests.bridge.conftest import Home


class Reader:
    """One open stream, over the door."""

    def __init__(self) -> None:
        self.status = 0
        self.text = b""
        self.over = False

    @property
    def lines(self) -> list[Any]:
        said = [one.removeprefix(b"data: ") for one in self.text.split(b"\n\n") if one]
        return [one.decode() if one == b"ping" else orjson.loads(one) for one in said]


@asynccontextmanager
async def reading(home: Home, query: str = "") -> AsyncIterator[Reader]:
    reader, gone = Reader(), asyncio.Event()
    host = f"127.0.0.1:{home.client.base_url.port}"
    headers = {"host": host, "authorization": home.client.headers["authorization"]}
    scope: dict[str, Any] = {
        "type": "http",
        "method": "GET",
        "path": "/api/stream",
        "query_string": query.encode(),
        "scheme": "http",
        "http_version": "1.1",
        "client": ("127.0.0.1", 50_000),
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
    }
    begun = [False]

    async def receive() -> Message:
        if not begun[0]:
            begun[0] = True
            return {"type": "http.request", "body": b"", "more_body": False}
        await gone.wait()
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            reader.status = message["status"]
        else:
            reader.text += message.get("body", b"")
            reader.over = not message.get("more_body")

    task = asyncio.ensure_future(home.bridge.door(scope, receive, send))
    await home.settle()
    try:
        yield reader
    finally:
        gone.set()
        await home.settle()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_everything_that_happens(home: Home) -> None:
    async with reading(home) as reader:
        assert (reader.status, reader.lines) == (200, ["ping"])
        home.owner.state("light.hall", "on")
        await home.settle()
        await home.post("/api/events/doorbell", {"door": "front"})
        await home.settle()
        changed, rang = reader.lines[1:]
        assert changed["event_type"] == "state_changed"
        assert changed["data"]["new_state"]["state"] == "on"
        assert (rang["event_type"], rang["data"]) == ("doorbell", {"door": "front"})
        assert rang["origin"] == "LOCAL"
        await home.clock.advance(PING + 1)
        assert reader.lines[3:] == ["ping"]
    assert home.bridge.homeassistant.events.listeners() == {}


async def test_only_what_is_asked_for(home: Home) -> None:
    async with reading(home, "restrict=doorbell,tag_scanned") as reader:
        home.owner.state("light.hall", "on")
        await home.post("/api/events/doorbell", {})
        await home.post("/api/events/other", {})
        await home.settle()
        assert [one["event_type"] for one in reader.lines[1:]] == ["doorbell"]


async def test_nobody_hears_more_than_he_may(home: Home) -> None:
    sees = (Grant("entity", "light.hall", "see"),)
    home.bridge.house.people._known["person.owner"] = Person("Owner", "guest", sees)
    async with reading(home, "restrict=doorbell") as reader:
        assert reader.status == 403
    async with reading(home) as reader:
        home.owner.state("binary_sensor.hall_motion", "on")
        home.owner.state("light.hall", "on")
        home.bridge.homeassistant.event(Event("doorbell", {}, home.clock.now()))
        await home.settle()
        assert [one["data"]["entity_id"] for one in reader.lines[1:]] == ["light.hall"]


async def test_it_ends_with_the_key(home: Home) -> None:
    key = (await home.post("/api/auth/api_keys", {"name": "program", "days": 1})).json()
    home.client.headers["authorization"], mine = f"Bearer {key['secret']}", home.client.headers["authorization"]
    async with reading(home) as reader:
        home.client.headers["authorization"] = mine
        assert not reader.over
        await home.during(home.client.delete(f"/api/auth/proofs/{key['id']}"))
        await home.settle()
        assert reader.over


@pytest.mark.parametrize(("count", "over"), [(WAITING, False), (WAITING + 1, True)])
def test_who_reads_too_slowly_is_let_go(count: int, over: bool) -> None:
    tap = Tap()
    for _ in range(count):
        tap.add(b'{"id":0,"type":"event","event":{}}')
    assert tap.over is over
    assert len(tap.waiting) == WAITING
    assert tap.waiting[0] == b"data: {}\n\n"


async def test_one_person_has_half_of_the_streams(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(event_stream, "MOST", 4)
    async with reading(home), reading(home):
        await home.settle()
        assert (await home.get("/api/stream")).status_code == 503
    async with reading(home) as again:
        await home.settle()
        assert again.status == 200
