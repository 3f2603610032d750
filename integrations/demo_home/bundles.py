"""The dialect of devices that announce themselves as one device bundle: one discovery message, one JSON state topic.

Needs the world through its units. Meter, heat pump, dishwasher, hot water, dehumidifier and phones
speak it.
"""

import json
from collections.abc import Callable, Collection, Mapping
from typing import Any, Final

from integrations.demo_home.devices import Device
from integrations.demo_home.unit import DISCOVERY, ONLINE, PREFIX, Entity, Message, Order, Values

BASE: Final = f"{PREFIX}/gateway"
PLAIN: Final = ("binary_sensor", "device_tracker", "number", "select", "sensor")
"""Components whose state is one field of the device's."""


class Bundles:
    filter = f"{BASE}/+/set/+"

    def discovery(self, device: Device, entities: tuple[Entity, ...]) -> list[Message]:
        base = f"{BASE}/{device.key}"
        bundle = {
            "dev": {
                "ids": [device.serial], "name": device.name, "mf": device.product.maker, "mdl": device.product.model,
                "mdl_id": device.product.model_id,
                "sw": device.product.firmware, "sn": device.serial.upper(), "sa": device.area,
            },
            "o": {"name": f"{device.product.maker} MQTT gateway", "sw": device.product.firmware},
            "cmps": {entity.field: self._component(device, entity) for entity in entities},
            "state_topic": f"{base}/state",
            "avty": [
                {"t": f"{base}/connected", "pl_avail": "true", "pl_not_avail": "false"},
                {"t": ONLINE.topic},
            ],
            "avty_mode": "all",
        }  # fmt: skip
        return [Message(f"{DISCOVERY}/device/{PREFIX}/{device.key}/config", json.dumps(bundle), True)]

    def _component(self, device: Device, entity: Entity) -> dict[str, Any]:
        component: dict[str, Any] = {
            "p": entity.component,
            "name": entity.name,
            "uniq_id": f"{device.serial}_{entity.field}",
            "default_entity_id": f"{entity.component}.{entity.id_for(device)}",
        }
        if entity.component in PLAIN:
            component["val_tpl"] = f"{{{{ value_json.{entity.field} }}}}"
        if entity.component in ("button", "number", "select"):
            component["cmd_t"] = f"{BASE}/{device.key}/set/{entity.field}"
        topics = {
            key: value.replace("~", f"{BASE}/{device.key}")
            for key, value in entity.config.items()
            if key.endswith("_topic")
        }
        return component | dict(entity.config) | topics

    def availability(self, device: Device, online: bool) -> list[Message]:
        return [Message(f"{BASE}/{device.key}/connected", "true" if online else "false", True)]

    def report(
        self,
        device: Device,
        components: Mapping[str, str],
        values: Values,
        moved: Collection[str],
        time: Callable[[], str],
    ) -> list[Message]:
        return [Message(f"{BASE}/{device.key}/state", json.dumps(values), True)]

    def happened(self, device: Device, component: str, field: str, payload: str) -> Message:
        return Message(f"{BASE}/{device.key}/{field}", payload, False)

    def order(self, topic: str, payload: str) -> tuple[str, Order]:
        _, _, key, _, field = topic.split("/")
        return key, {field: payload}


BUNDLES: Final = Bundles()
