"""Names that come in from another system: one deed, once, in parts, and back again."""

import asyncio
import random
from collections.abc import Iterable
from typing import Any

import pytest

from homeserver.home import import_words as words
from homeserver.topics.call import CallError
from homeserver.topics.registry import AREA_ENTRY, DEVICE_ENTRY, ENTITY_ENTRY, FLOOR_ENTRY, LABEL_ENTRY
from tests.home.imports import (
    ADDRESS,
    LAMP,
    LIGHT,
    PLACES,
    POWER,
    Import,
    entry,
    everything,
    light,
)
from tests.home.stage import Stage


@pytest.fixture
async def incoming(stage: Stage) -> Import:
    return Import(stage)


async def test_what_is_here_gets_id_name_and_place_and_one_undo_takes_it_back(incoming: Import) -> None:
    stage = incoming.stage
    await stage.announce("light", LIGHT)
    await stage.announce("sensor", POWER, "power")
    before = everything(stage)
    rows = (*PLACES, LAMP, light(name="Cooker", labels=("evening",), aliases=("Stove",), icon="mdi:x", hidden=True))
    done = await incoming.do(*rows)
    assert done.changes == 5
    entity = entry(stage, ENTITY_ENTRY, "light.kitchen")
    assert (entity.name, entity.labels, entity.aliases) == ("Cooker", ("evening",), ("Stove",))
    assert (entity.icon, entity.hidden, entity.former) == ("mdi:x", True, ("light.lamp",))
    device = entry(stage, DEVICE_ENTRY, f"zigbee2mqtt_{ADDRESS}")
    assert (device.name, device.area_id) == ("Big lamp", "kitchen")
    area = entry(stage, AREA_ENTRY, "kitchen")
    assert (area.floor_id, area.aliases) == ("ground", ("Galley",))
    assert entry(stage, FLOOR_ENTRY, "ground").aliases == ("Downstairs",)
    assert entry(stage, LABEL_ENTRY, "evening").color == "blue"
    assert "light.kitchen" in stage.states
    reply = await stage.command("light.lamp", "turn_on")
    assert reply is not None
    assert reply.ok, "the former id still leads to it"
    await incoming.ask("undo")
    assert everything(stage) == before
    assert (await incoming.do(*rows)).changes == 5


async def test_ids_of_its_registries_lead_to_what_they_named(incoming: Import) -> None:
    stage, device, entity = incoming.stage, "0123456789abcdef0123456789abcdef", "f" * 32
    await stage.announce("light", LIGHT)
    rows = (LAMP.model_copy(update={"key": device}), light(device=device, registry_id=entity))
    await incoming.do(*rows)
    assert entry(stage, ENTITY_ENTRY, "light.kitchen").former == ("light.lamp", entity)
    assert entry(stage, DEVICE_ENTRY, f"zigbee2mqtt_{ADDRESS}").former == (device,)
    assert {line.outcome for line in (await incoming.plan(*rows)).values()} == {"same"}
    other = light(key="light.other", unique_id="other", registry_id=entity, name="Other")
    assert (await incoming.do(other)).changes == 1
    assert entry(stage, ENTITY_ENTRY, "light.kitchen").former == ("light.lamp", entity), "it leads where it led"
    await incoming.ask("undo")
    await incoming.ask("undo")
    assert entry(stage, DEVICE_ENTRY, f"zigbee2mqtt_{ADDRESS}").former == ()


async def test_what_takes_the_owner_to_do_takes_the_owner_to_undo(incoming: Import) -> None:
    stage = incoming.stage
    await stage.announce("light", LIGHT)
    await incoming.do(light(name="Cooker"))

    async def as_anna(verb: str, **fields: Any) -> Any:
        return await stage.process.calls.ask("home", verb, fields, login="person.anna")

    for fields in ({}, {"deed": 1}):
        with pytest.raises(CallError, match="to undo deed 1 takes the role owner, as to do it did"):
            await as_anna("undo", **fields)
    assert entry(stage, ENTITY_ENTRY, "light.kitchen").name == "Cooker"
    await incoming.ask("undo")
    with pytest.raises(CallError, match="deed 2 takes the role owner"):
        await as_anna("undo", deed=2)
    await as_anna("edit_entity", entity="light.lamp", name="Hers")
    assert (await as_anna("undo")).undid == 3


async def test_the_second_time_nothing_is_to_be_done(incoming: Import) -> None:
    await incoming.stage.announce("light", LIGHT)
    rows = (*PLACES, LAMP, light(name="Cooker"), light(key="light.later", unique_id="later", name="Later"))
    await incoming.do(*rows)
    before, deeds = everything(incoming.stage), await incoming.ask("deeds")
    lines = await incoming.plan(*rows)
    assert {line.outcome for line in lines.values()} == {"same"}
    assert incoming.changes == 0
    assert (await incoming.do(*rows)).deed is None
    assert everything(incoming.stage) == before
    assert await incoming.ask("deeds") == deeds


async def test_an_id_is_expected_no_more_once_the_import_was_undone(incoming: Import) -> None:
    await incoming.do(light(name="Cooker"))
    await incoming.ask("undo")
    await incoming.stage.announce("light", LIGHT | {"unique_id": "other", "object_id": "kitchen"})
    assert set(incoming.stage.states) == {"light.kitchen"}
    assert entry(incoming.stage, ENTITY_ENTRY, "light.kitchen").name is None
    undo = await incoming.ask("deeds")
    with pytest.raises(CallError, match="cannot be undone"):
        await incoming.ask("undo", deed=undo.deeds[0].deed)
    assert entry(incoming.stage, ENTITY_ENTRY, "light.kitchen").name is None, "the words were another entity's"


async def test_of_an_import_that_is_refused_nothing_is_left(incoming: Import) -> None:
    stage = incoming.stage
    await stage.announce("light", LIGHT | {"unique_id": "old", "object_id": "kitchen"}, "old")
    await stage.report("homeassistant/light/old/config", "", retain=True)  # its id is given to whoever wants it
    ledger = stage.home.turn.ledger

    def known() -> list[Any]:
        tables = ("entity", "device", "device_key", "word", "journal")
        rows = [tuple(row) for table in tables for row in ledger.fetch(f"SELECT * FROM {table}")]
        registry = stage.home.registry
        return [rows, sorted(registry.rows), sorted(registry.entities), sorted(registry.device_ids)]

    before = known()
    rows = (*PLACES, LAMP, light(name="Cooker"))
    ledger.execute("CREATE TEMP TRIGGER full BEFORE INSERT ON journal BEGIN SELECT RAISE(ABORT, 'no room'); END")
    with pytest.raises(CallError, match="no room"):
        await incoming.do(*rows)
    assert known() == before
    ledger.execute("DROP TRIGGER full")
    await incoming.do(*rows)
    assert "light.kitchen" in stage.home.registry.entities
    await stage.announce("light", LIGHT)
    assert entry(stage, ENTITY_ENTRY, "light.kitchen").name == "Cooker"


async def test_two_rows_may_mean_one_thing_and_an_id_must_be_one(incoming: Import) -> None:
    again = words.DeviceRow(key="d2", keys=(*LAMP.keys, "id:else"), expect=True, name="Other")
    twin, bad = light(key="light.twin"), light(key="light.no/id", unique_id="u9", name="X")
    lines = await incoming.plan(LAMP, again, light(name="Cooker"), twin, bad)
    assert [line.outcome for line in lines.values()] == ["waits", "same", "waits", "same", "refused"]
    assert "is no id of an entity" in lines["light.no/id"].why[0]
    assert (await incoming.do(LAMP, again, light(name="Cooker"), twin, bad)).changes == 2
    await incoming.plan(LAMP, again, light(name="Cooker"), twin, bad)
    assert incoming.changes == 0


async def test_others_have_their_turn_during_an_import_and_may_change_what_they_like(incoming: Import) -> None:
    stage = incoming.stage
    for number in range(4):
        await stage.announce("light", LIGHT | {"unique_id": f"u{number}"}, f"l{number}")
    rows = [light(key=f"light.their_{number}", unique_id=f"u{number}", name=f"Lamp {number}") for number in range(1500)]
    await incoming.plan(*PLACES, LAMP, *rows)
    before = everything(stage)
    work = asyncio.create_task(incoming.ask("import", batch="batch0001"))
    turns, own = 0, stage.home.registry.entities["light.lamp"].own
    while not work.done():
        await asyncio.sleep(0)
        turns += 1
        if turns in (3, 6):
            id = stage.home.registry.rows[own].id
            await stage.process.calls.ask("home", "edit_entity", {"entity": id, "icon": f"mdi:turn-{turns}"})
    await work
    assert turns > 20
    after = everything(stage)
    _no_dangling(after)
    assert entry(stage, ENTITY_ENTRY, "light.their_0").icon == "mdi:turn-6"
    while await _undone(incoming):
        _no_dangling(everything(stage))
    assert everything(stage) == before


async def test_rows_in_parts_are_one_deed_told_in_few_words(incoming: Import) -> None:
    rows = [light(key=f"light.l{number}", unique_id=f"u{number}", name=f"Lamp {number}") for number in range(1200)]
    await incoming.plan(*rows, part=300)
    done = await incoming.ask("import", batch="batch0001")
    assert done.changes == 1200
    assert len(done.deed.did) == 101
    assert done.deed.did[-1] == "and 1100 more"
    pages = []
    await incoming.plan(*rows, part=500)
    after: int | None = 0
    while after is not None:
        page = await incoming.ask("import_plan", batch="batch0002", offset=after, limit=500)
        pages += page.lines
        after = page.next
    assert [line.key for line in pages] == [row.key for row in rows]
    await incoming.ask("undo")
    assert incoming.stage.home.journal.words == {}


async def test_rows_that_nobody_sent_or_too_many_at_once(incoming: Import) -> None:
    with pytest.raises(CallError, match="there are no rows of an import nothing1: send them first"):
        await incoming.ask("import", batch="nothing1")
    for number in range(5):
        await incoming.stage.virtual.advance(1)
        await incoming.ask("import_rows", batch=f"abcdefgh{number}", rows=[])
    with pytest.raises(CallError, match="send them first"):
        await incoming.ask("import_plan", batch="abcdefgh0")
    await incoming.ask("import_plan", batch="abcdefgh1")
    await incoming.stage.virtual.advance(601)
    with pytest.raises(CallError, match="send them first"):
        await incoming.ask("import_plan", batch="abcdefgh1")
    with pytest.raises(CallError, match="latitude"):
        await incoming.ask("import_rows", batch="abcdefgh9", rows=[{"kind": "zone", "key": "a", "name": "a"}])


async def test_any_imports_edits_and_undos_leave_nothing_dangling_and_all_as_it_was(incoming: Import) -> None:
    """What comes in twice changes nothing the second time, whatever people did between."""
    stage, dice = incoming.stage, random.Random(11)
    for number in range(6):
        device = {"identifiers": [f"d{number}"], "name": f"Lamp {number}", "suggested_area": f"Room {number % 3}"}
        await stage.announce("light", LIGHT | {"unique_id": str(number), "device": device}, f"l{number}")
    before = everything(stage)
    for _ in range(40):
        rows = list(_any_rows(dice))
        await incoming.do(*rows)
        await incoming.plan(*rows)
        assert incoming.changes == 0
        _no_dangling(everything(stage))
        await _any_edit(incoming, dice)
        _no_dangling(everything(stage))
    while await _undone(incoming):
        _no_dangling(everything(stage))
    assert everything(stage) == before


def _any_rows(dice: random.Random) -> Iterable[words.Row]:
    areas, labels = ["a", "b", "room_1"], ["x", "y"]
    for key in areas:
        yield words.AreaRow(key=key, name=dice.choice([key, f"Room {dice.randrange(4)}", key.upper()]))
    for key in labels:
        yield words.LabelRow(key=key, name=f"Label {key}")
    names = [None, "One", "Two"]
    ids = dice.sample([f"light.l{number}" for number in range(9)], 8)
    for number in range(8):
        yield words.DeviceRow(
            key=f"d{number}",
            keys=(f"id:d{number}",),
            expect=True,
            name=dice.choice(names),
            area=dice.choice([None, *areas]),
        )
        yield light(
            key=ids[number],
            unique_id=str(number),
            device=f"d{number}",
            name=dice.choice(names),
            labels=tuple(dice.sample(labels, dice.randrange(3))),
            area=dice.choice([None, *areas]),
            hidden=dice.random() < 0.3,
        )


async def _any_edit(incoming: Import, dice: random.Random) -> None:
    entity = dice.choice(sorted(incoming.stage.states))
    areas = [id for kind, id in incoming.stage.home.journal.words if kind == "area"]
    edits: list[tuple[str, dict[str, Any]]] = [
        ("edit_entity", {"entity": entity, "name": dice.choice([None, "Mine"])}),
        ("edit_entity", {"entity": entity, "id": f"light.l{dice.randrange(9)}"}),
        ("edit_entity", {"entity": entity, "labels": []}),
        ("remove", {"thing": f"area.{dice.choice(areas or ['none'])}"}),
        ("undo", {}),
    ]
    verb, fields = dice.choice(edits)
    try:
        await incoming.ask(verb, **fields)
    except CallError as error:
        if error.error.code not in ("not_found", "conflict"):
            raise


async def _undone(incoming: Import) -> bool:
    try:
        await incoming.ask("undo")
    except CallError as error:
        if "there is nothing to undo" not in str(error):
            raise
        return False
    return True


def _no_dangling(now: dict[str, Any]) -> None:
    areas = {at.rpartition("/")[2] for at in now if "registry/area/" in at}
    labels = {at.rpartition("/")[2] for at in now if "registry/label/" in at}
    for at, said in now.items():
        if "registry/entity/" in at or "registry/device/" in at:
            assert said.area_id is None or said.area_id in areas, (at, said)
            assert labels.issuperset(said.labels), (at, said)
