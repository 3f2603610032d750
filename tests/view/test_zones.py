"""Zones: the way from place to place, and who is in which zone; facts of
https://www.home-assistant.io/integrations/zone/ and of the zone condition."""

from datetime import UTC, datetime
from typing import Any

import pytest

from homeserver.topics.entity import EntityState
from homeserver.view.zones import NoPlaceError, has_place, is_in, metres, within

NOW = datetime(2026, 1, 5, tzinfo=UTC)
WORK = {"latitude": 52.52, "longitude": 13.405, "radius": 100.0}


def state(word: str, **attributes: Any) -> EntityState:
    return EntityState(word, attributes, NOW, NOW)


@pytest.mark.parametrize(
    ("one", "two", "way"),
    [
        ((52.52, 13.405), (52.52, 13.405), 0.0),
        ((52.52, 13.405), (48.8566, 2.3522), 877_500.0),
        ((0.0, 179.5), (0.0, -179.5), 111_195.0),
        ((90.0, 0.0), (-90.0, 0.0), 20_015_087.0),
        ((132.78958515757043, 0.7581792063998591), (47.21041484242957, -179.24182079360014), 0.0),  # over the pole
    ],
)
def test_the_way_over_the_ground(one: tuple[float, float], two: tuple[float, float], way: float) -> None:
    assert metres(one, two) == pytest.approx(way, rel=2e-3, abs=0.1)


@pytest.mark.parametrize(
    ("metres_away", "accuracy", "inside"),
    [(0, 0, True), (99, 0, True), (101, 0, False), (140, 50, True), (160, 50, False)],
)
def test_a_place_that_may_lie_in_a_zone_does(metres_away: float, accuracy: float, inside: bool) -> None:
    """Home Assistant: in a zone is what is nearer than radius and accuracy together."""
    north = 52.52 + metres_away / 111_195
    assert within(state("0", **WORK), (north, 13.405), accuracy) is inside


def test_a_zone_that_is_away_or_has_no_place_holds_nobody() -> None:
    assert not within(state("unavailable", **WORK), (52.52, 13.405))
    assert not within(state("0", latitude=52.52, longitude=13.405), (52.52, 13.405))


@pytest.mark.parametrize(
    ("entity_id", "tracked", "inside"),
    [
        ("person.anna", state("Office", latitude=52.52, longitude=13.405), True),
        ("person.anna", state("not_home", latitude=48.1, longitude=11.6), False),
        # what a tracker lists goes before its coordinates
        ("device_tracker.phone", state("home", in_zones=["zone.office"], latitude=48.1, longitude=11.6), True),
        ("device_tracker.phone", state("home", in_zones=[], latitude=52.52, longitude=13.405), False),
        # without either, the state's word decides
        ("device_tracker.router", state("Büro am Park"), True),
        ("device_tracker.router", state("office"), True),
        ("device_tracker.router", state("not_home"), False),
        ("person.anna", state("unknown"), False),
        ("person.anna", state("unavailable", latitude=52.52, longitude=13.405), False),
        # anything with coordinates can be somewhere
        ("sensor.bus", state("17", latitude=52.52, longitude=13.405), True),
    ],
)
def test_who_is_in_a_zone(entity_id: str, tracked: EntityState, inside: bool) -> None:
    assert is_in("zone.office", state("0", **WORK), entity_id, tracked, "Büro am Park") is inside


@pytest.mark.parametrize(
    ("zone", "entity_id", "tracked", "text"),
    [
        (state("0", **WORK), "person.anna", None, "there is no entity person.anna"),
        (None, "person.anna", state("home"), "there is no zone zone.office"),
        (state("0", **WORK), "light.hall", state("on"), "light.hall has no latitude and longitude"),
    ],
)
def test_it_is_told_why_nothing_can_be_said(
    zone: EntityState | None, entity_id: str, tracked: EntityState | None, text: str
) -> None:
    with pytest.raises(NoPlaceError, match=text):
        is_in("zone.office", zone, entity_id, tracked)


def test_what_has_a_place() -> None:
    assert has_place("device_tracker.router", state("home"))
    assert has_place("sensor.bus", state("17", latitude=1.0, longitude=2))
    assert not has_place("sensor.bus", state("17", latitude=True, longitude=2))
    assert not has_place("light.hall", state("on"))
