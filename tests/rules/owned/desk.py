"""A desk for things that are tested by themselves: a clock, and lists of what they told and asked."""

from collections.abc import Mapping
from datetime import UTC, tzinfo
from typing import Any, cast
from zoneinfo import ZoneInfo

from homeserver.rules.engine import Engine
from homeserver.rules.owned.thing import Thing
from homeserver.runtime.clock import VirtualClock
from homeserver.topics.cause import Cause
from homeserver.topics.priority import UNSAID


class _Engine:
    def __init__(self, zone: tzinfo) -> None:
        self.zone = zone


class Desk:
    """Stands in for the owner."""

    def __init__(self, clock: VirtualClock | None = None, zone: str = "UTC") -> None:
        self.clock = clock or VirtualClock()
        self.weight = UNSAID
        self.engine = cast(Engine, _Engine(ZoneInfo(zone) if zone != "UTC" else UTC))
        self.shown: list[tuple[str, dict[str, Any]]] = []
        self.events: list[tuple[str, dict[str, Any]]] = []
        self.asked: list[tuple[str, str, dict[str, Any]]] = []

    def show(self, thing: Thing, cause: Cause | None = None) -> None:
        self.shown.append((thing.state, dict(thing.attributes)))

    def introduce(self, thing: Thing) -> None:
        self.show(thing)

    def soon(self, thing: Thing) -> None:
        thing.look()
        self.show(thing)

    def event(self, type: str, data: dict[str, Any], cause: Cause | None = None) -> None:
        self.events.append((type, data))

    def command(self, entity_id: str, service: str, data: Mapping[str, Any], cause: Cause | None) -> None:
        self.asked.append((entity_id, service, dict(data)))
