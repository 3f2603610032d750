"""The dialect of Zigbee devices behind a bridge: one JSON state topic each, long discovery keys.

Needs the world through its units. The shapes are those that zigbee2mqtt publishes.
"""

import json
from collections.abc import Callable, Collection, Mapping
from typing import Any, Final

from integrations.demo_home.devices import DEVICES, Device
from integrations.demo_home.unit import DISCOVERY, ONLINE, PREFIX, TELLERS, Entity, Ignored, Message, Order, Values

BASE: Final = f"{PREFIX}/zigbee"
BRIDGE: Final = "zigbee_bridge"
ORIGIN: Final = {"name": "Zigbee bridge", "sw_version": "1.4.2"}


class Zigbee:
    filter = f"{BASE}/+/set/#"

    def discovery(self, device: Device, entities: tuple[Entity, ...]) -> list[Message]:
        return [
            Message(f"{DISCOVERY}/{entity.component}/{PREFIX}/{device.key}_{entity.field}/config",
                    json.dumps(self._config(device, entity)), True)
            for entity in entities
        ]  # fmt: skip

    def _config(self, device: Device, entity: Entity) -> dict[str, Any]:
        base = f"{BASE}/{device.key}"
        if entity.component in TELLERS:
            return {"device": _about(device), "origin": ORIGIN, "topic": f"{base}/action"} | dict(entity.config)
        object_id = entity.id_for(device)
        heard = [f"{BRIDGE}/state"] if device.key == BRIDGE else [f"{BRIDGE}/state", f"{device.key}/availability"]
        config: dict[str, Any] = {
            "availability": [
                {"topic": f"{BASE}/{place}", "value_template": "{{ value_json.state }}"}
                for place in heard
            ]
            + [{"topic": ONLINE.topic}],
            "availability_mode": "all",
            "default_entity_id": f"{entity.component}.{object_id}",
            "device": _about(device),
            "name": entity.name,
            "object_id": object_id,
            "origin": ORIGIN,
            "unique_id": f"0x0015{device.serial}_{entity.field}",
        }  # fmt: skip
        if entity.component == "climate":
            return config | {"~": base} | dict(entity.config)
        if entity.component not in ("button", "scene"):
            config["state_topic"] = base
        if entity.component not in ("button", "light", "scene"):
            config["value_template"] = f"{{{{ value_json.{entity.field} }}}}"
        if entity.component in ("button", "number", "select", "switch"):
            config["command_topic"] = f"{base}/set/{entity.field}"
        if entity.component in ("light", "scene"):
            config["command_topic"] = f"{base}/set"
        return config | dict(entity.config)

    def availability(self, device: Device, online: bool) -> list[Message]:
        place = f"{BRIDGE}/state" if device.key == BRIDGE else f"{device.key}/availability"
        return [Message(f"{BASE}/{place}", json.dumps({"state": "online" if online else "offline"}), True)]

    def report(
        self,
        device: Device,
        components: Mapping[str, str],
        values: Values,
        moved: Collection[str],
        time: Callable[[], str],
    ) -> list[Message]:
        return [Message(f"{BASE}/{device.key}", json.dumps(values), True)]

    def happened(self, device: Device, component: str, field: str, payload: str) -> Message:
        return Message(f"{BASE}/{device.key}/{field}", payload, False)

    def order(self, topic: str, payload: str) -> tuple[str, Order]:
        key, _, field = topic.removeprefix(f"{BASE}/").partition("/set")
        if field:
            return key, {field[1:]: payload}
        try:
            order = json.loads(payload)
        except (ValueError, RecursionError) as fault:
            raise Ignored("not JSON") from fault
        if not isinstance(order, dict) or not order:
            raise Ignored("not a JSON object")
        return key, order


def _about(device: Device) -> dict[str, Any]:
    about = {
        "identifiers": [f"zigbee_0x0015{device.serial}"],
        "manufacturer": device.product.maker,
        "model": device.product.model,
        "model_id": device.product.model_id,
        "name": device.name,
        "suggested_area": device.area,
        "sw_version": device.product.firmware,
    }
    if device.key != BRIDGE:
        about["via_device"] = f"zigbee_0x0015{_bridge_serial()}"
    return about


def _bridge_serial() -> str:
    return next(device for device in DEVICES if device.key == BRIDGE).serial


ZIGBEE: Final = Zigbee()
