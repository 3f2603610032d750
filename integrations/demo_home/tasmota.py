"""The dialect of Tasmota devices: `stat/`, `tele/` and `cmnd/` under a base topic, abbreviated discovery keys.

Needs the world through its units. The shapes are those of Tasmota 14.
"""

import json
from collections.abc import Callable, Collection, Mapping
from typing import Any, Final

from integrations.demo_home.devices import Device
from integrations.demo_home.unit import DISCOVERY, ONLINE, PREFIX, Entity, Message, Order, Values

ABBREVIATIONS: Final = {
    "availability": "avty", "availability_mode": "avty_mode",
    "brightness_command_topic": "bri_cmd_t", "brightness_scale": "bri_scl",
    "brightness_state_topic": "bri_stat_t", "brightness_value_template": "bri_val_tpl",
    "color_temp_command_topic": "clr_temp_cmd_t",
    "color_temp_state_topic": "clr_temp_stat_t", "color_temp_value_template": "clr_temp_val_tpl",
    "command_topic": "cmd_t",
    "device": "dev", "device_class": "dev_cla", "enabled_by_default": "en", "entity_category": "ent_cat", "icon": "ic",
    "max_mireds": "max_mirs", "min_mireds": "min_mirs", "object_id": "obj_id", "on_command_type": "on_cmd_type",
    "payload_install": "pl_inst", "payload_off": "pl_off", "payload_on": "pl_on", "payload_press": "pl_prs",
    "state_class": "stat_cla", "state_topic": "stat_t",
    "state_value_template": "stat_val_tpl",
    "unique_id": "uniq_id", "unit_of_measurement": "unit_of_meas", "value_template": "val_tpl",
}  # fmt: skip
BASE: Final = f"{PREFIX}/tasmota"
UPDATE: Final = "UPDATE"
ENERGY: Final = ("Total", "Power", "Voltage", "Current")


class Tasmota:
    filter = f"{BASE}/+/cmnd/+"

    def discovery(self, device: Device, entities: tuple[Entity, ...]) -> list[Message]:
        return [
            Message(f"{DISCOVERY}/{entity.component}/{PREFIX}/{device.serial[-6:].upper()}_{entity.field}/config",
                    json.dumps(self._config(device, entity)), True)
            for entity in entities
        ]  # fmt: skip

    def _config(self, device: Device, entity: Entity) -> dict[str, Any]:
        config: dict[str, Any] = {
            "name": entity.name,
            "unique_id": f"{device.serial[-6:].upper()}_{entity.field}",
            "object_id": entity.id_for(device),
            "availability": [
                {"t": "~tele/LWT", "pl_avail": "Online", "pl_not_avail": "Offline"},
                {"t": ONLINE.topic},
            ],
            "availability_mode": "all",
            "device": {
                "ids": [device.serial[-6:].upper()],
                "cns": [["mac", ":".join(device.serial[i : i + 2] for i in range(0, 12, 2)).upper()]],
                "name": device.name,
                "mf": device.product.maker, "mdl": f"{device.product.model} {device.product.model_id}",
                "sw": device.product.firmware, "sa": device.area,
            },
        }  # fmt: skip
        full = config | dict(entity.config)
        return {"~": f"{BASE}/{device.key}/"} | {ABBREVIATIONS.get(key, key): value for key, value in full.items()}

    def availability(self, device: Device, online: bool) -> list[Message]:
        return [Message(f"{BASE}/{device.key}/tele/LWT", "Online" if online else "Offline", True)]

    def report(
        self,
        device: Device,
        components: Mapping[str, str],
        values: Values,
        moved: Collection[str],
        time: Callable[[], str],
    ) -> list[Message]:
        """The power and light fields on stat/, with the rest of the state on tele/STATE; energy on tele/SENSOR."""
        base = f"{BASE}/{device.key}"
        energy = {name: values[name] for name in ENERGY if name in values}
        state = {name: value for name, value in values.items() if name not in energy and name != UPDATE}
        messages = []
        if not moved or any(name in state for name in moved):
            result = {name: value for name, value in state.items() if name != "RSSI"}
            if len(result) == 1:
                messages.append(Message(f"{base}/stat/POWER", state["POWER"], True))
            else:
                messages.append(Message(f"{base}/stat/RESULT", json.dumps(result), True))
            full = {"Time": time(), **result, "Wifi": {"RSSI": state["RSSI"]}}
            messages.append(Message(f"{base}/tele/STATE", json.dumps(full), False))
        if energy and (not moved or any(name in energy for name in moved)):
            messages.append(Message(f"{base}/tele/SENSOR", json.dumps({"Time": time(), "ENERGY": energy}), False))
        if UPDATE in values and (not moved or UPDATE in moved):
            messages.append(Message(f"{base}/stat/{UPDATE}", json.dumps(values[UPDATE]), True))
        return messages

    def happened(self, device: Device, component: str, field: str, payload: str) -> Message:
        return Message(f"{BASE}/{device.key}/stat/{field}", payload, False)

    def order(self, topic: str, payload: str) -> tuple[str, Order]:
        _, _, key, _, field = topic.split("/")
        return key, {field: payload}


TASMOTA: Final = Tasmota()
