"""Trigger `geo_location`: https://www.home-assistant.io/docs/automation/trigger/#geolocation-trigger

`trigger` holds source, entity_id, from_state, to_state, zone (its state) and event: enter or leave.
"""

from collections.abc import Callable
from typing import Any, Final

from homeserver.rules.compiler import Compiler
from homeserver.rules.engine import Engine
from homeserver.rules.fired import Fired
from homeserver.rules.reading.fields import Fields
from homeserver.rules.triggers.trigger import AWAY, Fire, Trigger, nowhere
from homeserver.runtime.heard import Heard
from homeserver.topics.entity import EntityState
from homeserver.view.zones import NoPlaceError, is_in

_DOMAIN: Final = "geo_location."


class GeoTrigger(Trigger):
    """Something that a source tells of, such as an earthquake, came up in a zone, moved into it, or is gone from it.

    With `ignore_unavailable` what goes away is not gone, and what is back is where it was."""

    kind = "geo_location"
    _ignores = False

    def __init__(self, id: str, number: int, alias: str, source: str, zone_id: str, event: str) -> None:
        super().__init__(id, number, alias)
        self._source = source
        self._zone_id = zone_id
        self._event = event
        self._stop: Callable[[], None] | None = None
        self.engine: Engine

    def ignore_unavailable(self) -> str:
        self._ignores = True
        return ""

    def attach(self, engine: Engine, fire: Fire) -> None:
        self.fire, self.engine = fire, engine
        self._stop = engine.view.watch_all(self._hear)

    def detach(self, engine: Engine) -> None:
        if self._stop is not None:
            self._stop()
            self._stop = None
        self.fire = nowhere

    def _hear(self, entity_id: str, old: EntityState | None, new: EntityState | None, heard: Heard) -> None:
        if not entity_id.startswith(_DOMAIN) or not any(map(self._is_of_source, (old, new))):
            return
        if self._ignores and any(state is not None and state.state in AWAY for state in (old, new)):
            return
        try:
            was, is_now = self._in(entity_id, old), self._in(entity_id, new)
        except NoPlaceError as error:
            self.engine.complain(self, str(error))
            return
        if (is_now and not was) if self._event == "enter" else (was and not is_now):
            self.fire(Fired(self, entity_id, old, new, cause=new.cause if new is not None else None))

    def _is_of_source(self, state: EntityState | None) -> bool:
        return state is not None and str(state.attributes.get("source", "")).lower() == self._source

    def _in(self, entity_id: str, state: EntityState | None) -> bool:
        if state is None or state.state in AWAY:
            return False
        view = self.engine.view
        return is_in(self._zone_id, view.said(self._zone_id), entity_id, state, view.name(self._zone_id))

    def describe(self, fired: Fired, engine: Engine) -> dict[str, Any]:
        return super().describe(fired, engine) | {
            "source": self._source,
            "entity_id": fired.entity_id,
            "from_state": engine.shown(fired.entity_id, fired.old),
            "to_state": engine.shown(fired.entity_id, fired.new),
            "zone": engine.view.state(self._zone_id),
            "event": self._event,
            "description": f"geo_location - {self._source}",
        }


def compile_geo_location(fields: Fields, compiler: Compiler, id: str, number: int, alias: str) -> Trigger:
    source = str(fields.need("source", "say who tells of places, such as usgs_earthquakes_feed")).lower()
    zones = fields.entities("zone")
    if len(zones) != 1 or not zones[0].startswith("zone."):
        raise fields.wrong("zone must be one zone, such as zone.home", "zone")
    return GeoTrigger(id, number, alias, source, zones[0], fields.choice("event", ("enter", "leave"), "enter"))
