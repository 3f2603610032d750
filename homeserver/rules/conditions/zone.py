"""Condition `zone`: https://www.home-assistant.io/docs/scripts/conditions/#zone-condition

Each entity must be in one of the zones.
"""

from homeserver.rules.compiler import Compiler
from homeserver.rules.conditions.condition import Condition, leaf
from homeserver.rules.program import RunError
from homeserver.rules.reading.fields import Fields
from homeserver.rules.run import Run
from homeserver.view.view import View
from homeserver.view.zones import NoPlaceError, is_in

DOMAIN = "zone"


def compile_zone(fields: Fields, compiler: Compiler, kind: str) -> Condition:
    entity_ids, zone_ids = fields.entities("entity_id"), zones(fields)

    def check(run: Run) -> bool:
        view, fault = run.engine.view, ""
        for entity_id in entity_ids:
            inside, why = within_one(view, entity_id, zone_ids)
            if not inside and not why:
                return False
            fault = fault or (why if not inside else "")
        if fault:
            raise RunError(fault)
        return True

    def tell(run: Run) -> str:
        view = run.engine.view
        where = ((entity_id, view.said(entity_id)) for entity_id in entity_ids)
        parts = [f"{entity_id} is {'not there' if state is None else state.state}" for entity_id, state in where]
        return f"{', '.join(parts)}; wanted in {' or '.join(zone_ids)}"

    return leaf(compiler, fields.way, fields.line(), check, tell)


def zones(fields: Fields, name: str = "zone") -> tuple[str, ...]:
    """Ids of zones: one, several with commas, or a list; raises `RuleError`."""
    fields.need(name, "name a zone, such as zone.home")
    found = fields.entities(name)
    for zone_id in found:
        if not zone_id.startswith(f"{DOMAIN}."):
            raise fields.wrong(f"{zone_id} is no zone: write one such as zone.home", name)
    return found


def within_one(view: View, entity_id: str, zone_ids: tuple[str, ...]) -> tuple[bool, str]:
    """Whether an entity is in one of some zones, or else why that could not be said of one of them."""
    why = ""
    for zone_id in zone_ids:
        try:
            if is_in(zone_id, view.said(zone_id), entity_id, view.said(entity_id), view.name(zone_id)):
                return True, ""
        except NoPlaceError as error:
            why = why or str(error)
    return False, why
