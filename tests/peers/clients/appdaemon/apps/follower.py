"""An app of AppDaemon's: when the office lamp changes, the utility room's follows it. Prints what it called.

Runs in an environment of its own. A line of JSON for each call: {"call", "ok", "told"}.
"""

import json
from typing import Any

import appdaemon.plugins.hass.hassapi as hass

LAMP, FOLLOWER = "light.office_desk_lamp", "light.utility_room_lamp"


class Follower(hass.Hass):
    def initialize(self) -> None:
        self.run_in(self.begin, 1)  # AppDaemon starts its apps before it has asked for the states

    def begin(self, **more: Any) -> None:
        self.tell("get_state", self.get_state(LAMP) in ("on", "off"))
        self.tell("get_state of all", LAMP in self.get_state())
        self.tell("entity_exists", self.entity_exists(LAMP))
        self.tell("list_services", any(one["service"] == "turn_on" for one in self.list_services("default")))
        self.tell("render_template", self.render_template("{{ 1 + 1 }}") == 2)
        self.tell("get_plugin_config", self.get_plugin_config()["time_zone"])
        self.set_state("sensor.of_appdaemon", state="7", attributes={"unit_of_measurement": "%"})
        self.tell("set_state", self.get_state("sensor.of_appdaemon") == "7")
        self.tell("get_service_info", self.get_service_info("light/turn_on"))
        self.tell("get_tracker_details", isinstance(self.get_tracker_details(person=False), dict))
        self.tell("anyone_home", self.anyone_home(person=False) in (True, False))
        self.tell("areas", "office" in self.areas())
        self.tell("area_id", self.area_id(LAMP) == "office")
        self.tell("area_entities", LAMP in self.area_entities("office"))
        self.tell("device_id", self.device_id(LAMP))
        self.tell("device_entities", LAMP in self.device_entities(self.device_id(LAMP)))
        self.tell("labels", isinstance(self.labels(), list))
        self.tell("persistent_notification", self.persistent_notification("from AppDaemon", title="Peer") is None)
        told = self.process_conversation("make me a sandwich")
        self.tell("process_conversation", "no assistant" in str(told), str(told))
        self.listen_event(self.rang, "doorbell")
        self.fire_event("doorbell", door="front")
        self.listen_state(self.follow, LAMP)
        self.call_service("light/toggle", target={"entity_id": LAMP})

    def tell(self, call: str, ok: Any, told: str = "") -> None:
        print(json.dumps({"call": call, "ok": bool(ok), "told": told}), flush=True)

    def rang(self, event: str, data: dict[str, Any], **more: Any) -> None:
        self.tell("fire_event and listen_event", data["door"] == "front")

    def follow(self, entity: str, attribute: str, old: Any, new: Any, **more: Any) -> None:
        self.tell("listen_state", old != new, f"{old} {new}")
        (self.turn_on if new == "on" else self.turn_off)(FOLLOWER)
        self.run_in(self.look, 1, wanted=new, left=10)

    def look(self, wanted: str, left: int, **more: Any) -> None:
        followed = self.get_state(FOLLOWER) == wanted
        if left and not followed:
            self.run_in(self.look, 1, wanted=wanted, left=left - 1)
            return
        self.tell("call_service", followed)
        print("done", flush=True)
