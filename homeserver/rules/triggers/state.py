"""Trigger `state`: https://www.home-assistant.io/docs/automation/trigger/#state-trigger"""

from typing import Any, Final

from homeserver.rules.compiler import Compiler
from homeserver.rules.engine import Engine
from homeserver.rules.fired import Fired
from homeserver.rules.reading.durations import duration
from homeserver.rules.reading.fields import Fields
from homeserver.rules.reading.yaml_source import Seq
from homeserver.rules.triggers.trigger import AWAY, EntityTrigger, Trigger
from homeserver.topics.entity import MARKS, EntityState

ANY: Final = "*"
"""Any value, where a change of attributes alone shall not count."""


class StateTrigger(EntityTrigger):
    """A state or an attribute changed, from and to certain values.

    Without from, to, not_from and not_to a change of any attribute counts too; with one of them, even empty, only a
    change of the state does: https://www.home-assistant.io/docs/automation/trigger/#state-trigger
    The first word about an entity is no change: nothing fires because the home has just started. Only a trigger that
    names `unavailable` or `unknown` hears of the time in which an entity is away.
    """

    kind = "state"

    def __init__(
        self, *args: Any, froms: "Match", tos: "Match", attribute: str, any_change: bool, leaving: bool
    ) -> None:
        super().__init__(*args)
        self._froms = froms
        self._tos = tos
        self._attribute = attribute
        self._any_change = any_change
        self._leaving = leaving
        named = {*(froms.values or ()), *(tos.values or ())} if not attribute else set()
        self.asks = not named.isdisjoint(AWAY)

    def _value(self, state: EntityState | None) -> Any:
        if state is None:
            return None
        return state.attributes.get(self._attribute) if self._attribute else state.state

    def hear(self, entity_id: str, old: EntityState | None, new: EntityState | None) -> None:
        if old is None:
            return
        if self.pending:
            self.check(entity_id, new)
        if self._attribute or new is None:
            before, after = self._value(old), self._value(new)
        else:
            before, after = old.state, new.state
        if before == after and (self._attribute or not self._any_change or _only_marks(old, new)):
            return
        tos = self._tos
        if tos.values is not None and (after in tos.values) is tos.inverted:
            return
        froms = self._froms
        if froms.values is not None and (before in froms.values) is froms.inverted:
            return
        self.matched(entity_id, old, new)

    def still(self, entity_id: str, old: EntityState | None, seen: EntityState | None, new: EntityState | None) -> bool:
        if new is None:
            return False
        if self._leaving:
            return bool(self._value(new) != self._value(old))
        return bool(self._value(new) == self._value(seen))

    def describe(self, fired: Fired, engine: Engine) -> dict[str, Any]:
        return super().describe(fired, engine) | {"attribute": self._attribute or None}


def _only_marks(old: EntityState, new: EntityState | None) -> bool:
    """Whether nothing is new but how a command fares: that is no change of the device."""
    if new is None or (MARKS.isdisjoint(old.attributes) and MARKS.isdisjoint(new.attributes)):
        return False
    return _bare(old) == _bare(new)


def _bare(state: EntityState) -> dict[str, Any]:
    return {name: value for name, value in state.attributes.items() if name not in MARKS}


class Match:
    """Values that are wanted, or with `inverted` not wanted; None: all are."""

    __slots__ = ("inverted", "values")

    def __init__(self, values: tuple[Any, ...] | None, inverted: bool) -> None:
        self.values = values
        self.inverted = inverted


def compile_state(fields: Fields, compiler: Compiler, id: str, number: int, alias: str) -> Trigger:
    names = ("from", "to", "not_from", "not_to")
    given = {name: name in fields.node for name in names}
    for wanted, unwanted in (("from", "not_from"), ("to", "not_to")):
        if given[wanted] and given[unwanted]:
            raise fields.wrong(f"say {wanted} or {unwanted}, not both", unwanted)
    attribute = fields.text("attribute")
    values = {name: _values(fields, name, bool(attribute)) for name in names}
    return StateTrigger(
        id,
        number,
        alias,
        fields.entities("entity_id"),
        duration(fields, "for", compiler.templates) if "for" in fields else None,
        froms=Match(values["not_from"] if given["not_from"] else values["from"], given["not_from"]),
        tos=Match(values["not_to"] if given["not_to"] else values["to"], given["not_to"]),
        attribute=attribute,
        any_change=not any(given.values()),
        leaving=given["from"] and not given["to"],
    )


def _values(fields: Fields, name: str, plain: bool) -> tuple[Any, ...] | None:
    """State words; those of an attribute are compared as they are, with the word for each number beside it."""
    if not plain:
        return None if fields.take(name) == ANY else fields.words(name)
    value = fields.take(name)
    return None if value in (None, ANY) else tuple(value) if isinstance(value, Seq) else (value,)
