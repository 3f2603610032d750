"""What the bus contract stands on: a broker of each kind, started and stopped at will, and buses on it."""

import asyncio
import contextlib
import os
import signal
import socket
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Literal, Protocol

from homeserver.runtime.broker import BrokerCommand, prepare
from homeserver.runtime.bus import Bus
from homeserver.runtime.clock import RealClock
from homeserver.runtime.logins import Logins
from homeserver.runtime.memory_broker import MemoryBroker, MemoryWire
from homeserver.runtime.mqtt_wire import Address, MqttWire
from homeserver.runtime.wire import Wire
from tests.ports import free_port

Kind = Literal["memory", "amqtt", "mosquitto"]
Rights = tuple[tuple[str, ...], tuple[str, ...]]
EVERYTHING: Rights = (("#",), ("#",))


async def until(condition: Callable[[], object], seconds: float = 10.0) -> None:
    """Wait for something that other processes bring about; fails when it does not come."""
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110 - what is waited for happens in another process
            await asyncio.sleep(0.01)


class Ground(Protocol):
    """A broker and the means to use and abuse it."""

    kind: Kind

    def wire(self, client_id: str, login: str, secret: str | None = None) -> Wire: ...
    async def stop(self) -> None: ...
    async def start(self) -> None: ...
    async def cut(self, client_id: str, wire: Wire) -> None: ...


class MemoryGround:
    """The broker in memory."""

    kind: Kind = "memory"

    def __init__(self, rights: dict[str, Rights]) -> None:
        self.broker = MemoryBroker(rights)

    def wire(self, client_id: str, login: str, secret: str | None = None) -> Wire:
        return MemoryWire(self.broker, client_id, login)

    async def stop(self) -> None:
        self.broker.stop()

    async def start(self) -> None:
        self.broker.start()

    async def cut(self, client_id: str, wire: Wire) -> None:
        self.broker.wires[client_id].drop("cut", say_will=True)


class RealGround:
    """A broker in a process of its own."""

    def __init__(self, kind: Literal["amqtt", "mosquitto"], folder: Path, rights: dict[str, Rights]) -> None:
        self.kind: Kind = kind
        self.port = free_port()
        logins = Logins(folder / "logins")
        self.secrets = {login: logins.ensure(login, *filters) for login, filters in rights.items()}
        self._command: BrokerCommand = prepare(kind, folder / "broker", self.port, logins)
        self._process: subprocess.Popen[bytes] | None = None

    def wire(self, client_id: str, login: str, secret: str | None = None) -> Wire:
        known = secret or self.secrets.get(login, "nobody's secret")
        return MqttWire(Address("127.0.0.1", self.port, login, known), client_id, keepalive=5)

    async def start(self) -> None:
        environment = {**os.environ, **self._command.environment}
        self._process = subprocess.Popen(self._command.argv, env=environment, stderr=subprocess.DEVNULL)
        await until(self._answers)

    def _answers(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    async def stop(self) -> None:
        """SIGKILL: as when the power fails, for the broker alone."""
        if self._process is not None:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait(5)
            self._process = None

    async def cut(self, client_id: str, wire: Wire) -> None:
        """Break one connection without a goodbye, as kill -9 of its process does."""
        assert isinstance(wire, MqttWire)
        assert wire._client is not None
        paho_socket = wire._client._client.socket()
        assert isinstance(paho_socket, socket.socket)
        paho_socket.shutdown(socket.SHUT_RDWR)


@contextlib.asynccontextmanager
async def ground_of(kind: Kind, folder: Path, rights: dict[str, Rights]) -> AsyncIterator[Ground]:
    """A running broker of this kind where the logins have these rights."""
    ground: Ground = MemoryGround(rights) if kind == "memory" else RealGround(kind, folder, rights)
    await ground.start()
    try:
        yield ground
    finally:
        await ground.stop()


class Buses:
    """Buses on one ground, closed at the end of the test."""

    def __init__(self, ground: Ground) -> None:
        self.ground = ground
        self._open: list[Bus] = []

    def make(self, process: str, login: str = "") -> Bus:
        login = login or f"process.{process}"
        bus = Bus(self.ground.wire(process, login), RealClock(), process=process, login=login)
        self._open.append(bus)
        return bus

    async def open(self, process: str, prepare_bus: Callable[[Bus], None] = lambda bus: None) -> Bus:
        """A bus on which `prepare_bus` has registered what it hears, connected."""
        bus = self.make(process)
        prepare_bus(bus)
        await bus.open()
        async with asyncio.timeout(10):
            await bus.up.wait()
        return bus

    async def close(self) -> None:
        await asyncio.gather(*(bus.close() for bus in self._open))

    async def gather(self, *work: Awaitable[object]) -> None:
        await asyncio.gather(*work)
