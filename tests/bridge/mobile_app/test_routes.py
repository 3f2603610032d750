"""A phone as an app sees it: registered, heard, answered, and ended."""

from typing import Any

import orjson
import pytest
from nacl.encoding import Base64Encoder
from nacl.secret import SecretBox

from homeserver.topics.event import EVENT
from homeserver.topics.person import Grant, Person
from tests.bridge.conftest import Home, client_of
from tests.bridge.mobile_app.app import PHONE, REGISTRATIONS, App, register


async def state(home: Home, entity_id: str) -> Any:
    await home.settle()
    return (await home.get(f"/api/states/{entity_id}")).json()


async def test_registering(lived: Home) -> None:
    app = await register(lived)
    assert app.told == {**app.told, "secret": None, "cloudhook_url": None, "remote_ui_url": None}
    assert len(app.told["webhook_id"]) > 40
    assert (await state(lived, "device_tracker.pixel_7"))["attributes"]["friendly_name"] == "Pixel 7"
    proofs = (await lived.get("/api/auth/proofs")).json()
    assert [(one["kind"], one["name"]) for one in proofs] == [("mobile_app", "Pixel 7")]
    assert app.told["webhook_id"] not in orjson.dumps(proofs).decode()


@pytest.mark.parametrize(
    "body", [{}, {"device_name": ""}, {"device_name": 7}, {"device_name": "x", "supports_encryption": 0}]
)
async def test_a_registration_that_is_none(lived: Home, body: Any) -> None:
    answer = await lived.post(REGISTRATIONS, body)
    assert answer.status_code == 400
    assert (await lived.get("/api/auth/proofs")).json() == []


async def test_it_takes_a_key_and_the_worker(home: Home) -> None:
    async with home.stranger() as client:
        assert (await home.during(client.post(REGISTRATIONS, json=PHONE))).status_code == 401
    assert (await home.post(REGISTRATIONS, PHONE)).status_code == 503
    assert (await home.get("/api/auth/proofs")).json() == []


async def test_where_it_is_and_what_it_tells(lived: Home) -> None:
    app = await register(lived)
    answer = await app.say("update_location", {"gps": [52.5, 13.4], "gps_accuracy": 20, "battery": 50, "speed": None})
    assert (answer.status_code, answer.json()) == (200, {})
    assert (await state(lived, "device_tracker.pixel_7"))["attributes"]["latitude"] == 52.5
    sensor = {"type": "sensor", "unique_id": "battery_level", "name": "Battery level", "state": 50}
    more = {"device_class": "BATTERY", "unit_of_measurement": "%", "entity_category": "diagnostic", "icon": "mdi:x"}
    answer = await app.say("register_sensor", sensor | more | {"state_class": "measurement", "disabled": False})
    assert (answer.status_code, answer.json()) == (201, {"success": True})
    said = (await state(lived, "sensor.pixel_7_battery_level"))["attributes"]
    assert (said["device_class"], said["unit_of_measurement"]) == ("battery", "%")
    readings = [
        {"type": "sensor", "unique_id": "battery_level", "state": 51, "attributes": {"x": 1}, "icon": "mdi:y"},
        {"type": "sensor", "unique_id": "steps", "state": 1},
        {"type": "sensor", "unique_id": "wrong", "state": {}},
        {"type": "light", "unique_id": "lamp", "state": 1},
    ]
    told = (await app.say("update_sensor_states", readings)).json()
    assert told["battery_level"] == {"success": True}
    assert told["steps"]["error"]["code"] == "not_registered"
    assert {told[id]["error"]["code"] for id in ("wrong", "lamp")} == {"invalid_format"}
    assert (await state(lived, "sensor.pixel_7_battery_level"))["state"] == "51"


async def test_what_it_asks(lived: Home) -> None:
    app = await register(lived)
    await app.say("register_sensor", {"type": "sensor", "unique_id": "x", "name": "X", "state": 1, "disabled": True})
    config = (await app.say("get_config")).json()
    assert config["entities"] == {"x": {"disabled": True}}
    assert config["hass_device_id"].startswith("phone_")
    assert config["unit_system"]["temperature"] == "°C"
    assert (await app.say("get_zones")).json() == []
    templates = {"sum": {"template": "{{ x + 1 }}", "variables": {"x": 1}}, "wrong": {"template": "{{ 1 / 0 }}"}}
    rendered = (await app.say("render_template", templates)).json()
    assert rendered["sum"] == "2"
    assert "nought" in rendered["wrong"]["error"]
    assert (await app.say("stream_camera", {"camera_entity_id": "camera.gone"})).status_code == 400
    told = (await app.say("conversation_process", {"text": "hello"})).json()
    assert told["response"]["data"] == {"code": "no_intent_match"}


async def test_what_it_does(lived: Home) -> None:
    app, fired = await register(lived), lived.core.listen(EVENT)
    service = {"domain": "light", "service": "turn_on", "service_data": {"entity_id": "light.hall"}}
    assert (await app.say("call_service", service)).json() == {}
    assert [(one[0], one[1]) for one in lived.owner.commands] == [("light.hall", "person.owner")]
    answer = await app.say("call_service", service | {"service": "explode"})
    assert (answer.status_code, answer.json()["success"]) == (400, False)
    assert (await app.say("fire_event", {"event_type": "doorbell", "event_data": {"x": 1}})).json() == {}
    assert [(event.type, event.data) for event in fired] == [("doorbell", {"x": 1})]
    assert (await app.say("scan_tag", {"tag_id": "04-a7"})).json() == {}
    assert (await app.say("something_new", {"x": 1})).json() == {}


async def test_what_it_says_of_itself(lived: Home) -> None:
    app = await register(lived)
    told = (await app.say("update_registration", {**PHONE, "device_name": "Anna's", "os_version": "17"})).json()
    assert (told["device_name"], told["os_version"], told["supports_encryption"]) == ("Anna's", "17", False)
    assert "device_id" not in told
    assert (await lived.get("/api/auth/proofs")).json()[0]["name"] == "Anna's"
    answer = await app.say("update_registration", {"app_version": "2"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "invalid_format")


@pytest.mark.parametrize("legacy", [False, True])
async def test_encryption(lived: Home, legacy: bool) -> None:
    app = await register(lived, supports_encryption=True)
    secret = app.told["secret"]
    box = SecretBox(secret.encode()[:32] if legacy else bytes.fromhex(secret))

    def sealed(data: Any) -> str:
        return bytes(box.encrypt(orjson.dumps(data), encoder=Base64Encoder)).decode()

    answer = await app.say("get_config")
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "encryption_required")
    told = (await app.say("get_config", encrypted=True, encrypted_data=sealed({}))).json()
    assert told["encrypted"] is True
    assert "hass_device_id" in orjson.loads(box.decrypt(told["encrypted_data"].encode(), encoder=Base64Encoder))
    for wrong in (sealed({})[:-8] + "AAAAAAA=", "", "%", SecretBox(b"x" * 32).encrypt(b"{}", encoder=Base64Encoder)):
        text = wrong if isinstance(wrong, str) else bytes(wrong).decode()
        assert (await app.say("get_config", encrypted=True, encrypted_data=text)).json() == {}
    answer = await app.say("enable_encryption", encrypted=True, encrypted_data=sealed({}))
    assert answer.status_code == 400


async def test_encryption_that_begins_later(lived: Home) -> None:
    app = await register(lived)
    secret = (await app.say("enable_encryption")).json()["secret"]
    assert len(bytes.fromhex(secret)) == 32
    assert (await app.say("get_zones")).status_code == 400


async def test_one_that_was_ended_is_told_so(lived: Home) -> None:
    app = await register(lived)
    (proof,) = (await lived.get("/api/auth/proofs")).json()
    await lived.during(lived.client.delete(f"/api/auth/proofs/{proof['id']}"))
    answer = await app.say("get_config")
    assert (answer.status_code, answer.content) == (410, b"")
    unknown = App(lived, {"webhook_id": "x" * 43})
    assert (await unknown.say("get_config")).status_code == 200


async def test_registered_anew_the_former_webhook_has_ended(lived: Home) -> None:
    first, second = await register(lived), await register(lived)
    assert (await first.say("get_zones")).status_code == 410
    assert (await second.say("get_zones")).status_code == 200
    assert len((await lived.get("/api/auth/proofs")).json()) == 1


async def test_it_ends_with_the_key_that_registered_it(lived: Home) -> None:
    key = (await lived.post("/api/auth/api_keys", {"name": "program", "days": 1})).json()
    lived.client.headers["authorization"], mine = f"Bearer {key['secret']}", lived.client.headers["authorization"]
    app = await register(lived)
    lived.client.headers["authorization"] = mine
    assert (await app.say("get_zones")).status_code == 200
    await lived.during(lived.client.delete(f"/api/auth/proofs/{key['id']}"))
    assert (await app.say("get_zones")).status_code == 410


async def test_it_speaks_as_its_person(lived: Home) -> None:
    app = await register(lived)
    sees = (Grant("entity", "sensor.hall_temperature", "see"), Grant("call", "clients.*", "control"))
    for process in (lived.core.process, lived.bridge_process.process):
        process.calls.people._known["person.owner"] = Person("Owner", "child", sees)
    service = {"domain": "light", "service": "turn_on", "service_data": {"entity_id": "light.hall"}}
    assert (await app.say("call_service", service)).status_code == 400
    assert lived.owner.commands == []
    template = {"x": {"template": "{{ states('light.hall') }} {{ states | list | length }}"}}
    assert (await app.say("render_template", template)).json()["x"].startswith("unknown")
    assert (await app.say("fire_event", {"event_type": "doorbell"})).status_code == 400
    told = lived.core.listen(EVENT)
    cleared = {"event_type": "mobile_app_notification_cleared", "event_data": {"action": "x"}}
    assert (await app.say("fire_event", cleared)).status_code == 200
    assert [event.type for event in told] == ["mobile_app_notification_cleared"]
    lived.bridge.house.people._known.pop("person.owner")
    assert (await app.say("get_zones")).status_code == 403


async def test_a_child_presses_only_buttons_that_it_was_offered_and_each_once(lived: Home) -> None:
    app = await register(lived)
    button = {"action": "UNLOCK", "title": "Open"}
    ask = lived.core.process.calls.ask
    for message in ("somebody is at the door", "and again"):
        content = {"who": ["owner"], "message": message, "actions": [button], "tag": "door"}
        await lived.during(ask("bridge", "notify", content))
    for process in (lived.core.process, lived.bridge_process.process):
        process.calls.people._known["person.owner"] = Person("Owner", "child")
    told, data = lived.core.listen(EVENT), {"action": "UNLOCK", "person": "olga", "reply_text": "yes"}
    pressed = {"event_type": "mobile_app_notification_action", "event_data": data}
    other = {**pressed, "event_data": {"action": "DISARM"}}
    assert (await app.say("fire_event", other)).status_code == 400
    assert [(await app.say("fire_event", pressed)).status_code for _ in range(3)] == [200, 200, 400]
    assert [(event.data["action"], event.data["person"], event.data["tag"]) for event in told] == [
        ("UNLOCK", "owner", "door"),
        ("UNLOCK", "owner", "door"),
    ]
    assert told[0].data["reply_text"] == "yes"


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"7", b'{"type": 7}', b'{"data": {}}', b"\xff"])
async def test_what_is_no_message(lived: Home, content: bytes) -> None:
    app = await register(lived)
    async with client_of(lived.bridge, lived.client.base_url) as client:
        assert (await lived.during(client.post(app.path, content=content))).status_code == 400


@pytest.mark.parametrize(
    ("type", "data"),
    [
        ("call_service", {"domain": "light"}),
        ("call_service", []),
        ("fire_event", {"event_type": 7}),
        ("render_template", {"x": "text"}),
        ("update_location", {"gps": [1]}),
        ("update_location", {"gps": [100, 0], "gps_accuracy": 1}),
        ("register_sensor", {"type": "light", "unique_id": "x", "name": "x"}),
        ("register_sensor", {"name": "x"}),
        ("update_sensor_states", ["x"]),
        ("stream_camera", {}),
        ("scan_tag", {"tag_id": ""}),
        ("conversation_process", {"text": None}),
    ],
)
async def test_what_is_wrong_is_said(lived: Home, type: str, data: Any) -> None:
    answer = await (await register(lived)).say(type, data)
    assert answer.status_code == 400, answer.text
    assert answer.json()["success"] is False
