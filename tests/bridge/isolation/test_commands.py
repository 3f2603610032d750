"""Every command of the WebSocket stands in a table of the matrix; and who may do what with those that edit, test,
listen for triggers, and keep something for somebody."""

import json
from typing import Any

from homeserver.bridge.homeassistant.commands import COMMANDS
from tests.bridge.isolation.checks import Count, absent_like, talk_of
from tests.bridge.isolation.house import THINGS, USERS, House, expects, leaks, seen_by
from tests.bridge.isolation.test_websocket import LISTS

TOLD_ELSEWHERE = {
    # commands of which other tests here ask, and of each the least that a person needs
    "render_template", "call_service", "fire_event", "subscribe_entities", "subscribe_events", "unsubscribe_events",
    "subscribe_trigger", "test_condition", "execute_script", "extract_from_target", "search/related",
    "config/entity_registry/get", "config/entity_registry/get_entries", "config/entity_registry/update",
    "config/entity_registry/remove", "frontend/set_user_data", "frontend/subscribe_user_data",
    "config_entries/get_single", "config_entries/subscribe", "config_entries/update", "config_entries/disable",
    "config_entries/subentries/list", "config_entries/subentries/delete", "config/device_registry/update",
    "config/area_registry/update", "config/area_registry/delete", "config/area_registry/create",
    "config/floor_registry/update", "config/floor_registry/delete", "config/floor_registry/create",
    "config/label_registry/update", "config/label_registry/delete", "config/label_registry/create",
    "conversation/process", "validate_config", "homeserver/subscribe_home", "homeserver/why",
    "mobile_app/push_notification_channel", "mobile_app/push_notification_confirm",
}  # fmt: skip
FIXED = {
    # commands that tell nothing of the home: the same to everybody
    "supported_features", "auth/sign_path", "auth/long_lived_access_token", "frontend/get_themes",
    "frontend/get_translations", "lovelace/resources", "lovelace/dashboards/list", "lovelace/info", "lovelace/config",
    "lovelace/config/save", "config/core/update", "manifest/list", "tag/list", "repairs/list_issues",
    "config_entries/ignore_flow", "conversation/agent/list", "assist_pipeline/pipeline/list", "assist_pipeline/run",
    "recorder/info",
    *(f"device_automation/{kind}/{what}" for kind in ("trigger", "condition", "action")
      for what in ("list", "capabilities")),
}  # fmt: skip
PAST = {
    # commands that the worker `history` answers, which this house does not have; what they name is checked before
    "history/history_during_period", "history/stream", "logbook/get_events", "logbook/event_stream",
    "recorder/statistics_during_period", "recorder/list_statistic_ids", "recorder/get_statistics_metadata",
}  # fmt: skip


def test_every_command_is_looked_at() -> None:
    assert set(COMMANDS) == {*LISTS, *TOLD_ELSEWHERE, *FIXED, *PAST}


EDITS: tuple[tuple[str, dict[str, Any], str], ...] = (
    # type, fields, who may: those who may edit all that is in it, or everything where it is new
    ("config/area_registry/update", {"area_id": "parents", "icon": "mdi:bed"}, "olga"),
    ("config/area_registry/update", {"area_id": "kids", "icon": "mdi:bed"}, "olga adam"),
    ("config/area_registry/create", {"name": "Attic"}, "olga"),
    ("config/floor_registry/create", {"name": "Upstairs"}, "olga"),
    ("config/label_registry/create", {"name": "Loud"}, "olga"),
    ("config/label_registry/update", {"label_id": "fragile", "icon": "mdi:glass"}, "olga adam"),
    ("config/area_registry/delete", {"area_id": "parents"}, ""),
    ("config/floor_registry/update", {"floor_id": "nowhere", "icon": "mdi:x"}, ""),
    ("config/floor_registry/delete", {"floor_id": "nowhere"}, ""),
    ("config/label_registry/delete", {"label_id": "nowhere"}, ""),
    ("config/device_registry/update", {"device_id": "nowhere", "name_by_user": "x"}, ""),
    ("config_entries/disable", {"entry_id": "mqtt", "disabled_by": "user"}, ""),
    ("config_entries/update", {"entry_id": "mqtt"}, ""),
    ("config_entries/subentries/delete", {"entry_id": "mqtt", "subentry_id": "x"}, ""),
    ("config/core/update", {"location_name": "Mine"}, ""),
    ("conversation/process", {"text": "open the door"}, "olga adam"),
    ("fire_event", {"event_type": "doorbell"}, "olga adam"),
)


async def test_edits_over_the_websocket(house: House, count: Count) -> None:
    for type, fields, who_may in EDITS:
        for who in USERS:
            if who == "olga" and type.endswith("delete"):
                continue  # she may, and the house is to stay as it is
            talk = await talk_of(house, who)
            answer = await talk.ask(type, **fields)
            text = json.dumps(answer)
            count.check(answer["success"] == (who in who_may.split()), who, type, fields, text)
            count.check(not leaks(who, text), who, type, text)
            await talk.leave()


async def test_what_is_kept_for_somebody_is_his(house: House, count: Count) -> None:
    talks = {who: await talk_of(house, who) for who in USERS if who != "serv"}
    for talk in talks.values():
        await talk.result("frontend/subscribe_user_data", key="core")
    for who, talk in talks.items():
        await talk.result("frontend/set_user_data", key="core", value=f"of {who}")
    await house.settle()
    for who, talk in talks.items():
        count.check(await talk.result("frontend/get_user_data", key="core") == {"value": f"of {who}"}, who)
        count.check(talk.events(1) == [{"value": None}, {"value": f"of {who}"}], who, talk.events(1))
        await talk.leave()
    service = await talk_of(house, "serv")
    count.check(not (await service.ask("frontend/get_user_data"))["success"], "serv")
    await service.leave()


async def test_entries_of_what_is_seen(house: House, count: Count) -> None:
    for who in USERS:
        talk = await talk_of(house, who)
        sees = bool(seen_by(who))
        for type in ("config_entries/get_single", "config_entries/subentries/list"):
            answer = await talk.ask(type, entry_id="mqtt")
            count.check(answer["success"] == sees, who, type, answer)
        await talk.ask("config_entries/subscribe")
        told = [row["entry"]["entry_id"] for rows in talk.events() for row in rows]
        count.check(("mqtt" in told) == sees, who, told)
        await talk.leave()


def _conditions(entity_id: str) -> list[Any]:
    domain, object_id = entity_id.split(".")
    return [
        {"condition": "state", "entity_id": entity_id, "state": "unheard of"},
        {"condition": "numeric_state", "entity_id": entity_id, "above": 0},
        f"{{{{ states('{entity_id}') in ('unknown', 'none') }}}}",
        f"{{{{ states.{domain} | selectattr('object_id', 'eq', '{object_id}') | list | length == 1 }}}}",
    ]


async def test_conditions_over_the_websocket(house: House, count: Count) -> None:
    for who in USERS:
        talk = await talk_of(house, who)
        for entity_id in THINGS:
            other = absent_like(entity_id)
            for condition, nothing in zip(_conditions(entity_id), _conditions(other), strict=True):
                told = json.dumps({**await talk.ask("test_condition", condition=condition), "id": 0})
                absent = json.dumps({**await talk.ask("test_condition", condition=nothing), "id": 0})
                count.check(not leaks(who, told, entity_id), who, condition, told)
                if who == "serv":  # to whom nobody gave the call
                    count.check("unauthorized" in told, who, condition, told)
                elif not expects(who, entity_id, "see"):
                    count.check(told.replace(entity_id, "ID") == absent.replace(other, "ID"), who, condition, told)
                elif condition is _conditions(entity_id)[0] or isinstance(condition, str):
                    count.check('"success": true' in told, who, condition, told)
        await talk.leave()


def _triggers(entity_id: str) -> dict[str, Any]:
    return {
        "state": {"trigger": "state", "entity_id": entity_id},
        "template": {
            "trigger": "template",
            "value_template": f"{{{{ state_attr('{entity_id}', 'turn') == 1 }}}}",
        },
        "all": {
            "trigger": "template",
            "value_template": "{{ states | map(attribute='attributes.turn', default=0) | select('eq', 1) | list }}",
        },
        "event": {"trigger": "event", "event_type": "state_changed"},
    }


async def test_triggers_over_the_websocket(house: House, count: Count) -> None:
    for who in USERS:
        talk = await talk_of(house, who)
        for entity_id, (mark, _) in THINGS.items():
            subscriptions = {}
            for kind, trigger in _triggers(entity_id).items():
                answer = await talk.ask("subscribe_trigger", trigger=trigger)
                count.check(answer["success"] == (who != "serv"), who, kind, entity_id, answer)
                subscriptions[kind] = answer["id"]
            talk.said.clear()
            for number in range(3):
                more = json.dumps({"species": mark, "turn": number})
                await house.bridge_process.publish(f"things/{entity_id.partition('.')[2]}/more", more)
                await house.settle()
            text = json.dumps(talk.said, default=str)
            count.check(not leaks(who, text), who, entity_id, text)
            heard = bool(talk.events(subscriptions["state"]))
            count.check(heard == (who != "serv" and expects(who, entity_id, "see")), who, entity_id, text)
            for kind in ("template", "all", "event"):
                if not expects(who, entity_id, "see"):
                    count.check(not talk.events(subscriptions[kind]), who, kind, entity_id)
            for id in subscriptions.values():
                await talk.ask("unsubscribe_events", subscription=id)
        await talk.leave()


async def test_triggers_that_tell_of_anything(house: House, count: Count) -> None:
    """Of them only the owner sees all: the adult does not see the parents' room."""
    anything: tuple[dict[str, Any], ...] = (
        {"trigger": "mqtt", "topic": "things/#"},
        {"trigger": "webhook", "webhook_id": "guess"},
        {"trigger": "persistent_notification"},
        {"trigger": "conversation", "command": "open [the] door"},
    )
    for who in USERS:
        talk = await talk_of(house, who)
        for trigger in anything:
            answer = await talk.ask("subscribe_trigger", trigger=trigger)
            count.check(answer["success"] == (who == "olga"), who, trigger, answer)
        answer = await talk.ask("subscribe_trigger", trigger={"trigger": "event", "event_type": "doorbell"})
        count.check(answer["success"] == (who in ("olga", "adam")), who, answer)
        answer = await talk.ask("execute_script", sequence=[{"event": "doorbell"}])
        count.check(answer["success"] == (who == "olga"), who, answer)
        talk.said.clear()
        if who != "olga":
            for entity_id, (mark, _) in THINGS.items():
                await house.bridge_process.publish(f"things/{entity_id.partition('.')[2]}", mark)
            await house.settle()
            count.check(not leaks(who, json.dumps(talk.said, default=str)), who)
        await talk.leave()
