"""What each address answers, with the house behind it played in memory."""

from datetime import timedelta
from typing import Any

import pytest

from homeserver.bridge import openapi
from homeserver.runtime.clock import settle
from homeserver.topics.cause import Cause
from homeserver.topics.registry import ENTITY_ENTRY, EntityEntry


async def test_running(home: Any) -> None:
    answer = await home.get("/api/")
    assert answer.status_code == 200
    assert answer.json() == {"message": "API running."}


async def test_states_have_home_assistants_shape(home: Any) -> None:
    home.owner.state("sensor.hall_temperature", "21.5", Cause("c7", "person.owner", "c6"), battery=80)
    await home.settle()
    answer = await home.get("/api/states/sensor.hall_temperature")
    time = home.clock.now() - timedelta(seconds=0.3)
    body = answer.json()
    assert body.pop("last_changed") == body.pop("last_updated")
    assert body == {
        "entity_id": "sensor.hall_temperature",
        "state": "21.5",
        "attributes": {
            "battery": 80,
            "friendly_name": "Hall temperature",
            "device_class": "temperature",
            "state_class": "measurement",
            "unit_of_measurement": "°C",
        },
        "context": {"id": "c7", "parent_id": "c6", "user_id": "owner"},
    }
    listed = (await home.get("/api/states")).json()
    assert time.isoformat(timespec="microseconds")[-6:] == "+00:00"
    assert {state["entity_id"] for state in listed} == {
        "light.hall",
        "binary_sensor.hall_motion",
        "sensor.hall_temperature",
    }


async def test_times_are_utc_with_microseconds(home: Any) -> None:
    said = home.clock.now()
    home.owner.state("light.hall", "on")
    await home.settle()
    body = (await home.get("/api/states/light.hall")).json()
    assert body["last_changed"] == f"{said:%Y-%m-%dT%H:%M:%S}.{said.microsecond:06d}+00:00"


async def test_an_entity_without_a_state_is_unknown(home: Any) -> None:
    body = (await home.get("/api/states/sensor.hall_temperature")).json()
    assert body["state"] == "unknown"
    assert body["context"] == {"id": "", "parent_id": None, "user_id": None}


@pytest.mark.parametrize("entity_id", ["light.nowhere", "switch.heater", "nonsense", "light.hall%2Fx", "..%2F..%2Fetc"])
async def test_what_does_not_exist_or_is_disabled_is_not_found(home: Any, entity_id: str) -> None:
    answer = await home.get(f"/api/states/{entity_id}")
    assert answer.status_code == 404
    assert answer.json()["code"] == "not_found"


async def test_an_entity_that_is_taken_away_is_gone(home: Any) -> None:
    home.owner.config("light.hall", None)
    await home.settle()
    assert (await home.get("/api/states/light.hall")).status_code == 404


async def test_a_former_id_leads_to_the_entity(home: Any) -> None:
    home.owner.house.say(ENTITY_ENTRY, EntityEntry(former=("light.old",)), "light.hall")
    await home.settle()
    found = await home.get("/api/states/light.old")
    assert found.json()["entity_id"] == "light.hall"
    changed = await home.post("/api/services/light/turn_on", {"entity_id": "light.old"})
    assert [state["entity_id"] for state in changed.json()] == ["light.hall"]
    assert [entity_id for entity_id, _, _ in home.owner.commands] == ["light.hall"]


async def test_a_service_answers_with_the_states_that_changed(home: Any) -> None:
    answer = await home.post("/api/services/light/turn_on", {"entity_id": "light.hall", "brightness": 128})
    assert answer.status_code == 200
    (state,) = answer.json()
    assert (state["entity_id"], state["state"], state["attributes"]["brightness"]) == ("light.hall", "on", 128)
    ((entity_id, login, command),) = home.owner.commands
    assert (entity_id, login, command.service, command.data) == (
        "light.hall",
        "person.owner",
        "turn_on",
        {"brightness": 128},
    )
    assert state["context"]["user_id"] == "owner"
    assert command.cause.parent == answer.headers["x-request-id"]


async def test_a_service_that_changes_nothing_answers_with_nothing(home: Any) -> None:
    home.owner.mood = "lazy"
    answer = await home.post("/api/services/light/turn_on", {"target": {"entity_id": ["light.hall"]}})
    assert (answer.status_code, answer.json()) == (200, [])
    assert len(home.owner.commands) == 1


async def test_each_entity_gets_one_command_however_it_was_named(home: Any) -> None:
    body = {"entity_id": "light.hall, light.hall", "target": {"entity_id": "light.hall"}}
    assert (await home.post("/api/services/light/turn_off", body)).status_code == 200
    assert len(home.owner.commands) == 1


async def test_a_room_can_be_meant(home: Any) -> None:
    answer = await home.post("/api/services/light/turn_on", {"target": {"area_id": "hall"}})
    assert [state["entity_id"] for state in answer.json()] == ["light.hall"]


@pytest.mark.parametrize(
    ("path", "body", "status", "field"),
    [
        ("light/turn_on", {"entity_id": "light.hall", "brightness": 300}, 400, "brightness"),
        ("light/turn_on", {"entity_id": "light.hall", "brigthness": 30}, 400, "brigthness"),
        ("light/turn_on", {"entity_id": "light.none"}, 404, "entity_id"),
        ("light/turn_on", {"entity_id": "switch.heater"}, 404, "entity_id"),
        ("switch/turn_on", {"entity_id": "light.hall"}, 400, "entity_id"),
        ("light/turn_on", {}, 400, "entity_id"),
        ("light/turn_on", {"entity_id": 7}, 400, "entity_id"),
        ("light/turn_on", {"target": {"room": "hall"}}, 400, "target"),
        ("light/turn_on", {"area_id": 7}, 400, "area_id"),
        ("light/turn_on", {"target": "light.hall"}, 400, "target"),
        ("light/turn_on", {"target": {"area_id": "cellar"}}, 400, "entity_id"),
        ("light/explode", {"entity_id": "light.hall"}, 400, "service"),
        ("spaceship/turn_on", {"entity_id": "light.hall"}, 400, "domain"),
    ],
)
async def test_a_wrong_request_is_refused_before_anything_is_sent(
    home: Any, path: str, body: Any, status: int, field: str
) -> None:
    answer = await home.post(f"/api/services/{path}", body)
    assert (answer.status_code, answer.json()["field"]) == (status, field)
    assert answer.json()["request"] == answer.headers["x-request-id"]
    assert home.owner.commands == []


async def test_no_answer_is_a_timeout_and_the_command_is_dead_by_then(home: Any) -> None:
    home.owner.mood = "silent"
    begun = home.clock.monotonic()
    answer = await home.post("/api/services/light/turn_on", {"entity_id": "light.hall"})
    assert (answer.status_code, answer.json()["code"]) == (504, "timeout")
    ((_, _, command),) = home.owner.commands
    assert home.clock.monotonic() - begun >= command.ttl


async def test_the_owners_refusal_is_passed_on(home: Any) -> None:
    home.owner.mood = "refusing"
    answer = await home.post("/api/services/light/turn_on", {"entity_id": "light.hall"})
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
    assert "the lamp is out of reach" in answer.json()["message"]


async def test_a_call_is_made_as_the_owner_of_the_home(home: Any) -> None:
    answer = await home.post("/api/calls/library/lookup", {"title": "Emma", "near": {"row": 3}})
    assert answer.status_code == 200
    assert answer.json() == {"shelf": {"row": 3, "label": ""}, "asked_by": "person.owner"}
    assert (await home.post("/api/calls/library/reset")).json() is None


@pytest.mark.parametrize(
    ("path", "body", "status", "code", "field"),
    [
        ("library/lookup", {}, 400, "invalid", "title"),
        ("library/lookup", {"title": "secret"}, 404, "not_found", "title"),
        ("library/lookup", {"title": "torn"}, 422, "torn_page", "title"),
        ("library/burn", {}, 500, "failed", None),
        ("library/sing", {}, 404, "not_found", "verb"),
        ("garage/open", {}, 404, "not_found", "worker"),
    ],
)
async def test_a_failed_call_says_why(home: Any, path: str, body: Any, status: int, code: str, field: str) -> None:
    answer = await home.post(f"/api/calls/{path}", body)
    assert (answer.status_code, answer.json()["code"], answer.json().get("field")) == (status, code, field)


async def test_a_bug_in_a_worker_tells_nothing_of_its_inside(home: Any) -> None:
    text = (await home.post("/api/calls/library/burn")).text
    assert not any(word in text for word in ("/secret", "SELECT", "Traceback", "RuntimeError"))


async def test_not_found_names_what_there_is(home: Any) -> None:
    assert "burn, count, lookup, reset" in (await home.post("/api/calls/library/sing")).json()["message"]
    assert "library" in (await home.post("/api/calls/garage/open")).json()["message"]


async def test_calls_come_and_go_with_their_worker(home: Any) -> None:
    calls = (await home.get("/api/calls")).json()
    assert [(call["worker"], call["verb"], call["role"]) for call in calls] == [
        ("bridge", "erase_person", "owner"),
        ("bridge", "export_person", "owner"),
        ("bridge", "notifications", "guest"),
        ("bridge", "notify", "adult"),
        ("bridge", "try_notification", "guest"),
        ("home", "image", "guest"),
        ("library", "burn", "adult"),
        ("library", "count", "guest"),
        ("library", "lookup", "guest"),
        ("library", "reset", "owner"),
    ]
    assert calls[8]["doc"] == "Find a book by its title."
    assert calls[8]["request"]["required"] == ["title"]
    await home.core.process.stop("library")
    await home.settle()
    assert [call["worker"] for call in (await home.get("/api/calls")).json()] == ["bridge"] * 5 + ["home"]
    assert (await home.post("/api/calls/library/reset")).status_code == 404
    await home.core.process.start("library")
    await home.settle()
    assert len((await home.get("/api/calls")).json()) == len(calls)


async def test_calls_of_a_process_that_died_do_not_count(home: Any) -> None:
    before = len(home.bridge.announced.all())
    home.core.broker.wires["core"].drop("pulled", say_will=True)
    await settle()
    assert {call.worker for call in home.bridge.announced.all()} == {"bridge"}
    await home.clock.advance(1)
    assert len(home.bridge.announced.all()) == before


async def test_openapi_is_made_once_for_the_same_calls(home: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    first = await home.get("/api/openapi.json")
    monkeypatch.setattr(openapi, "with_calls", lambda routes, announced: {"anew": True})
    assert (await home.get("/api/openapi.json")).content == first.content
    await home.core.process.stop("library")
    await home.settle()
    assert (await home.get("/api/openapi.json")).json() == {"anew": True}


async def test_openapi_describes_the_announced_calls(home: Any) -> None:
    document = (await home.get("/api/openapi.json")).json()
    operation = document["paths"]["/api/calls/library/lookup"]["post"]
    reference = operation["requestBody"]["content"]["application/json"]["schema"]["$ref"]
    schema = resolve(document, reference)
    assert schema["properties"]["title"] == {"title": "Title", "type": "string"}
    shelf = resolve(document, schema["properties"]["near"]["anyOf"][0]["$ref"])
    assert set(shelf["properties"]) == {"row", "label"}
    for found in references(document):
        resolve(document, found)
    await home.core.process.stop("library")
    await home.settle()
    assert "/api/calls/library/lookup" not in (await home.get("/api/openapi.json")).json()["paths"]


def resolve(document: Any, reference: str) -> Any:
    assert reference.startswith("#/")
    for part in reference[2:].split("/"):
        document = document[part]
    return document


def references(part: Any) -> list[str]:
    if isinstance(part, list):
        return [found for item in part for found in references(item)]
    if not isinstance(part, dict):
        return []
    own = [part["$ref"]] if isinstance(part.get("$ref"), str) else []
    return own + [found for value in part.values() for found in references(value)]


@pytest.mark.parametrize("content", [b"{", b"[]", b"7", b'"text"', b"\xff\xfe", b'{"a":' * 300 + b"1" + b"}" * 300])
async def test_a_body_that_is_no_object_is_refused(home: Any, content: bytes) -> None:
    answer = await home.during(home.client.post("/api/calls/library/lookup", content=content))
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")


async def test_a_call_too_large_for_a_message_is_refused(home: Any) -> None:
    answer = await home.post("/api/calls/library/lookup", {"title": "x" * 300_000})
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


async def test_what_is_not_there_is_answered_in_the_same_shape(home: Any) -> None:
    answer = await home.get("/api/nothing")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    answer = await home.during(home.client.delete("/api/states"))
    assert (answer.status_code, answer.json()["code"], answer.headers["allow"]) == (405, "not_allowed", "GET")


async def test_config_has_place_and_units(home: Any) -> None:
    config = (await home.get("/api/config")).json()
    assert config["time_zone"] == "Europe/Berlin"
    assert config["unit_system"]["temperature"] == "°C"
    assert {"binary_sensor", "light", "sensor"} <= set(config["components"])


async def test_the_address_says_what_a_service_weighs(home: Any) -> None:
    body = {"entity_id": "light.hall", "brightness": 128}
    answer = await home.post("/api/services/light/turn_on?priority=safety&hold_for=90", body)
    assert answer.status_code == 200
    assert (await home.post("/api/services/light/turn_on", body)).status_code == 200
    weights = [(command.priority, command.hold_for) for _, _, command in home.owner.commands]
    assert weights == [(8, 90.0), (None, None)]
    assert all(command.data == {"brightness": 128} for _, _, command in home.owner.commands)
    document = (await home.get("/api/openapi.json")).json()
    told = document["paths"]["/api/services/{domain}/{service}"]["post"]["parameters"]
    assert {"priority", "hold_for"} <= {parameter["name"] for parameter in told if parameter["in"] == "query"}


@pytest.mark.parametrize(
    ("query", "field", "words"),
    [
        ("priority=strong", "priority", "is no priority: say low, rule, manual, safety, or a number from 1 to 9"),
        ("priority=0", "priority", "is no priority"),
        ("hold_for=soon", "hold_for", "is a number of seconds"),
        ("hold_for=-1", "hold_for", "is a number of seconds"),
        ("hold_for=nan", "hold_for", "is a number of seconds"),
        ("hold_for=1e12", "hold_for", "a year at most"),
    ],
)
async def test_a_weight_that_makes_no_sense_is_refused(home: Any, query: str, field: str, words: str) -> None:
    answer = await home.post(f"/api/services/light/turn_on?{query}", {"entity_id": "light.hall"})
    assert (answer.status_code, answer.json()["field"]) == (400, field)
    assert words in answer.json()["message"]
    assert home.owner.commands == []
