"""What a gateway shows of its network: devices and their features, whatever radio is behind them.

The vocabulary is that of Home Assistant's MQTT discovery, so that this home and any other understands it; what is
special to a network stays in its worker.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import field as made
from typing import Any, Final

from homeserver.topics.record import record

_KEY: Final = re.compile(r"[a-z0-9_]{1,64}")
_DEVICE: Final = re.compile(r"[a-zA-Z0-9_-]{1,64}")
TRIGGER: Final = "device_automation"
"""The component of what a device only tells: no entity, hence without name and state."""


@record
class Feature:
    """One thing of a device that can be seen or commanded: one entity.

    `key`: its own name in the device, part of its topics and ids. `component`: as discovery calls it (`sensor`,
    `light`). `name`: words after the device's name; None for the feature that the device is about. `config`: further
    keys of discovery in full spelling; a text `~` or `~/...` stands for the feature's own topic and those below it,
    `../KEY` for that of another feature of the device.
    """

    key: str
    component: str
    name: str | None = None
    config: Mapping[str, Any] = made(default_factory=dict)

    @property
    def hears(self) -> Iterator[str]:
        """What its command topics are called below its own: `set`, `mode/set`."""
        return (
            value.removeprefix("~/")
            for name, value in self.config.items()
            if name.endswith("command_topic") and isinstance(value, str) and value.startswith("~/")
        )


@record
class Device:
    """A device as people know it. `id`: the same for as long as it lives, in any network (an EUI-64, a home id with a
    node's number). `via`: the id of the device it is reached through. `features`: in the order of their importance.
    """

    id: str
    name: str
    manufacturer: str = ""
    model: str = ""
    model_id: str = ""
    serial: str = ""
    software: str = ""
    hardware: str = ""
    area: str = ""
    via: str = ""
    features: tuple[Feature, ...] = ()


def check(device: Device) -> None:
    """Raises `ValueError` for what cannot be in a topic, or is there twice: a fault of the worker that made it."""
    if not _DEVICE.fullmatch(device.id):
        raise ValueError(f"the device id {device.id!r} cannot be part of a topic")
    keys = [feature.key for feature in device.features]
    wrong = [key for key in keys if not _KEY.fullmatch(key)] or sorted({key for key in keys if keys.count(key) > 1})
    if wrong:
        raise ValueError(f"{device.id} has features whose keys are no names or are there twice: {', '.join(wrong)}")
