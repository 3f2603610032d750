"""Trigger `zone`: https://www.home-assistant.io/docs/automation/trigger/#zone-trigger

`trigger` holds entity_id, from_state, to_state, zone (its state) and event: enter or leave.
"""

from collections.abc import Mapping
from typing import Any, Final

from homeserver.rules.compiler import Compiler
from homeserver.rules.engine import Engine
from homeserver.rules.fired import Fired
from homeserver.rules.reading.fields import Fields
from homeserver.rules.triggers.trigger import EntityTrigger, Trigger
from homeserver.topics.entity import EntityState
from homeserver.view.zones import NoPlaceError, has_place, is_in

_DOING: Final[Mapping[str, str]] = {"enter": "entering", "leave": "leaving"}


class ZoneTrigger(EntityTrigger):
    """Somebody came into a zone, or left it, by coordinates where they are known, else by the state alone."""

    kind = "zone"

    def __init__(self, *args: Any, zone_id: str, event: str) -> None:
        super().__init__(*args)
        self._zone_id = zone_id
        self._event = event

    def hear(self, entity_id: str, old: EntityState | None, new: EntityState | None) -> None:
        if old is None or any(state is not None and not has_place(entity_id, state) for state in (old, new)):
            return
        try:
            was, is_now = (state is not None and self._in(entity_id, state) for state in (old, new))
        except NoPlaceError as error:
            self.engine.complain(self, str(error))
            return
        if (is_now and not was) if self._event == "enter" else (was and not is_now):
            self.matched(entity_id, old, new)

    def _in(self, entity_id: str, state: EntityState) -> bool:
        view = self.engine.view
        return is_in(self._zone_id, view.said(self._zone_id), entity_id, state, view.name(self._zone_id))

    def still(self, entity_id: str, old: EntityState | None, seen: EntityState | None, new: EntityState | None) -> bool:
        return new is not None  # never asked: a zone trigger has no `for`

    def describe(self, fired: Fired, engine: Engine) -> dict[str, Any]:
        zone, doing = engine.view.state(self._zone_id), _DOING[self._event]
        return super().describe(fired, engine) | {
            "zone": zone,
            "event": self._event,
            "description": f"{fired.entity_id} {doing} {engine.view.name(self._zone_id)}",
        }


def compile_zone(fields: Fields, compiler: Compiler, id: str, number: int, alias: str) -> Trigger:
    zones = fields.entities("zone")
    if len(zones) != 1 or not zones[0].startswith("zone."):
        raise fields.wrong("zone must be one zone, such as zone.home", "zone")
    event = fields.choice("event", tuple(_DOING), "enter")
    return ZoneTrigger(id, number, alias, fields.entities("entity_id"), None, zone_id=zones[0], event=event)
