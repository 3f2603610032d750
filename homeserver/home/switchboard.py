"""From a device's topic to the entities that read it.

Keeps the latest payload of each topic: an entity that is announced after its state was reported still gets it, for
the broker sends nothing again on a filter that is held already. Topics that nobody reads yet are kept within
bounds. A topic with wildcards is a line of its own: what is said on an address goes to the line of that very
address and to all with wildcards that match it.
"""

from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Final

from homeserver.home.entity import Entity, Read
from homeserver.home.patterns import Patterns, is_wild
from homeserver.runtime.filters import matches

_STRAYS: Final = 20_000
_STRAY_BYTES: Final = 8 * 1024 * 1024
_RECENT: Final = 16
"""Addresses that are remembered of a topic with wildcards."""


@dataclass(slots=True)
class Part:
    """What one entity reads on a topic; `timed`: a report on it starts the entity's timers anew."""

    entity: Entity
    reads: list[Read]
    timed: bool


@dataclass(slots=True)
class Line:
    """One topic: who reads it, and what it said last."""

    parts: dict[Entity, Part] = field(default_factory=dict)
    latest: bytes | None = None
    recent: OrderedDict[str, bytes] | None = None
    """Instead of `latest` for a topic with wildcards: what its latest addresses said."""
    heard: float | None = None
    """When it spoke last, on the monotonic clock."""

    def take(self, address: str, payload: bytes) -> None:
        """Remember what was said."""
        if self.recent is None:
            self.latest = payload
            return
        self.recent[address] = payload
        self.recent.move_to_end(address)
        if len(self.recent) > _RECENT:
            self.recent.popitem(last=False)

    def said(self, topic: str) -> list[tuple[str, bytes]]:
        """What was said last, with addresses; `topic` is that of the line."""
        if self.recent is not None:
            return list(self.recent.items())
        return [] if self.latest is None else [(topic, self.latest)]


class Switchboard:
    """All topics of devices that are heard."""

    def __init__(self) -> None:
        self.lines: dict[str, Line] = {}
        self.patterns = Patterns()
        self._wild: dict[str, Line] = {}
        self._matched: dict[str, tuple[Line, ...]] = {}
        self._spoke: dict[str, float] = {}
        self._strays: OrderedDict[str, bytes] = OrderedDict()
        self._stray_bytes = 0

    def connect(self, entity: Entity) -> bool:
        """Let an entity read its topics; True when other filters must be held now."""
        changed = False
        for topic, read in entity.face.hears:
            line = self.lines.get(topic)
            if line is None:
                line = self.lines[topic] = self._new(topic)
                changed |= self.patterns.add(topic)
            part = line.parts.get(entity)
            if part is None:
                part = line.parts[entity] = Part(entity, [], topic in entity.face.timed)
            part.reads.append(read)
        return changed

    def disconnect(self, entity: Entity) -> bool:
        """The reverse."""
        changed = False
        for topic in {topic for topic, _ in entity.face.hears}:
            line = self.lines.get(topic)
            if line is None or line.parts.pop(entity, None) is None:
                continue
            if not line.parts:
                del self.lines[topic]
                self._part(topic, line)
                if self._wild.pop(topic, None) is not None:
                    self._matched.clear()
                if line.latest is not None:
                    self.keep(topic, line.latest)
                changed |= self.patterns.remove(topic)
        return changed

    def _new(self, topic: str) -> Line:
        heard = self._spoke.pop(topic, None)
        if not is_wild(topic):
            return Line(latest=self._found(topic), heard=heard)
        line = self._wild[topic] = Line(recent=OrderedDict(), heard=heard)
        self._matched.clear()
        return line

    def _part(self, topic: str, line: Line) -> None:
        """A topic that nobody reads now spoke when it did: the one who reads it next is told."""
        if len(self._spoke) >= _STRAYS:
            self._spoke.clear()
        if line.heard is not None:
            self._spoke[topic] = line.heard

    def wild(self, address: str) -> tuple[Line, ...]:
        """The lines with wildcards that an address is on."""
        if not self._wild:
            return ()
        found = self._matched.get(address)
        if found is None:
            if len(self._matched) >= _STRAYS:
                self._matched.clear()
            found = tuple(line for topic, line in self._wild.items() if matches(topic, address))
            self._matched[address] = found
        return found

    def keep(self, topic: str, payload: bytes) -> None:
        """Remember what a topic said that nobody reads; the oldest go first."""
        self._found(topic)
        self._strays[topic] = payload
        self._stray_bytes += len(topic) + len(payload)
        while len(self._strays) > _STRAYS or self._stray_bytes > _STRAY_BYTES:
            old, gone = self._strays.popitem(last=False)
            self._stray_bytes -= len(old) + len(gone)

    def _found(self, topic: str) -> bytes | None:
        payload = self._strays.pop(topic, None)
        if payload is not None:
            self._stray_bytes -= len(topic) + len(payload)
        return payload
