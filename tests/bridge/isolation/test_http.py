"""Who may do what, at every door, with every thing: nothing that is hidden shows, nothing that is shown is kept back.

What is expected stands in the table of `house.py`. An answer is searched for the marks of hidden things; what somebody
asked for by its id must be answered exactly as something that does not exist.
"""

import re
from typing import Any

import httpx

from tests.bridge.isolation.checks import Count, absent_like, commanded, wishes
from tests.bridge.isolation.house import (
    AREAS,
    EXPECTED,
    STRANGERS,
    THINGS,
    USERS,
    House,
    expects,
    leaks,
)

EVERYBODY = [*USERS, *STRANGERS]


def shape(answer: httpx.Response, entity_id: str, absent: str) -> tuple[int, str]:
    """An answer without what differs anyway: the id that was asked for and the request's own."""
    text = re.sub(r'"request":"[^"]*"', "", answer.text)
    return answer.status_code, text.replace(entity_id, "ID").replace(absent, "ID")


async def test_the_table_is_whole() -> None:
    assert set(EXPECTED) == set(THINGS)
    assert all(set(row) == set(USERS) for row in EXPECTED.values())
    assert {most for row in EXPECTED.values() for most in row.values()} == {"", "see", "control", "edit"}
    marks = [mark for mark, _ in THINGS.values()]
    assert len(set(marks)) == len(marks)


# -- HTTP

ROUTES = (
    "/api/states",
    "/api/overview",
    "/api/config",
    "/api/calls",
    "/api/pages",
    "/api/openapi.json",
    "/api/services",
    "/api/events",
)


async def test_lists_over_http(house: House, count: Count) -> None:
    for who in EVERYBODY:
        async with house.rest(who) as client:
            for path in ROUTES:
                answer = await house.during(client.get(path))
                count.check((answer.status_code == 401) == (who in STRANGERS), who, path, answer.status_code)
                for entity_id in THINGS:
                    count.check(entity_id not in leaks(who, answer.text), who, path, entity_id)
                if path in ("/api/states", "/api/overview") and who in USERS:
                    told = answer.json()
                    rows = told if path == "/api/states" else None
                    found = {row["entity_id"] for row in rows} if rows is not None else set(told["entities"])
                    count.check(rows is not None or found == set(told["states"]), who, path)
                    for entity_id in THINGS:
                        count.check((entity_id in found) == expects(who, entity_id, "see"), who, path, entity_id)


async def test_one_thing_over_http(house: House, count: Count) -> None:
    paths = ("/api/states/{}", "/api/camera_proxy/{}", "/api/image_proxy/{}", "/api/camera_proxy_stream/{}")
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


async def test_services_over_http(house: House, count: Count) -> None:
    for who in EVERYBODY:
        await house.clock.advance(60)  # whatever was still said again to a device has ended
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
        await house.clock.advance(60)
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


async def test_what_others_see_and_how_they_sign_in_is_told_to_owners_alone(house: House, count: Count) -> None:
    for who in EVERYBODY:
        expected = 401 if who in STRANGERS else 200 if USERS[who] == "owner" else 403
        async with house.rest(who) as client:
            answer = await house.during(client.get("/api/auth/people"))
            count.check(answer.status_code == expected, who, answer.text)
            count.check((expected == 200) == ("person.carl" in answer.text), who, answer.text)
            for whom in USERS:
                answer = await house.during(client.post("/api/calls/people/sight", json={"user": whom}))
                count.check(answer.status_code == expected, who, whom, answer.text)
                count.check(not leaks(who, answer.text), who, whom, answer.text)
                for entity_id in THINGS if expected == 200 else ():
                    told = [most for most in ("see", "control", "edit") if entity_id in answer.json()[most]]
                    count.check(told == [most for most in (EXPECTED[entity_id][whom],) if most], whom, entity_id)
