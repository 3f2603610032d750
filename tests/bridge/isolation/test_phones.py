"""Phones: whose they are, what their webhooks do and tell, and what everybody else can do with them: nothing."""

from typing import Any

import httpx

from tests.bridge.conftest import client_of
from tests.bridge.isolation.checks import Count, absent_like, commanded, talk_of
from tests.bridge.isolation.house import STRANGERS, THINGS, USERS, House, expects, leaks

MAY: dict[str, bool] = {"olga": True, "adam": True, "carl": True, "gina": False, "serv": False, "ruth": False}
"""Who may register a phone: those who live here."""
CALLS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("phone", {}),
    ("update_phone", {"facts": {}}),
    ("register_sensor", {"type": "sensor", "unique_id": "x", "name": "x"}),
    ("tell_sensors", {"sensors": []}),
    ("tell_location", {"location_name": "x"}),
    ("scan_tag", {"tag_id": "x"}),
    ("forget_phone", {}),
)
TEMPLATE = "{{ states('ID') }} {{ state_attr('ID', 'species') }} {{ area_entities('AREA') }}"


async def register(house: House, who: str) -> httpx.Response:
    async with house.rest(who) as client:
        body = {"device_name": f"phone of {who}", "app_data": {"push_websocket_channel": True}}
        return await house.during(client.post("/api/mobile_app/registrations", json=body))


async def registered(house: House) -> dict[str, str]:
    """The webhooks of those who may have one."""
    answers = {who: await register(house, who) for who, may in MAY.items() if may}
    await house.settle()
    return {who: answer.json()["webhook_id"] for who, answer in answers.items()}


async def said(house: House, hook: str, type: str, data: Any) -> httpx.Response:
    async with client_of(house.bridge, house.client.base_url) as client:
        return await house.during(client.post(f"/api/webhook/{hook}", json={"type": type, "data": data}))


async def test_who_may_have_one(house: House, count: Count) -> None:
    for who in (*USERS, *STRANGERS):
        answer = await register(house, who)
        expected = 401 if who in STRANGERS else 201 if MAY[who] else 403
        count.check(answer.status_code == expected, who, answer.text)
        if expected != 201:
            count.check("webhook_id" not in answer.text, who, answer.text)


async def rendered(house: House, hook: str, entity_id: str, area: str) -> str:
    data = {"x": {"template": TEMPLATE.replace("ID", entity_id).replace("AREA", area)}}
    return (await said(house, hook, "render_template", data)).text


async def test_a_webhook_sees_what_its_person_may(house: House, count: Count) -> None:
    for who, hook in (await registered(house)).items():
        for entity_id, (_, area) in THINGS.items():
            told = await rendered(house, hook, entity_id, area)
            count.check(not leaks(who, told, entity_id), who, entity_id, told)
            if not expects(who, entity_id, "see"):
                nothing = await rendered(house, hook, absent_like(entity_id), area)
                count.check(told == nothing, who, entity_id, told, nothing)
            answer = await said(house, hook, "stream_camera", {"camera_entity_id": entity_id})
            right = entity_id.startswith("camera.") and expects(who, entity_id, "see")
            count.check((answer.status_code == 200) == right, who, entity_id, answer.text)
        await house.clock.advance(60)  # a webhook may only be asked so often
        for type in ("get_config", "get_zones"):
            text = (await said(house, hook, type, {})).text
            count.check(not leaks(who, text), who, type, text)


async def test_a_webhook_does_what_its_person_may(house: House, count: Count) -> None:
    for who, hook in (await registered(house)).items():
        await house.clock.advance(60)
        for entity_id in THINGS:
            before = await commanded(house, entity_id)
            service = {"domain": "homeassistant", "service": "turn_on", "service_data": {"entity_id": entity_id}}
            answer = await said(house, hook, "call_service", service)
            if not expects(who, entity_id, "control"):
                count.check(await commanded(house, entity_id) == before, who, entity_id)
                count.check(answer.status_code == 400, who, entity_id, answer.text)
            count.check(not leaks(who, answer.text, entity_id), who, entity_id, answer.text)
        answer = await said(house, hook, "fire_event", {"event_type": "doorbell"})
        count.check((answer.status_code == 200) == (who in ("olga", "adam")), who, answer.text)


async def test_a_phone_is_nobody_elses(house: House, count: Count) -> None:
    hooks = await registered(house)
    phones = {who: (await said(house, hook, "get_config", {})).json()["hass_device_id"] for who, hook in hooks.items()}
    proofs = {one.name: one.id for one in house.bridge.vault.proofs._by_id.values()}
    for who in (*USERS, *STRANGERS):
        async with house.rest(who) as client:
            for owner in hooks:
                id = proofs[f"phone of {owner}"]
                for verb, more in CALLS:
                    if who == owner:
                        continue
                    path = f"/api/calls/clients/{verb}"
                    answer = await house.during(client.post(path, json={"phone": id, **more}))
                    nothing = await house.during(client.post(path, json={"phone": "nobodys-phone", **more}))
                    count.check(answer.status_code in (401, 403, 404), who, owner, verb, answer.text)
                    count.check(answer.status_code == nothing.status_code, who, owner, verb, answer.text)
                    count.check(phones[owner] not in answer.text, who, owner, verb, answer.text)


async def test_a_channel_is_nobody_elses(house: House, count: Count) -> None:
    hooks = await registered(house)
    for who in USERS:
        talk = await talk_of(house, who)
        for owner, hook in hooks.items():
            answer = await talk.ask("mobile_app/push_notification_channel", webhook_id=hook)
            count.check(answer["success"] == (who == owner), who, owner, answer)
            confirmed = await talk.ask("mobile_app/push_notification_confirm", webhook_id=hook, confirm_id="x")
            count.check(confirmed["error"]["code"] == "not_found", who, owner, confirmed)
        await talk.leave()


async def test_whoever_went_takes_his_webhook_along(house: House, count: Count) -> None:
    hooks = await registered(house)
    await house.asked("people", "update_user", user="carl", active=False)
    await house.settle()
    answer = await said(house, hooks["carl"], "get_zones", {})
    count.check(answer.status_code in (403, 410), answer.status_code, answer.text)
    await house.asked("people", "end_sessions", user="adam")
    await house.settle()
    answer = await said(house, hooks["adam"], "get_zones", {})
    count.check(answer.status_code == 410, answer.status_code, answer.text)
    count.check((await said(house, hooks["olga"], "get_zones", {})).status_code == 200)
