"""Conditions with a name of their own, `condition: light.is_on`: of any or all entities that a target means now.

Reference: https://www.home-assistant.io/docs/scripts/conditions/ and Home Assistant's `EntityConditionBase`.
`for` counts from when the state became another word, or for an attribute from when anything of the entity last changed:
perhaps too late, never too early.
"""

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from homeserver.rules.compiler import Compiler
from homeserver.rules.conditions.condition import Condition, leaf
from homeserver.rules.program import RunError
from homeserver.rules.purpose.kind import Kind
from homeserver.rules.purpose.names import conditions
from homeserver.rules.purpose.trigger import options_of, target_of
from homeserver.rules.reading.durations import Duration, duration
from homeserver.rules.reading.fields import Fields
from homeserver.rules.run import Run
from homeserver.topics.entity import EntityState
from homeserver.view.targets import Target, resolve
from homeserver.view.view import View

_SHOWN: Final = 10
"""Entities that are told of."""


class _Meant:
    """The entities that a target means, found anew when the home has changed."""

    __slots__ = ("_found", "_kind", "_moves", "_target")

    def __init__(self, target: Target, kind: Kind) -> None:
        self._target = target
        self._kind = kind
        self._moves = -1
        self._found: tuple[str, ...] = ()

    def now(self, view: View) -> tuple[str, ...]:
        if view.moves != self._moves:
            kind = self._kind
            self._found = kind.members(view, resolve(view, self._target, frozenset(kind.sources), aside=kind.aside))
            self._moves = view.moves
        return self._found


def compile_named(name: str, fields: Fields, compiler: Compiler) -> Condition:
    """The condition of this name; raises `RuleError`."""
    options = options_of(fields)
    kind = conditions()[name](name, options)
    target = target_of(name, fields, options, kind, compiler)
    every = options.choice("behavior", ("any", "all"), "any") == "all"
    lasting = duration(options, "for", compiler.templates) if "for" in options else None
    options.done()
    meant = _Meant(target, kind)

    def check(run: Run) -> bool:
        view, missing, none = run.engine.view, "", True
        for entity_id in meant.now(view):
            state, none = view.said(entity_id), False
            if state is None:
                missing = missing or entity_id
            elif kind.is_counted(view, entity_id, state):
                holds = kind.so(view, entity_id, state) and (
                    lasting is None or _lasts(run, kind, entity_id, state, lasting)
                )
                if holds is not every:
                    return holds
        if missing:
            raise RunError(f"there is no entity {missing}")
        if none:
            raise RunError(f"{name}: the target means no entity that this is about")
        return every

    def tell(run: Run) -> str:
        ids = meant.now(run.engine.view)
        shown = ", ".join(_shown(run.engine.view, kind, ids[:_SHOWN]))
        more = f" and {len(ids) - _SHOWN} more" if len(ids) > _SHOWN else ""
        return f"{shown or 'no entity'}{more}; wanted {'all' if every else 'any'} {kind.tell}"

    return leaf(compiler, fields.way, fields.line(), check, tell)


def _shown(view: View, kind: Kind, entity_ids: tuple[str, ...]) -> Iterator[str]:
    for entity_id in entity_ids:
        yield f"{entity_id} is {kind.shown(entity_id, view.said(entity_id))}"


def _lasts(run: Run, kind: Kind, entity_id: str, state: EntityState, lasting: Duration) -> bool:
    since = state.updated if kind.sources[entity_id.partition(".")[0]].attribute else state.changed
    return run.engine.clock.now() - since >= timedelta(seconds=lasting(lambda: run.values))
