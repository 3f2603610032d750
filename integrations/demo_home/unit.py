"""A device in the house: its row of the table, its thing in the world, its radio and battery; and the words for kinds.

Needs the world. Keeps what the device itself remembers (settings that nothing physical holds).
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import field as made
from dataclasses import replace
from math import isfinite
from typing import Any, Final, NamedTuple, Protocol

from homeserver.topics.record import record
from integrations.demo_home.devices import DRAIN, Device
from integrations.demo_home.radio import Battery, Radio
from integrations.demo_home.world import World

PREFIX: Final = "demo"
DISCOVERY: Final = "homeassistant"
TELLERS: Final = ("device_automation", "tag")
"""Components that only tell what happened: no entities, so without name, state and availability."""
Values = dict[str, Any]
"""What a device would report now, by the field names of its dialect."""
Order = dict[str, Any]
"""What a device is told, by field; values as they came: text, or parsed JSON."""
NEVER: Final = (float("inf"), 0.0)
"""As a step: this field alone is no reason to report."""


class Message(NamedTuple):
    topic: str
    payload: str
    retain: bool


ONLINE: Final = Message(f"{PREFIX}/network", "online", True)
OFFLINE: Final = ONLINE._replace(payload="offline")
"""All devices reach the broker over one connection, and a connection has one will: besides its own availability each
device names this one too."""


class Ignored(ValueError):
    """A command that a real device would not react to; the text says why."""


class Unit:
    """One device at work. `memory` holds its settings; `noise` is that of its sensors."""

    def __init__(self, device: Device, world: World, notice: Callable[[str], None]) -> None:
        self.device = device
        self.world = world
        self.chance = world.chance(f"device/{device.key}")
        self.memory: dict[str, Any] = {}
        self.renewed = False
        self.battery: Battery | None = None
        if device.battery is not None:
            self.battery = Battery(world.timeline, device.battery, DRAIN[device.product])
            world.batteries[device.key] = self.battery
        self.radio = Radio(
            world.timeline, world.chance(f"radio/{device.key}"), device.signal, device.outages, self.battery,
            lambda: notice(device.key),
        )  # fmt: skip
        self._notice = notice

    def noise(self, spread: float) -> float:
        return self.chance.gauss(0.0, spread)

    def changed(self) -> None:
        self._notice(self.device.key)

    def restart(self, seconds: float) -> None:
        """Away from the network until it has started again."""
        self.radio.drop(seconds)

    def renew(self, firmware: str) -> None:
        """Run another firmware from now on; the device announces itself anew when it is back."""
        self.device = replace(self.device, product=self.device.product._replace(firmware=firmware))
        self.renewed = True


@record
class Entity:
    """One entity of a kind. `object_id` may hold {key} and {room}; `config` holds discovery keys in full spelling,
    topics relative to the device's own as `~/...`. A name of None is the device's own name."""

    component: str
    field: str
    object_id: str
    name: str | None
    config: Mapping[str, Any] = made(default_factory=dict)

    def id_for(self, device: Device) -> str:
        return self.object_id.format(key=device.key, room=device.room)


class Dialect(Protocol):
    """How one family of devices announces itself, reports, and is told."""

    @property
    def filter(self) -> str:
        """What its devices subscribe to; those of two dialects never overlap."""
        ...

    def discovery(self, device: Device, entities: tuple[Entity, ...]) -> list[Message]: ...

    def availability(self, device: Device, online: bool) -> list[Message]: ...

    def report(self, device: Device, components: Mapping[str, str], values: Values, moved: Collection[str],
               time: Callable[[], str]) -> list[Message]:  # fmt: skip
        """Say `values`; `moved` are those that gave the reason (none: all is to be said). `components` by field, `time`
        the local time."""
        ...

    def happened(self, device: Device, component: str, field: str, payload: str) -> Message:
        """What is said of something that is over at once; nobody keeps it."""
        ...

    def order(self, topic: str, payload: str) -> tuple[str, Order]:
        """The key of the device and what it is told; raises Ignored."""
        ...


@record
class Kind:
    """What all devices of one kind have in common. `period` s between two looks at the world; a report goes out when
    a value moved by its step (absolute, relative), after `heartbeat` s at the latest, and at once when something
    happened."""

    dialect: Dialect
    entities: tuple[Entity, ...]
    read: Callable[[Unit], Values]
    obey: Callable[[Unit, Order], None]
    period: float = 60.0
    heartbeat: float = 3_600.0
    steps: Mapping[str, tuple[float, float]] = made(default_factory=dict)

    def moved(self, name: str, now: Any, last: Any) -> bool:
        """Whether a value that differs from the last reported one differs enough."""
        if not isinstance(now, (int, float)) or not isinstance(last, (int, float)) or isinstance(now, bool):
            return True
        absolute, relative = self.steps.get(name, (0.0, 0.0))
        return abs(now - last) >= max(absolute, relative * abs(last))


def deaf(unit: Unit, order: Order) -> None:
    """The obedience of what takes no commands."""
    raise Ignored("takes no commands")


def number(value: Any, low: float, high: float) -> float:
    """A number from a payload, within its limits; raises Ignored."""
    if isinstance(value, bool) or not isinstance(value, (int, float, str)) or value == "":
        raise Ignored("not a number")
    try:
        result = float(value)
    except (ValueError, OverflowError) as fault:
        raise Ignored("not a number") from fault
    if not isfinite(result) or not low <= result <= high:
        raise Ignored("out of range")
    return result


def choice(value: Any, options: Collection[str]) -> str:
    """One of the options; raises Ignored."""
    if not isinstance(value, str) or value not in options:
        raise Ignored("not an option")
    return value
