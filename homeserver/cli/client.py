"""The command line on the bus: a guest who looks, calls and commands in the name of `process.cli`.

Needs a reachable broker, and the secret of `process.cli` in the data folder where the broker wants logins.
"""

from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Any, Final, TypeVar

from homeserver.cli.options import log_little
from homeserver.runtime.account import account_of
from homeserver.runtime.assembly import client_id, run_loop
from homeserver.runtime.bus import Bus
from homeserver.runtime.calls import Calls
from homeserver.runtime.clock import RealClock
from homeserver.runtime.mqtt_wire import MqttWire
from homeserver.runtime.presence import Presence
from homeserver.runtime.settings import Settings
from homeserver.runtime.wire import UnreachableError
from homeserver.topics.names import random_name
from homeserver.topics.process import PROCESS_STATUS, WORKER_STATUS
from homeserver.topics.topic import Topic

T = TypeVar("T")
REACH: Final = 5.0
"""Seconds in which the broker must have let us in."""
_NAME: Final = "cli"


class Client:
    """A connected bus with what the commands need of it."""

    def __init__(self, bus: Bus) -> None:
        self.bus = bus
        self.calls = Calls(bus)

    async def present(self, *topics: Topic[Any]) -> dict[str, dict[tuple[str, ...], Any]]:
        """All retained messages of these topics now: by template, then by the parameters of their addresses."""
        hearings = [self.bus.hear(topic, _look, "cli") for topic in topics]
        await self.bus.sync()
        found: dict[str, dict[tuple[str, ...], Any]] = {topic.template: {} for topic in topics}
        for one in self.bus.present.values():
            if one.topic.template in found and one.message is not None:
                found[one.topic.template][one.where] = one.message
        for hearing in hearings:
            await self.bus.unhear(hearing)
        return found

    async def presence(self) -> Presence:
        """Which processes and workers are there."""
        found = await self.present(PROCESS_STATUS, WORKER_STATUS)
        presence = Presence()
        for (process,), status in found[PROCESS_STATUS.template].items():
            presence.process(process, status)
        for (worker, process), said in found[WORKER_STATUS.template].items():
            presence.worker(worker, process, said)
        return presence


def _look(_: object) -> None:
    """Hears for the bus to keep what is present."""


@asynccontextmanager
async def connected(settings: Settings) -> AsyncIterator[Client]:
    """Connect as `process.cli`; raises `AccountError` or `WireError` in words."""
    account = account_of(settings.home, _NAME)
    # Several commands may run at once: each is a client of its own under the same login.
    name = f"{_NAME}-{random_name(6)}"
    wire = MqttWire(account.address, client_id(settings.home.root, name))
    bus = Bus(wire, RealClock(), process=name, login=account.login, root=settings.home.root, guest=True)
    client = Client(bus)
    await bus.open()
    try:
        await _until_up(bus, account.address)
        yield client
    finally:
        await bus.close()


async def _until_up(bus: Bus, address: object) -> None:
    deadline = bus.clock.monotonic() + REACH
    while not bus.up.is_set():
        if bus.fault:
            raise UnreachableError(bus.fault)  # the bus would try again, but somebody waits at the terminal
        if bus.clock.monotonic() > deadline:
            raise UnreachableError(f"the broker at {address!r} does not answer within {REACH:g} s")
        await bus.clock.sleep(0.01)


def talk(main: Coroutine[Any, Any, T]) -> T:
    """Run one command's conversation; only what went wrong is logged."""
    log_little()
    return run_loop(main)
