"""What people set of values: it holds through restarts and undo, and what does not fit is refused by name."""

from pathlib import Path
from typing import Any

import pytest

from homeserver.home.edit_words import EditEntity, Undo
from homeserver.runtime.memory_broker import MemoryBroker
from homeserver.topics.call import Caller, CallError
from homeserver.topics.cause import Cause
from tests.home.stage import Stage, memory_stage

CALLER = Caller("person.anna", "owner", Cause("test", "person.anna"))
ROOM: dict[str, Any] = {
    "name": "Room",
    "unique_id": "room",
    "state_topic": "room",
    "unit_of_measurement": "°C",
    "device_class": "temperature",
}
BOILER: dict[str, Any] = {
    "name": "Boiler",
    "unique_id": "boiler",
    "state_topic": "boiler",
    "command_topic": "boiler/set",
    "unit_of_measurement": "°C",
    "device_class": "temperature",
    "min": 5,
    "max": 90,
    "step": 0.5,
}
CAR: dict[str, Any] = {
    "name": "Room",
    "command_topic": "car/set",
    "device_class": "energy_distance",
    "unit_of_measurement": "kWh/100km",
    "min": 0,
}
"""The other way round nothing would be the largest number there is."""
STAT: dict[str, Any] = {
    "name": "Stat",
    "unique_id": "stat",
    "modes": ["off", "heat"],
    "mode_state_topic": "stat/mode",
    "temperature_state_topic": "stat/aim",
    "temperature_command_topic": "stat/aim/set",
    "current_temperature_topic": "stat/now",
    "temp_step": 0.5,
    "min_temp": 5,
    "max_temp": 30,
}


async def edit(stage: Stage, entity_id: str, **values: Any) -> None:
    await stage.home.edit_entity(EditEntity(entity=entity_id, **values), CALLER)
    await stage.quiet()


def shown(stage: Stage, entity_id: str) -> tuple[str, str | None]:
    return stage.states[entity_id].state, stage.configs[entity_id].unit


async def test_unit_precision_and_calibration_are_set_and_undone(stage: Stage) -> None:
    await stage.announce("sensor", ROOM)
    await stage.report("room", "21.5")
    await edit(stage, "sensor.room", unit="°F", precision=0)
    assert shown(stage, "sensor.room") == ("70.7", "°F")
    assert stage.configs["sensor.room"].capabilities["display_precision"] == 0
    await edit(stage, "sensor.room", offset=-0.5)
    assert shown(stage, "sensor.room") == ("70.2", "°F")
    await stage.report("room", "20")
    assert shown(stage, "sensor.room") == ("67.5", "°F")
    for _ in range(2):
        await stage.home.undo(Undo(), CALLER)
    await stage.quiet()
    assert shown(stage, "sensor.room") == ("20", "°C")
    assert "display_precision" not in stage.configs["sensor.room"].capabilities


async def test_what_nobody_reports_again_is_turned(stage: Stage) -> None:
    """The latest report went with the broker, the state is known still."""
    await stage.announce("sensor", ROOM)
    await stage.report("room", "21.5")
    stage.home.board.lines["room"].latest = None
    await edit(stage, "sensor.room", unit="K")
    assert shown(stage, "sensor.room") == ("294.65", "K")


async def test_what_is_set_holds_through_a_restart_and_so_does_the_state(tmp_path: Path) -> None:
    broker = MemoryBroker()
    async with memory_stage(tmp_path, broker) as stage:
        await stage.announce("sensor", ROOM)
        await stage.report("room", "21.5")
        await edit(stage, "sensor.room", unit="°F", offset=1, throttle=5)
    async with memory_stage(tmp_path, broker) as stage:
        assert shown(stage, "sensor.room") == ("71.7", "°F")
        await stage.report("room", "20")
        await stage.report("room", "30")
        assert shown(stage, "sensor.room") == ("69", "°F")
        await stage.virtual.advance(5)
        assert shown(stage, "sensor.room") == ("87", "°F")


async def test_another_system_of_units_turns_all_that_was_known(tmp_path: Path) -> None:
    broker = MemoryBroker()
    async with memory_stage(tmp_path, broker) as stage:
        await stage.announce("sensor", ROOM)
        await stage.announce("number", BOILER)
        await stage.announce("climate", STAT)
        for topic, payload in (("room", "21.5"), ("boiler", "60"), ("stat/mode", "heat"), ("stat/now", "20")):
            await stage.report(topic, payload)
        assert shown(stage, "number.boiler") == ("60", "°C")
    (tmp_path / "homeserver.toml").write_text('unit_system = "us_customary"\n')
    async with memory_stage(tmp_path, broker) as stage:
        assert shown(stage, "sensor.room") == ("70.7", "°F")
        assert shown(stage, "number.boiler") == ("140", "°F")
        assert stage.states["climate.stat"].attributes["current_temperature"] == 68
        await stage.report("stat/aim", "21")
        attributes = stage.states["climate.stat"].attributes
        assert (attributes["temperature"], attributes["current_temperature"]) == (69.8, 68)
        capabilities = stage.configs["climate.stat"].capabilities
        told = [capabilities[name] for name in ("min_temp", "max_temp", "target_temp_step", "temperature_unit")]
        assert told == [41, 86, 0.5, "°F"]
        capabilities = stage.configs["number.boiler"].capabilities
        assert [capabilities[name] for name in ("min", "max", "step")] == [41, 194, 0.5]


async def test_commands_come_in_the_unit_of_the_home_and_leave_in_that_of_the_device(tmp_path: Path) -> None:
    (tmp_path / "homeserver.toml").write_text('unit_system = "us_customary"\n')
    async with memory_stage(tmp_path) as stage:
        await stage.announce("number", BOILER)
        await stage.announce("climate", STAT)
        await stage.report("stat/mode", "heat")
        for entity_id, service, field, topic in (
            ("number.boiler", "set_value", "value", "boiler"),
            ("climate.stat", "set_temperature", "temperature", "stat/aim"),
        ):
            wanted: dict[str, Any] = {field: 70}
            reply = await stage.command(entity_id, service, **wanted)
            assert reply is not None
            assert reply.ok
            sent = stage.told_on(f"{topic}/set")
            assert [float(one) for one in sent] == [21.0]  # in steps of half a degree
            await stage.report(topic, sent[0])
            await stage.virtual.advance(60)
            assert stage.told_on(f"{topic}/set") == sent  # confirmed, so not sent again
            reply = await stage.command(entity_id, service, **(wanted | {field: 200}))
            assert reply is not None
            assert reply.error is not None
            assert reply.error.field == field
            assert "°F" in reply.error.message or "194" in reply.error.message
        assert stage.failed == []
        assert shown(stage, "number.boiler") == ("69.8", "°F")


@pytest.mark.parametrize(
    ("component", "fields", "asked", "field", "reason"),
    [
        ("sensor", ROOM, {"unit": "W"}, "unit", "it cannot be shown in 'W': it can be °C, °F, K"),
        ("sensor", ROOM | {"device_class": "energy"}, {"unit": "kWh"}, "unit", "°C cannot be converted"),
        ("sensor", ROOM, {"debounce": 1}, "debounce", "a sensor has no debounce: a binary_sensor has"),
        ("sensor", ROOM, {"factor": 0}, "factor", "a factor of 0"),
        ("sensor", {"state_topic": "room", "name": "Room"}, {"offset": 1}, "offset", "its state is no number"),
        ("number", BOILER | {"name": "Room"}, {"offset": 1}, "offset", "a number has no offset: a sensor has"),
        ("number", CAR, {"unit": "km/kWh"}, "unit", "it cannot be shown in 'km/kWh': it can be kWh/100km, Wh/km"),
        ("switch", {"command_topic": "x", "name": "Room"}, {"precision": 1}, "precision", "a switch has no precision"),
    ],
)
async def test_what_does_not_fit_is_refused_by_name(
    stage: Stage, component: str, fields: dict[str, Any], asked: dict[str, Any], field: str, reason: str
) -> None:
    await stage.announce(component, fields)
    with pytest.raises(CallError) as refused:
        await stage.home.edit_entity(EditEntity(entity=f"{component}.room", **asked), CALLER)
    assert refused.value.error.field == field
    assert reason in refused.value.error.message


async def test_wishes_for_nothing_are_no_wishes(stage: Stage) -> None:
    await stage.announce("sensor", ROOM)
    await edit(stage, "sensor.room", offset=0, factor=1, throttle=0, restless=False)
    assert stage.home.journal.last == 0
