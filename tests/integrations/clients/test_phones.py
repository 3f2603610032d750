"""Phones of persons: what they tell of, where they are, and what becomes of it over restarts."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from homeserver.home.worker import setup as set_up_home
from homeserver.people.worker import setup as set_up_people
from homeserver.runtime.memory_broker import MemoryBroker
from homeserver.runtime.rehearsal import Rehearsal
from homeserver.topics.call import CallError
from homeserver.topics.event import DEVICE_EVENT
from homeserver.topics.person import Person
from integrations.clients.phones import LARGEST, MOST_PHONES
from integrations.clients.worker import Clients, setup

FACTS = {"device_name": "Pixel 7", "manufacturer": "Google", "model": "Pixel", "os_name": "Android", "device_id": "d7"}
PHONE, ANNA = "phone-of-anna", "person.anna"
BATTERY = {"type": "sensor", "unique_id": "battery", "name": "Battery", "unit_of_measurement": "%"}


def worker(home: Rehearsal) -> Clients:
    found = home.process.hosted["clients"].worker
    assert isinstance(found, Clients)
    return found


async def ask(home: Rehearsal, verb: str, login: str = ANNA, phone: str = PHONE, **args: Any) -> Any:
    reply = await home.process.calls.ask("clients", verb, {"phone": phone, **args}, login=login)
    await home.clock.advance(0.3)
    return reply


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[Rehearsal]:
    async with Rehearsal(setup, set_up_home, set_up_people, folder=tmp_path) as home:
        for id in ("anna", "ben"):
            await home.process.calls.ask("people", "create_user", {"name": id.title(), "id": id, "role": "adult"})
        await home.clock.advance(0.3)
        yield home


def state(home: Rehearsal, entity_id: str) -> Any:
    return worker(home).view.states[entity_id]


async def test_a_phone_has_a_tracker_that_moves_its_person(home: Rehearsal) -> None:
    told = await ask(home, "register_phone", facts=FACTS)
    assert (told.tracker, told.replaced) == ("device_tracker.pixel_7", None)
    assert state(home, told.tracker).state == "unknown"
    await home.clock.advance(1)
    users = (await home.process.calls.ask("people", "list_users", {})).users
    assert {user.id: user.trackers for user in users} == {"anna": ("device_tracker.pixel_7",), "ben": ()}
    place = state(home, "zone.home").attributes
    gps = [place["latitude"], place["longitude"]]
    await ask(home, "tell_location", gps=gps, gps_accuracy=12, battery=80, speed=1, course=90)
    found = state(home, told.tracker)
    assert found.state == "home"
    assert found.attributes == {
        **{"source_type": "gps", "latitude": gps[0], "longitude": gps[1], "gps_accuracy": 12.0},
        **{"battery_level": 80.0, "speed": 1.0, "course": 90.0},
    }
    assert state(home, "person.anna").state == "home"
    await ask(home, "tell_location", gps=[gps[0] + 1, gps[1]], gps_accuracy=12)
    assert (state(home, told.tracker).state, state(home, "person.anna").state) == ("not_home", "not_home")
    await ask(home, "tell_location", location_name="Work")
    assert (state(home, told.tracker).state, state(home, "person.anna").state) == ("Work", "Work")
    device = worker(home).view.configs[told.tracker].device
    assert device is not None
    assert (device.name, device.manufacturer, device.sw_version) == ("Pixel 7", "Google", "Android")


@pytest.mark.parametrize("gps", [[91, 0], [0, 181], [float("nan"), 0], ["x", 0], [1]])
async def test_a_place_that_is_none(home: Rehearsal, gps: Any) -> None:
    told = await ask(home, "register_phone", facts=FACTS)
    with pytest.raises(CallError) as failure:
        await ask(home, "tell_location", gps=gps)
    assert failure.value.error.code == "invalid"
    assert state(home, told.tracker).state == "unknown"


async def test_sensors_are_entities_and_are_told_of(home: Rehearsal) -> None:
    await ask(home, "register_phone", facts=FACTS)
    await ask(home, "register_sensor", **BATTERY, state=80, device_class="battery", state_class="measurement")
    view = worker(home).view
    config = view.configs["sensor.pixel_7_battery"]
    assert (config.name, config.unit, config.device_class, config.origin) == (
        *("Pixel 7 Battery", "%", "battery"),
        "mobile_app",
    )
    assert state(home, "sensor.pixel_7_battery").state == "80"
    await ask(home, "register_sensor", type="binary_sensor", unique_id="charging", name="Charging", state=True)
    assert state(home, "binary_sensor.pixel_7_charging").state == "on"
    readings = [
        {"type": "sensor", "unique_id": "battery", "state": 79.5, "attributes": {"health": "good"}},
        {"type": "binary_sensor", "unique_id": "charging", "state": False, "icon": "mdi:power-plug-off"},
        {"type": "sensor", "unique_id": "steps", "state": 7},
    ]
    told = await ask(home, "tell_sensors", sensors=readings)
    assert [(one.unique_id, one.registered) for one in told.sensors] == [
        *(("battery", True), ("charging", True)),
        ("steps", False),
    ]
    found = state(home, "sensor.pixel_7_battery")
    assert (found.state, found.attributes) == ("79.5", {"health": "good"})
    assert state(home, "binary_sensor.pixel_7_charging").state == "off"
    assert view.configs["binary_sensor.pixel_7_charging"].icon == "mdi:power-plug-off"
    await ask(home, "register_sensor", type="sensor", unique_id="battery", name="Charge", state=None, disabled=True)
    config = view.configs["sensor.pixel_7_battery"]
    assert (config.name, config.enabled, config.device_class) == ("Pixel 7 Charge", False, "battery")
    assert state(home, "sensor.pixel_7_battery").state == "unknown"
    assert (await ask(home, "phone")).entities == {"battery": True, "charging": False}
    with pytest.raises(CallError, match=f"{LARGEST} bytes"):
        await ask(home, "register_sensor", **BATTERY, attributes={"x": "y" * LARGEST})


async def test_a_phone_is_its_persons(home: Rehearsal) -> None:
    await ask(home, "register_phone", facts=FACTS)
    for verb, args in (
        ("phone", {}),
        ("update_phone", {"facts": {}}),
        ("register_sensor", BATTERY),
        ("tell_sensors", {"sensors": []}),
        ("tell_location", {"location_name": "x"}),
        ("scan_tag", {"tag_id": "x"}),
        ("forget_phone", {}),
    ):
        for login in ("person.ben", "person.owner"):
            with pytest.raises(CallError, match="you have no such phone"):
                await ask(home, verb, login, **args)
    with pytest.raises(CallError, match="phone of that id already"):
        await ask(home, "register_phone", "person.ben", facts=FACTS)
    with pytest.raises(CallError, match="told by a phone"):
        await home.process.calls.ask("clients", "tell_state", {"entity": "device_tracker.pixel_7", "state": "home"})


async def test_registered_anew_it_keeps_its_entities_and_another_has_its_own(home: Rehearsal) -> None:
    first = await ask(home, "register_phone", facts=FACTS)
    await ask(home, "register_sensor", **BATTERY, state=80)
    again = await ask(home, "register_phone", phone="phone-again", facts={**FACTS, "device_name": "Anna's phone"})
    assert (again.replaced, again.device, again.tracker) == (PHONE, first.device, first.tracker)
    assert worker(home).view.configs["sensor.pixel_7_battery"].name == "Anna's phone Battery"
    with pytest.raises(CallError):
        await ask(home, "phone")
    other = await ask(home, "register_phone", "person.ben", phone="phone-of-ben", facts=FACTS)
    assert other.tracker == "device_tracker.pixel_7_2"
    for number in range(MOST_PHONES - 1):
        await ask(home, "register_phone", phone=f"phone-number-{number}", facts={"device_name": "x"})
    with pytest.raises(CallError, match=f"{MOST_PHONES} phones"):
        await ask(home, "register_phone", phone="one-too-many", facts={"device_name": "x"})


async def test_an_update_says_what_is_new(home: Rehearsal) -> None:
    await ask(home, "register_phone", facts=FACTS)
    told = await ask(home, "update_phone", facts={"os_version": "17", "device_name": "Pixel"})
    assert (told.facts.os_version, told.facts.manufacturer) == ("17", "Google")
    device = worker(home).view.configs["device_tracker.pixel_7"].device
    assert device is not None
    assert (device.name, device.sw_version) == ("Pixel", "Android 17")
    with pytest.raises(CallError) as failure:
        await ask(home, "update_phone", facts={"device_name": ""})
    assert failure.value.error.field == "device_name"


async def test_a_tag_is_an_event_of_its_device(home: Rehearsal) -> None:
    told = await ask(home, "register_phone", facts=FACTS)
    heard = home.listen(DEVICE_EVENT)
    await ask(home, "scan_tag", tag_id="04-a7")
    (event,) = heard
    assert (event.type, event.device_id, event.data) == ("tag_scanned", told.device, {"tag_id": "04-a7"})
    assert event.cause is not None
    assert event.cause.by == ANNA


async def test_all_of_it_outlives_a_restart_and_goes_with_its_person(tmp_path: Path) -> None:
    broker = MemoryBroker()
    async with Rehearsal(setup, broker=broker, folder=tmp_path) as home:
        home.process.calls.people.learn("anna", Person("Anna", "adult"))
        await ask(home, "register_phone", facts=FACTS)
        await ask(home, "register_sensor", **BATTERY, state=80)
        await ask(home, "tell_location", location_name="Work")
    async with Rehearsal(setup, broker=broker, folder=tmp_path) as home:
        home.process.calls.people.learn("anna", Person("Anna", "adult"))
        assert state(home, "sensor.pixel_7_battery").state == "80"
        assert state(home, "device_tracker.pixel_7").state == "Work"
        told = await home.process.calls.ask("clients", "export_person", {"user": "anna"})
        (phone,) = told.data["phones"]
        assert phone["facts"]["model"] == "Pixel"
        assert phone["sensors"] == [{"entity": "sensor.pixel_7_battery", "name": "Battery", "state": "80"}]
        assert (await home.process.calls.ask("clients", "erase_person", {"user": "anna"})).erased == 1
        await home.clock.advance(0.3)
        assert not worker(home).view.configs
        assert not worker(home).view.states
    async with Rehearsal(setup, broker=broker, folder=tmp_path) as home:
        assert not worker(home).book.phones
        assert not worker(home).view.configs
