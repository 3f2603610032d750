"""Names that come in from another system: what is known again, what is expected, what stays as people decided here."""

import json
import random
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from homeserver.home import import_words as words
from homeserver.runtime.memory_broker import MemoryBroker
from homeserver.topics.call import CallError
from homeserver.topics.entity import ENTITY_CONFIG, ENTITY_STATE
from homeserver.topics.registry import AREA_ENTRY, DEVICE_ENTRY, ENTITY_ENTRY, FLOOR_ENTRY, LABEL_ENTRY
from homeserver.topics.topic import Topic
from tests.home.stage import Stage, memory_stage

ADDRESS = "0x00158d0001020304"
DEVICE = {"identifiers": [f"zigbee2mqtt_{ADDRESS}"], "name": "Lamp"}
LIGHT = {"name": None, "unique_id": "u1", "command_topic": "a/set", "device": DEVICE}
POWER = {"name": "Power", "unique_id": "u2", "state_topic": "a/power", "device": DEVICE, "device_class": "power"}
TOPICS: tuple[Topic[Any], ...] = (ENTITY_ENTRY, DEVICE_ENTRY, AREA_ENTRY, FLOOR_ENTRY, LABEL_ENTRY)

PLACES: tuple[words.Row, ...] = (
    words.FloorRow(key="ground", name="Ground floor", level=0),
    words.LabelRow(key="evening", name="Evening"),
    words.AreaRow(key="kitchen", name="Kitchen", floor="ground", aliases=("Galley",)),
)
LAMP = words.DeviceRow(
    key="d1", keys=(f"id:zigbee2mqtt_{ADDRESS}",), expect=True, title="Lamp", name="Big lamp", area="kitchen"
)


def light(**more: Any) -> words.EntityRow:
    return words.EntityRow(**{"key": "light.kitchen", "unique_id": "u1", "device": "d1", "expect": True, **more})


class Import:
    """One import, asked for as the command does."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.count = 0

    async def ask(self, verb: str, **fields: Any) -> Any:
        found = await self.stage.process.calls.ask("home", verb, fields)
        await self.stage.quiet()
        return found

    async def plan(self, *rows: words.Row, part: int = 500) -> dict[str, words.Line]:
        self.count += 1
        batch = f"batch{self.count:04d}"
        for start in range(0, len(rows), part):
            sent = [row.model_dump(mode="json") for row in rows[start : start + part]]
            await self.ask("import_rows", batch=batch, rows=sent)
        found = await self.ask("import_plan", batch=batch)
        self.changes = found.changes
        return {line.key: line for line in found.lines}

    async def do(self, *rows: words.Row) -> words.Imported:
        await self.plan(*rows)
        done: words.Imported = await self.ask("import", batch=f"batch{self.count:04d}")
        assert done.changes == self.changes
        return done


@pytest.fixture
async def incoming(stage: Stage) -> Import:
    return Import(stage)


def entry(stage: Stage, topic: Topic[Any], *where: str) -> Any:
    fact = stage.bus.present.get(topic.address(where))
    return fact.message if fact is not None else None


def everything(stage: Stage) -> dict[str, Any]:
    """All that is said of things, their zones too."""
    templates = {topic.template for topic in (*TOPICS, ENTITY_CONFIG)}
    facts = stage.bus.present.items()
    return {at: one.message for at, one in facts if one.topic.template in templates and one.message is not None}


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
    assert "light.kitchen" in stage.states
    reply = await stage.command("light.lamp", "turn_on")
    assert reply is not None
    assert reply.ok, "the former id still leads to it"
    await incoming.ask("undo")
    assert everything(stage) == before
    assert (await incoming.do(*rows)).changes == 5


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


async def test_what_is_not_announced_yet_gets_id_name_and_place_when_it_is(tmp_path: Path) -> None:
    broker = MemoryBroker()
    async with memory_stage(tmp_path, broker) as stage:
        incoming = Import(stage)
        lines = await incoming.plan(*PLACES, LAMP, light(name="Cooker", labels=("evening",)))
        assert lines["light.kitchen"].outcome == lines["d1"].outcome == "waits"
        await incoming.do(*PLACES, LAMP, light(name="Cooker", labels=("evening",)))
        assert entry(stage, ENTITY_ENTRY, "light.kitchen") is None
        assert not (await incoming.ask("devices")).devices
        assert not (await incoming.ask("orphans")).orphans, "what is expected is nobody's litter"
        await stage.announce("light", LIGHT | {"unique_id": "other", "object_id": "kitchen", "device": None}, "other")
        assert set(stage.states) == {"light.kitchen_2"}, "the id is kept for who is expected"
    async with memory_stage(tmp_path, broker) as stage:
        await stage.announce("light", LIGHT)
        assert set(stage.states) == {"light.kitchen", "light.kitchen_2"}
        entity = entry(stage, ENTITY_ENTRY, "light.kitchen")
        assert (entity.name, entity.labels) == ("Cooker", ("evening",))
        device = entry(stage, DEVICE_ENTRY, f"zigbee2mqtt_{ADDRESS}")
        assert (device.name, device.area_id) == ("Big lamp", "kitchen")
        assert (await Import(stage).do(*PLACES, LAMP, light(name="Cooker", labels=("evening",)))).deed is None


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


async def test_what_people_decided_here_stays(incoming: Import) -> None:
    stage = incoming.stage
    await stage.announce("light", LIGHT)
    await incoming.ask("edit_entity", entity="light.lamp", name="Mine")
    lines = await incoming.plan(light(name="Cooker"))
    assert lines["light.kitchen"].why == ("its name stays Mine, as it was decided here",)
    await incoming.do(light(name="Cooker"))
    entity = entry(stage, ENTITY_ENTRY, "light.kitchen")
    assert entity.name == "Mine"
    await incoming.ask("edit_entity", entity="light.kitchen", id="light.stove", hidden=True)
    lines = await incoming.plan(light(name="Cooker", key="light.cooker", hidden=False))
    assert lines["light.cooker"].why == (
        "its id stays light.stove, as it was decided here",
        "its name stays Mine, as it was decided here",
        "its hidden stays True, as it was decided here",
    )
    assert incoming.changes == 0


async def test_a_later_import_brings_what_is_different_there(incoming: Import) -> None:
    stage = incoming.stage
    await stage.announce("light", LIGHT)
    hall = words.AreaRow(key="hall", name="Hall")
    red = words.LabelRow(key="red", name="Red")
    await incoming.do(*PLACES, hall, red, LAMP, light(name="Cooker", labels=("evening",), hidden=True, icon="mdi:x"))
    await incoming.ask("edit_label", name="Mine")
    await incoming.ask("edit_entity", entity="light.kitchen", labels=["evening", "mine"], icon="mdi:own")
    moved = LAMP.model_copy(update={"area": "hall", "name": None})
    renamed = words.AreaRow(key="kitchen", name="Cookery", floor=None)
    await incoming.do(
        *PLACES[:2], renamed, hall, red, moved, light(name="Hob", labels=("red",), key="light.hob", hidden=False)
    )
    entity = entry(stage, ENTITY_ENTRY, "light.hob")
    assert (entity.name, entity.labels, entity.hidden, entity.icon) == ("Hob", ("mine", "red"), False, "mdi:own")
    device = entry(stage, DEVICE_ENTRY, f"zigbee2mqtt_{ADDRESS}")
    assert (device.name, device.area_id) == ("Lamp", "hall")
    area = entry(stage, AREA_ENTRY, "kitchen")
    assert (area.name, area.floor_id, area.aliases) == ("Cookery", None, ())


async def test_a_place_that_people_took_away_here_does_not_come_back(incoming: Import) -> None:
    await incoming.stage.announce("light", LIGHT)
    await incoming.do(*PLACES, LAMP)
    await incoming.ask("remove", thing="area.kitchen")
    lines = await incoming.plan(*PLACES, LAMP)
    assert lines["kitchen"].why == ("the area Kitchen was taken away here",)
    assert incoming.changes == 0


async def test_places_are_known_by_id_or_name_and_get_words_for_ids(incoming: Import) -> None:
    stage = incoming.stage
    await stage.announce("light", LIGHT | {"device": DEVICE | {"suggested_area": "Living room"}})
    await incoming.ask("edit_label", name="Evening")
    before = set(everything(stage))
    old = words.AreaRow(key="0123456789abcdef0123456789abcdef", name="Living Room")
    new = words.AreaRow(key="fedcba9876543210fedcba9876543210", name="Süd-Zimmer")
    lines = await incoming.plan(words.LabelRow(key="abend", name="evening"), old, new)
    assert lines["abend"].thing == "label.evening"
    assert lines[old.key].thing == "area.living_room"
    assert (lines[new.key].thing, lines[new.key].outcome) == ("area.sud_zimmer", "new")
    await incoming.do(words.LabelRow(key="abend", name="evening"), old, new)
    assert set(everything(stage)) - before == {AREA_ENTRY.address(("sud_zimmer",))}


async def test_units_and_digits_come_where_they_fit(incoming: Import) -> None:
    stage = incoming.stage
    heat = POWER | {"device_class": "temperature", "unit_of_measurement": "°C"}
    await stage.announce("sensor", heat, "heat")
    await stage.announce("light", LIGHT)
    await stage.report("a/power", "20.04")
    sensor = {"kind": "entity", "unique_id": "u2", "expect": True, "key": "sensor.heat", "unit": "°F", "precision": 1}
    lines = await incoming.plan(words.EntityRow(**sensor | {"unit": "W"}), light(unit="°F"))
    assert lines["sensor.heat"].changes == ("id sensor.lamp_power -> sensor.heat", "precision its own -> 1")
    assert "it cannot be shown in 'W'" in lines["sensor.heat"].why[0]
    assert lines["light.kitchen"].why == ("a light has no unit: a sensor or a number has",)
    await incoming.do(words.EntityRow(**sensor))
    assert stage.configs["sensor.heat"].unit == "°F"
    assert float(stage.states["sensor.heat"].state) == pytest.approx(68.07, abs=0.01)
    await incoming.plan(words.EntityRow(**sensor))
    assert incoming.changes == 0
    await incoming.ask("undo")
    assert float(stage.states["sensor.lamp_power"].state) == pytest.approx(20.04)


async def test_two_entities_change_places(incoming: Import) -> None:
    stage = incoming.stage
    for number in (1, 2):
        lamp = {
            "name": None,
            "unique_id": f"u{number}",
            "object_id": f"lamp_{number}",
            "command_topic": f"{number}/set",
        }
        await stage.announce("light", lamp, f"l{number}")
    before = everything(stage)
    await incoming.do(light(key="light.lamp_2", unique_id="u1"), light(key="light.lamp_1", unique_id="u2"))
    await stage.command("light.lamp_1", "turn_on")
    assert [topic for topic, _ in stage.told] == ["2/set"]
    await incoming.ask("undo")
    assert everything(stage) == before


async def test_ids_that_are_not_to_be_had(incoming: Import) -> None:
    stage = incoming.stage
    await stage.announce("light", LIGHT)
    await stage.announce("light", LIGHT | {"unique_id": "other", "object_id": "kitchen", "device": None}, "other")
    lines = await incoming.plan(light(name="Cooker"), light(key="light.x", unique_id="u8"), light(key="light.lamp"))
    assert lines["light.kitchen"].why == ("light.kitchen is another entity here: give that another id first",)
    assert lines["light.kitchen"].changes == ("name its own -> Cooker",)
    taken = await incoming.plan(light(unique_id="unknown"))
    assert (taken["light.kitchen"].outcome, incoming.changes) == ("refused", 0)
    await incoming.ask("edit_entity", entity="light.kitchen", id="light.bath")
    lines = await incoming.plan(light())
    assert lines["light.kitchen"].why == (
        "light.kitchen leads to light.bath here, which was called so: free it there if you want it",
    )


async def test_an_entity_that_is_only_remembered_gives_its_id_away(incoming: Import) -> None:
    stage = incoming.stage
    await stage.announce("light", LIGHT | {"unique_id": "gone", "object_id": "kitchen", "device": None}, "gone")
    await stage.announce("light", "", "gone")
    await stage.announce("light", LIGHT)
    await incoming.do(light())
    assert set(stage.states) == {"light.kitchen"}
    await stage.announce("light", LIGHT | {"unique_id": "gone", "object_id": "kitchen", "device": None}, "gone")
    assert set(stage.states) == {"light.kitchen", "light.kitchen_2"}


async def test_the_same_hardware_is_known_again_whatever_spoke_to_it(incoming: Import) -> None:
    stage = incoming.stage
    await stage.announce("light", LIGHT)
    await stage.announce("sensor", POWER, "power")
    await stage.announce("sensor", POWER | {"unique_id": "u3", "name": "Heat", "device_class": "temperature"}, "heat")
    radio = words.DeviceRow(key="zha", addresses=(ADDRESS[2:],), title="LUMI", name="Big lamp")
    rows = (
        words.EntityRow(key="light.hob", unique_id="00:15", device="zha", own="Light"),
        words.EntityRow(key="sensor.hob_power", unique_id="00:16", device="zha", own="Used", device_class="power"),
        words.EntityRow(key="sensor.hob_heat", unique_id="00:17", device="zha", own="Heat"),
        words.EntityRow(key="sensor.hob_x", unique_id="00:18", device="zha", own="LQI"),
    )
    lines = await incoming.plan(radio, *rows)
    assert {key: line.outcome for key, line in lines.items()} == {
        "zha": "changed",
        "light.hob": "changed",
        "sensor.hob_power": "changed",
        "sensor.hob_heat": "changed",
        "sensor.hob_x": "absent",
    }
    await incoming.do(radio, *rows)
    assert set(stage.states) == {"light.hob", "sensor.hob_power", "sensor.hob_heat"}
    assert entry(stage, DEVICE_ENTRY, f"zigbee2mqtt_{ADDRESS}").name == "Big lamp"


async def test_zones_become_entities_and_trackers_are_in_them(incoming: Import) -> None:
    stage = incoming.stage
    work = words.ZoneRow(key="work", name="Work", latitude=48.2, longitude=16.3, radius=200, icon="mdi:briefcase")
    await incoming.do(work, words.ZoneRow(key="far", name="Far", latitude=0, longitude=0, passive=True))
    config, state = entry(stage, ENTITY_CONFIG, "zone", "work"), entry(stage, ENTITY_STATE, "zone", "work")
    assert (config.name, config.icon, config.owner) == ("Work", "mdi:briefcase", "home")
    place = {"latitude": 48.2, "longitude": 16.3, "radius": 200.0, "passive": False, "persons": []}
    assert (state.state, state.attributes) == ("0", place)
    phone = {"name": "Phone", "unique_id": "p", "json_attributes_topic": "phone/at"}
    await stage.announce("device_tracker", phone)
    for at, where in (((48.2005, 16.3), "Work"), ((0, 0), "not_home"), ((52.52, 13.405), "home")):
        await stage.report("phone/at", json.dumps({"latitude": at[0], "longitude": at[1], "gps_accuracy": 5}))
        assert stage.states["device_tracker.phone"].state == where
    await incoming.ask("undo")
    assert entry(stage, ENTITY_CONFIG, "zone", "work") is None
    assert entry(stage, ENTITY_CONFIG, "zone", "home").name == "Home"


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
