"""A device as one message of Home Assistant's MQTT discovery: a bundle, which comes and goes as a whole.

Shapes: Home Assistant's documentation of MQTT, "Device discovery payload". Topics are `NETWORK/DEVICE/FEATURE` for a
state, `.../set` for commands, `NETWORK/DEVICE/availability` and, for the whole gateway, `NETWORK/gateway`.
"""

from typing import Any, Final

import orjson

from homeserver.gateway.features import TRIGGER, Device, Feature, check

PREFIX: Final = "homeassistant"
GATEWAY: Final = "gateway"
"""The last word of the topic that says whether the gateway itself is there: its connection's last will."""


class Dialect:
    """The topics of one network and the messages that announce its devices; `origin`: what the gateway is called."""

    def __init__(self, network: str, origin: str, version: str = "") -> None:
        self.network = network
        self._origin = {"name": origin} | ({"sw_version": version} if version else {})

    # -- topics

    @property
    def gateway(self) -> str:
        return f"{self.network}/{GATEWAY}"

    @property
    def commands(self) -> tuple[str, ...]:
        """What the gateway subscribes to: `+/+/set` and what is one deeper."""
        return f"{self.network}/+/+/set", f"{self.network}/+/+/+/set"

    @property
    def announced(self) -> str:
        """The filter of its own announcements."""
        return f"{PREFIX}/device/{self.network}/+/config"

    def config(self, device: str) -> str:
        return f"{PREFIX}/device/{self.network}/{device}/config"

    def availability(self, device: str) -> str:
        return f"{self.network}/{device}/availability"

    def feature(self, device: str, key: str, what: str = "") -> str:
        """The topic of a feature, or the one below it that is called `what`."""
        return f"{self.network}/{device}/{key}" + (f"/{what}" if what else "")

    def device_of(self, config_topic: str) -> str:
        """The device that an announcement is of."""
        return config_topic.split("/")[-2]

    # -- messages

    def announcement(self, device: Device, gone: dict[str, str] | None = None) -> bytes:
        """The bundle. `gone`: features that an earlier one held and this device lacks, key and component."""
        check(device)
        components = {feature.key: self._component(device, feature) for feature in device.features}
        components |= {key: {"platform": component} for key, component in (gone or {}).items()}
        said: dict[str, Any] = {
            "device": self._about(device),
            "origin": self._origin,
            "availability": [{"topic": self.gateway}, {"topic": self.availability(device.id)}],
            "availability_mode": "all",
            "components": components,
        }
        return orjson.dumps(said)

    def _about(self, device: Device) -> dict[str, Any]:
        about: dict[str, Any] = {"identifiers": [f"{self.network}_{device.id}"], "name": device.name}
        named = {
            "manufacturer": device.manufacturer,
            "model": device.model,
            "model_id": device.model_id,
            "serial_number": device.serial,
            "sw_version": device.software,
            "hw_version": device.hardware,
            "suggested_area": device.area,
            "via_device": device.via and f"{self.network}_{device.via}",
        }
        return about | {key: value for key, value in named.items() if value}

    def _component(self, device: Device, feature: Feature) -> dict[str, Any]:
        base = self.feature(device.id, feature.key)
        config = {name: _based(value, base) for name, value in feature.config.items()}
        if feature.component == TRIGGER:
            return {"platform": TRIGGER, "automation_type": "trigger"} | config
        return {
            "platform": feature.component,
            "unique_id": f"{self.network}_{device.id}_{feature.key}",
            "name": feature.name,
        } | config


def _based(value: Any, base: str) -> Any:
    """`~`, `~/...` and `../...` as topics, wherever they are in it."""
    match value:
        case str() if value.startswith("../"):
            return base.rpartition("/")[0] + value[2:]
        case str() if value == "~" or value.startswith("~/"):
            return base + value[1:]
        case list() | tuple():
            return [_based(one, base) for one in value]
        case dict():
            return {name: _based(one, base) for name, one in value.items()}
    return value


def components(announcement: bytes) -> dict[str, str]:
    """The features that an announcement holds, by key; nothing where it cannot be read."""
    try:
        said = orjson.loads(announcement)
    except orjson.JSONDecodeError:
        return {}
    held = said.get("components") if isinstance(said, dict) else None
    rows = held.items() if isinstance(held, dict) else ()
    return {key: row["platform"] for key, row in rows if isinstance(row, dict) and isinstance(row.get("platform"), str)}
