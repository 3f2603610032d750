"""Names and places that people give: they last, they are said, and every deed can be taken back."""

import sqlite3
from pathlib import Path
from typing import Any

import pytest

from homeserver.home.words import DeviceList
from homeserver.runtime.memory_broker import MemoryBroker
from homeserver.topics.call import CallError
from homeserver.topics.registry import AREA_ENTRY, DEVICE_ENTRY, ENTITY_ENTRY, FLOOR_ENTRY, LABEL_ENTRY
from homeserver.topics.topic import Topic
from tests.home.stage import Stage, memory_stage

LIGHT = {"name": None, "unique_id": "1", "command_topic": "a/set", "state_topic": "a/state"}
DEVICE = {"identifiers": ["x"], "name": "Hall lamp", "suggested_area": "Hall"}
TOPICS: tuple[Topic[Any], ...] = (ENTITY_ENTRY, DEVICE_ENTRY, AREA_ENTRY, FLOOR_ENTRY, LABEL_ENTRY)


@pytest.fixture
async def home(stage: Stage) -> Stage:
    await stage.announce("light", LIGHT | {"device": DEVICE})
    return stage


async def ask(stage: Stage, verb: str, **fields: Any) -> Any:
    found = await stage.process.calls.ask("home", verb, fields)
    await stage.quiet()
    return found


def said(stage: Stage, topic: Topic[Any], id: str) -> Any:
    fact = stage.bus.present.get(topic.address((id,)))
    return fact.message if fact is not None else None


def everything(stage: Stage) -> dict[str, Any]:
    """All that is said of things now."""
    templates = {topic.template for topic in TOPICS}
    facts = stage.bus.present.items()
    return {at: one.message for at, one in facts if one.topic.template in templates and one.message is not None}


async def test_an_entity_gets_a_name_and_its_own_back(home: Stage) -> None:
    edited = await ask(home, "edit_entity", entity="light.hall_lamp", name="Lamp by the door", hidden=True)
    assert edited.thing == "light.hall_lamp"
    assert edited.deed.did == ("light.hall_lamp: hidden its own -> True, name its own -> Lamp by the door",)
    entry = said(home, ENTITY_ENTRY, "light.hall_lamp")
    assert (entry.name, entry.hidden, entry.device_id) == ("Lamp by the door", True, "x")
    await ask(home, "edit_entity", entity="light.hall_lamp", name=None)
    entry = said(home, ENTITY_ENTRY, "light.hall_lamp")
    assert (entry.name, entry.hidden) == (None, True)


async def test_a_device_moves_to_an_area_that_people_made(home: Stage) -> None:
    assert (await ask(home, "edit_floor", name="Upstairs", level=1)).thing == "floor.upstairs"
    assert (await ask(home, "edit_area", name="Süd-Zimmer", floor="Upstairs")).thing == "area.sud_zimmer"
    assert said(home, AREA_ENTRY, "sud_zimmer").floor_id == "upstairs"
    assert said(home, FLOOR_ENTRY, "upstairs").level == 1
    await ask(home, "edit_device", device="x", area="Süd-Zimmer", name="Other lamp")
    entry = said(home, DEVICE_ENTRY, "x")
    assert (entry.name, entry.area_id) == ("Other lamp", "sud_zimmer")
    found: DeviceList = await ask(home, "devices")
    assert [(line.name, line.area) for line in found.devices] == [("Other lamp", "Süd-Zimmer")]


async def test_what_a_device_says_later_does_not_take_peoples_word(home: Stage) -> None:
    await ask(home, "edit_device", device="x", name="Mine")
    await home.announce("light", LIGHT | {"device": DEVICE | {"name": "Theirs"}})
    assert said(home, DEVICE_ENTRY, "x").name == "Mine"


async def test_labels_by_name_or_id(home: Stage) -> None:
    await ask(home, "edit_label", name="Night lights")
    await ask(home, "edit_entity", entity="light.hall_lamp", labels=["Night lights"])
    assert said(home, ENTITY_ENTRY, "light.hall_lamp").labels == ("night_lights",)
    assert said(home, LABEL_ENTRY, "night_lights").name == "Night lights"


async def test_what_is_removed_leaves_no_reference(home: Stage) -> None:
    await ask(home, "edit_area", name="Attic")
    await ask(home, "edit_label", name="Red")
    await ask(home, "edit_label", name="Blue")
    await ask(home, "edit_entity", entity="light.hall_lamp", area="attic", labels=["red", "blue"])
    before = everything(home)
    await ask(home, "remove", thing="label.red")
    await ask(home, "remove", thing="area.attic")
    entry = said(home, ENTITY_ENTRY, "light.hall_lamp")
    assert (entry.area_id, entry.labels) == (None, ("blue",))
    assert said(home, AREA_ENTRY, "attic") is None
    await ask(home, "undo")
    await ask(home, "undo")
    assert everything(home) == before


async def test_words_last_over_a_restart_and_over_the_entity(tmp_path: Path) -> None:
    broker = MemoryBroker()
    async with memory_stage(tmp_path, broker) as stage:
        await stage.announce("light", LIGHT | {"device": DEVICE})
        await ask(stage, "edit_label", name="Red")
        await ask(stage, "edit_entity", entity="light.hall_lamp", name="Mine", labels=["red"])
        before = everything(stage)
        await stage.announce("light", "")
        assert said(stage, ENTITY_ENTRY, "light.hall_lamp") is None
        await stage.announce("light", LIGHT | {"device": DEVICE})
        assert everything(stage) == before
    async with memory_stage(tmp_path, broker) as stage:
        await stage.quiet()
        assert everything(stage) == before
        await ask(stage, "undo")
        assert said(stage, ENTITY_ENTRY, "light.hall_lamp").name is None


async def test_deeds_are_listed_and_undone_in_any_order_that_is_possible(home: Stage) -> None:
    for name in ("One", "Two"):
        await ask(home, "edit_entity", entity="light.hall_lamp", name=name)
    with pytest.raises(CallError, match=r"light\.hall_lamp was changed again since deed 1: undo that first"):
        await ask(home, "undo", deed=1)
    await ask(home, "undo")
    assert said(home, ENTITY_ENTRY, "light.hall_lamp").name == "One"
    await ask(home, "undo", deed=3)
    assert said(home, ENTITY_ENTRY, "light.hall_lamp").name == "Two", "an undo is undone"
    deeds = (await ask(home, "deeds")).deeds
    assert [(deed.deed, deed.undid) for deed in deeds] == [(4, 3), (3, 2), (2, None), (1, None)]
    assert deeds[0].by == "process.core"
    await ask(home, "undo")
    await ask(home, "undo")
    with pytest.raises(CallError, match="there is nothing to undo"):
        await ask(home, "undo")
    assert said(home, ENTITY_ENTRY, "light.hall_lamp").name is None


async def test_several_entities_are_hidden_or_disabled_in_one_deed(home: Stage) -> None:
    await home.announce("light", {"name": "Second", "unique_id": "second", "command_topic": "s/set"}, "second")
    before, ids = everything(home), sorted(home.states)
    assert len(ids) > 1
    hidden = await ask(home, "edit_entities", entities=ids, hidden=True)
    assert (hidden.changed, len(hidden.deed.did)) == (len(ids), len(ids))
    assert all(said(home, ENTITY_ENTRY, id).hidden for id in ids)
    disabled = await ask(home, "edit_entities", entities=[*ids, ids[0]], disabled=True)
    assert (disabled.changed, home.states) == (len(ids), {})
    again = await ask(home, "edit_entities", entities=ids, disabled=True)
    assert (again.changed, again.deed) == (0, None)
    with pytest.raises(CallError, match=r"there is no entity light\.nothing"):
        await ask(home, "edit_entities", entities=[ids[0], "light.nothing"], disabled=False)
    assert home.states == {}, "all or none"
    with pytest.raises(CallError, match="say `hidden` or `disabled`"):
        await ask(home, "edit_entities", entities=ids)
    await ask(home, "undo")
    await ask(home, "undo")
    assert everything(home) == before


async def test_an_edit_that_changes_nothing_is_no_deed(home: Stage) -> None:
    await ask(home, "edit_entity", entity="light.hall_lamp", name="Mine")
    assert (await ask(home, "edit_entity", entity="light.hall_lamp", name="Mine")).deed is None
    assert len((await ask(home, "deeds")).deeds) == 1


async def test_an_entity_moves_to_another_id_and_answers_to_both(home: Stage) -> None:
    await home.report("a/state", "ON")
    changed = home.states["light.hall_lamp"].changed
    await home.virtual.advance(60)
    edited = await ask(home, "edit_entity", entity="light.hall_lamp", id="light.door")
    assert edited.thing == "light.door"
    assert edited.deed.did == ("light.hall_lamp: id light.hall_lamp -> light.door",)
    assert set(home.configs) == set(home.states) == {"light.door"}, "nothing stays on the old topics"
    assert said(home, ENTITY_ENTRY, "light.hall_lamp") is None
    assert said(home, ENTITY_ENTRY, "light.door").former == ("light.hall_lamp",)
    assert (home.states["light.door"].state, home.states["light.door"].changed) == ("on", changed)
    await home.report("a/state", "OFF")
    assert home.states["light.door"].state == "off"
    for number, entity_id in enumerate(("light.hall_lamp", "light.door"), 1):
        reply = await home.command(entity_id, "turn_on")
        assert reply is not None
        assert reply.ok
        assert home.told_on("a/set") == ["ON"] * number
        await home.report("a/state", "ON")
        await home.report("a/state", "OFF")
    again = await ask(home, "edit_entity", entity="light.hall_lamp", name="Mine")
    assert again.thing == "light.door", "calls know the old id too"


async def test_what_is_under_way_arrives_after_a_rename(home: Stage) -> None:
    await home.command("light.hall_lamp", "turn_on")
    await ask(home, "edit_entity", entity="light.hall_lamp", id="light.door")
    await home.virtual.advance(1.5)
    await home.quiet()
    assert home.told_on("a/set") == ["ON", "ON"], "not confirmed yet, so it is sent again"
    await home.report("a/state", "ON")
    await home.virtual.advance(20)
    await home.quiet()
    assert home.told_on("a/set") == ["ON", "ON"]


async def test_a_new_id_lasts_over_a_restart_and_what_is_accepted_arrives(tmp_path: Path) -> None:
    broker = MemoryBroker()
    async with memory_stage(tmp_path, broker) as stage:
        await stage.announce("light", LIGHT | {"device": DEVICE})
        await stage.command("light.hall_lamp", "turn_on", ttl=60)
        await ask(stage, "edit_entity", entity="light.hall_lamp", id="light.door")
        before = everything(stage)
    async with memory_stage(tmp_path, broker) as stage:
        await stage.quiet()
        assert everything(stage) == before
        assert set(stage.states) == {"light.door"}
        assert stage.told_on("a/set") == ["ON"]
        await ask(stage, "undo")
        assert set(stage.states) == {"light.hall_lamp"}


async def test_an_id_that_leads_somewhere_is_given_to_nobody_until_it_is_freed(home: Stage) -> None:
    await ask(home, "edit_entity", entity="light.hall_lamp", id="light.door")
    other = LIGHT | {"unique_id": "2", "device": DEVICE | {"identifiers": ["y"]}}
    await home.announce("light", other, "other")
    assert set(home.states) == {"light.door", "light.hall_lamp_2"}
    taking = {"entity": "light.hall_lamp_2", "id": "light.hall_lamp"}
    with pytest.raises(
        CallError, match=r"leads to light.door, which was called so: `take`, or `rename --take`, takes it away"
    ):
        await ask(home, "edit_entity", **taking)
    await ask(home, "edit_entity", **taking, take=True)
    assert said(home, ENTITY_ENTRY, "light.door").former == ()
    assert set(home.states) == {"light.door", "light.hall_lamp"}
    await ask(home, "undo")
    assert said(home, ENTITY_ENTRY, "light.door").former == ("light.hall_lamp",)
    await ask(home, "edit_entity", entity="light.door", former=None)
    await home.announce("light", LIGHT | {"unique_id": "3", "device": DEVICE | {"identifiers": ["z"]}}, "third")
    assert set(home.states) == {"light.door", "light.hall_lamp_2", "light.hall_lamp"}, "it is free again"
    with pytest.raises(CallError, match=r"light.hall_lamp is another's now"):
        await ask(home, "undo")


async def test_devices_and_places_get_other_ids_and_all_that_names_them_follows(home: Stage) -> None:
    await ask(home, "edit_floor", name="Ground", id="ground_floor")
    await ask(home, "edit_area", area="hall", floor="Ground")
    await ask(home, "edit_label", name="Red")
    await ask(home, "edit_entity", entity="light.hall_lamp", labels=["red"], area="hall")
    before = everything(home)
    for verb, fields in (
        ("edit_area", {"area": "hall", "id": "entrance"}),
        ("edit_floor", {"floor": "ground_floor", "id": "below"}),
        ("edit_label", {"label": "red", "id": "crimson"}),
        ("edit_device", {"device": "x", "id": "door_lamp", "name": "Door lamp"}),
    ):
        await ask(home, verb, **fields)
        no_dangling(everything(home))
    entry = said(home, ENTITY_ENTRY, "light.hall_lamp")
    assert (entry.area_id, entry.labels, entry.device_id) == ("entrance", ("crimson",), "door_lamp")
    assert said(home, AREA_ENTRY, "entrance").floor_id == "below"
    assert said(home, AREA_ENTRY, "entrance").former == ("hall",)
    assert home.configs["light.hall_lamp"].device.id == "door_lamp"  # type: ignore[union-attr]
    assert home.configs["light.hall_lamp"].name == "Door lamp"
    await ask(home, "edit_entity", entity="light.hall_lamp", area="hall")
    lamp = LIGHT | {"unique_id": "2", "device": {"identifiers": ["y"], "name": "Lamp", "suggested_area": "Hall"}}
    await home.announce("light", lamp, "other")
    assert said(home, DEVICE_ENTRY, "y").area_id == "entrance", "the hall is called so now"
    await home.announce("light", "", "other")
    for _ in range(4):
        await ask(home, "undo")
    assert everything(home) == before


async def test_an_area_that_people_made_takes_the_devices_that_suggest_it(tmp_path: Path) -> None:
    """Their rows are in the file, so that they are the same after a restart, whatever announces itself first."""
    broker = MemoryBroker()
    async with memory_stage(tmp_path, broker) as stage:
        await ask(stage, "edit_area", name="Hall")
        await ask(stage, "edit_area", area="hall", id="entrance")
        await stage.announce("light", LIGHT | {"device": DEVICE})
        assert said(stage, DEVICE_ENTRY, "x").area_id == "entrance"
        await ask(stage, "edit_entity", entity="light.hall_lamp", id="light.first")
    with sqlite3.connect(tmp_path / "home.db") as file:
        assert file.execute("SELECT count(*) FROM device").fetchone() == (1,)
        assert file.execute("SELECT device_id IS NOT NULL FROM entity").fetchall() == [(1,)]
    async with memory_stage(tmp_path, broker) as stage:
        assert said(stage, DEVICE_ENTRY, "x").area_id == "entrance"
        assert list(stage.configs) == ["light.first"]


async def test_what_its_maker_disables_is_listed_and_costs_nothing_until_it_is_enabled(stage: Stage) -> None:
    fields = LIGHT | {"device": DEVICE, "enabled_by_default": False, "optimistic": False}
    await stage.announce("light", fields)
    await stage.report("a/state", "ON", retain=True)
    assert (stage.configs, stage.states) == ({}, {})
    assert "a/state" not in stage.home.board.lines
    assert said(stage, ENTITY_ENTRY, "light.hall_lamp").disabled
    (line,) = (await ask(stage, "disabled")).entities
    assert (line.id, line.name, line.device, line.by) == ("light.hall_lamp", "Hall lamp", "Hall lamp", "maker")
    refused = await stage.command("light.hall_lamp", "turn_on")
    assert refused is not None
    assert refused.error is not None
    assert "is disabled: `homeserver entities light.hall_lamp --enable`" in refused.error.message
    explained = await ask(stage, "explain", topic="homeassistant/light/thing/config")
    assert (explained.entities, explained.disabled) == (("light.hall_lamp",), ("light.hall_lamp",))
    await ask(stage, "edit_entity", entity="light.hall_lamp", disabled=False)
    assert stage.states["light.hall_lamp"].state == "on"
    assert not said(stage, ENTITY_ENTRY, "light.hall_lamp").disabled
    await ask(stage, "undo")
    assert (stage.configs, stage.states) == ({}, {})
    await ask(stage, "edit_entity", entity="light.hall_lamp", disabled=False)
    assert stage.states["light.hall_lamp"].state == "on", "it is said again, though it is what was said last"


async def test_people_disable_an_entity_over_restarts_and_renames(tmp_path: Path) -> None:
    broker = MemoryBroker()
    async with memory_stage(tmp_path, broker) as stage:
        await stage.announce("light", LIGHT | {"device": DEVICE})
        await stage.command("light.hall_lamp", "turn_on")
        await ask(stage, "edit_entity", entity="light.hall_lamp", disabled=True)
        await stage.virtual.advance(2)
        assert stage.failed[-1].message == "light.hall_lamp was taken away"
        assert (stage.configs, stage.states) == ({}, {})
        await ask(stage, "edit_entity", entity="light.hall_lamp", id="light.door", name="Door")
        await stage.announce("light", LIGHT | {"device": DEVICE, "icon": "mdi:lamp"})
    async with memory_stage(tmp_path, broker) as stage:
        await stage.quiet()
        assert (stage.configs, stage.states) == ({}, {})
        entry = said(stage, ENTITY_ENTRY, "light.door")
        assert (entry.disabled, entry.name) == (True, "Door")
        await ask(stage, "edit_entity", entity="light.door", disabled=None)
        assert set(stage.states) == {"light.door"}


@pytest.mark.parametrize(
    ("verb", "fields", "reason"),
    [
        ("edit_entity", {"entity": "light.hall_lamp", "id": "switch.door"}, "its id must begin with light"),
        ("edit_entity", {"entity": "light.hall_lamp", "id": "light.Süd-1"}, "for example light.sud_1"),
        ("edit_entity", {"entity": "light.hall_lamp", "id": "door"}, "for example light.door"),
        ("edit_entity", {"entity": "light.hall_lamp", "former": ["light.x"]}, "light.x is no former id"),
        ("edit_area", {"area": "hall", "id": "Up stairs"}, "such as up_stairs"),
        ("edit_device", {"device": "x", "id": "a/b"}, "such as a_b"),
        ("edit_entity", {"entity": "light.hall_lam"}, "did you mean 'light.hall_lamp'"),
        ("edit_entity", {"entity": "light.hall_lamp", "area": "hal"}, "there is no area 'hal'; did you mean 'Hall'"),
        ("edit_entity", {"entity": "light.hall_lamp", "labels": ["x"]}, "there is no label 'x'"),
        ("edit_entity", {"entity": "light.hall_lamp", "name": ""}, "name"),
        ("edit_device", {"device": "y"}, "there is no device y"),
        ("edit_area", {}, "a new area needs a name"),
        ("edit_area", {"name": "Hall"}, "the area hall is there already"),
        ("edit_area", {"area": "nowhere", "name": "X"}, "there is no area nowhere"),
        ("edit_floor", {"name": "Up", "level": 999}, "level"),
        ("remove", {"thing": "area.hall"}, "hall is where a device suggests to be"),
        ("remove", {"thing": "light.hall"}, "thing"),
        ("undo", {"deed": 77}, "there is no deed 77"),
    ],
)
async def test_what_makes_no_sense_is_refused_with_a_reason(
    home: Stage, verb: str, fields: dict[str, Any], reason: str
) -> None:
    before = everything(home)
    with pytest.raises(CallError, match=reason.replace("'", ".")):
        await ask(home, verb, **fields)
    assert everything(home) == before


def no_dangling(now: dict[str, Any]) -> None:
    """Whatever an entry names is there, and an id leads to one thing only."""
    ids: dict[str, list[str]] = {kind: [] for kind in ("entity", "device", "area", "floor", "label")}
    former: dict[str, list[str]] = {kind: [] for kind in ids}
    for at, entry in now.items():
        _, kind, id = at.split("/")
        ids[kind].append(id)
        former[kind] += entry.former
    for kind in ids:
        together = ids[kind] + former[kind]
        assert len(together) == len(set(together)), (kind, sorted(together))
    for at, entry in now.items():
        for kind in ("area", "floor", "device"):
            named = getattr(entry, f"{kind}_id", None)
            assert named is None or named in ids[kind], (at, entry)
        assert set(ids["label"]).issuperset(getattr(entry, "labels", ())), (at, entry)
