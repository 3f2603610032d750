"""Kills of the rules at any moment, played in memory.

A life is one process with the rules and a small home that does as Mosquitto, `home` and devices do: it carries out each
command id once, and what it heard in a turn of the event loop is lost with the process if the turn did not end. A kill
is a copy of the rules' file as it lies on the disk before one of its statements, or before the home's commit; the next
life begins with that copy, at that moment. What happened in both is compared with what the rules mean.
"""

import asyncio
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Final, Self

from homeserver.rules.worker import Rules
from homeserver.rules.worker import setup as rules_setup
from homeserver.runtime.clock import VirtualClock, settle
from homeserver.runtime.heard import Heard
from homeserver.runtime.house import House
from homeserver.runtime.rehearsal import Rehearsal
from homeserver.runtime.worker import Worker, hears
from homeserver.topics.entity import COMMAND, ENTITY_CONFIG, ENTITY_STATE, Command, EntityConfig, EntityState

Event = tuple[float, str, str]
"""Seconds since the beginning, entity, state."""
NOTE: Final = "text.note"


@dataclass
class World:
    """What outlives a process: states, effects that were carried out, and the ids of their commands."""

    states: dict[str, EntityState] = field(default_factory=dict)
    effects: list[str] = field(default_factory=list)
    ids: set[str] = field(default_factory=set)

    def copy(self) -> "World":
        return World(dict(self.states), list(self.effects), set(self.ids))


class Outside(Worker):
    """The home: says states, and carries out what it is told at the end of the turn in which it heard it."""

    name = "outside"
    says = (ENTITY_STATE, ENTITY_CONFIG)

    def __init__(self, house: House, world: World) -> None:
        super().__init__(house)
        self.world = world
        self.about_to_commit: Callable[[], object] = int
        self._heard: list[Command] = []

    async def open(self) -> None:
        for entity_id in {*self.world.states, NOTE}:
            domain, _, object_id = entity_id.partition(".")
            self.house.say(ENTITY_CONFIG, EntityConfig(object_id, "outside", ("set_value",)), domain, object_id)
        for entity_id, state in self.world.states.items():
            self.house.say(ENTITY_STATE, state, *entity_id.split("."))

    def become(self, entity_id: str, word: str) -> None:
        now = self.house.clock.now()
        state = EntityState(word, {}, now, now, self.house.cause("device:outside"))
        self.world.states[entity_id] = state
        self.house.say(ENTITY_STATE, state, *entity_id.split("."))

    @hears(COMMAND)
    def hear(self, command: Command, heard: Heard) -> None:
        if not self._heard:
            asyncio.get_running_loop().call_soon(self._commit)
        self._heard.append(command)

    def _commit(self) -> None:
        self.about_to_commit()
        heard, self._heard = self._heard, []
        for command in heard:
            if command.id not in self.world.ids:
                self.world.ids.add(command.id)
                self.world.effects.append(command.data["value"])


@dataclass
class Kill:
    """What is left of a life that ended at some moment: the file, the world, the moment, the events so far."""

    folder: Path
    world: World
    now: datetime
    elapsed: float
    events: int


class Life:
    """One process. `kill_at`: the moments, counted from the beginning, at which a copy is made."""

    def __init__(
        self, folder: Path, rules: str, world: World, clock: VirtualClock, kill_at: Sequence[int] = ()
    ) -> None:
        self.folder = folder
        self.world = world
        self.moments = 0
        self.events = 0
        self.kills: list[Kill] = []
        self._kill_at = frozenset(kill_at)
        (folder / "rules").mkdir(parents=True, exist_ok=True)
        (folder / "rules" / "test.yaml").write_text(rules)

        def outside(house: House) -> Outside:
            return Outside(house, world)

        self.home = Rehearsal(outside, rules_setup, clock=clock, folder=folder, settings=["rules.look=86400"])
        self.elapsed = 0.0

    async def __aenter__(self) -> Self:
        await self.home.__aenter__()
        ledger = self.rules.turn.ledger
        execute = ledger.execute

        def watched(sql: str, values: Sequence[Any] = ()) -> int:
            self._moment()
            return execute(sql, values)

        ledger.execute = watched  # type: ignore[method-assign]
        self.outside.about_to_commit = self._moment
        return self

    async def __aexit__(self, *failure: Any) -> None:
        await self.home.__aexit__(*failure)

    @property
    def rules(self) -> Rules:
        worker = self.home.process.hosted["rules"].worker
        assert isinstance(worker, Rules)
        return worker

    @property
    def outside(self) -> Outside:
        worker = self.home.process.hosted["outside"].worker
        assert isinstance(worker, Outside)
        return worker

    def _moment(self) -> None:
        if self.moments in self._kill_at:
            self._copy()
        self.moments += 1

    def _copy(self) -> None:
        copy = self.folder.with_name(f"{self.folder.name}-{self.moments}")
        copy.mkdir()
        for file in self.folder.glob("rules.db*"):
            if not file.name.endswith("-shm"):
                shutil.copy(file, copy / file.name)
        elapsed = self.home.clock.monotonic()
        self.kills.append(Kill(copy, self.world.copy(), self.home.clock.now(), elapsed, self.events))

    async def live(self, events: Sequence[Event], until: float) -> None:
        """Let events happen at their seconds, then let time pass until all is over."""
        for at, entity_id, word in events:
            await self.home.clock.advance(max(0.0, at - self.elapsed))
            self.elapsed = max(self.elapsed, at)
            self.events += 1
            self.outside.become(entity_id, word)
            await settle()
        await self.home.clock.advance(until - self.elapsed)
