"""Calls that list the whole home: everybody gets what he sees of it, and no trace of the rest."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.bridge.isolation.checks import Count
from tests.bridge.isolation.house import KNOWN_RULES, THINGS, USERS, House, expects, furnished, leaks, seen_by
from tests.bridge.isolation.test_http import RANKS

ADULT, ANYBODY = "adult", "guest"


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with furnished(tmp_path, rules=True) as house:
        yield house


def may_ask(who: str, least: str) -> bool:
    """A service was given no list at all."""
    role = USERS[who]
    return role != "service" and RANKS.index(role) >= RANKS.index(least)


async def asked(house: House, who: str, call: str, count: Count, least: str = ANYBODY, **args: Any) -> Any:
    """The answer of a call; None where his role does not let him ask. Whatever it is, it leaks nothing."""
    async with house.rest(who) as client:
        answer = await house.during(client.post(f"/api/calls/{call.replace('.', '/')}", json=args))
    count.check(not leaks(who, answer.text), who, call, answer.text)
    count.check((answer.status_code == 403) == (not may_ask(who, least)), who, call, answer.text)
    return answer.json() if answer.status_code == 200 else None


async def test_devices(house: House, count: Count) -> None:
    await house.settle()
    for who in USERS:
        found = await asked(house, who, "home.devices", count)
        for entity_id in THINGS if found else ():
            told = [line for line in found["devices"] if entity_id in line["entities"]]
            count.check(bool(told) == expects(who, entity_id, "see"), who, entity_id, told)
        if found:
            count.check(len(found["devices"]) == len(seen_by(who)), who, found)
            page = await asked(house, who, "home.devices", count, limit=max(1, len(seen_by(who))))
            count.check(page["next"] is None, who, "the next page tells that there is more")


async def test_a_device_that_is_seen_in_part(house: House, count: Count) -> None:
    """The kids' lamp measures something that is put into the parents' area: `civet` stands for what is told of it."""
    config = {
        "unique_id": "kids_lamp_power",
        "name": "civet battery",
        "default_entity_id": "sensor.kids_lamp_civet",
        "state_topic": "things/kids_lamp/power",
        "device_class": "battery",
        "unit_of_measurement": "%",
        "device": {"identifiers": ["kids_lamp"]},
    }
    await house.bridge_process.publish("homeassistant/sensor/kids_lamp_power/config", json.dumps(config), retain=True)
    await house.bridge_process.publish("things/kids_lamp/power", "3")
    await house.settle()
    [id] = [id for id in house.core.process.calls.guard.view.states if "civet_battery" in id or "lamp_civet" in id]  # type: ignore[attr-defined]
    await house.asked("home", "edit_entity", entity=id, area="parents")
    await house.settle()
    for who, parts in {"olga": 2, "adam": 1, "carl": 2}.items():
        found = await asked(house, who, "home.devices", count)
        [line] = [line for line in found["devices"] if "light.kids_lamp" in line["entities"]]
        count.check(line["entity_count"] == len(line["entities"]) == parts, who, line)
        whole = parts == 2
        count.check((line["battery"] == "3 %") == whole, who, line)
        count.check((line["silent"] is not None) == whole, who, line)
        count.check(any("battery" in problem for problem in line["problems"]) == whole, who, line)
        count.check(line["area"] == "Kidsroom" or whole, who, line)


async def test_disabled_entities_and_holds(house: House, count: Count) -> None:
    lamps = [entity_id for entity_id in THINGS if entity_id.startswith("light.")]
    for lamp in lamps:
        await house.asked("home", "hold", entity=lamp, hold_for=600)
    for who in USERS:
        found = await asked(house, who, "home.holds", count)
        if found is not None:
            expected = {lamp for lamp in lamps if expects(who, lamp, "see")}
            count.check({line["entity"] for line in found["holds"]} == expected, who, found)
            count.check(found["total"] == len(expected), who, found)
    for lamp in lamps:
        await house.asked("home", "edit_entity", entity=lamp, disabled=True)
    await house.settle()
    for who in USERS:
        found = await asked(house, who, "home.disabled", count)
        if found is not None:
            expected = {lamp for lamp in lamps if expects(who, lamp, "see")}
            count.check({line["id"] for line in found["entities"]} == expected, who, found)


async def test_deeds_and_refusals_and_explanations(house: House, count: Count) -> None:
    for entity_id, (mark, _) in THINGS.items():
        await house.asked("home", "edit_entity", entity=entity_id, name=f"{mark} again")
        if entity_id.startswith(("light.", "binary_sensor.", "lock.")):
            await house.bridge_process.publish(f"things/{entity_id.partition('.')[2]}", f"{mark} nonsense")
    await house.settle()
    odd = [entity_id for entity_id in THINGS if entity_id.startswith(("light.", "binary_sensor.", "lock."))]
    for who in USERS:
        found = await asked(house, who, "home.deeds", count, ADULT, limit=200)
        refused = await asked(house, who, "home.refusals", count, ADULT)
        if found is None:
            continue
        for entity_id, (mark, _) in THINGS.items():
            told = any(f"{mark} again" in text for deed in found["deeds"] for text in deed["did"])
            count.check(told == expects(who, entity_id, "see"), who, entity_id, "deed")
        for entity_id in odd:
            topic = f"things/{entity_id.partition('.')[2]}"
            told = any(line["topic"] == topic for line in refused["refusals"])
            count.check(told == expects(who, entity_id, "see"), who, entity_id, refused)
        first = await asked(house, who, "home.deeds", count, ADULT, limit=3)
        second = await asked(house, who, "home.deeds", count, ADULT, limit=3, offset=3)
        count.check([*first["deeds"], *second["deeds"]] == found["deeds"][:6], who, "pages")
        await _explained(house, who, count)


async def _explained(house: House, who: str, count: Count) -> None:
    async with house.rest(who) as client:
        for entity_id in THINGS:
            domain, object_id = entity_id.split(".")
            told = {}
            for id in (object_id, "absent_one"):
                topic = f"homeassistant/{domain}/{id}/config"
                answer = await house.during(client.post("/api/calls/home/explain", json={"topic": topic}))
                told[id] = (answer.status_code, json.loads(answer.text.replace(id, "ID")))
                told[id][1].pop("request", None)
            seen = expects(who, entity_id, "see")
            count.check((told[object_id][0] == 200) == seen, who, entity_id, told)
            count.check(seen or told[object_id] == told["absent_one"], who, entity_id, told)


AREA_NAMES: tuple[tuple[str, str, str], ...] = (
    # as adam writes it, what he is told, and what he must not be
    ("Hallwy", "did you mean 'Hallway'?", "Parent"),
    ("Parentsrom", "", "Parent"),
    ("Parentsroom", "", "did you mean 'Parent"),
    ("parents", "", "did you mean 'Parent"),
)


async def test_places_in_which_one_sees_nothing_are_none(house: House, count: Count) -> None:
    """Adam may edit the kids' lamp, and the parents' area is not there for him: neither to put it in, nor as a hint."""
    async with house.rest("adam") as client:
        for name, hint, hidden in AREA_NAMES:
            body = {"entity": "light.kids_lamp", "area": name}
            answer = await house.during(client.post("/api/calls/home/edit_entity", json=body))
            count.check(answer.status_code == 404, name, answer.text)
            count.check(hint in answer.json()["message"], name, answer.text)
            count.check(hidden not in answer.json()["message"].replace(repr(name), ""), name, answer.text)
        body = {"entity": "light.kids_lamp", "area": "Hallway"}
        moved = await house.during(client.post("/api/calls/home/edit_entity", json=body))
        count.check(moved.status_code == 200, moved.text)


async def test_rules_and_their_runs(house: House, count: Count) -> None:
    for entity_id, said in (("binary_sensor.hall_motion", "OFF"), ("light.kids_lamp", "OFF")):
        await house.bridge_process.publish(f"things/{entity_id.partition('.')[2]}", said)
    await house.bridge_process.publish("things/parents_temp", "5")
    await house.settle()
    for who in USERS:
        known = KNOWN_RULES[who].split()
        found = await asked(house, who, "rules.list", count)
        if found is None:
            continue
        count.check([rule["id"] for rule in found["rules"]] == known, who, found)
        for rule in KNOWN_RULES["olga"].split():
            await _runs(house, who, rule, count)


async def _runs(house: House, who: str, rule: str, count: Count) -> None:
    """What is asked about one rule: of one that he does not know, as of one that there is not."""
    is_known = rule in KNOWN_RULES[who].split()
    async with house.rest(who) as client:
        for call in ("traces", "why_not", "log"):
            told = {}
            for id in (rule, "nothing"):
                answer = await house.during(client.post(f"/api/calls/rules/{call}", json={"rule": id}))
                body = json.loads(answer.text.replace(id, "ID"))
                body.pop("request", None)
                told[id] = (answer.status_code, body)
                count.check(not leaks(who, answer.text), who, call, rule, answer.text)
            if call == "log" and RANKS.index(USERS[who]) < RANKS.index(ADULT):
                count.check(told[rule] == told["nothing"] and told[rule][0] == 403, who, rule, told)
            elif is_known:
                count.check(told[rule][0] == 200, who, call, rule, told)
                if call == "traces" and rule != "template_rule":
                    count.check(bool(told[rule][1]["traces"]), who, rule, told)
            else:
                count.check(told[rule][0] == 404, who, call, rule, told)
                count.check(told[rule] == told["nothing"], who, call, rule, told)
