"""Whatever is said to a webhook, it is answered; and an app is told of its registration what it may know."""

from typing import Any

import pytest

from homeserver.bridge.mobile_app.hooks import TYPES, safe
from tests.bridge.conftest import Home
from tests.bridge.mobile_app.app import register

ODD: tuple[Any, ...] = (
    *(None, [], [[]], [None], {"": None}, "text", 7, True, 1e308, {"x": {"y": {}}}),
    {"gps": ["a", "b"], "state": [], "type": "sensor", "unique_id": "x" * 300, "name": None, "attributes": 7},
    {
        "gps": [1e308, -1e308],
        "gps_accuracy": -1,
        "battery": 1e9,
        "text": "x",
        "tag_id": "\0",
        "domain": "",
        "service": "",
    },
    [
        {"type": "sensor", "unique_id": 7},
        {"type": "sensor", "unique_id": "u", "state": 1, "attributes": {"a": None}},
        {},
    ],
    {
        "device_name": "x" * 300,
        "event_type": "state_changed",
        "camera_entity_id": "camera.x",
        "template": {"template": 7},
    },
)


@pytest.mark.parametrize("type", TYPES)
async def test_nothing_that_is_said_is_a_bug(lived: Home, type: str) -> None:
    app = await register(lived)
    for data in ODD:
        await lived.clock.advance(1)
        answer = await app.say(type, data)
        assert answer.status_code in (200, 201, 400), (type, data, answer.text)
        if answer.status_code == 400:
            assert answer.json()["success"] is False
        if type == "enable_encryption":
            return  # from here on it speaks otherwise


def test_a_registration_without_what_opens_anything() -> None:
    facts = {
        **{"app_data": {}, "app_id": "a", "app_name": "b", "app_version": "c", "device_name": "d"},
        **{"manufacturer": "e", "model": "f", "os_name": "g", "os_version": "h", "device_id": "i", "webhook_id": "j"},
    }
    told = safe(facts, encrypts=True)
    assert told["supports_encryption"] is True
    assert {"device_id", "webhook_id", "secret"}.isdisjoint(told)
    assert told["os_version"] == "h"
