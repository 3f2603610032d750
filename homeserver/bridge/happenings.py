"""What went on in the home, for people: the changes worth a line, each with its chain of causes.

Readings change all the time and are no news; lamps, doors, motion and choices are. Keeps the last state of each entity.
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from homeserver.bridge.causes import Causes
from homeserver.bridge.picture import Picture
from homeserver.bridge.states import iso
from homeserver.topics.entity import UNKNOWN, CommandOutcome, EntityConfig, EntityState
from homeserver.topics.event import DeviceEvent

_QUIET: Final = frozenset({"diagnostic", "config"})
"""Categories of entities that concern the device and not the home."""

_PASSING: Final = frozenset({"motion", "moving", "occupancy", "sound", "vibration"})
"""Classes whose beginning is news and whose end is not: it only means that nothing more was seen."""
_REST: Final = timedelta(minutes=5)
"""For which what comes and goes is told once."""


def _pressed(data: Mapping[str, Any]) -> str:
    """A key and how it was pressed, as the device's own words tell: `button 2, double press`."""
    type_, subtype = (str(data.get(name, "")).replace("_", " ").strip()[:60] for name in ("type", "subtype"))
    kind = type_.removeprefix(subtype.rpartition(" ")[0] + " ") if subtype else type_
    return f"told: {', '.join(part for part in (subtype, kind) if part) or 'something happened'}"


_EVENTS: Final[Mapping[str, Callable[[Mapping[str, Any]], str]]] = {
    "device_trigger": _pressed,
    "flapping": lambda data: "changes far too often, and is slowed until it is calm",
    "tag_scanned": lambda data: f"read the tag {str(data.get('tag_id', ''))[:60]}",
}


class Happenings:
    """Turns states and outcomes into lines: `{time, entity_id, name, from, to, why}`, or `failed` in place of `to`."""

    def __init__(self, picture: Picture, causes: Causes) -> None:
        self._picture = picture
        self._causes = causes
        self._last: dict[str, str] = {}
        self._seen: dict[str, datetime] = {}

    def state(self, entity_id: str, state: EntityState | None, *, told: bool) -> dict[str, Any] | None:
        """The line for a state that has just come, None where it is not worth one. `told` False only remembers."""
        before = self._last.get(entity_id)
        if state is None:
            self._last.pop(entity_id, None)
            self._seen.pop(entity_id, None)
            return None
        self._last[entity_id] = state.state
        if not told or before in (None, UNKNOWN, state.state) or not self._is_news(entity_id, state):
            return None
        line = self._line(entity_id, state.changed, self._causes.chain(state.cause))
        return {**line, "from": before, "to": state.state}

    def failed(self, outcome: CommandOutcome, now: datetime) -> dict[str, Any]:
        """The line for a command that was accepted and came to nothing."""
        line = self._line(outcome.entity_id, now, self._causes.chain(outcome.cause))
        return {**line, "failed": outcome.message, "service": outcome.service}

    def event(self, event: DeviceEvent) -> dict[str, Any] | None:
        """The line for a press of a key, a tag, or what flaps; signals of remotes are no news to people."""
        tell = _EVENTS.get(event.type)
        if tell is None:
            return None
        line = {"time": iso(event.at), "entity_id": event.entity_id, "why": self._causes.chain(event.cause)}
        return {**line, "name": self._teller(event), "did": tell(event.data)}

    def _teller(self, event: DeviceEvent) -> str:
        """The device; some entities have none."""
        if event.device_id is None and event.entity_id is not None:
            return self._picture.name(event.entity_id)
        return self._picture.device(event.device_id)

    def _line(self, entity_id: str, time: datetime, why: list[dict[str, Any]]) -> dict[str, Any]:
        return {"time": iso(time), "entity_id": entity_id, "name": self._picture.name(entity_id), "why": why}

    def _is_news(self, entity_id: str, state: EntityState) -> bool:
        config = self._picture.find(entity_id)
        if config is None or config.category in _QUIET or _is_reading(entity_id, config):
            return False
        return config.device_class not in _PASSING or self._is_fresh(entity_id, state)

    def _is_fresh(self, entity_id: str, state: EntityState) -> bool:
        """Whether something was seen for the first time in a while."""
        if state.state == "off":
            return False
        before = self._seen.get(entity_id)
        self._seen[entity_id] = state.changed
        return before is None or state.changed - before >= _REST


def _is_reading(entity_id: str, config: EntityConfig) -> bool:
    """A measured value, which changes without anybody's doing."""
    return entity_id.startswith("sensor.") and bool(config.unit or config.state_class)
