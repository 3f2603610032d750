"""Where somebody is, of what his trackers say: the cases of Home Assistant's documentation, by hand."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from homeserver.people.whereabouts import whereabouts
from homeserver.people.worker import setup
from homeserver.runtime.house import House
from homeserver.runtime.memory_broker import MemoryBroker
from homeserver.runtime.rehearsal import Rehearsal
from homeserver.runtime.worker import Worker
from homeserver.topics.entity import ENTITY_CONFIG, ENTITY_STATE, EntityConfig, EntityState

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
HOME = EntityState("0", {"latitude": 52.5, "longitude": 13.4, "radius": 100}, NOON, NOON)


def said(state: str, source: str, minute: int, **more: Any) -> EntityState:
    at = NOON + timedelta(minutes=minute)
    return EntityState(state, {"source_type": source, **more}, at, at)


GPS_AWAY = said("not_home", "gps", 3, latitude=48.0, longitude=11.0, gps_accuracy=20)
GPS_WORK = said("Work", "gps", 4, latitude=49.0, longitude=12.0)
GPS_HOME = said("home", "gps", 1, latitude=52.5, longitude=13.4)
ROUTER_HOME = said("home", "router", 2)
ROUTER_AWAY = said("not_home", "router", 9)
BLUETOOTH_HOME = said("home", "bluetooth_le", 5)
LOST = said("unavailable", "gps", 10)


@pytest.mark.parametrize(
    ("trackers", "state", "source", "place"),
    [
        ((), "unknown", None, None),
        ((LOST, said("unknown", "router", 11)), "unknown", None, None),
        ((ROUTER_HOME,), "home", 0, (52.5, 13.4)),  # where the home is
        ((ROUTER_AWAY,), "not_home", 0, None),
        ((GPS_WORK,), "Work", 0, (49.0, 12.0)),
        ((GPS_AWAY, GPS_WORK), "Work", 1, (49.0, 12.0)),  # the later word
        ((GPS_WORK, GPS_HOME), "Work", 0, (49.0, 12.0)),
        ((GPS_WORK, ROUTER_HOME), "home", 1, (52.5, 13.4)),  # the router sees him, though the phone said later
        ((GPS_WORK, ROUTER_AWAY), "Work", 0, (49.0, 12.0)),  # that a router sees nobody says little
        ((ROUTER_AWAY, ROUTER_HOME), "home", 1, (52.5, 13.4)),
        ((ROUTER_HOME, BLUETOOTH_HOME), "home", 1, (52.5, 13.4)),
        ((LOST, ROUTER_AWAY), "not_home", 1, None),
    ],
)
def test_whom_to_believe(
    trackers: tuple[EntityState, ...], state: str, source: int | None, place: tuple[float, float] | None
) -> None:
    found = whereabouts([(f"device_tracker.{at}", one) for at, one in enumerate(trackers)], HOME)
    where = dict(found.attributes)
    assert (found.state, found.source) == (state, None if source is None else f"device_tracker.{source}")
    assert (where.get("latitude"), where.get("longitude")) == (place or (None, None))


class Phone(Worker):
    """Has the trackers."""

    name = "phone"
    says = (ENTITY_CONFIG, ENTITY_STATE)


def phone(house: House) -> Phone:
    return Phone(house)


async def test_a_person_is_an_entity_that_follows_its_trackers() -> None:
    async with Rehearsal(setup, phone) as home:
        worker = home.process.hosted["phone"].worker
        assert worker is not None
        states: list[EntityState | None] = home.listen(ENTITY_STATE, domain="person", object_id="anna_b")
        configs: list[EntityConfig | None] = home.listen(ENTITY_CONFIG, domain="person", object_id="anna_b")
        new = {"id": "anna-b", "name": "Anna", "trackers": ["device_tracker.phone"], "icon": "mdi:face"}
        await home.process.calls.ask("people", "create_user", {**new, "picture": "/local/anna.jpg"})
        await home.clock.advance(0)
        worker.house.say(ENTITY_STATE, GPS_WORK, "device_tracker", "phone")
        await home.clock.advance(60)
        worker.house.say(ENTITY_STATE, GPS_HOME, "device_tracker", "phone")
        await home.clock.advance(0)
        assert [one.state for one in states if one is not None] == ["unknown", "Work", "home"]
        last = states[-1]
        assert last is not None
        assert last.attributes == {
            "id": "anna-b",
            "user_id": "anna-b",
            "editable": True,
            "device_trackers": ["device_tracker.phone"],
            "source": "device_tracker.phone",
            "entity_picture": "/local/anna.jpg",
            "latitude": 52.5,
            "longitude": 13.4,
        }
        assert configs == [EntityConfig("Anna", "people", unique_id="anna-b", icon="mdi:face")]
        await home.process.calls.ask("people", "remove_user", {"user": "anna-b"})
        await home.clock.advance(0)
        assert (states[-1], configs[-1]) == (None, None)


async def test_who_is_gone_since_the_last_run_is_no_entity_any_more() -> None:
    broker = MemoryBroker()
    async with Rehearsal(setup, broker=broker) as home:
        await home.process.calls.ask("people", "create_user", {"name": "Anna", "id": "anna"})
        await home.clock.advance(1)
    assert "homeserver/entity/person/anna/state" in broker.retained
    async with Rehearsal(setup, broker=broker) as home:  # a folder of its own: nobody lives there
        await home.clock.advance(1)
    left = [topic for topic in broker.retained if "person" in topic]
    assert left == []
