"""Every call that hass-client offers against one home: HOME_URL and HOME_TOKEN say which.

Runs in an environment of its own. Prints one line of JSON for each call: {"call", "ok", "told"}. Ends by itself.
"""

import asyncio
import json
import os
from collections.abc import Awaitable, Callable
from typing import Any

from hass_client import HomeAssistantClient
from hass_client.utils import get_websocket_url

LAMP = "light.bathroom_mirror"


async def attempt(call: str, work: Callable[[], Awaitable[Any]]) -> None:
    task = asyncio.ensure_future(work())
    await asyncio.wait({task})
    error = task.exception()
    answer, told = (task.result(), "") if error is None else (False, repr(error))
    print(json.dumps({"call": call, "ok": bool(answer), "told": told}), flush=True)


async def until(what: Callable[[], Any], seconds: float = 8) -> Any:
    async with asyncio.timeout(seconds):
        while not (found := what()):
            await asyncio.sleep(0.02)
        return found


async def main() -> None:
    async with HomeAssistantClient(get_websocket_url(os.environ["HOME_URL"]), os.environ["HOME_TOKEN"]) as client:
        await attempt("connect", lambda: until(lambda: client.connected and client.version))
        events: list[Any] = []
        changes: list[Any] = []

        async def has(found: Awaitable[Any], test: Callable[[Any], Any]) -> Any:
            return test(await found)

        await attempt(
            "get_states", lambda: has(client.get_states(), lambda all: any(s["entity_id"] == LAMP for s in all))
        )
        await attempt("get_config", lambda: has(client.get_config(), lambda told: told["state"] == "RUNNING"))
        await attempt("get_services", lambda: has(client.get_services(), lambda told: told["light"]["turn_on"]))
        await attempt("get_area_registry", lambda: has(client.get_area_registry(), len))
        await attempt("get_device_registry", lambda: has(client.get_device_registry(), len))
        await attempt("get_entity_registry", lambda: has(client.get_entity_registry(), len))
        await attempt(
            "get_entity_registry_entry",
            lambda: has(client.get_entity_registry_entry(LAMP), lambda told: told["entity_id"] == LAMP),
        )
        stop_events: Any = None
        stop_entities: Any = None

        async def subscribe_events() -> bool:
            nonlocal stop_events
            stop_events = await client.subscribe_events(events.append, "state_changed")
            return True

        async def subscribe_entities() -> Any:
            nonlocal stop_entities
            stop_entities = await client.subscribe_entities(changes.append, [LAMP])
            return await until(lambda: changes and LAMP in changes[0]["a"])

        async def call_service() -> Any:
            await client.call_service("light", "toggle", target={"entity_id": LAMP})
            await until(lambda: any("c" in change for change in changes))
            return await until(lambda: [one for one in events if one["data"]["entity_id"] == LAMP])

        async def unsubscribe() -> bool:
            stop_events()
            stop_entities()
            await asyncio.sleep(0.3)
            before = len(events), len(changes)
            await client.call_service("light", "toggle", target={"entity_id": LAMP})
            await asyncio.sleep(0.5)
            return before == (len(events), len(changes))

        await attempt("subscribe_events", subscribe_events)
        await attempt("subscribe_entities", subscribe_entities)
        await attempt("call_service", call_service)
        await attempt("unsubscribe_events", unsubscribe)
        trigger = {"trigger": "state", "entity_id": LAMP}
        lamp_on = {"action": "light.turn_on", "target": {"entity_id": LAMP}}
        sound = client.send_command("validate_config", triggers=trigger, actions=[lamp_on])
        await attempt("validate_config", lambda: has(sound, lambda told: told["triggers"]["valid"]))
        wrong = client.send_command("validate_config", triggers={"trigger": "stat"}, actions=[{"wait": 1}])
        await attempt(
            "validate_config of what is wrong",
            lambda: has(wrong, lambda told: told["triggers"]["error"] and not told["actions"]["valid"]),
        )
        await attempt(
            "send_command", lambda: has(client.send_command("auth/current_user"), lambda told: told["is_owner"])
        )


asyncio.run(main())
