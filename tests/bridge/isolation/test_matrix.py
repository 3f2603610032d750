"""Who may do what, at every door, with every thing: nothing that is hidden shows, nothing that is shown is kept back.

What is expected stands in the table of `house.py`. An answer is searched for the marks of hidden things; what somebody
asked for by its id must be answered exactly as something that does not exist.
"""

import json
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from homeserver.topics.services import SERVICES
from tests.bridge.homeassistant.talking import Talk
from tests.bridge.isolation.house import (
    AREAS,
    EXPECTED,
    STRANGERS,
    THINGS,
    USERS,
    House,
    expects,
    furnished,
    leaks,
    seen_by,
)

ABSENT = "nothing_of_the_kind"
EVERYBODY = [*USERS, *STRANGERS]


class Count:
    """How much was looked at."""

    def __init__(self) -> None:
        self.checks = 0

    def check(self, holds: bool, *what: object) -> None:
        self.checks += 1
        assert holds, what


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with furnished(tmp_path) as house:
        yield house


@pytest.fixture
def count(capsys: pytest.CaptureFixture[str]) -> Any:
    counted = Count()
    yield counted
    with capsys.disabled():
        print(f" {counted.checks} checks", end="")


def shape(answer: httpx.Response, entity_id: str, absent: str) -> tuple[int, str]:
    """An answer without what differs anyway: the id that was asked for and the request's own."""
    text = re.sub(r'"request":"[^"]*"', "", answer.text)
    return answer.status_code, text.replace(entity_id, "ID").replace(absent, "ID")


def absent_like(entity_id: str) -> str:
    return f"{entity_id.partition('.')[0]}.{ABSENT}"


async def test_the_table_is_whole() -> None:
    assert set(EXPECTED) == set(THINGS)
    assert all(set(row) == set(USERS) for row in EXPECTED.values())
    assert {most for row in EXPECTED.values() for most in row.values()} == {"", "see", "control", "edit"}
    marks = [mark for mark, _ in THINGS.values()]
    assert len(set(marks)) == len(marks)


# -- HTTP

ROUTES = ("/api/states", "/api/config", "/api/calls", "/api/openapi.json", "/api/services", "/api/events")


async def test_lists_over_http(house: House, count: Count) -> None:
    for who in EVERYBODY:
        async with house.rest(who) as client:
            for path in ROUTES:
                answer = await house.during(client.get(path))
                count.check((answer.status_code == 401) == (who in STRANGERS), who, path, answer.status_code)
                for entity_id in THINGS:
                    count.check(entity_id not in leaks(who, answer.text), who, path, entity_id)
                if path == "/api/states" and who in USERS:
                    found = {row["entity_id"] for row in answer.json()}
                    for entity_id in THINGS:
                        count.check((entity_id in found) == expects(who, entity_id, "see"), who, path, entity_id)


async def test_one_thing_over_http(house: House, count: Count) -> None:
    paths = ("/api/states/{}", "/api/camera_proxy/{}", "/api/image_proxy/{}")
    for who in EVERYBODY:
        async with house.rest(who) as client:
            for entity_id in THINGS:
                for path in paths:
                    answer = await house.during(client.get(path.format(entity_id)))
                    if who in STRANGERS:
                        count.check(answer.status_code == 401, who, path, entity_id)
                        continue
                    count.check(not leaks(who, answer.text, entity_id), who, path, entity_id, answer.text)
                    if not expects(who, entity_id, "see"):
                        other = absent_like(entity_id)
                        nothing = await house.during(client.get(path.format(other)))
                        alike = shape(answer, entity_id, other) == shape(nothing, entity_id, other)
                        count.check(alike, who, path, entity_id, answer.text, nothing.text)
                    elif path == paths[0]:
                        count.check(answer.status_code == 200, who, entity_id)


def wishes(entity_id: str) -> list[tuple[str, str, dict[str, Any]]]:
    """Every service that takes no data, of the thing's own kind and of any kind."""
    domain = entity_id.partition(".")[0]
    own = [name for name, service in SERVICES[domain].items() if _takes_nothing(service.model)]
    asked = [(domain, name) for name in own] + [("homeassistant", name) for name in ("turn_on", "turn_off", "toggle")]
    return [(kind, name, {}) for kind, name in asked]


def _takes_nothing(model: Any) -> bool:
    return not any(field.is_required() for field in model.model_fields.values())


async def commanded(house: House, entity_id: str) -> int:
    topic = f"things/{entity_id.partition('.')[2]}/set"
    return sum(address == topic for address, _, _ in house.bridge_process.published)


async def test_services_over_http(house: House, count: Count) -> None:
    for who in EVERYBODY:
        async with house.rest(who) as client:
            for entity_id in THINGS:
                for domain, service, data in wishes(entity_id):
                    before = await commanded(house, entity_id)
                    path = f"/api/services/{domain}/{service}"
                    answer = await house.during(client.post(path, json={"entity_id": entity_id, **data}))
                    after = await commanded(house, entity_id)
                    allowed = expects(who, entity_id, "control")
                    if not allowed:
                        count.check(after == before, who, path, entity_id, "a command left")
                        count.check(answer.status_code >= 400, who, path, entity_id, answer.text)
                    elif domain != "homeassistant" and EXPECTED[entity_id][who]:
                        count.check(answer.status_code in (200, 400, 422), who, path, entity_id, answer.text)
                    count.check(not leaks(who, answer.text, entity_id), who, path, entity_id, answer.text)
                    if who in USERS and not expects(who, entity_id, "see"):
                        other = absent_like(entity_id)
                        nothing = await house.during(client.post(path, json={"entity_id": other, **data}))
                        alike = shape(answer, entity_id, other) == shape(nothing, entity_id, other)
                        count.check(alike, who, path, entity_id, answer.text, nothing.text)


async def test_places_mean_only_what_may_be_controlled(house: House, count: Count) -> None:
    for who in USERS:
        async with house.rest(who) as client:
            for area in AREAS:
                for domain, service in (("light", "turn_off"), ("switch", "toggle"), ("cover", "close_cover")):
                    await house.clock.advance(60)  # whatever was still said again to a device has ended
                    before = {id: await commanded(house, id) for id in THINGS}
                    path = f"/api/services/{domain}/{service}"
                    await house.during(client.post(path, json={"area_id": area}))
                    for entity_id in THINGS:
                        if await commanded(house, entity_id) > before[entity_id]:
                            count.check(expects(who, entity_id, "control"), who, area, path, entity_id)
                        elif entity_id.startswith(f"{domain}.") and THINGS[entity_id][1] == area:
                            count.check(not expects(who, entity_id, "control"), who, area, path, entity_id, "kept back")


CALLS: dict[str, tuple[str, str]] = {
    # call: the field that names an entity, and the least that is needed with it
    "home.edit_entity": ("entity", "edit"),
    "home.hold": ("entity", "control"),
    "home.release": ("entity", "control"),
    "home.image": ("entity", "see"),
    "home.forget": ("entity", "owner"),
    "rules.hold": ("entity", "control"),
    "rules.release": ("entity", "control"),
}
MORE: dict[str, dict[str, Any]] = {"home.hold": {"hold_for": 5}, "rules.hold": {"hold_for": 5}}
"""What a call needs beside."""
LEAST = {"home.edit_entity": "adult", "home.hold": "adult", "home.release": "adult", "home.image": "guest"} | {
    "home.forget": "owner",
    "rules.hold": "adult",
    "rules.release": "adult",
}
RANKS = ("guest", "child", "adult", "owner")
_SERVICE_CALLS = {"rules.perform"}
"""What the service was given beside its lamps."""


def may_call(who: str, call: str, least: str) -> bool:
    role = USERS.get(who, "")
    if role == "service":
        return call in _SERVICE_CALLS
    return bool(role) and RANKS.index(role) >= RANKS.index(least)


async def test_calls_about_a_thing(house: House, count: Count) -> None:
    for who in EVERYBODY:
        async with house.rest(who) as client:
            for call, (field, verb) in CALLS.items():
                if call == "home.forget" and who == "olga":
                    continue
                for entity_id in THINGS:
                    path = f"/api/calls/{call.replace('.', '/')}"
                    answer = await house.during(client.post(path, json={field: entity_id, **MORE.get(call, {})}))
                    count.check(not leaks(who, answer.text, entity_id), who, call, entity_id, answer.text)
                    allowed = may_call(who, call, LEAST[call]) and (verb == "owner" or expects(who, entity_id, verb))
                    if not allowed:
                        count.check(answer.status_code in (401, 403, 404), who, call, entity_id, answer.text)
                    else:
                        count.check(answer.status_code not in (401, 403), who, call, entity_id, answer.text)
                    if who in USERS and not expects(who, entity_id, "see"):
                        other = absent_like(entity_id)
                        nothing = await house.during(client.post(path, json={field: other, **MORE.get(call, {})}))
                        alike = shape(answer, entity_id, other) == shape(nothing, entity_id, other)
                        count.check(alike, who, call, entity_id, answer.text, nothing.text)


async def test_calls_that_list_leak_nothing(house: House, count: Count) -> None:
    """Every call that is announced, without arguments: whatever it answers, it names nothing hidden."""
    async with house.rest("olga") as client:
        announced = (await house.during(client.get("/api/calls"))).json()
    skipped = {"rules.reload", "home.undo"}
    names = [f"{row['worker']}.{row['verb']}" for row in announced]
    assert len(names) > 50
    for who in EVERYBODY:
        if who == "olga":
            continue
        async with house.rest(who) as client:
            for call in names:
                if call in skipped:
                    continue
                answer = await house.during(client.post(f"/api/calls/{call.replace('.', '/')}", json={}))
                for entity_id in THINGS:
                    count.check(entity_id not in leaks(who, answer.text), who, call, entity_id, answer.text[:300])


async def test_actions_of_the_rules(house: House, count: Count) -> None:
    for who in EVERYBODY:
        async with house.rest(who) as client:
            for entity_id in THINGS:
                domain = entity_id.partition(".")[0]
                for action in (f"{domain}.turn_on", "homeassistant.turn_on", "homeassistant.toggle"):
                    before = await commanded(house, entity_id)
                    body = {"action": action, "target": {"entity_id": entity_id}}
                    answer = await house.during(client.post("/api/calls/rules/perform", json=body))
                    allowed = may_call(who, "rules.perform", "adult") and expects(who, entity_id, "control")
                    if not allowed:
                        count.check(await commanded(house, entity_id) == before, who, action, entity_id)
                        count.check(answer.status_code >= 400, who, action, entity_id, answer.text)
                    count.check(not leaks(who, answer.text, entity_id), who, action, entity_id, answer.text)


# -- the WebSocket


TEMPLATES = (
    "{{ states('ID') }}",
    "{{ states['ID'] }}",
    "{{ state_attr('ID', 'species') }}",
    "{{ state_attr('ID', 'friendly_name') }}",
    "{{ is_state('ID', 'on') }}",
    "{{ has_value('ID') }}",
    "{{ area_id('ID') }}",
    "{{ area_name('ID') }}",
    "{{ device_id('ID') }}",
    "{{ device_attr('ID', 'model') }}",
    "{{ expand('ID') | map(attribute='name') | list }}",
    "{{ labels('ID') }}",
    "{{ states.DOMAIN | map(attribute='name') | list }}",
    "{{ states.DOMAIN.OBJECT.name }}",
    "{{ states | map(attribute='attributes') | list }}",
    "{{ states | selectattr('entity_id', 'eq', 'ID') | list | length }}",
    "{{ area_entities('AREA') }}",
    "{{ area_devices('AREA') }}",
    "{{ device_entities(device_id('ID')) }}",
    "{{ areas() }}",
    "{{ label_entities('fragile') }}",
    "{{ integration_entities('mqtt') }}",
    "{{ closest(states) }}",
    "{{ states.DOMAIN | list | length }}",
)


async def talk_of(house: House, who: str) -> Talk:
    return await Talk(house).let_in(f"as:{who}")


def rendered(talk: Talk, answer: Any) -> str:
    events = [one["event"].get("result") for one in talk.said if one.get("id") == answer["id"] and "event" in one]
    return json.dumps(events or answer.get("error", {}).get("message"), default=str)


async def test_templates(house: House, count: Count) -> None:
    for who in USERS:
        talk = await talk_of(house, who)
        for entity_id, (mark, area) in THINGS.items():
            domain, object_id = entity_id.split(".")
            other = absent_like(entity_id)
            for template in TEMPLATES:
                asked = {}
                for id in (entity_id, other):
                    text = template.replace("ID", id).replace("DOMAIN", domain).replace("AREA", area)
                    text = text.replace("OBJECT", id.partition(".")[2])
                    answer = await talk.ask("render_template", template=text, report_errors=True)
                    asked[id] = rendered(talk, answer)
                    await talk.ask("unsubscribe_events", subscription=answer["id"])
                told = asked[entity_id]
                count.check(not leaks(who, told, entity_id), who, template, entity_id, told)
                if not expects(who, entity_id, "see"):
                    alike = told.replace(entity_id, "ID").replace(object_id, "OB")
                    nothing = asked[other].replace(other, "ID").replace(ABSENT, "OB")
                    count.check(alike == nothing, who, template, entity_id, told, nothing)
                elif template == TEMPLATES[2]:
                    count.check(mark in told, who, template, entity_id, told)
            talk.said.clear()
        await talk.leave()


LISTS = (
    "get_states",
    "get_config",
    "get_services",
    "config/entity_registry/list",
    "config/entity_registry/list_for_display",
    "config/device_registry/list",
    "config/area_registry/list",
    "config/floor_registry/list",
    "config/label_registry/list",
    "person/list",
    "zone/list",
    "get_panels",
    "auth/current_user",
)


async def test_lists_over_the_websocket(house: House, count: Count) -> None:
    for who in USERS:
        talk = await talk_of(house, who)
        for type in LISTS:
            text = json.dumps(await talk.result(type))
            for entity_id, (mark, _) in THINGS.items():
                count.check(entity_id not in leaks(who, text), who, type, entity_id)
                if type in ("get_states", "config/entity_registry/list", "config/device_registry/list"):
                    count.check((mark in text) == expects(who, entity_id, "see"), who, type, entity_id)
            if type == "config/area_registry/list":
                found = {row["area_id"] for row in json.loads(text)}
                count.check(found == {THINGS[id][1] for id in seen_by(who)}, who, type, found)
        await talk.leave()


async def test_commands_about_a_thing_over_the_websocket(house: House, count: Count) -> None:
    asked: tuple[tuple[str, str, dict[str, Any]], ...] = (
        ("config/entity_registry/get", "entity_id", {}),
        ("config/entity_registry/get_entries", "entity_ids", {}),
        ("config/entity_registry/update", "entity_id", {"icon": "mdi:x"}),
        ("extract_from_target", "target", {}),
        ("subscribe_entities", "entity_ids", {}),
    )
    for who in USERS:
        talk = await talk_of(house, who)
        for entity_id in THINGS:
            for type, field, more in asked:
                told = {}
                for id in (entity_id, absent_like(entity_id)):
                    value: Any = {"entity_ids": [id], "target": {"entity_id": id}}.get(field, id)
                    talk.said.clear()
                    answer = await talk.ask(type, **{field: value}, **more)
                    told[id] = json.dumps([{**one, "id": 0} for one in talk.said], default=str)
                    await talk.ask("unsubscribe_events", subscription=answer["id"])
                text, nothing = told[entity_id], told[absent_like(entity_id)]
                count.check(not leaks(who, text, entity_id), who, type, entity_id, text)
                if not expects(who, entity_id, "see"):
                    alike = text.replace(entity_id, "ID") == nothing.replace(absent_like(entity_id), "ID")
                    count.check(alike, who, type, entity_id, text, nothing)
                elif type.endswith("update"):
                    done = '"success": true' in text
                    count.check(done == expects(who, entity_id, "edit"), who, type, entity_id, text)
                else:
                    count.check('"success": true' in text, who, type, entity_id, text)
        await talk.leave()


async def test_services_over_the_websocket(house: House, count: Count) -> None:
    for who in USERS:
        talk = await talk_of(house, who)
        for entity_id in THINGS:
            for domain, service, data in wishes(entity_id):
                before = await commanded(house, entity_id)
                more = {"domain": domain, "service": service, "service_data": data}
                answer = await talk.ask("call_service", **more, target={"entity_id": entity_id})
                text = json.dumps(answer)
                count.check(not leaks(who, text, entity_id), who, service, entity_id, text)
                if not expects(who, entity_id, "control"):
                    count.check(await commanded(house, entity_id) == before, who, service, entity_id)
                    count.check(not answer["success"], who, service, entity_id)
        await talk.leave()


async def test_what_happens_is_told_only_to_who_may_see_it(house: House, count: Count) -> None:
    talks: dict[str, Talk] = {}
    for who in USERS:
        talk = talks[who] = await talk_of(house, who)
        await talk.result("subscribe_entities")
        await talk.result("subscribe_events", event_type="state_changed")
        await talk.result("subscribe_events")
    for entity_id, (mark, _) in THINGS.items():
        for talk in talks.values():
            talk.said.clear()
        object_id = entity_id.partition(".")[2]
        for number in range(2):
            more = json.dumps({"species": mark, "turn": number})
            await house.bridge_process.publish(f"things/{object_id}/more", more)
            await house.settle()
        for who, talk in talks.items():
            text = json.dumps(talk.said, default=str)
            count.check(not leaks(who, text), who, entity_id, text)
            count.check((entity_id in text) == expects(who, entity_id, "see"), who, entity_id, text)
    for talk in talks.values():
        await talk.leave()


async def test_the_pages_own_stream(house: House, count: Count) -> None:
    for who in USERS:
        client = house.bridge.stream.join(lambda: True, house.bridge.sight(f"person.{who}"))
        events = house.bridge.stream.events(client)
        first = (await house.during(anext(events))).decode()
        for entity_id, (mark, _) in THINGS.items():
            count.check((mark in first) == expects(who, entity_id, "see"), who, entity_id)
        for entity_id, (mark, _) in THINGS.items():
            more = json.dumps({"species": mark, "who": who})
            await house.bridge_process.publish(f"things/{entity_id.partition('.')[2]}/more", more)
        await house.settle()
        news = (await house.during(anext(events))).decode()
        for entity_id in THINGS:
            count.check(entity_id not in leaks(who, news), who, entity_id)
        await events.aclose()  # type: ignore[attr-defined]
