"""What stands around rules that are tested: entities that do as they are told, and an ear for all that rules say."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final, TypeVar

from homeserver.rules.testing.layout import TOPICS as REGISTRY
from homeserver.rules.testing.layout import Layout, entries
from homeserver.runtime.heard import Heard
from homeserver.runtime.house import House
from homeserver.runtime.worker import Worker, hears
from homeserver.topics.cause import Cause
from homeserver.topics.entity import COMMAND, ENTITY_CONFIG, ENTITY_STATE, Command, EntityConfig, EntityState
from homeserver.topics.event import DEVICE_EVENT, EVENT, DeviceEvent, DeviceEventType, Event
from homeserver.topics.record import record
from homeserver.topics.services import SERVICES
from homeserver.topics.topic import Topic

M = TypeVar("M")
Tell = Callable[[str, str, Mapping[str, Any]], None]
"""Is told the full name of a service, the entity or nothing, and the data."""
_BECOMES: Final[Mapping[str, str]] = {
    "turn_on": "on",
    "turn_off": "off",
    "lock": "locked",
    "unlock": "unlocked",
    "open": "open",
    "open_cover": "open",
    "close_cover": "closed",
    "open_valve": "open",
    "close_valve": "closed",
    "start": "cleaning",
    "return_to_base": "docked",
    "start_mowing": "mowing",
    "dock": "docked",
    "alarm_arm_away": "armed_away",
    "alarm_arm_home": "armed_home",
    "alarm_arm_night": "armed_night",
    "alarm_disarm": "disarmed",
    "media_play": "playing",
    "media_pause": "paused",
    "media_stop": "idle",
}
"""By service: the state of an entity that has done it."""
_TAKES: Final[Mapping[str, str]] = {"set_value": "value", "select_option": "option", "set_hvac_mode": "hvac_mode"}
"""By service: the field that is the new state."""


@record
class Told:
    """One command, event or message: seconds since the begin, full name, entity or nothing, data."""

    at: float
    name: str
    entity_id: str
    data: dict[str, Any]


class Scenery(Worker):
    """The owner of all entities that are not the rules' own. `obeys`: they become what they are told."""

    name = "scenery"
    says = (ENTITY_STATE, ENTITY_CONFIG, EVENT, DEVICE_EVENT, *REGISTRY)

    def __init__(self, house: House) -> None:
        super().__init__(house)
        self.states: dict[str, EntityState] = {}
        self.obeys = True
        self._placed: list[tuple[Topic[Any], str]] = []

    @hears(COMMAND)
    def command(self, command: Command, heard: Heard) -> None:
        domain, object_id = heard.where[0], heard.where[1]
        entity_id = f"{domain}.{object_id}"
        state = self.states.get(entity_id)
        if state is None or not self.obeys:
            return
        word = _becomes(command, state.state)
        if word is not None:
            shown = {name: value for name, value in command.data.items() if name in state.attributes}
            self.become(entity_id, word, {**state.attributes, **shown}, command.cause)

    def become(self, entity_id: str, word: str, attributes: Mapping[str, Any], cause: Cause | None = None) -> None:
        """Let an entity be so."""
        domain, _, object_id = entity_id.partition(".")
        before, now = self.states.get(entity_id), self.house.clock.now()
        if before is None:
            name = object_id.replace("_", " ").capitalize()
            config = EntityConfig(name, self.name, tuple(SERVICES.get(domain, {})))
            self.house.say(ENTITY_CONFIG, config, domain, object_id)
        changed = before.changed if before is not None and before.state == word else now
        link = self.house.cause("device:test", cause)
        self.states[entity_id] = EntityState(word, dict(attributes), changed, now, link)
        self.house.say(ENTITY_STATE, self.states[entity_id], domain, object_id)

    def event(self, type: str, data: Mapping[str, Any]) -> None:
        """Let an event happen."""
        self.house.say(EVENT, Event(type, dict(data), self.house.clock.now()))

    def device(self, type: DeviceEventType, device_id: str | None, data: Mapping[str, Any]) -> None:
        """Let something happen at a device."""
        self.house.say(DEVICE_EVENT, DeviceEvent(type, device_id, None, self.house.clock.now(), dict(data)))

    def clear(self) -> None:
        """Take every entity away, and all that is said of where they are."""
        for entity_id in self.states:
            domain, _, object_id = entity_id.partition(".")
            self.house.say(ENTITY_STATE, None, domain, object_id)
            self.house.say(ENTITY_CONFIG, None, domain, object_id)
        self.states = {}
        for topic, id in self._placed:
            self.house.say(topic, None, id)
        self._placed = []

    def place(self, layout: Layout) -> None:
        """Put entities where they are said to be."""
        for topic, id, entry in entries(layout):
            self.house.say(topic, entry, id)
            self._placed.append((topic, id))


def _becomes(command: Command, now: str) -> str | None:
    if command.service == "toggle":
        return "off" if now == "on" else "on"
    if command.service in _TAKES:
        return str(command.data.get(_TAKES[command.service], now))
    return _BECOMES.get(command.service)


class StageHouse(House):
    """The house of the rules, with somebody listening to what they say to others."""

    def __init__(self, house: House, tell: Tell, answer: Callable[[str, Mapping[str, Any]], Awaitable[Any]]) -> None:
        self.__dict__.update(house.__dict__)
        self._tell = tell
        self._answer = answer

    def say(self, topic: Topic[M], message: M, *where: str) -> None:
        said: Any = message
        if topic is EVENT:
            self._tell("event", "", {"event": said.type, **said.data})
        elif topic is COMMAND:
            self._tell(f"{where[0]}.{said.service}", f"{where[0]}.{where[1]}", said.data)
        super().say(topic, message, *where)

    def publish(self, address: str, payload: bytes, *rest: Any, **more: Any) -> bool:
        self._tell("mqtt.publish", "", {"topic": address, "payload": payload.decode("utf-8", "replace")})
        return super().publish(address, payload, *rest, **more)

    async def ask(self, worker: str, verb: str, args: dict[str, Any], **more: Any) -> Any:
        self._tell(f"{worker}.{verb}", "", args)
        return await self._answer(f"{worker}.{verb}", args)
