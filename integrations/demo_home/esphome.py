"""The dialect of ESPHome boards: one plain topic per entity, a base topic `~`, one availability topic.

Needs the world through its units. The lamps of this dialect are self-made and use the template schema.
"""

import json
from collections.abc import Callable, Collection, Mapping
from typing import Any, Final

from integrations.demo_home.devices import Device
from integrations.demo_home.unit import DISCOVERY, ONLINE, PREFIX, TELLERS, Entity, Message, Order, Values

BASE: Final = f"{PREFIX}/esphome"
STATELESS: Final = ("button", "camera", "image", "lawn_mower", "notify", "infrared")
"""Components that have no state topic, or name it otherwise."""
DEAF: Final = ("binary_sensor", "camera", "event", "image", "infrared", "lawn_mower", "sensor")
"""Components that take no commands, or name their topic otherwise."""


class Esphome:
    filter = f"{BASE}/+/+/+/command"

    def discovery(self, device: Device, entities: tuple[Entity, ...]) -> list[Message]:
        return [
            Message(f"{DISCOVERY}/{entity.component}/{PREFIX}/{device.key}-{entity.field}/config",
                    json.dumps(self._config(device, entity)), True)
            for entity in entities
        ]  # fmt: skip

    def _config(self, device: Device, entity: Entity) -> dict[str, Any]:
        if entity.component in TELLERS:
            return {"~": f"{BASE}/{device.key}", "dev": self._about(device)} | dict(entity.config)
        object_id = entity.id_for(device)
        config: dict[str, Any] = {
            "~": f"{BASE}/{device.key}",
            "avty": [{"t": "~/status"}, {"t": ONLINE.topic}],
            "avty_mode": "all",
            "default_entity_id": f"{entity.component}.{object_id}",
            "dev": self._about(device),
            "name": entity.name,
            "obj_id": object_id,
            "uniq_id": f"ESP{device.serial}_{entity.field}",
        }  # fmt: skip
        if entity.component not in STATELESS:
            config["stat_t"] = f"~/{entity.component}/{entity.field}/state"
        if entity.component not in DEAF:
            config["cmd_t"] = f"~/{entity.component}/{entity.field}/command"
        return config | dict(entity.config)

    def _about(self, device: Device) -> dict[str, Any]:
        product = device.product
        return {"ids": device.serial, "name": device.name, "sw": f"esphome v{product.firmware}",
                "mdl": product.model, "mf": product.maker, "sa": device.area}  # fmt: skip

    def availability(self, device: Device, online: bool) -> list[Message]:
        return [Message(f"{BASE}/{device.key}/status", "online" if online else "offline", True)]

    def report(
        self,
        device: Device,
        components: Mapping[str, str],
        values: Values,
        moved: Collection[str],
        time: Callable[[], str],
    ) -> list[Message]:
        return [
            Message(f"{BASE}/{device.key}/{components[field]}/{field}/state", str(value), True)
            for field, value in values.items()
            if field in moved or not moved
        ]

    def happened(self, device: Device, component: str, field: str, payload: str) -> Message:
        return Message(f"{BASE}/{device.key}/{component}/{field}/state", payload, False)

    def order(self, topic: str, payload: str) -> tuple[str, Order]:
        _, _, key, component, field, _ = topic.split("/")
        return key, {f"{component}/{field}": payload}


ESPHOME: Final = Esphome()
