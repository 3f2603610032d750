"""A broker in memory, for tests and replays: retained messages, wills, access lists, take-over, in order.

It holds the same contract as the real brokers, proved by the same suite (`tests/runtime/bus_contract.py`).
"""

import asyncio
from collections.abc import Callable, Sequence
from typing import Final

from homeserver.runtime.filters import beginning, matches
from homeserver.runtime.wire import LoginRefusedError, OnMessage, UnreachableError, Will, WireError

_REMEMBERED: Final = 10_000

Access = tuple[tuple[str, ...], tuple[str, ...]]
"""The filters that a login may read and may write."""


class MemoryBroker:
    """Holds the retained messages and the connections. `access` None: everybody may do everything."""

    def __init__(self, access: dict[str, Access] | None = None) -> None:
        self.access = access
        self.retained: dict[str, bytes] = {}
        self.wires: dict[str, MemoryWire] = {}
        self.up = True

    def route(self, login: str, address: str, payload: bytes, retain: bool) -> None:
        """Deliver to every connection that subscribed; a writer without the right is ignored, as MQTT 3.1.1 does."""
        if not self.allowed(login, address, write=True):
            return
        if retain and payload:
            self.retained[address] = payload
        elif retain:
            self.retained.pop(address, None)
        for wire in list(self.wires.values()):
            wire.offer(address, payload, retained=False)

    def allowed(self, login: str, address: str, *, write: bool) -> bool:
        if self.access is None:
            return True
        rights = self.access.get(login, ((), ()))
        return any(matches(allowed, address) for allowed in rights[1 if write else 0])

    def stop(self) -> None:
        """As if the broker had been killed: connections break, wills are not said; retained messages are kept."""
        self.up = False
        for wire in list(self.wires.values()):
            wire.drop("the broker went away")

    def start(self) -> None:
        self.up = True


class MemoryWire:
    """`Wire` to a `MemoryBroker`."""

    def __init__(self, broker: MemoryBroker, client_id: str, login: str) -> None:
        self.broker = broker
        self.client_id = client_id
        self.login = login
        self.filters: list[str] = []
        self._wanted: dict[str, bool] = {}
        """Whether an address was subscribed to, as far as it was asked: until the filters change."""
        self._on_message: OnMessage | None = None
        self._on_lost: Callable[[str], None] | None = None
        self._will: Will | None = None

    async def connect(self, will: Will | None, on_message: OnMessage, on_lost: Callable[[str], None]) -> None:
        if not self.broker.up:
            raise UnreachableError("no broker answers in memory")
        if self.broker.access is not None and self.login not in self.broker.access:
            raise LoginRefusedError(f"the broker does not accept the login {self.login}")
        if old := self.broker.wires.get(self.client_id):
            old.drop("another connection took this client id over", say_will=True)
        self.filters = []
        self._wanted.clear()
        self._will, self._on_message, self._on_lost = will, on_message, on_lost
        self.broker.wires[self.client_id] = self
        await asyncio.sleep(0)

    def publish(
        self, address: str, payload: bytes, qos: int, retain: bool, on_ack: Callable[[], None] | None = None
    ) -> None:
        if self._on_message is None:
            return
        loop = asyncio.get_running_loop()
        loop.call_soon(self.broker.route, self.login, address, payload, retain)
        if on_ack is not None and qos == 1:
            loop.call_soon(on_ack)

    def is_busy(self) -> bool:
        return False

    def flush(self) -> None:
        """Nothing is held back here."""

    def offer(self, address: str, payload: bytes, *, retained: bool) -> None:
        wanted = self._wanted.get(address)
        if wanted is None:
            if len(self._wanted) >= _REMEMBERED:
                self._wanted.clear()
            wanted = self._wanted[address] = any(matches(wanted, address) for wanted in self.filters)
        if wanted and self.broker.allowed(self.login, address, write=False):
            asyncio.get_running_loop().call_soon(self._arrive, address, payload, retained)

    def _arrive(self, address: str, payload: bytes, retained: bool) -> None:
        if self._on_message is not None:
            self._on_message(address, payload, retained)

    async def subscribe(self, filters: Sequence[tuple[str, int]]) -> None:
        if self._on_message is None:
            raise UnreachableError("the connection is down")
        self._wanted.clear()
        for wanted, _ in filters:
            if wanted not in self.filters:
                self.filters.append(wanted)
            begin = beginning(wanted)
            for address, payload in list(self.broker.retained.items()):
                if (
                    address.startswith(begin)
                    and matches(wanted, address)
                    and self.broker.allowed(self.login, address, write=False)
                ):
                    asyncio.get_running_loop().call_soon(self._arrive, address, payload, True)
        await asyncio.sleep(0)

    async def unsubscribe(self, filters: Sequence[str]) -> None:
        if self._on_message is None:
            raise WireError("the connection is down")
        self.filters = [kept for kept in self.filters if kept not in filters]
        self._wanted.clear()

    def drop(self, reason: str, *, say_will: bool = False) -> None:
        """Break the connection from the other side, as a pulled cable does."""
        lost, will = self._on_lost, self._will
        self._on_message = self._on_lost = self._will = None
        if self.broker.wires.get(self.client_id) is self:
            del self.broker.wires[self.client_id]
        if will is not None and say_will:
            self.broker.route(self.login, will.address, will.payload, True)
        if lost is not None:
            lost(reason)

    async def disconnect(self) -> None:
        self._on_lost = None
        self._will = None
        await asyncio.sleep(0)
        self.drop("closed")
