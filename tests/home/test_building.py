"""From an announcement to a draft: what an entity is called, and what of its config means nothing."""

from typing import Any

import orjson
import pytest

from homeserver.home.building import Draft
from homeserver.home.config import Refused
from homeserver.home.discovery import Announcement
from homeserver.view.templates import Templates

DEVICE = {"identifiers": ["x"], "name": "Hall lamp"}


def draft(component: str, **fields: Any) -> Draft:
    topic = f"homeassistant/{component}/place/config"
    return Draft(
        Announcement(topic, topic, component, "place", orjson.dumps(fields).decode()), Templates({}), "homeserver"
    )


@pytest.mark.parametrize(
    ("component", "fields", "name", "object_id"),
    [
        ("sensor", {"name": "Power", "device": DEVICE}, "Power", "hall_lamp_power"),
        ("sensor", {"name": "Hall lamp power", "device": DEVICE}, "Hall lamp power", "hall_lamp_power"),
        ("sensor", {"name": None, "device": DEVICE}, "", "hall_lamp"),
        ("sensor", {"name": None}, "", "place"),
        ("sensor", {"device": DEVICE}, "Sensor", "hall_lamp_sensor"),
        ("sensor", {"device_class": "wind_speed", "device": DEVICE}, "Wind speed", "hall_lamp_wind_speed"),
        ("switch", {"device_class": "outlet", "command_topic": "c"}, "Switch", "switch"),
        ("sensor", {"name": "Küche", "object_id": "Wish"}, "Küche", "wish"),
        ("sensor", {"name": "K", "object_id": "older", "default_entity_id": "sensor.wish"}, "K", "wish"),
    ],
)
def test_what_an_entity_is_called(component: str, fields: dict[str, Any], name: str, object_id: str) -> None:
    found = draft(component, **{"state_topic": "s"} | fields)
    assert (found.name, found.object_id) == (name, object_id)


def test_an_entity_without_an_id_of_its_own_goes_by_its_place() -> None:
    assert draft("sensor", state_topic="s").unique_id == "homeassistant/sensor/place/config"
    assert draft("sensor", state_topic="s", unique_id=7).unique_id == "7"


def test_what_means_nothing_is_named_and_where_it_would_publish_is_known() -> None:
    found = draft("switch", state_topic="s", command_topic="c", wonder=1, origin={"name": "me", "sw_version": "2"})
    assert found.unused == ("wonder",)
    assert found.tells == {"c": "command_topic"}
    assert found.said(None).origin == "me 2"


@pytest.mark.parametrize(
    ("fields", "reason"),
    [({"entity_category": "secret"}, "`entity_category` is 'secret'"), ({"expire_after": -1}, "`expire_after` is -1")],
)
def test_what_cannot_be_read_is_refused_by_name(fields: dict[str, Any], reason: str) -> None:
    with pytest.raises(Refused, match=reason):
        draft("sensor", state_topic="s", **fields)
