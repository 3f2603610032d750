"""A whole home in real processes, as `homeserver up` starts it or as compose.yaml does, and the means to hurt it."""

import asyncio
import contextlib
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any, Literal

import psutil
import pytest

from homeserver.runtime.bus import Bus
from homeserver.runtime.clock import RealClock
from homeserver.runtime.logins import Logins, device_rights
from homeserver.runtime.mqtt_wire import Address, MqttWire
from homeserver.topics.process import PROCESS_STATUS
from homeserver.topics.topic import Topic
from tests.conftest import FULL
from tests.evening.composition import Composition
from tests.ports import free_port
from tests.runtime.ground import until

BrokerKind = Literal["mosquitto", "amqtt", "compose"]
"""`compose`: Mosquitto too, and the processes as compose.yaml starts them."""
PATIENCE = 30.0
ONLY_IN_FULL = pytest.param(
    "compose", marks=[pytest.mark.proof, pytest.mark.skipif(not FULL, reason="with containers in `make proof` only")]
)


class WholeHome:
    """`homeserver up` in a folder of its own, on ports of its own."""

    def __init__(self, folder: Path, broker: BrokerKind, *options: str) -> None:
        self.data = folder / "data"
        self.rules = folder / "rules"
        self.rules.mkdir()
        self.mqtt_port = free_port()
        self.http_port = free_port()
        self.output = folder / "output.txt"
        self._broker = broker
        self._options = options
        self.process: subprocess.Popen[bytes] | None = None
        self.device_secrets: dict[str, str] = {}

    def device_login(self, name: str) -> None:
        self.device_secrets[name] = Logins(self.data).add(f"device.{name}", *device_rights(name))

    def start(self) -> None:
        argv = [sys.executable, "-m", "homeserver", "up", "--data", str(self.data), "--rules", str(self.rules)]
        argv += ["--mqtt-port", str(self.mqtt_port), "--http-port", str(self.http_port), "--broker", self._broker]
        # Not under the eyes of coverage, which makes a home several times slower than anybody's.
        environment = {name: value for name, value in os.environ.items() if not name.startswith("COV")}
        with self.output.open("ab") as output:
            self.process = subprocess.Popen([*argv, *self._options], env=environment, stdout=output, stderr=output)

    async def until_up(self) -> None:
        await until(lambda: b"the home is up, all of it" in self.output.read_bytes() or self._ended(), PATIENCE)

    def _ended(self) -> bool:
        assert self.process is not None
        if self.process.poll() is not None:
            raise AssertionError(f"the home ended:\n{self.output.read_text()}")
        return False

    def descendants(self) -> list[psutil.Process]:
        assert self.process is not None
        with contextlib.suppress(psutil.NoSuchProcess):
            return list(psutil.Process(self.process.pid).children(recursive=True))
        return []

    def pid(self, what: str) -> int:
        """The process id of `broker` or of one of our processes."""
        wanted = {"mosquitto": "mosquitto -c", "amqtt": "broker.embedded"}[self._broker]
        for child in self.descendants():
            with contextlib.suppress(psutil.NoSuchProcess):
                line = " ".join(child.cmdline())
                found = wanted in line and "guard" not in line if what == "broker" else f"--process {what}" in line
                if found:
                    return child.pid
        raise LookupError(what)

    async def kill(self, what: str) -> None:
        """SIGKILL, as soon as there is something to kill."""
        await until(lambda: self._has(what), PATIENCE)
        os.kill(self.pid(what), 9)

    def _has(self, what: str) -> bool:
        with contextlib.suppress(LookupError):
            return self.pid(what) > 0
        return False

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait(10)

    def client(self, name: str = "test") -> Bus:
        """A bus with the rights of the command line."""
        secret = Logins(self.data).secret("process.cli")
        wire = MqttWire(Address("127.0.0.1", self.mqtt_port, "process.cli", secret), name)
        return Bus(wire, RealClock(), process=name, login="process.cli", guest=True)

    def device_wire(self, name: str) -> MqttWire:
        login = f"device.{name}"
        return MqttWire(Address("127.0.0.1", self.mqtt_port, login, self.device_secrets[name]), name)


class ComposedHome(WholeHome):
    """The same home as compose.yaml makes it."""

    def __init__(self, folder: Path, broker: BrokerKind, *options: str) -> None:
        super().__init__(folder, broker, *options)
        self.composition = Composition(folder / "composed", self.rules)
        self.data = self.composition.volume("data")
        self.mqtt_port, self.http_port = self.composition.ports[1883], self.composition.ports[8321]
        self._services = ["broker", "core", "bridge", *(["demo"] if "--demo" in options else [])]

    def start(self) -> None:
        self.composition.run("prepare")
        for service in self._services:
            self.composition.start(service)

    async def until_up(self) -> None:
        await self.composition.until_healthy(*self._services)

    def descendants(self) -> list[psutil.Process]:
        return [psutil.Process(process.pid) for process in self.composition.processes.values()]

    async def kill(self, what: str) -> None:
        await self.composition.kill(what)

    def stop(self) -> None:
        self.composition.end()


@contextlib.contextmanager
def whole_home(folder: Path, broker: BrokerKind, *options: str) -> Iterator[WholeHome]:
    """Started by the caller, ended here whatever happened."""
    home = (ComposedHome if broker == "compose" else WholeHome)(folder, broker, *options)
    try:
        yield home
    finally:
        left = home.descendants() if home.process is not None else []
        home.stop()
        for process in left:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()


@contextlib.asynccontextmanager
async def connected(bus: Bus) -> AsyncIterator[Bus]:
    await bus.open()
    async with asyncio.timeout(PATIENCE):
        await bus.up.wait()
    try:
        yield bus
    finally:
        await bus.close()


def collect(bus: Bus, topic: Topic[Any], **fixed: str) -> dict[str, Any]:
    """What is present on a retained topic, by address; kept up to date."""
    found: dict[str, Any] = {}

    def take(message: Any, heard: Any) -> None:
        found[heard.address] = message

    bus.replay(bus.hear(topic, take, "test.collect", **fixed))
    return found


async def until_online(bus: Bus, process: str, other_than: str = "") -> str:
    """The run of a process, once it is online (again)."""
    address = PROCESS_STATUS.address((process,))

    def online() -> bool:
        fact = bus.present.get(address)
        status = fact.message if fact else None
        return status is not None and status.state == "online" and status.run != other_than

    await until(online, PATIENCE)
    run: str = bus.present[address].message.run
    return run
