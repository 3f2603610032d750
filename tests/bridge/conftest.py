"""A small home behind the bridge: two processes on one broker in memory, under a clock that is moved by hand.

`core` holds a worker that owns a few entities and one that answers calls; `bridge` holds the bridge. Requests go to the
bridge's ASGI application; its listener is real as well, on a free port, and unused here.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

import httpx
import pytest
import pytest_asyncio
from pydantic import BaseModel

from homeserver.bridge.worker import Bridge
from homeserver.bridge.worker import setup as set_up_bridge
from homeserver.runtime.clock import VirtualClock
from homeserver.runtime.heard import Heard
from homeserver.runtime.house import House
from homeserver.runtime.memory_broker import MemoryBroker
from homeserver.runtime.rehearsal import Rehearsal
from homeserver.runtime.worker import Worker, answers, hears
from homeserver.topics.call import REPLY, Call, Caller, CallError, Reply, ReplyError
from homeserver.topics.cause import Cause
from homeserver.topics.entity import (
    COMMAND,
    COMMAND_FAILED,
    ENTITY_CONFIG,
    ENTITY_STATE,
    Command,
    CommandOutcome,
    Device,
    EntityConfig,
    EntityState,
)
from homeserver.topics.event import CALENDAR, DEVICE_EVENT
from homeserver.topics.registry import AREA_ENTRY, DEVICE_ENTRY, ENTITY_ENTRY, FLOOR_ENTRY
from tests.bridge.browser import Browser, chromium
from tests.bridge.staging import Gallery, Stage, set_up_gallery, staged
from tests.ports import free_port

T = TypeVar("T")


class Shelf(BaseModel):
    """One place in the library."""

    row: int
    label: str = ""


class Lookup(BaseModel):
    """Find a book by its title.

    The second paragraph is not part of the call's one-line description.
    """

    title: str
    near: Shelf | None = None


class Found(BaseModel):
    shelf: Shelf
    asked_by: str


class Burn(BaseModel):
    """Something that never works."""


class Reset(BaseModel):
    """Empty the shelves."""


class Count(BaseModel):
    """Count the books, one by one: to `to`, or without end."""

    to: int = -1
    then: str = ""


LOOKUP = Call("library", "lookup", Lookup, Found, role="guest")
BURN = Call("library", "burn", Burn, Found)
RESET = Call("library", "reset", Reset, type(None), role="owner")
COUNT = Call("library", "count", Count, Shelf, role="guest", stream=True)

LAMP = EntityConfig(
    "Hall ceiling",
    "owner",
    ("turn_on", "turn_off", "toggle"),
    device=Device("d1", "Hall lamp", suggested_area="Hall"),
    capabilities={"supported_color_modes": ["brightness"]},
)
MOTION = EntityConfig("Hall motion", "owner", device=Device("d2", "Eye", suggested_area="Hall"), device_class="motion")
WARMTH = EntityConfig(
    "Hall temperature",
    "owner",
    device=Device("d2", "Eye", suggested_area="Hall"),
    device_class="temperature",
    unit="°C",
    state_class="measurement",
)
PLUG = EntityConfig("Heater", "owner", ("turn_on", "turn_off", "toggle"), enabled=False)


class Owner(Worker):
    """Owns entities and obeys at once; `mood` makes it silent, refusing or lazy."""

    name = "owner"
    says = (
        ENTITY_CONFIG,
        ENTITY_STATE,
        ENTITY_ENTRY,
        DEVICE_ENTRY,
        AREA_ENTRY,
        FLOOR_ENTRY,
        REPLY,
        COMMAND_FAILED,
        DEVICE_EVENT,
        CALENDAR,
    )

    def __init__(self, house: House) -> None:
        super().__init__(house)
        self.mood = ""
        self.commands: list[tuple[str, str, Command]] = []

    async def open(self) -> None:
        for entity_id, config in (
            ("light.hall", LAMP),
            ("binary_sensor.hall_motion", MOTION),
            ("sensor.hall_temperature", WARMTH),
            ("switch.heater", PLUG),
        ):
            self.config(entity_id, config)
        self.state("light.hall", "off")
        self.state("binary_sensor.hall_motion", "off")

    def config(self, entity_id: str, config: EntityConfig | None) -> None:
        self.house.say(ENTITY_CONFIG, config, *entity_id.split("."))

    def state(self, entity_id: str, state: str, cause: Cause | None = None, **attributes: Any) -> Cause:
        now = self.house.clock.now()
        cause = cause or self.house.cause("device:d0")
        self.house.say(ENTITY_STATE, EntityState(state, attributes, now, now, cause), *entity_id.split("."))
        return cause

    @hears(COMMAND)
    def obey(self, command: Command, heard: Heard) -> None:
        entity_id = ".".join(heard.where[:2])
        self.commands.append((entity_id, heard.login, command))
        if self.mood == "silent" or command.reply_to is None:
            return
        reply = Reply(command.id, True)
        if self.mood == "refusing":
            reply = Reply(command.id, False, error=ReplyError("unavailable", "the lamp is out of reach"))
        elif self.mood != "lazy":
            self.state(entity_id, command.service.removeprefix("turn_"), command.cause, **command.data)
        self.house.say(REPLY, reply, *command.reply_to.split("/")[2:])

    def fail(self, entity_id: str, cause: Cause) -> None:
        outcome = CommandOutcome("c1", entity_id, "turn_on", "expired", "the lamp did not answer in time", cause)
        self.house.say(COMMAND_FAILED, outcome)


class Library(Worker):
    """Answers calls."""

    name = "library"

    @answers(LOOKUP)
    async def lookup(self, request: Lookup, caller: Caller) -> Found:
        if request.title == "secret":
            raise CallError("not_found", "there is no such book", "title")
        if request.title == "torn":
            raise CallError("torn_page", "line 12 of the catalogue cannot be read", "title")
        return Found(shelf=request.near or Shelf(row=len(request.title)), asked_by=caller.login)

    counting = 0

    @answers(COUNT)
    async def count(self, request: Count, caller: Caller) -> AsyncIterator[Shelf]:
        self.counting += 1
        try:
            row = 0
            while row != request.to:
                yield Shelf(row=row, label="x" * 1000)
                row += 1
            if request.then == "torn":
                raise CallError("torn_page", "line 12 of the catalogue cannot be read", "to")
            if request.then == "wait":
                await asyncio.Event().wait()
        finally:
            self.counting -= 1

    @answers(BURN)
    async def burn(self, request: Burn, caller: Caller) -> Found:
        raise RuntimeError("/secret/path/to/books.db: near SELECT: syntax error")

    @answers(RESET)
    async def reset(self, request: Reset, caller: Caller) -> None:
        return None


class Home:
    """Both processes, the client, and the clock."""

    def __init__(self, core: Rehearsal, bridge: Rehearsal, client: httpx.AsyncClient, token: str) -> None:
        self.core = core
        self.bridge_process = bridge
        self.clock = core.clock
        self.client = client
        self.token = token

    @property
    def owner(self) -> Owner:
        worker = self.core.process.hosted["owner"].worker
        assert isinstance(worker, Owner)
        return worker

    @property
    def library(self) -> Library:
        worker = self.core.process.hosted["library"].worker
        assert isinstance(worker, Library)
        return worker

    @property
    def bridge(self) -> Bridge:
        worker = self.bridge_process.process.hosted["bridge"].worker
        assert isinstance(worker, Bridge)
        return worker

    @property
    def gallery(self) -> Gallery:
        worker = self.core.process.hosted["home"].worker
        assert isinstance(worker, Gallery)
        return worker

    async def settle(self) -> None:
        """Let what was said reach everybody, past the window in which states are coalesced."""
        await self.clock.advance(0.3)

    async def during(self, request: Awaitable[T]) -> T:
        """Wait for `request` while time goes by."""
        task = asyncio.ensure_future(request)
        while not task.done():
            await self.clock.advance(0.05)
        return task.result()

    async def get(self, path: str, **more: Any) -> httpx.Response:
        return await self.during(self.client.get(path, **more))

    async def post(self, path: str, body: Any = None, **more: Any) -> httpx.Response:
        return await self.during(self.client.post(path, json={} if body is None else body, **more))

    def stranger(self, address: str = "127.0.0.1") -> httpx.AsyncClient:
        """A client without any key."""
        return client_of(self.bridge, self.client.base_url, address)


def client_of(bridge: Bridge, base_url: Any, address: str = "127.0.0.1") -> httpx.AsyncClient:
    transport = httpx.ASGITransport(bridge.app, raise_app_exceptions=False, client=(address, 50000))
    return httpx.AsyncClient(transport=transport, base_url=base_url)


def set_up_owner(house: House) -> Owner:
    return Owner(house)


def set_up_library(house: House) -> Library:
    return Library(house)


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[Home]:
    broker, clock, port = MemoryBroker(), VirtualClock(), free_port()
    sets = [f"home.http_port={port}"]
    core = Rehearsal(set_up_owner, set_up_library, set_up_gallery, broker=broker, clock=clock, folder=tmp_path)
    bridge = Rehearsal(set_up_bridge, broker=broker, clock=clock, folder=tmp_path, process="bridge", settings=sets)
    async with core, bridge:
        worker = bridge.process.hosted["bridge"].worker
        assert isinstance(worker, Bridge)
        token = (tmp_path / "http-token").read_text().strip()
        async with client_of(worker, f"http://127.0.0.1:{port}") as client:
            client.headers["authorization"] = f"Bearer {token}"
            home = Home(core, bridge, client, token)
            await home.settle()
            yield home


@pytest.fixture
def lamp() -> EntityConfig:
    return replace(LAMP)


def parse_time(text: str) -> datetime:
    return datetime.fromisoformat(text)


# -- a browser, and a furnished home for it


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Browser]:
    async with chromium(tmp_path_factory.mktemp("profile")) as running:
        yield running


@pytest_asyncio.fixture(loop_scope="module")
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with staged(tmp_path, free_port()) as running:
        yield running
