"""Who may do what over the WebSocket: commands, templates, lists, and what is told unasked."""

import json
from typing import Any

import pytest

from homeserver.view import allowance
from tests.bridge.homeassistant.talking import Talk
from tests.bridge.isolation.checks import ABSENT, Count, absent_like, commanded, talk_of, wishes
from tests.bridge.isolation.house import THINGS, USERS, House, expects, leaks, seen_by

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


def rendered(talk: Talk, answer: Any) -> str:
    events = [one["event"].get("result") for one in talk.said if one.get("id") == answer["id"] and "event" in one]
    return json.dumps(events or answer.get("error", {}).get("message"), default=str)


async def test_templates(house: House, count: Count, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(allowance, "BURST", 3600)  # more is asked here at once than one person may
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
    "config_entries/get",
    "config_entries/flow/progress",
    "frontend/get_user_data",
)


async def test_lists_over_the_websocket(house: House, count: Count) -> None:
    for who in USERS:
        talk = await talk_of(house, who)
        for type in LISTS:
            if (who, type) == ("serv", "frontend/get_user_data"):
                continue  # a program has no page
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
        ("search/related", "item_id", {"item_type": "entity"}),
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
        await house.clock.advance(60)  # whatever was still said again to a device has ended
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


async def test_what_the_page_knows_beside_states(house: House, count: Count) -> None:
    talks = {who: await talk_of(house, who) for who in USERS}
    for who, talk in talks.items():
        await talk.result("homeserver/subscribe_home")
        first = talk.events()[0]
        count.check(set(first["entities"]) >= set(seen_by(who)), who, first["entities"])
        count.check(not leaks(who, json.dumps(first)), who, first)
        for entity_id in THINGS:
            other = absent_like(entity_id)
            told = json.dumps({**await talk.ask("homeserver/why", entity_id=entity_id), "id": 0})
            absent = json.dumps({**await talk.ask("homeserver/why", entity_id=other), "id": 0})
            count.check(('"success": true' in told) == expects(who, entity_id, "see"), who, entity_id, told)
            if not expects(who, entity_id, "see"):
                count.check(told.replace(entity_id, "ID") == absent.replace(other, "ID"), who, entity_id, told)
        talk.said.clear()
    for entity_id in THINGS:
        await house.bridge_process.publish(f"things/{entity_id.partition('.')[2]}/available", "offline")
        await house.settle()
        await house.clock.advance(0.5)
        for who, talk in talks.items():
            text = json.dumps(talk.said)
            count.check(not leaks(who, text), who, entity_id, text)
    for talk in talks.values():
        await talk.leave()


async def test_events_as_a_stream(house: House, count: Count) -> None:
    for who in USERS:
        lines = house.bridge.homeassistant.rest._streams.lines(f"person.{who}", ("*",), lambda: True)
        first = await house.during(anext(lines))
        count.check(first == b"data: ping\n\n", who, first)
        for entity_id, (mark, _) in THINGS.items():
            more = json.dumps({"species": mark, "stream": who})
            await house.bridge_process.publish(f"things/{entity_id.partition('.')[2]}/more", more)
            await house.settle()
        told = (await house.during(anext(lines))).decode() if seen_by(who) else ""
        for entity_id, (mark, _) in THINGS.items():
            count.check((mark in told) == expects(who, entity_id, "see"), who, entity_id)
        await lines.aclose()  # type: ignore[attr-defined]
    for who in ("carl", "gina", "serv", "ruth", "nobody"):
        async with house.rest(who) as client:
            answer = await house.during(client.get("/api/stream?restrict=state_changed,doorbell"))
            count.check(answer.status_code == (401 if who == "nobody" else 403), who, answer.text)
