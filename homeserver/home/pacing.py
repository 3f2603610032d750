"""How fast a device may be told things: most at any speed, those behind a slow radio one thing after the other.

A device has a lane of its own, and those of one radio bridge share another. Whatever finds its lane empty passes
without delay; the rest leaves in the order in which it came, at the lane's pace. What people said of a device
(`home.edit_device pace=250`) stands above what is known of its kind; said of a bridge it holds for all behind it. Why
these figures: docs/decisions/0019.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from homeserver.home.entity import Entity
from homeserver.home.journal import Journal
from homeserver.home.registry import DeviceRow, Registry
from homeserver.topics.record import record

_BATTERY: Final = 0.5
_INFRARED: Final = 0.25
_AT_ONCE: Final = 16
"""Messages that a bridge takes without a pause: as many as a radio stick of our days works on at the same time."""


@record
class Radio:
    """Seconds between two messages for one device, and between those for all of a bridge after the first few."""

    device: float
    bridge: float


_RADIOS: Final[Mapping[str, Radio]] = {
    "Zigbee2MQTT": Radio(0.1, 0.04),
    "Z-Wave JS UI": Radio(0.1, 0.04),
    "zwave-js-ui": Radio(0.1, 0.04),
    "OpenMQTTGateway": Radio(0.25, 0.1),
}
"""By the program that announces the devices."""


class Lane:
    """Lets `at_once` pass, then one in `pause` seconds; `open_at` is when the next one could pass if all of it were
    used up (the generic cell rate algorithm of ATM networks, ITU-T I.371)."""

    __slots__ = ("at_once", "open_at", "pause")

    def __init__(self, pause: float, at_once: int = 1) -> None:
        self.pause = pause
        self.at_once = at_once
        self.open_at = 0.0

    def reserve(self, now: float) -> float:
        """When the next one may pass: now, or behind those that came before."""
        at = max(now, self.open_at - (self.at_once - 1) * self.pause)
        self.open_at = max(now, self.open_at) + self.pause
        return at


Find = Callable[[tuple[str, str]], Entity | None]


class Pacing:
    """`lanes` of an entity. `renew` when devices or what people say of them have changed."""

    def __init__(self, registry: Registry, journal: Journal, find: Find) -> None:
        self._edition = 1
        self._registry = registry
        self._journal = journal
        self._find = find
        self._lanes: dict[str, Lane] = {}
        self._by_key: dict[str, str] = {}

    def renew(self) -> None:
        self._edition += 1
        self._by_key = {}

    def lanes(self, entity: Entity) -> tuple[Lane, ...]:
        """The lanes that a message for an entity passes, the device's own first; none for most."""
        if entity.lanes_of != self._edition:
            entity.lanes_of = self._edition
            entity.lanes = tuple(self._found(entity))
        return entity.lanes

    def _found(self, entity: Entity) -> Iterator[Lane]:
        origin = entity.config.origin or ""
        name = next((name for name in _RADIOS if origin == name or origin.startswith(f"{name} ")), "")
        radio = _RADIOS.get(name)
        device = self._device(entity)
        pause = self._said(device.own) if device else None
        if pause is None:
            pause = max(radio.device if radio else 0.0, self._by_kind(entity, device))
        if pause:
            yield self._lane(f"device {device.own if device else entity.id}", pause, 1)
        bridge = self._bridge(device)
        pause = self._said(bridge) if bridge else None
        if pause is None:
            pause = radio.bridge if radio else 0.0
        if pause:
            yield self._lane(f"bridge {bridge or f'{name} {_base(entity)}'}", pause, _AT_ONCE)

    def _device(self, entity: Entity) -> DeviceRow | None:
        row = self._registry.entities.get(entity.id)
        return None if row is None or row.device_id is None else self._registry.devices.get(row.device_id)

    def _bridge(self, device: DeviceRow | None) -> str:
        """The device that another is reached through."""
        if device is None or not device.details.via_device:
            return ""
        if not self._by_key:
            self._by_key = {key: row.own for row in self._registry.devices.values() for key in row.keys}
        return self._by_key.get(f"id:{device.details.via_device}", "")

    def _said(self, own: str) -> float | None:
        """What people said, in seconds."""
        pace = self._journal.of("device", own).get("pace")
        return None if pace is None else float(pace) / 1000

    def _by_kind(self, entity: Entity, device: DeviceRow | None) -> float:
        """What sleeps to save its battery hears seldom, and an infrared code takes its time."""
        if entity.where[0] == "infrared":
            return _INFRARED
        return _BATTERY if device is not None and any(map(self._is_battery, device.entities)) else 0.0

    def _is_battery(self, entity_id: str) -> bool:
        domain, _, object_id = entity_id.partition(".")
        entity = self._find((domain, object_id))
        return entity is not None and entity.config.device_class == "battery"

    def _lane(self, name: str, pause: float, at_once: int) -> Lane:
        lane = self._lanes.get(name)
        if lane is None:
            lane = self._lanes[name] = Lane(pause, at_once)
        lane.pause = pause
        return lane


def _base(entity: Entity) -> str:
    """The first level of its topics: what tells two bridges of one kind apart."""
    return entity.face.hears[0][0].partition("/")[0] if entity.face.hears else ""
