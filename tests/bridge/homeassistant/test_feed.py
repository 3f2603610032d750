"""The feed of entities: whatever happens in whatever order, each client ends up knowing what is so, and no more."""

import random
from typing import Any

import orjson
import pytest

from homeserver.bridge.homeassistant.compressed import Shown
from homeserver.bridge.homeassistant.feed import PAUSE, Feed
from homeserver.bridge.homeassistant.outgoing import SLOW, TICK, Outgoing
from homeserver.runtime.clock import VirtualClock

NAMES = [f"light.l{number}" for number in range(6)]


class Client:
    """Believes what it is told, as home-assistant-js-websocket's `entities.ts` does."""

    def __init__(self, clock: VirtualClock) -> None:
        self.waiting = 0
        self.knows: dict[str, dict[str, Any]] = {}
        self.out = Outgoing(self, clock, lambda reason: None)
        self.told = 0

    def write(self, *messages: bytes) -> None:
        for message in messages:
            self.told += 1
            event = orjson.loads(message)["event"]
            for id, said in event.get("a", {}).items():
                self.knows[id] = {"s": said["s"], "a": said["a"], "lc": said["lc"], "lu": said.get("lu", said["lc"])}
            for id, change in event.get("c", {}).items():
                self._change(self.knows[id], change.get("+", {}), change.get("-", {}))
            for id in event.get("r", []):
                self.knows.pop(id, None)  # one that came and went while the client read slowly was never known

    @staticmethod
    def _change(known: dict[str, Any], more: dict[str, Any], less: dict[str, Any]) -> None:
        known["s"] = more.get("s", known["s"])
        known["a"] = {key: value for key, value in known["a"].items() if key not in less.get("a", [])}
        known["a"] |= more.get("a", {})
        if "lc" in more:
            known["lc"] = known["lu"] = more["lc"]
        elif "lu" in more:
            known["lu"] = more["lu"]


class World:
    """What there is, and who may see what."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.clock = VirtualClock()
        self.there: dict[str, Shown] = {}
        self.hidden: dict[str, set[str]] = {"person.anna": set(), "person.ben": set(NAMES[:3])}
        self.feed = Feed(self.clock, self.there.get, self.may_see, lambda: list(self.there))
        self.clients: list[tuple[str, frozenset[str] | None, Client]] = []

    def may_see(self, login: str, entity_id: str) -> bool:
        return entity_id not in self.hidden[login]

    def join(self, login: str, only: frozenset[str] | None) -> None:
        client = Client(self.clock)
        self.feed.join(client.out, 1, login, only)
        self.clients.append((login, only, client))

    def change(self) -> None:
        id = self.chance.choice(NAMES)
        if self.chance.random() < 0.15:
            self.there.pop(id, None)
        else:
            now, old = self.clock.monotonic(), self.there.get(id)
            state = self.chance.choice(["on", "off"])
            changed = old.changed if old and old.state == state else now
            attributes = {key: self.chance.randrange(3) for key in "xyz" if self.chance.random() < 0.6}
            cause = {"id": str(now), "parent_id": self.chance.choice([None, "p"]), "user_id": None}
            self.there[id] = Shown(state, attributes, cause, changed, now)
        self.feed.changed(id)

    def forbid(self) -> None:
        login, id = self.chance.choice(list(self.hidden)), self.chance.choice(NAMES)
        self.hidden[login] ^= {id}
        self.feed.all_changed()

    def block(self) -> None:
        self.chance.choice(self.clients)[2].waiting = self.chance.choice([0, SLOW + 1])

    def truth(self, login: str, only: frozenset[str] | None) -> dict[str, Any]:
        seen = {id: now for id, now in self.there.items() if self.may_see(login, id) and (only is None or id in only)}
        return {
            id: {"s": now.state, "a": dict(now.attributes), "lc": now.changed, "lu": now.updated}
            for id, now in seen.items()
        }


@pytest.mark.parametrize("seed", range(40))
async def test_everybody_ends_up_knowing_what_is_so(seed: int) -> None:
    world = World(seed)
    asked: list[tuple[str, frozenset[str] | None]] = [
        ("person.anna", None),
        ("person.anna", None),
        ("person.anna", frozenset(NAMES[:2])),
        ("person.ben", None),
    ]
    for _ in range(150):
        if asked and world.chance.random() < 0.1:
            world.join(*asked.pop())
        deeds = [world.change] * 8 + [world.forbid] + ([world.block] if world.clients else [])
        world.chance.choice(deeds)()
        if world.chance.random() < 0.5:
            await world.clock.advance(world.chance.choice([0.001, TICK, 0.3]))
    for row in asked:
        world.join(*row)
    for _, _, client in world.clients:
        client.waiting = 0
    await world.clock.advance(1)
    world.feed.catch_up()
    await world.clock.advance(1)
    for login, only, client in world.clients:
        assert client.knows == world.truth(login, only), (login, only)


async def test_a_storm_costs_each_client_one_message_for_each_pause() -> None:
    world = World(1)
    world.join("person.anna", None)
    await world.clock.advance(1)
    client = world.clients[0][2]
    before = client.told
    for _ in range(1_000):
        world.change()
        await world.clock.advance(0.0001)
    await world.clock.advance(1)
    assert client.told - before <= 0.1 / PAUSE + 2
