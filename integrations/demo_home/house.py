"""The demo house: the world, its devices, and what they say and are told. No input and no output of its own.

Needs a seed, a start and a place. Keeps the last message of every topic, as devices can say all again. The same seed,
start and commands give the same messages, byte for byte, however the time between them is cut into steps.
"""

from collections import Counter
from datetime import datetime
from typing import Final

from homeserver.runtime.filters import matches
from integrations.demo_home import (
    bundle_kinds,
    esphome_door,
    esphome_drives,
    esphome_kinds,
    esphome_rooms,
    tasmota_kinds,
    zigbee_kinds,
)
from integrations.demo_home.bundles import BUNDLES
from integrations.demo_home.devices import DEVICES
from integrations.demo_home.esphome import ESPHOME
from integrations.demo_home.family import Family
from integrations.demo_home.sun import Place
from integrations.demo_home.tasmota import TASMOTA
from integrations.demo_home.timeline import Timeline
from integrations.demo_home.unit import ONLINE, Dialect, Ignored, Kind, Message, Order, Unit
from integrations.demo_home.voice import Voice
from integrations.demo_home.world import World
from integrations.demo_home.zigbee import ZIGBEE

KINDS: Final[dict[str, Kind]] = {
    **zigbee_kinds.KINDS, **tasmota_kinds.KINDS, **esphome_kinds.KINDS, **esphome_drives.KINDS,
    **esphome_door.KINDS, **esphome_rooms.KINDS, **bundle_kinds.KINDS,
}  # fmt: skip
DIALECTS: Final[tuple[Dialect, ...]] = (ZIGBEE, TASMOTA, ESPHOME, BUNDLES)
FILTERS: Final = tuple(dialect.filter for dialect in DIALECTS)
"""What the devices subscribe to."""
BIRTH: Final = "homeassistant/status"
BERLIN: Final = Place(52.52, 13.40)
REACTION: Final = (0.05, 0.35)
"""Seconds from a command to its effect."""
LONGEST_COMMAND: Final = 4_096
"""Bytes; longer ones do not fit into a device's buffer."""


class House:
    """Step it and tell it; both return messages (topic, payload, retain) in order.

    `ignored` counts commands that no device reacted to, by reason; `told` those that had an effect.
    """

    def __init__(self, seed: int, start: datetime, place: Place = BERLIN) -> None:
        self.timeline = Timeline(start)
        self.world = World(seed, self.timeline, place, self._notice)
        self.ignored: Counter[str] = Counter()
        self.told = 0
        self._said: list[Message] = []
        self._last: dict[str, Message] = {}
        self._noticed: dict[str, bool] = {}
        self._voices = {
            device.key: Voice(Unit(device, self.world, self._notice), KINDS[device.kind], self._last)
            for device in DEVICES
        }
        self._by_thing = {voice.unit.device.thing: voice for voice in self._voices.values()} | self._voices
        self._reachable = dict.fromkeys(self._voices, True)
        self.family = Family(self.world)
        for voice in self._voices.values():
            voice.availability()
            voice.look(changed=True)
            first = voice.unit.chance.uniform(0, voice.kind.period)
            self.timeline.every(voice.kind.period, lambda voice=voice: self._said.extend(voice.look()), first)  # type: ignore[misc]

    def announcements(self) -> list[Message]:
        """The discovery messages of all devices."""
        return [message for voice in self._voices.values() for message in voice.announcements()]

    def reports(self) -> list[Message]:
        """The last message on every topic, then that all are there: what devices say again when they connect."""
        return [*self._last.values(), ONLINE]

    def step(self, seconds: float) -> list[Message]:
        """Let time pass."""
        if not 0 <= seconds < float("inf"):
            raise ValueError(f"seconds must be 0 or more, not {seconds}")
        self.timeline.run(self.timeline.now + seconds)
        return self._drain()

    def next_due(self) -> float:
        """Seconds until something may be said; before that a step brings nothing."""
        return max(0.0, self.timeline.next_due() - self.timeline.now)

    def command(self, topic: str, payload: bytes) -> list[Message]:
        """Tell a device. The effect comes with a later step; what comes at once is the answer to the birth message."""
        if topic == BIRTH:
            return self.announcements() + self.reports() if payload == b"online" else []
        try:
            voice, order = self._understand(topic, payload)
        except Ignored as fault:
            self.ignored[str(fault)] += 1
            return []
        voice.busy = max(voice.busy, self.timeline.now + voice.unit.chance.uniform(*REACTION))
        self.timeline.at(voice.busy, lambda: self._obey(voice, order))
        return self._drain()

    def _understand(self, topic: str, payload: bytes) -> tuple[Voice, Order]:
        if len(payload) > LONGEST_COMMAND:
            raise Ignored("too long")
        try:
            text = payload.decode()
        except UnicodeDecodeError as fault:
            raise Ignored("not UTF-8") from fault
        dialect = next((dialect for dialect in DIALECTS if matches(dialect.filter, topic)), None)
        if dialect is None:
            raise Ignored("unknown topic")
        key, order = dialect.order(topic, text)
        voice = self._voices.get(key)
        if voice is None or voice.kind.dialect is not dialect:
            raise Ignored("unknown device")
        return voice, order

    def _obey(self, voice: Voice, order: Order) -> None:
        if not voice.unit.radio.online:
            self.ignored["not reached"] += 1
            return
        try:
            voice.kind.obey(voice.unit, order)
            self.told += 1
        except Ignored as fault:
            self.ignored[str(fault)] += 1
            return
        self._notice(voice.unit.device.key)

    # --- what devices notice is reported once all that happens at this moment has happened

    def _notice(self, key: str) -> None:
        if key in self._noticed or not hasattr(self, "family"):
            return
        self._noticed[key] = True
        self.timeline.after(0.0, lambda: self._tell(key))

    def _tell(self, key: str) -> None:
        del self._noticed[key]
        voice = self._by_thing.get(key)
        if voice is None:
            return
        online = voice.unit.radio.online
        if online != self._reachable[voice.unit.device.key]:
            self._reachable[voice.unit.device.key] = online
            if online and voice.unit.renewed:
                voice.unit.renewed = False
                self._said.extend(voice.announcements())
            self._said.extend(voice.availability())
        self._said.extend(voice.look(changed=True))

    def _drain(self) -> list[Message]:
        said, self._said = self._said, []
        return said
