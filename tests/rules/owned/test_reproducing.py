"""Which services bring an entity to what a scene wants, row by row."""

from datetime import UTC, datetime
from typing import Any

import pytest

from homeserver.rules.owned.reproducing import WAYS, deeds
from homeserver.topics.entity import EntityState
from homeserver.topics.services import SERVICES

AT = datetime(2026, 1, 1, tzinfo=UTC)


def told(entity: str, is_now: str, wanted: str, has: Any = None, **wants: Any) -> list[Any]:
    return list(deeds(entity, EntityState(is_now, has or {}, AT, AT), (wanted, wants)))


@pytest.mark.parametrize(
    ("domain", "is_now", "wanted", "deed"),
    [
        ("switch", "off", "on", ("turn_on", {})),
        ("lock", "locked", "unlocked", ("unlock", {})),
        ("lock", "unlocking", "unlocked", None),
        ("cover", "open", "closed", ("close_cover", {})),
        ("cover", "opening", "open", None),
        ("valve", "closed", "open", ("open_valve", {})),
        ("vacuum", "docked", "cleaning", ("start", {})),
        ("vacuum", "cleaning", "returning", ("return_to_base", {})),
        ("lawn_mower", "docked", "mowing", ("start_mowing", {})),
        ("alarm_control_panel", "disarmed", "armed_night", ("alarm_arm_night", {})),
        ("input_number", "5.0", "5", None),
        ("input_number", "5.0", "6", ("set_value", {"value": 6.0})),
        ("input_number", "5.0", "unknown", None),
        ("input_text", "a", "b", ("set_value", {"value": "b"})),
        ("input_select", "a", "b", ("select_option", {"option": "b"})),
        ("counter", "1", "3", ("set_value", {"value": 3})),
        ("input_datetime", "07:00:00", "08:00:00", ("set_datetime", {"time": "08:00:00"})),
        ("input_datetime", "2026-01-01", "2026-01-02", ("set_datetime", {"date": "2026-01-02"})),
        ("timer", "active", "paused", ("pause", {})),
        ("climate", "off", "heat", ("set_hvac_mode", {"hvac_mode": "heat"})),
        ("sensor", "1", "2", None),
    ],
)
def test_a_state(domain: str, is_now: str, wanted: str, deed: Any) -> None:
    assert told(domain, is_now, wanted) == ([deed] if deed is not None else [])


def test_a_light_is_told_the_colour_that_its_mode_names() -> None:
    wants: dict[str, Any] = {
        "brightness": 10,
        "color_mode": "color_temp",
        "color_temp_kelvin": 3000,
        "hs_color": [1, 2],
    }
    assert told("light", "off", "on", **wants) == [("turn_on", {"brightness": 10, "color_temp_kelvin": 3000})]
    assert told("light", "on", "on", {"brightness": 10, "color_temp_kelvin": 3000}, **wants) == []
    assert told("light", "on", "on", {"brightness": 11, "color_temp_kelvin": 3000}, **wants) != []
    assert told("light", "on", "on", {"rgb_color": (1, 2, 3)}, rgb_color=[1, 2, 3]) == []
    assert told("light", "off", "on", color_mode="white", brightness=7) == [("turn_on", {"white": 7})]
    assert told("light", "on", "off", brightness=7) == [("turn_off", {})]


def test_a_fan_that_is_off_is_told_nothing_else() -> None:
    assert told("fan", "on", "off", percentage=50) == [("turn_off", {})]
    assert told("fan", "off", "on", percentage=50) == [("turn_on", {}), ("set_percentage", {"percentage": 50})]
    assert told("fan", "on", "on", {"percentage": 50}, percentage=50, oscillating=True) == [
        ("oscillate", {"oscillating": True})
    ]


def test_a_heating_is_told_its_mode_before_its_warmth() -> None:
    assert told("climate", "off", "heat", temperature=21, preset_mode="eco") == [
        ("set_hvac_mode", {"hvac_mode": "heat"}),
        ("set_temperature", {"temperature": 21}),
        ("set_preset_mode", {"preset_mode": "eco"}),
    ]
    assert told("climate", "heat", "heat", {"temperature": 21.0}, temperature=21) == []


def test_a_player_is_turned_on_before_it_is_told_what_to_play() -> None:
    assert told("media_player", "off", "playing", volume_level=0.3, source="TV") == [
        ("turn_on", {}),
        ("volume_set", {"volume_level": 0.3}),
        ("select_source", {"source": "TV"}),
        ("media_play", {}),
    ]
    assert told("media_player", "playing", "off") == [("turn_off", {})]


def test_a_cover_goes_to_its_position_and_its_slats_after_it() -> None:
    assert told("cover", "open", "open", {"current_position": 100}, current_position=30, current_tilt_position=5) == [
        ("set_cover_position", {"position": 30}),
        ("set_cover_tilt_position", {"tilt_position": 5}),
    ]


def test_every_service_that_a_row_can_give_is_in_the_table_of_services() -> None:
    """For the domains that have services at all yet."""
    full = {
        "percentage": 50,
        "preset_mode": "a",
        "temperature": 20,
        "humidity": 40,
        "mode": "a",
        "direction": "forward",
    }
    full |= {"oscillating": True, "fan_mode": "a", "swing_mode": "a", "current_position": 10, "away_mode": True}
    states = ("on", "off", "open", "closed", "locked", "unlocked", "cleaning", "docked", "paused", "idle", "5")
    more = ("disarmed", "armed_home", "mowing", "active", "2026-01-01", "07:00:00", "heat")
    found = 0
    for domain in WAYS.keys() & {domain for domain, services in SERVICES.items() if services}:
        for wanted in (*states, *more):
            for service, data in told(domain, "nothing", wanted, **full):
                assert service in SERVICES[domain], (domain, service)
                if domain not in ("climate", "water_heater", "input_datetime"):
                    SERVICES[domain][service].model.model_validate(data)
                found += 1
    assert found > 50
