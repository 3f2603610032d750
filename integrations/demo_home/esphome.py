"""The dialect of ESPHome boards: one plain topic per entity, a base topic `~`, one availability topic.

Needs the world through its units. The lamps of this dialect are self-made and use the template schema.
"""

import json
from collections.abc import Collection, Mapping
from typing import Any, Final

from integrations.demo_home.devices import Device
from integrations.demo_home.unit import DISCOVERY, ONLINE, PREFIX, Entity, Message, Order, Values

BASE: Final = f"{PREFIX}/esphome"


class Esphome:
    filter = f"{BASE}/+/+/+/command"

    def discovery(self, device: Device, entities: tuple[Entity, ...]) -> list[Message]:
        return [
            Message(f"{DISCOVERY}/{entity.component}/{PREFIX}/{device.key}-{entity.field}/config",
                    json.dumps(self._config(device, entity)), True)
            for entity in entities
        ]  # fmt: skip

    def _config(self, device: Device, entity: Entity) -> dict[str, Any]:
        object_id = entity.id_for(device)
        config: dict[str, Any] = {
            "~": f"{BASE}/{device.key}",
            "avty": [{"t": "~/status"}, {"t": ONLINE.topic}],
            "avty_mode": "all",
            "default_entity_id": f"{entity.component}.{object_id}",
            "dev": {
                "ids": device.serial, "name": device.name, "sw": f"esphome v{device.product.firmware}",
                "mdl": device.product.model,
                "mf": device.product.maker, "sa": device.area,
            },
            "name": entity.name,
            "obj_id": object_id,
            "uniq_id": f"ESP{device.serial}_{entity.field}",
        }  # fmt: skip
        if entity.component not in ("button", "lawn_mower"):
            config["stat_t"] = f"~/{entity.component}/{entity.field}/state"
        if entity.component not in ("binary_sensor", "lawn_mower", "sensor"):
            config["cmd_t"] = f"~/{entity.component}/{entity.field}/command"
        return config | dict(entity.config)

    def availability(self, device: Device, online: bool) -> list[Message]:
        return [Message(f"{BASE}/{device.key}/status", "online" if online else "offline", True)]

    def report(
        self, device: Device, components: Mapping[str, str], values: Values, moved: Collection[str], time: str
    ) -> list[Message]:
        return [
            Message(f"{BASE}/{device.key}/{components[field]}/{field}/state", str(value), True)
            for field, value in values.items()
            if field in moved or not moved
        ]

    def order(self, topic: str, payload: str) -> tuple[str, Order]:
        _, _, key, component, field, _ = topic.split("/")
        return key, {f"{component}/{field}": payload}


ESPHOME: Final = Esphome()
