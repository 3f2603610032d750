"""What is held: only what the broker granted and whose retained messages are here."""

from collections.abc import Sequence

import pytest

from homeserver.runtime import subscriptions as module
from homeserver.runtime.clock import settle
from homeserver.runtime.delivery import Inbox
from homeserver.runtime.memory_broker import MemoryBroker, MemoryWire
from homeserver.runtime.routes import Hearing, Routes
from homeserver.runtime.subscriptions import Subscriptions
from homeserver.runtime.wire import WireError
from homeserver.topics.entity import COMMAND


class Refusing(MemoryWire):
    """Refuses each filter once."""

    def __init__(self) -> None:
        super().__init__(MemoryBroker(), "core", "process.core")
        self.asked: list[str] = []

    async def subscribe(self, filters: Sequence[tuple[str, int]]) -> None:
        for asked, _ in filters:
            if "command" in asked and asked not in self.asked:
                self.asked.append(asked)
                raise WireError(f"the broker refused the subscription {asked}")
        await super().subscribe(filters)


async def test_a_refused_filter_is_not_taken_for_held(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_REFUSED", 0.0)
    wire, routes = Refusing(), Routes()
    made = Subscriptions(wire, routes, "homeserver", "core")

    def arrive(address: str, payload: bytes, retained: bool) -> None:
        made.fence(address, payload)

    await wire.connect(None, arrive, lambda _: None)
    await made.connected()
    routes.add(Hearing(COMMAND, {}, Inbox(print, lambda *_: None, "ear")))
    await made.sync()
    await settle()
    assert wire.asked == ["homeserver/entity/+/+/command/+"]
    assert wire.asked[0] in wire.filters
    assert made.holds("homeserver/entity/light/hall/command/person.anna")
