"""The law of names: after any deeds of people and whatever devices do meanwhile nothing dangles, nothing is left on the
broker that nobody owns, and undoing all of it gives the home back exactly as it was.
"""

import random
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from homeserver.home.roster import where_of
from homeserver.topics.call import CallError
from tests.home.stage import Stage
from tests.home.test_editing import ask, everything, no_dangling
from tests.home.test_removing import PARTS, orphans, retained, sensor

SEED = 11
DEVICES = 6
EXPECTED = ("not_found", "conflict")
"""Codes of errors that random deeds may run into: there is none of that name, an id is taken."""


class Household:
    """People and devices that do at random what can be done."""

    def __init__(self, stage: Stage, seed: int) -> None:
        self.stage = stage
        self.dice = random.Random(seed)
        self.made = 0
        self.away: dict[str, tuple[str, ...]] = {}
        self.deeds: dict[str, int] = {}

    async def open(self) -> None:
        for number in range(DEVICES):
            parts = tuple(PARTS)[: 1 + number % len(PARTS)]
            await sensor(self.stage, f"0x0{number}", f"Sensor {number}", parts, suggested_area=f"Room {number % 3}")

    async def act(self, *, devices: bool = True) -> str:
        """Something happens; what."""
        self.made += 1
        acts: list[Callable[[], Coroutine[Any, Any, None]]] = [self.edit] * 3
        acts += [self.rename, self.rename, self.make, self.remove, self.switch, self.replace, self.clear]
        acts += [self.undo, self.undo_one]
        acts += [self.arrive, self.leave, self.come] if devices else []
        act = self.dice.choice(acts)
        try:
            await act()
        except CallError as error:
            if error.error.code not in EXPECTED:
                raise
            return ""
        name: str = act.__name__
        self.deeds[name] = self.deeds.get(name, 0) + 1
        return name

    def any(self, kind: str, *, former: bool = False) -> str:
        """An id of that kind, or sometimes a former one."""
        registry, journal = self.stage.home.registry, self.stage.home.journal
        known = list({"entity": registry.entities.keys(), "device": registry.device_ids.keys()}.get(kind) or ())
        if kind in ("area", "floor", "label"):
            known = list(registry.places(kind))  # type: ignore[arg-type]  # a kind
        if former:
            known += [id for of_kind, id in journal._former if of_kind == kind]
        return self.dice.choice(sorted(known) or ["none"])

    def kind(self) -> str:
        return self.dice.choice(("entity", "entity", "device", "area", "floor", "label"))

    async def edit(self) -> None:
        kind = self.dice.choice(("entity", "device"))
        words: list[dict[str, Any]] = [
            {"name": self.dice.choice((None, f"Name {self.made}"))},
            {"area": self.dice.choice((None, self.any("area", former=True)))},
            {"labels": [self.any("label", former=True) for _ in range(self.dice.randint(1, 2))]},
        ]
        if kind == "entity":
            words.append({"hidden": self.dice.choice((None, True, False))})
        await ask(self.stage, f"edit_{kind}", **{kind: self.any(kind, former=True)}, **self.dice.choice(words))

    async def rename(self) -> None:
        """To a new id, to one that is taken, or to a former one."""
        kind = self.kind()
        thing = self.any(kind, former=True)
        new = f"sensor.new_{self.made}" if kind == "entity" else f"new_{self.made}"
        id = self.dice.choice((new, new, None, self.any(kind, former=True)))
        take = self.dice.random() < 0.5
        await ask(self.stage, f"edit_{kind}", **{kind: thing}, id=id, take=take)

    async def make(self) -> None:
        kind = self.dice.choice(("area", "floor", "label"))
        fields = {"floor": self.any("floor")} if kind == "area" and self.dice.random() < 0.5 else {}
        await ask(self.stage, f"edit_{kind}", name=f"{kind} {self.dice.randint(0, 9)}", **fields)

    async def remove(self) -> None:
        kind = self.dice.choice(("area", "floor", "label"))
        await ask(self.stage, "remove", thing=f"{kind}.{self.any(kind)}")

    async def switch(self) -> None:
        disabled = self.dice.choice((None, True, False))
        await ask(self.stage, "edit_entity", entity=self.any("entity"), disabled=disabled)

    async def replace(self) -> None:
        old, new = self.any("device"), self.any("device")
        if old != new:
            await ask(self.stage, "replace_device", old=old, new=new)

    async def clear(self) -> None:
        await ask(self.stage, "clear_orphans")

    async def undo(self) -> None:
        await ask(self.stage, "undo")

    async def undo_one(self) -> None:
        latest = (await ask(self.stage, "deeds", limit=5)).deeds
        if latest:
            await ask(self.stage, "undo", deed=self.dice.choice(latest).deed)

    async def arrive(self) -> None:
        if len(self.stage.home.roster.entities) < 3 * DEVICES:
            await sensor(self.stage, f"1x{self.made}", f"New {self.made}", tuple(PARTS)[: self.dice.randint(1, 3)])

    async def leave(self) -> None:
        """A device is taken away by its maker's program."""
        kept = sorted(retained(self.stage, "homeassistant/sensor/"))
        if kept:
            topic = self.dice.choice(kept)
            self.away[topic] = (retained(self.stage, topic)[topic].decode(),)
            await self.stage.report(topic, "", retain=True)

    async def come(self) -> None:
        """It is back, unless people have removed it meanwhile."""
        registry = self.stage.home.registry
        removed = {row.topic for row in registry.rows.values() if registry.is_removed(row)}
        known = {row.topic for row in registry.rows.values()}
        back = sorted(self.away.keys() & known - removed)
        if back:
            topic = self.dice.choice(back)
            await self.stage.report(topic, self.away.pop(topic)[0], retain=True)


@pytest.mark.proof
async def test_whatever_people_and_devices_do_names_last(stage: Stage, portion: Callable[[int], int]) -> None:
    household = Household(stage, SEED)
    await household.open()
    for _ in range(portion(1000)):
        await household.act()
        await keeps(stage)
    assert len(household.deeds) >= 10, household.deeds
    while await undone(stage):
        await keeps(stage)
    await ask(stage, "clear_orphans")
    await keeps(stage)
    assert await orphans(stage) == []


@pytest.mark.proof
async def test_each_deed_is_undone_exactly(stage: Stage, portion: Callable[[int], int]) -> None:
    household = Household(stage, SEED + 1)
    await household.open()
    compared: set[str] = set()
    for _ in range(portion(1000)):
        before, number = await picture(stage), await last(stage)
        act = await household.act()
        if (done := await last(stage)) != number:
            await ask(stage, "undo", deed=done)
            assert await picture(stage) == before, act
            await ask(stage, "undo", deed=await last(stage))
            compared.add(act)
    assert len(compared) >= 7, compared


@pytest.mark.proof
async def test_undoing_all_gives_all_of_it_back(stage: Stage, portion: Callable[[int], int]) -> None:
    household = Household(stage, SEED + 2)
    await household.open()
    start = await picture(stage)
    for _ in range(portion(1000)):
        await household.act(devices=False)
    while await undone(stage):
        pass
    assert await picture(stage) == start


async def undone(stage: Stage) -> bool:
    """Whether the last deed that stands could be undone."""
    try:
        await ask(stage, "undo")
    except CallError as error:
        if error.error.code != "conflict":
            raise
        return False
    return True


async def last(stage: Stage) -> int:
    deeds = (await ask(stage, "deeds", limit=1)).deeds
    return deeds[0].deed if deeds else 0


async def picture(stage: Stage) -> dict[str, Any]:
    """All that is said of things, who there is, and which discovery the broker keeps."""
    await stage.virtual.advance(0.1)
    return {
        **everything(stage),
        "configs": dict(stage.configs),
        "states": {id: state.state for id, state in stage.states.items()},
        **retained(stage, "homeassistant/"),
    }


async def keeps(stage: Stage) -> None:
    """The law itself."""
    await stage.virtual.advance(0.1)  # states are coalesced
    no_dangling(everything(stage))
    home = stage.home
    there = {entity.id for entity in home.roster.entities.values()}
    assert {id for id in stage.configs if id[:5] != "zone."} == there
    assert {id for id in stage.states if id[:5] != "zone."} == there
    topics = {f"homeserver/entity/{'/'.join(where_of(id))}/{part}" for id in there for part in ("config", "state")}
    topics |= {f"homeserver/{address}" for address in everything(stage)}
    kept = {*retained(stage, "homeserver/entity/"), *retained(stage, "homeserver/registry/")}
    assert {topic for topic in kept if "/zone/" not in topic} == topics
    for (kind, id), own in home.journal._former.items():
        if kind == "entity" and (row := home.registry.rows[own]).id in there:
            entity = home.roster.find(where_of(id))
            assert entity is not None
            assert entity.id == row.id
