"""A furnished home on a real listener: rooms, lamps that obey, sensors that move. For browsers, and for looking at.

Run as a program it stays up: `python -m tests.bridge.staging FOLDER PORT`.
"""

import asyncio
import random
import sys
from base64 import b64encode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from homeserver.bridge.worker import Bridge
from homeserver.bridge.worker import setup as set_up_bridge
from homeserver.home.words import IMAGE, AskImage, ImageReply
from homeserver.people.personal_words import PREFERENCES, AskPreferences, PreferenceList
from homeserver.people.words import WHOAMI, AskMe, Me
from homeserver.runtime.bus import Bus
from homeserver.runtime.clock import RealClock
from homeserver.runtime.device_link import DeviceLink
from homeserver.runtime.heard import Heard
from homeserver.runtime.hosting import Setup
from homeserver.runtime.house import House
from homeserver.runtime.memory_broker import MemoryBroker, MemoryWire
from homeserver.runtime.process import Process
from homeserver.runtime.settings import Settings
from homeserver.runtime.wire import Wire
from homeserver.runtime.worker import Worker, answers, hears
from homeserver.topics.call import REPLY, Caller, CallError, Reply
from homeserver.topics.cause import Cause
from homeserver.topics.entity import (
    COMMAND,
    COMMAND_FAILED,
    ENTITY_CONFIG,
    ENTITY_STATE,
    Command,
    Device,
    EntityConfig,
    EntityState,
)
from homeserver.topics.event import DEVICE_EVENT
from homeserver.topics.services import SERVICES
from tests.bridge.kinds import BECOMES, EVERY_KIND, SAID, Row, picture

DIMMED: dict[str, Any] = {"supported_color_modes": ["brightness"]}
COLOURED: dict[str, Any] = {"supported_color_modes": ["hs", "color_temp"]}
PLAIN: dict[str, Any] = {"supported_color_modes": ["onoff"]}
MODES: dict[str, Any] = {"options": ["eco", "comfort", "away"]}

ROWS: tuple[Row, ...] = (
    # id, name, room, state, configuration, attributes
    ("light.living_ceiling", "Living room ceiling", "Living room", "on", DIMMED, {"brightness": 180}),
    (
        "light.living_shelf",
        "Living room shelf",
        "Living room",
        "on",
        COLOURED,
        {"brightness": 90, "rgb_color": [90, 120, 255]},
    ),
    ("light.living_corner", "Corner lamp", "Living room", "off", DIMMED, {}),
    ("switch.living_tv", "Television", "Living room", "on", {}, {}),
    ("sensor.living_temperature", "Living room temperature", "Living room", "21.4", {}, {}),
    ("sensor.living_humidity", "Living room humidity", "Living room", "45", {}, {}),
    ("sensor.living_co2", "Living room CO₂", "Living room", "684", {}, {}),
    ("binary_sensor.living_window", "Living room window", "Living room", "off", {}, {}),
    ("binary_sensor.living_motion", "Living room motion", "Living room", "on", {}, {}),
    ("select.living_mode", "Heating mode", "Living room", "comfort", MODES, {}),
    ("number.living_target", "Target temperature", "Living room", "21", {"min": 5, "max": 30, "step": 0.5}, {}),
    ("light.kitchen_ceiling", "Kitchen ceiling", "Kitchen", "on", DIMMED, {"brightness": 255}),
    ("light.kitchen_counter", "Counter", "Kitchen", "unavailable", DIMMED, {}),
    ("switch.kitchen_coffee", "Coffee machine", "Kitchen", "off", {}, {}),
    ("sensor.kitchen_temperature", "Kitchen temperature", "Kitchen", "22.8", {}, {}),
    ("sensor.kitchen_coffee_power", "Coffee machine power", "Kitchen", "1.3", {}, {}),
    ("binary_sensor.kitchen_smoke", "Kitchen smoke", "Kitchen", "off", {}, {}),
    ("binary_sensor.kitchen_leak", "Dishwasher leak", "Kitchen", "off", {}, {}),
    ("light.hall_ceiling", "Hall ceiling", "Hall", "off", PLAIN, {}),
    ("binary_sensor.hall_motion", "Hall motion", "Hall", "off", {}, {}),
    ("binary_sensor.front_door", "Front door", "Hall", "on", {}, {}),
    ("sensor.hall_illuminance", "Hall brightness", "Hall", "138", {}, {}),
    ("sensor.meter_power", "Electricity meter power", "Cellar", "842.6", {}, {}),
    ("sensor.meter_energy", "Electricity meter energy", "Cellar", "10482.37", {}, {}),
    ("sensor.washer_program", "Washing machine", "Cellar", "spinning", {}, {}),
    ("button.meter_reset", "Reset meter", "Cellar", "unknown", {}, {}),
    ("light.bedroom_bed", "Bedroom bed lamp", "Bedroom", "off", DIMMED, {}),
    ("sensor.bedroom_temperature", "Bedroom temperature", "Bedroom", "18.9", {}, {}),
    ("sensor.bedroom_humidity", "Bedroom humidity", "Bedroom", "52", {}, {}),
    ("binary_sensor.bedroom_window", "Bedroom window", "Bedroom", "on", {}, {}),
    ("sensor.bedroom_battery", "Bedroom window sensor battery", "Bedroom", "9", {}, {}),
    ("sensor.garden_temperature", "Garden temperature", "Garden", "7.6", {}, {}),
    ("light.garden_path", "Path", "Garden", "off", PLAIN, {}),
    *EVERY_KIND,
    ("sensor.living_signal", "Living room ceiling signal", "Living room", "-61", {}, {}),
)

UNITS = {
    "temperature": "°C",
    "humidity": "%",
    "co2": "ppm",
    "illuminance": "lx",
    "power": "W",
    "energy": "kWh",
    "battery": "%",
    "signal": "dBm",
    "target": "°C",
}
CLASSES = {"co2": "carbon_dioxide", "leak": "moisture", "signal": "signal_strength", "target": None}
PLAIN_KINDS = ("program", "mode")
AREAS = ("living", "kitchen", "bedroom")


def config_of(entity_id: str, name: str, room: str, capabilities: dict[str, Any]) -> EntityConfig:
    domain, object_id = entity_id.split(".")
    word = object_id.rpartition("_")[2]
    sensor = domain in ("sensor", "binary_sensor") and word not in PLAIN_KINDS
    return EntityConfig(
        name,
        "furniture",
        tuple(SERVICES[domain]),
        device=Device(object_id.rpartition("_")[0], name, suggested_area=room, manufacturer="Acme", model="One"),
        device_class=CLASSES.get(word, word) if sensor else None,
        state_class="measurement" if word in UNITS and domain == "sensor" else None,
        unit=UNITS.get(word) if domain in ("sensor", "number") else None,
        category="diagnostic" if word in ("battery", "signal") else None,
        capabilities=capabilities,
    )


class Furniture(Worker):
    """Owns the entities of `ROWS`. `silent` holds those that never answer."""

    name = "furniture"
    says = (ENTITY_CONFIG, ENTITY_STATE, REPLY, COMMAND_FAILED, DEVICE_EVENT)

    def __init__(self, house: House) -> None:
        super().__init__(house)
        self.states: dict[str, EntityState] = {}
        self.commands: list[tuple[str, Command]] = []
        self.silent: set[str] = set()
        self.dead: set[str] = set()

    async def open(self) -> None:
        for entity_id, name, room, state, capabilities, attributes in ROWS:
            self.house.say(ENTITY_CONFIG, config_of(entity_id, name, room, capabilities), *entity_id.split("."))
            self.become(entity_id, state, attributes)

    def become(
        self, entity_id: str, state: str, attributes: dict[str, Any] | None = None, cause: Cause | None = None
    ) -> Cause:
        now, cause = self.house.clock.now(), cause or self.house.cause(f"device:{entity_id}")
        before = self.states.get(entity_id)
        changed = before.changed if before and before.state == state else now
        said = EntityState(state, attributes or {}, changed, now, cause)
        self.states[entity_id] = said
        self.house.say(ENTITY_STATE, said, *entity_id.split("."))
        return cause

    @hears(COMMAND)
    def obey(self, command: Command, heard: Heard) -> None:
        entity_id = ".".join(heard.where[:2])
        self.commands.append((entity_id, command))
        if entity_id in self.silent or command.reply_to is None:
            return
        self.house.audit_command(heard.login, entity_id, command)
        self.house.say(REPLY, Reply(command.id, True), *command.reply_to.split("/")[2:])
        if entity_id not in self.dead:
            self.carry_out(entity_id, command)

    def carry_out(self, entity_id: str, command: Command) -> None:
        attributes = dict(self.states[entity_id].attributes)
        if "brightness_pct" in command.data:
            attributes["brightness"] = round(command.data["brightness_pct"] * 2.55)
        domain = entity_id.partition(".")[0]
        now = self.house.clock.now().isoformat()
        values = {"turn_on": now if domain == "scene" else "on", "turn_off": "off", "press": now, "send_message": now}
        state = values.get(command.service) or BECOMES.get(command.service)
        for name, value in command.data.items():
            if name in SAID.get(domain, ()):
                state = str(value)
            else:
                attributes[{"position": "current_position"}.get(name, name)] = value
        self.become(entity_id, state or self.states[entity_id].state, attributes, command.cause)

    def stir(self, chance: random.Random) -> None:
        """One moment of an ordinary evening."""
        room = chance.choice(AREAS)
        before = float(self.states[f"sensor.{room}_temperature"].state)
        self.become(f"sensor.{room}_temperature", f"{before + chance.choice((-0.1, 0.1)):.1f}")
        self.become("sensor.meter_power", f"{600 + chance.random() * 400:.1f}")

    def walk_in(self) -> None:
        """Somebody comes through the hall, and a rule lights the lamp."""
        seen = self.become("binary_sensor.hall_motion", "on")
        cause = self.house.cause("rule:hall_light#2", seen)
        self.become("light.hall_ceiling", "on", {}, cause)


class Gallery(Worker):
    """Stands for the home, as far as it has pictures: `content` is what every camera saw, or `url` where it is."""

    name = "home"

    def __init__(self, house: House) -> None:
        super().__init__(house)
        self.content: bytes | None = picture(3, 2)
        self.url: str | None = None

    @answers(IMAGE)
    async def image(self, request: AskImage, caller: Caller) -> ImageReply:
        if self.content is None and self.url is None:
            raise CallError("not_found", "there is no picture yet", "entity")
        data = None if self.content is None else b64encode(self.content).decode()
        kind, at = "image/svg+xml", self.house.clock.now()
        return ImageReply(entity=request.entity, content_type=kind, at=at, url=self.url, data=data)


class Doorman(Worker):
    """Stands for the people of the home, as far as it knows who asks: the owner, who prefers nothing."""

    name = "people"

    @answers(PREFERENCES)
    async def preferences(self, request: AskPreferences, caller: Caller) -> PreferenceList:
        return PreferenceList(values={})

    @answers(WHOAMI)
    async def whoami(self, request: AskMe, caller: Caller) -> Me:
        return Me(login=caller.login, role="owner")


def set_up_doorman(house: House) -> Doorman:
    return Doorman(house)


def set_up_gallery(house: House) -> Gallery:
    return Gallery(house)


def set_up_furniture(house: House) -> Furniture:
    return Furniture(house)


class Stage:
    """A running home: its furniture, its bridge, and the address with the token in it."""

    def __init__(self, process: Process, folder: Path, port: int) -> None:
        self.process = process
        self.port = port
        self.folder = folder

    @property
    def furniture(self) -> Furniture:
        worker = self.process.hosted["furniture"].worker
        assert isinstance(worker, Furniture)
        return worker

    @property
    def bridge(self) -> Bridge:
        worker = self.process.hosted["bridge"].worker
        assert isinstance(worker, Bridge)
        return worker

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}/#token={(self.folder / 'http-token').read_text().strip()}"


def process_on(wire: Wire, place: str, folder: Path, setups: dict[str, Setup], **options: Any) -> Process:
    """A process in this event loop, on a connection of any kind; `options` are settings of the home."""
    clock = RealClock()
    bus = Bus(wire, clock, process=place, login=f"process.{place}")
    settings = Settings.load({"data": folder, "rules": folder, **options}, [], {})

    def link(device: str) -> DeviceLink:
        raise AssertionError(f"nothing here is a device: {device}")

    return Process(bus, clock, settings, setups.__getitem__, link)


@asynccontextmanager
async def staged(folder: Path, port: int, **others: Setup) -> AsyncIterator[Stage]:
    """`others` stand in the place of workers of the same name."""
    wire = MemoryWire(MemoryBroker(), "stage", "process.stage")
    setups: dict[str, Setup] = {
        "furniture": set_up_furniture,
        "home": set_up_gallery,
        "people": set_up_doorman,
        "bridge": set_up_bridge,
        **others,
    }
    process = process_on(wire, "stage", folder, setups, http_port=port, name="Lindenhof 4")
    await process.open(setups)
    await process.until_open()
    stage = Stage(process, folder, port)
    await stage.bridge.listener.up.wait()
    try:
        yield stage
    finally:
        await process.close()


async def _stay(folder: Path, port: int) -> None:
    chance = random.Random(1)
    async with staged(folder, port) as stage:
        print(stage.address, flush=True)
        stage.furniture.dead.add("light.bedroom_bed")
        for moment in range(10**9):
            await asyncio.sleep(0.5)
            stage.furniture.stir(chance)
            if moment == 3:
                stage.furniture.walk_in()


if __name__ == "__main__":
    asyncio.run(_stay(Path(sys.argv[1]), int(sys.argv[2])))
