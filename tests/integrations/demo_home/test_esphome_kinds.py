"""What the ESPHome boards report and do, seen through their announcements."""

import pytest

from tests.integrations.demo_home.conftest import Stage, render

LAMP = "light.living_room_floor_lamp"


def test_a_lamp_obeys_the_template_schema_as_its_own_templates_write_it(quiet: Stage) -> None:
    fields = quiet.ear.fields(LAMP)
    on = fields["command_on_template"].replace("|d", "|default('')")
    told = render(on.replace("brightness", "128").replace("color_temp", "300").replace("transition", "''"), "")
    assert told == "on,128,300,"
    quiet.command(LAMP, told)
    assert quiet.ear.is_on(LAMP)
    assert quiet.ear.state(LAMP, template="brightness_template") == "128"
    assert quiet.ear.state(LAMP, template="color_temp_template") == "300"
    quiet.command(LAMP, "on,,,")
    assert quiet.ear.state(LAMP, template="brightness_template") == "128"
    quiet.command(LAMP, "off,,,0")
    assert not quiet.ear.is_on(LAMP)


def test_its_transition_is_honoured(quiet: Stage) -> None:
    quiet.command(LAMP, "on,255,,30", wait=15)
    assert 0.3 < quiet.house.world.lamps["living_room_floor_lamp"].shining < 0.7
    quiet.step(20)
    assert quiet.house.world.lamps["living_room_floor_lamp"].shining == 1


@pytest.mark.parametrize("payload", ["on", "ON,,,", "on,300,,", "on,,20,", "on,,,-1", "on,a,b,c", "off,,,,", ""])
def test_text_that_the_lamp_cannot_read_changes_nothing(quiet: Stage, payload: str) -> None:
    before = quiet.ear.state(LAMP, template="state_template")
    quiet.command(LAMP, payload)
    assert quiet.ear.state(LAMP, template="state_template") == before == "off"
    assert sum(quiet.house.ignored.values()) == 1


def test_the_chime_rings_with_its_settings(quiet: Stage) -> None:
    before = quiet.ear.number("sensor.front_door_chime_rings")
    quiet.command("button.front_door_chime_ring", "PRESS")
    assert quiet.ear.number("sensor.front_door_chime_rings") == before + 1
    assert not quiet.ear.is_on("binary_sensor.front_door_bell")
    quiet.command("select.front_door_chime_melody", "marimba")
    quiet.command("number.front_door_chime_volume", "35")
    assert quiet.ear.state("select.front_door_chime_melody") == "marimba"
    assert quiet.ear.number("number.front_door_chime_volume") == 35
    for entity, payload in (("select.front_door_chime_melody", "polka"), ("number.front_door_chime_volume", "101")):
        quiet.command(entity, payload)
    assert quiet.house.ignored == {"not an option": 1, "out of range": 1}


def test_somebody_at_the_door_is_heard(quiet: Stage) -> None:
    quiet.house.world.bell.press()
    quiet.step(1)
    assert quiet.ear.is_on("binary_sensor.front_door_bell")
    quiet.step(2)
    assert not quiet.ear.is_on("binary_sensor.front_door_bell")


def test_stale_air_is_what_the_user_says_it_is(quiet: Stage) -> None:
    quiet.house.world.building.rooms["office"].co2 = 900
    quiet.step(60)
    assert not quiet.ear.is_on("binary_sensor.office_stale_air")
    quiet.command("number.office_co2_warning", "700")
    assert quiet.ear.is_on("binary_sensor.office_stale_air")
    quiet.command("number.office_co2_warning", "100")
    assert quiet.ear.number("number.office_co2_warning") == 700


def test_a_restart_is_seen(quiet: Stage) -> None:
    quiet.command("button.office_air_restart", "PRESS", wait=1)
    assert not quiet.ear.online("sensor.office_co2")
    quiet.step(5)
    assert quiet.ear.online("sensor.office_co2")
