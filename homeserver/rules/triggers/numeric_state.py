"""Trigger `numeric_state`: https://www.home-assistant.io/docs/automation/trigger/#numeric-state-trigger"""

from typing import Any

from homeserver.rules.compiler import Compiler
from homeserver.rules.engine import Engine
from homeserver.rules.fired import Fired
from homeserver.rules.program import FAULTS, RunError
from homeserver.rules.reading.durations import duration
from homeserver.rules.reading.fields import Fields
from homeserver.rules.reading.limits import Limits, limits
from homeserver.rules.triggers.trigger import EntityTrigger, Fire, Trigger
from homeserver.topics.entity import UNAVAILABLE, EntityState


class NumericTrigger(EntityTrigger):
    """A number came to lie between limits. It fires once, then again only after it has been outside.

    What is outside, when the rule starts or later, is armed; so is what is `unknown` at first, and an attribute that is
    not there. An entity that is inside, unavailable or not there when the rule starts has to go outside first. A number
    that was away for a while and comes back on the same side has not crossed anything, and what is no number changes
    nothing.
    """

    kind = "numeric_state"

    def __init__(self, *args: Any, limits: Limits) -> None:
        super().__init__(*args)
        self._limits = limits

    def clear(self) -> None:
        super().clear()
        self._armed: set[str] = set()

    def attach(self, engine: Engine, fire: Fire) -> None:
        super().attach(engine, fire)
        self._armed = {
            entity_id
            for entity_id in self.entity_ids
            if (state := engine.view.said(entity_id)) is not None
            and state.state != UNAVAILABLE
            and self._inside(entity_id, state) is False
        }

    def _inside(self, entity_id: str, state: EntityState) -> bool | None:
        """None where there is no number."""
        try:
            return self._limits.hold(self.engine.view, entity_id, state, self.known_variables)
        except RunError:
            return None
        except FAULTS as error:
            self.engine.complain(self, str(error))
            return None

    def hear(self, entity_id: str, old: EntityState | None, new: EntityState | None) -> None:
        if new is None:
            self.forget(entity_id)
            return
        inside = self._inside(entity_id, new)
        if not inside:
            self.forget(entity_id)
        if inside is False:
            self._armed.add(entity_id)
        elif inside and entity_id in self._armed:
            self._armed.discard(entity_id)
            self.matched(entity_id, old, new)

    def settle(self, entity_id: str, new: EntityState | None) -> None:
        super().settle(entity_id, new)
        if new is not None and (inside := self._inside(entity_id, new)) is not None:
            (self._armed.discard if inside else self._armed.add)(entity_id)

    def still(self, entity_id: str, old: EntityState | None, seen: EntityState | None, new: EntityState | None) -> bool:
        return new is not None and bool(self._inside(entity_id, new))

    def describe(self, fired: Fired, engine: Engine) -> dict[str, Any]:
        wanted = self._limits
        rows = {"above": wanted.above, "below": wanted.below, "attribute": wanted.attribute or None}
        return super().describe(fired, engine) | rows


def compile_numeric_state(fields: Fields, compiler: Compiler, id: str, number: int, alias: str) -> Trigger:
    return NumericTrigger(
        id,
        number,
        alias,
        fields.entities("entity_id"),
        duration(fields, "for", compiler.templates) if "for" in fields else None,
        limits=limits(fields, compiler),
    )
