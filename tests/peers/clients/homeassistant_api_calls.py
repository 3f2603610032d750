"""Every call that HomeAssistant-API offers against one home, REST and WebSocket: HOME_URL and HOME_TOKEN say which.

Runs in an environment of its own; nothing of that library (GPL) is part of this project. Prints one line of JSON for
each call: {"call", "ok", "told"}. Ends by itself.
"""

import json
import os
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from homeassistant_api import Client, State, WebsocketClient

LAMP = "light.utility_room_lamp"
NAMED = {"entity_id": LAMP, "name": "Lamp"}
ONE_AT_A_TIME = ThreadPoolExecutor(1)
URL, TOKEN = os.environ["HOME_URL"], os.environ["HOME_TOKEN"]


def attempt(call: str, work: Callable[[], Any]) -> None:
    done = ONE_AT_A_TIME.submit(work)
    error = done.exception()
    answer, told = (done.result(), "") if error is None else (False, repr(error)[:300])
    print(json.dumps({"call": call, "ok": bool(answer), "told": told}), flush=True)


def entity(client: Client) -> Any:
    return client.get_entity(entity_id=LAMP)


def rest() -> None:
    with Client(f"{URL}/api", TOKEN) as client:
        attempt("rest check_api_running", client.check_api_running)
        attempt("rest check_api_config", client.check_api_config)
        attempt("rest get_config", lambda: client.get_config()["time_zone"])
        attempt("rest get_components", lambda: "light" in client.get_components())
        attempt("rest get_error_log", client.get_error_log)
        attempt("rest get_logbook_entries", lambda: list(client.get_logbook_entries()))
        attempt(
            "rest get_entity_histories", lambda: list(client.get_entity_histories((client.get_entity(entity_id=LAMP),)))
        )
        attempt("rest get_rendered_template", lambda: client.get_rendered_template("{{ 1 + 1 }}") == "2")
        attempt("rest get_domains", lambda: client.get_domains()["light"])
        attempt("rest get_domain", lambda: client.get_domain("light").get_service("turn_on"))
        attempt("rest get_entities", lambda: client.get_entities()["light"])
        attempt("rest get_entity", lambda: client.get_entity(entity_id=LAMP).state.state)
        attempt("rest get_states", lambda: any(one.entity_id == LAMP for one in client.get_states()))
        attempt("rest get_state", lambda: client.get_state(entity_id=LAMP).state)
        attempt("rest trigger_service", lambda: client.trigger_service("light", "toggle", entity_id=LAMP))
        attempt("rest get_event", lambda: client.get_event("doorbell") is None)
        attempt("rest get_events", lambda: client.get_events() is not None)
        attempt("rest fire_event", lambda: "fired" in client.fire_event("doorbell", door="front"))
        attempt("rest set_state", lambda: client.set_state(State(state="7", entity_id="sensor.told_by_a_program")))


def websocket() -> None:
    with WebsocketClient(URL.replace("http", "ws") + "/api/websocket", TOKEN) as client:
        attempt("ws ping_latency", lambda: client.ping_latency() > 0)
        attempt("ws get_rendered_template", lambda: client.get_rendered_template("{{ 1 + 1 }}") == "2")
        attempt("ws get_config", lambda: client.get_config()["time_zone"])
        attempt("ws get_states", lambda: len(client.get_states()))
        attempt("ws get_state", lambda: client.get_state(entity_id=LAMP).state)
        attempt("ws get_entities", lambda: client.get_entities()["light"])
        attempt("ws get_entity", lambda: client.get_entity(entity_id=LAMP))
        attempt("ws get_domains", lambda: client.get_domains()["light"])
        attempt("ws get_domain", lambda: client.get_domain("light"))
        attempt("ws trigger_service", lambda: client.trigger_service("light", "toggle", entity_id=LAMP) is None)
        attempt("ws listen_events", lambda: heard(client))
        attempt("ws fire_event", lambda: client.fire_event("doorbell", door="front"))
        attempt("ws list_entity_registry", lambda: len(client.list_entity_registry()))
        attempt("ws get_entity_registry_entry", lambda: client.get_entity_registry_entry(LAMP))
        attempt(
            "ws update_entity_registry_entry",
            lambda: client.update_entity_registry_entry({"entity_id": LAMP, "name": "Lamp"}),
        )
        attempt("ws get_config_entries", lambda: any(one.domain == "mqtt" for one in client.get_config_entries()))
        attempt("ws listen_config_entries", lambda: entries(client))
        attempt("ws get_nonuser_flows_in_progress", lambda: client.get_nonuser_flows_in_progress() == ())
        attempt("ws get_entry_subentries", lambda: client.get_entry_subentries("mqtt") == ())
        attempt("ws delete_entry_subentry", lambda: client.delete_entry_subentry("mqtt", "x") is None)
        attempt("ws disable_config_entry", lambda: client.disable_config_entry("mqtt"))
        attempt("ws enable_config_entry", lambda: client.enable_config_entry("mqtt"))
        attempt("ws ignore_config_flow", lambda: client.ignore_config_flow("x", "y") is None)
        attempt("ws listen_trigger", lambda: triggered(client))


def heard(client: WebsocketClient) -> Any:
    with client.listen_events("doorbell") as events:
        later(lambda other: other.fire_event("doorbell", door="back"))
        for event in events:
            return event.data["door"] == "back"


def entries(client: WebsocketClient) -> Any:
    with client.listen_config_entries() as found:
        for told in found:
            return any(one.entry.domain == "mqtt" for one in told)


def triggered(client: WebsocketClient) -> Any:
    with client.listen_trigger("state", entity_id=LAMP) as found:
        later(lambda other: other.trigger_service("light", "toggle", entity_id=LAMP))
        for trigger in found:
            return trigger["trigger"]["entity_id"] == LAMP


def later(do: Callable[[WebsocketClient], Any]) -> None:
    def work() -> None:
        time.sleep(0.3)
        with WebsocketClient(URL.replace("http", "ws") + "/api/websocket", TOKEN) as other:
            do(other)

    threading.Thread(target=work, daemon=True).start()


rest()
websocket()
