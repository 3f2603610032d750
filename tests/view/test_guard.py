"""The guard: who may do what with which thing, by a table written by hand."""

import time
from collections.abc import AsyncIterator
from typing import Any

import pytest

from homeserver.home.edit_words import EDIT_AREA, EDIT_DEVICE, EDIT_ENTITIES, EDIT_ENTITY, EDIT_ZONE, REMOVE, UNDO
from homeserver.home.words import DEVICES, IMAGE
from homeserver.rules.words import CHECK_RULES, PERFORM, TRIGGER_RULE
from homeserver.runtime.house import House
from homeserver.runtime.judging import Nobody, Sight
from homeserver.runtime.rehearsal import Rehearsal
from homeserver.runtime.worker import Worker
from homeserver.topics.call import Call, Caller, CallError, Role
from homeserver.topics.cause import Cause
from homeserver.topics.entity import ENTITY_CONFIG, ENTITY_STATE, Device, EntityConfig, EntityState
from homeserver.topics.person import Grant, Person
from homeserver.topics.registry import AREA_ENTRY, ENTITY_ENTRY, AreaEntry, EntityEntry
from homeserver.view.guard import Guard

THINGS = ("light.lamp", "light.spot", "lock.front", "camera.yard", "automation.night", "script.evening")
EVERYTHING = Grant("all", "", "edit")
PEOPLE = {
    "adult": Person("A", "adult", (EVERYTHING,)),
    "nolock": Person("B", "adult", (EVERYTHING, Grant("domain", "lock", "control", allow=False))),
    "cook": Person("C", "adult", (Grant("area", "kitchen", "edit"),)),
    "child": Person("D", "child", (Grant("domain", "light", "control"),)),
    "guest": Person("E", "guest", ()),
}
TABLE: list[tuple[Call[Any, Any], dict[str, Any], str]] = [
    # call, request, and who is let through; the others are refused (adult nolock cook child guest)
    (EDIT_ENTITY, {"entity": "light.lamp", "name": "x"}, "adult nolock cook"),
    (EDIT_ENTITY, {"entity": "light.spot", "name": "x"}, "adult nolock"),
    (EDIT_ENTITY, {"entity": "lock.front", "name": "x"}, "adult"),
    (EDIT_ENTITIES, {"entities": ["light.lamp", "light.spot"], "hidden": True}, "adult nolock"),
    (EDIT_ENTITIES, {"entities": ["light.lamp", "lock.front"], "hidden": True}, "adult"),
    (EDIT_DEVICE, {"device": "d1", "name": "x"}, "adult nolock cook"),
    (EDIT_DEVICE, {"device": "d2", "name": "x"}, "adult"),
    (EDIT_AREA, {"area": "kitchen", "name": "x"}, "adult nolock cook"),
    (EDIT_AREA, {"area": "hall", "name": "x"}, "adult"),
    (EDIT_AREA, {"name": "new"}, "adult"),
    (EDIT_ZONE, {"name": "new", "latitude": 1, "longitude": 1}, "adult"),
    (REMOVE, {"thing": "area.kitchen"}, "adult nolock cook"),
    (REMOVE, {"thing": "area.hall"}, "adult"),
    (UNDO, {}, "adult"),
    (DEVICES, {}, "adult nolock cook child guest"),
    (CHECK_RULES, {}, "adult nolock"),
    (IMAGE, {"entity": "camera.yard"}, "adult nolock"),
    (TRIGGER_RULE, {"rule": "night"}, "adult nolock"),
    (PERFORM, {"action": "light.turn_on", "target": {"entity_id": "light.lamp"}}, "adult nolock cook child"),
    (PERFORM, {"action": "light.turn_on", "target": {"entity_id": ["light.spot"]}}, "adult nolock child"),
    (PERFORM, {"action": "light.turn_on", "target": {"area_id": "kitchen"}}, "adult nolock cook child"),
    (PERFORM, {"action": "light.turn_on", "target": {"area_id": "hall"}}, "adult"),
    (PERFORM, {"action": "light.turn_on", "target": {"entity_id": "all"}}, "adult"),
    (PERFORM, {"action": "lock.unlock", "target": {"entity_id": "lock.front"}}, "adult"),
    (PERFORM, {"action": "lock.unlock", "data": {"entity_id": "light.lamp, lock.front"}}, "adult"),
    (PERFORM, {"action": "lock.unlock", "data": {"entity_id": "{{ 'lock.front' }}"}}, "adult nolock"),
    (PERFORM, {"action": "scene.apply", "data": {"entities": {"lock.front": "unlocked"}}}, "adult"),
    (PERFORM, {"action": "script.evening"}, "adult nolock"),
    (PERFORM, {"action": "mqtt.publish", "target": {"entity_id": "light.lamp"}, "data": {"topic": "a"}}, "adult"),
    (PERFORM, {"action": "group.set", "data": {"object_id": "x", "entities": ["light.lamp"]}}, "adult"),
    (PERFORM, {"action": "light.fly", "target": {"entity_id": "light.lamp"}}, "adult"),
    (PERFORM, {"action": "people.create_user", "data": {"name": "Eve", "role": "owner"}}, ""),
    (PERFORM, {"action": "keeper.stop", "target": {"entity_id": "light.lamp"}}, ""),
    (PERFORM, {"action": "script.reload"}, "adult"),
]
"""A text that is no entity means nothing to an action: a template in it is a text like any other there."""


class Things(Worker):
    """Two lamps, a lock, a camera and what the rules have, in a kitchen and a hall."""

    name = "things"
    says = (ENTITY_CONFIG, ENTITY_STATE, ENTITY_ENTRY, AREA_ENTRY)

    async def open(self) -> None:
        now = self.house.clock.now()
        for id in THINGS:
            domain, name = id.split(".")
            device = Device("d1" if id == "light.lamp" else "d2", "thing")
            self.house.say(ENTITY_CONFIG, EntityConfig(name, "things", device=device), domain, name)
            self.house.say(ENTITY_STATE, EntityState("on", {}, now, now), domain, name)
            self.house.say(ENTITY_ENTRY, EntityEntry(area_id="kitchen" if id == "light.lamp" else "hall"), id)
        for area in ("kitchen", "hall"):
            self.house.say(AREA_ENTRY, AreaEntry(area), area)


def things(house: House) -> Things:
    house.shared(Guard)
    return Things(house)


@pytest.fixture
async def home() -> AsyncIterator[Rehearsal]:
    async with Rehearsal(things) as home:
        await home.clock.advance(1)
        for id, person in PEOPLE.items():
            home.process.calls.people.learn(id, person)
        yield home


@pytest.mark.parametrize(("call", "args", "allowed"), TABLE, ids=lambda value: str(value)[:60])
async def test_who_may_ask_what(home: Rehearsal, call: Call[Any, Any], args: dict[str, Any], allowed: str) -> None:
    guard, request = home.process.calls.guard, call.request.model_validate(args)
    let_through, codes = [], set()
    for id, person in PEOPLE.items():
        role: Role = "guest" if person.role in ("guest", "service") else person.role  # type: ignore[assignment]
        try:
            guard.call(call, request, Caller(f"person.{id}", role, Cause("1", "")))
        except CallError as error:
            codes.add(error.error.code)
        else:
            let_through.append(id)
    assert let_through == allowed.split()
    assert codes <= {"denied", "not_found"}


async def test_a_group_is_what_it_hands_on_to_and_a_scene_is_itself(home: Rehearsal) -> None:
    guard, worker, now = home.process.calls.guard, home.process.hosted["things"].worker, home.clock.now()
    assert worker is not None
    for domain, members in (
        ("group", ["group.deep", "light.lamp"]),
        ("scene", ["lock.front"]),
        ("light", ["light.lamp", "light.all"]),
    ):
        worker.house.say(ENTITY_STATE, EntityState("on", {"entity_id": members}, now, now), domain, "all")
    worker.house.say(ENTITY_STATE, EntityState("on", {"entity_id": ["lock.front"]}, now, now), "group", "deep")
    await home.clock.advance(1)
    guard.command("person.adult", "group.all")
    guard.command("person.nolock", "scene.all")
    guard.command("person.child", "light.all")
    with pytest.raises(CallError, match="may not control"):
        guard.command("person.nolock", "group.all")


async def test_what_somebody_does_not_see_is_not_there(home: Rehearsal) -> None:
    guard = home.process.calls.guard
    for entity_id in ("lock.front", "lock.none"):
        with pytest.raises(CallError) as refused:
            guard.command("person.child", entity_id)
        assert (refused.value.error.code, str(refused.value)) == ("not_found", f"there is no entity {entity_id}")
    with pytest.raises(CallError, match=r"person\.nolock may not control lock\.front") as seen:
        guard.command("person.nolock", "lock.front")
    assert seen.value.error.code == "denied"
    with pytest.raises(CallError):
        guard.command("person.nobody", "light.lamp")
    guard.command("person.owner", "lock.front")


def test_where_nobody_judges_no_person_is_let_through() -> None:
    caller = Caller("person.adult", "adult", Cause("1", ""))
    with pytest.raises(CallError, match="nobody here can judge"):
        Nobody().call(EDIT_ENTITY, EDIT_ENTITY.request(entity="light.lamp"), caller)
    with pytest.raises(CallError, match="nobody here can judge"):
        Nobody().command("person.adult", "light.lamp")


async def test_processes_are_let_through_without_a_look(home: Rehearsal) -> None:
    """What the check costs the commands of rules; printed, for a time fails nothing."""
    house = home.process.hosted["things"].worker
    assert house is not None
    home.process.calls.guard = Nobody()
    check, rounds = house.house.check_command, 100_000
    began = time.perf_counter()
    for _ in range(rounds):
        check("process.core", "lock.front")
    print(f"check_command of a process login: {(time.perf_counter() - began) / rounds * 1e9:.0f} ns")


SEEN: dict[str, dict[str, bool]] = {
    # who: what he sees
    "adult": {"light.lamp": True, "lock.front": True, "lock.none": False, "device.d2": True, "area.hall": True},
    "cook": {"light.lamp": True, "lock.front": False, "lock.none": False, "device.d2": False, "area.kitchen": True},
    "child": {"light.lamp": True, "light.spot": True, "lock.front": False, "device.d1": True, "area.hall": False},
    "guest": {"light.lamp": False, "lock.front": False, "device.d1": False, "area.kitchen": False},
}


async def test_what_of_a_list_is_told(home: Rehearsal) -> None:
    worker = home.process.hosted["things"].worker
    assert worker is not None
    for id, seen in SEEN.items():
        sight = worker.house.sight(Caller(f"person.{id}", PEOPLE[id].role, Cause("1", "")))  # type: ignore[arg-type]
        assert sight.whole == (id == "adult")
        for thing, is_seen in seen.items():
            kind, _, name = thing.partition(".")
            asked: Any = (kind, name) if kind in ("device", "area") else ("entity", thing)
            assert sight.thing(asked) == (is_seen or (sight.whole and thing == "lock.none")), (id, thing)
    sight = worker.house.sight(Caller("person.child", "child", Cause("1", "")))
    assert sight.tells("light.lamp is on, lock.none is not there, 3.5 of a.b")
    assert not sight.tells("light.lamp is on", "(lock.front did it)")
    assert sight.author("person.adult") == "person.adult"
    assert sight.author("rule:night#2") == "rule"
    owner = worker.house.sight(Caller("person.owner", "owner", Cause("1", "")))
    assert owner.whole
    assert owner.author("rule:night#2") == "rule:night#2"


async def test_where_nobody_judges_nothing_is_told() -> None:
    sight = Sight(Nobody(), Caller("person.adult", "adult", Cause("1", "")))
    assert not sight.whole
    assert not sight.entity("light.lamp")
    assert not sight.tells("light.lamp")
