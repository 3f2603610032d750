"""What is planned of what comes in: what is known again, what is expected, what stays as people decided here."""

import json
from pathlib import Path

import pytest

from homeserver.home import import_words as words
from homeserver.runtime.memory_broker import MemoryBroker
from homeserver.topics.entity import ENTITY_CONFIG, ENTITY_STATE, EntityConfig
from homeserver.topics.registry import AREA_ENTRY, DEVICE_ENTRY, ENTITY_ENTRY
from tests.home.imports import (
    ADDRESS,
    DEVICE,
    LAMP,
    LIGHT,
    PLACES,
    POWER,
    Import,
    entry,
    everything,
    light,
)
from tests.home.stage import Stage, memory_stage


@pytest.fixture
async def incoming(stage: Stage) -> Import:
    return Import(stage)


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


async def test_two_rows_that_mean_one_thing_are_one(incoming: Import) -> None:
    stage = incoming.stage
    await stage.announce("light", LIGHT)
    before = everything(stage)
    split = LAMP.model_copy(update={"key": "split", "name": "Other", "area": None, "expect": False})
    twin = light(key="light.twin", name="Twin")
    lines = await incoming.plan(*PLACES, LAMP, split, light(name="Cooker"), twin)
    assert (lines["split"].outcome, lines["light.twin"].outcome) == ("same", "same")
    await incoming.do(*PLACES, LAMP, split, light(name="Cooker"), twin)
    assert entry(stage, DEVICE_ENTRY, f"zigbee2mqtt_{ADDRESS}").name == "Big lamp"
    assert entry(stage, ENTITY_ENTRY, "light.kitchen").name == "Cooker"
    await incoming.ask("undo")
    assert everything(stage) == before


async def test_two_rows_that_are_both_expected_are_one(incoming: Import) -> None:
    split = LAMP.model_copy(update={"key": "split", "name": "Other"})
    await incoming.do(*PLACES, LAMP, split, light(name="Cooker"), light(key="light.twin", name="Twin"))
    await incoming.plan(*PLACES, LAMP, split, light(name="Cooker"), light(key="light.twin", name="Twin"))
    assert incoming.changes == 0
    await incoming.stage.announce("light", LIGHT)
    assert set(incoming.stage.states) == {"light.kitchen"}
    await incoming.ask("undo")


async def test_zones_become_entities_and_trackers_are_in_them(incoming: Import) -> None:
    stage = incoming.stage
    work = words.ZoneRow(key="work", name="Work", latitude=48.2, longitude=16.3, radius=200, icon="mdi:briefcase")
    desk = words.ZoneRow(key="desk", name="Desk", latitude=48.2005, longitude=16.3, radius=20)
    await incoming.do(work, desk, words.ZoneRow(key="far", name="Far", latitude=0, longitude=0, passive=True))
    config, state = entry(stage, ENTITY_CONFIG, "zone", "work"), entry(stage, ENTITY_STATE, "zone", "work")
    assert (config.name, config.icon, config.owner) == ("Work", "mdi:briefcase", "home")
    place = {"latitude": 48.2, "longitude": 16.3, "radius": 200.0, "passive": False, "persons": []}
    assert (state.state, state.attributes) == ("0", place)
    phone = {"name": "Phone", "unique_id": "p", "json_attributes_topic": "phone/at"}
    await stage.announce("device_tracker", phone)
    places = (((48.199, 16.3), "Work"), ((48.2005, 16.3), "Desk"), ((0, 0), "not_home"), ((52.52, 13.405), "home"))
    for at, where in places:
        await stage.report("phone/at", json.dumps({"latitude": at[0], "longitude": at[1], "gps_accuracy": 5}))
        assert stage.states["device_tracker.phone"].state == where
    await incoming.ask("undo")
    assert entry(stage, ENTITY_CONFIG, "zone", "work") is None
    assert entry(stage, ENTITY_CONFIG, "zone", "home").name == "Home"


async def test_what_another_worker_owns_gets_its_words_and_keeps_its_id(incoming: Import) -> None:
    stage = incoming.stage
    row = words.EntityRow(
        key="automation.night", unique_id="1", theirs=True, name="Good night", area="kitchen", labels=("evening",)
    )
    lines = await incoming.plan(*PLACES, row)
    assert lines["automation.night"].outcome == "absent", "and it is not expected"
    stage.bus.say(ENTITY_CONFIG, EntityConfig("Night", "rules"), ("automation", "night"))
    await stage.quiet()
    lines = await incoming.plan(*PLACES, row)
    assert lines["automation.night"].outcome == "changed"
    done = await incoming.do(*PLACES, row)
    told = entry(stage, ENTITY_ENTRY, "automation.night")
    assert (told.name, told.area_id, told.labels) == ("Good night", "kitchen", ("evening",))
    assert (await incoming.do(*PLACES, row)).deed is None
    await incoming.ask("edit_entity", entity="automation.night", name="Mine")
    lines = await incoming.plan(*PLACES, row.model_copy(update={"name": "Later", "labels": ()}))
    assert lines["automation.night"].why == ("its name stays Mine, as it was decided here",)
    assert lines["automation.night"].changes == ("labels Evening -> its own",)
    assert done.deed is not None
