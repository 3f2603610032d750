"""Triggers with a name of their own, `trigger: motion.detected`: on each entity that a target means, now and later.

Reference: https://www.home-assistant.io/docs/automation/trigger/ and Home Assistant's `EntityTriggerBase`.
"""

from typing import Any, Final

from homeserver.rules.compiler import Compiler
from homeserver.rules.engine import Engine
from homeserver.rules.purpose.kind import AWAY, Kind
from homeserver.rules.purpose.names import triggers
from homeserver.rules.purpose.specials import OF_A_ZONE, zone_of
from homeserver.rules.purpose.target import read_target
from homeserver.rules.reading.durations import Duration, duration
from homeserver.rules.reading.fields import Fields
from homeserver.rules.reading.yaml_source import Map
from homeserver.rules.triggers.trigger import EntityTrigger, Fire, Trigger
from homeserver.topics.entity import UNAVAILABLE, EntityState
from homeserver.view.targets import Target, places, resolve

EACH: Final = "each"
FIRST: Final = "first"
ALL: Final = "all"
_FORMER: Final = {"any": EACH, "last": ALL}
"""What these were called until 2026."""


class NamedTrigger(EntityTrigger):
    """Fires when an entity becomes what the kind says; with `first` only when it is the only one, with `all` only when
    all are so by now. Entities that come to be meant later are looked at from then on, and fire nothing by coming.
    """

    asks = True  # the time away is left out here, and in another way

    def __init__(
        self,
        id: str,
        number: int,
        alias: str,
        lasting: Duration | None,
        *,
        kind: Kind,
        target: Target,
        behavior: str,
    ) -> None:
        super().__init__(id, number, alias, (), lasting)
        self.kind = kind.name
        self._what = kind
        self._target = target
        self._behavior = behavior

    def clear(self) -> None:
        super().clear()
        self.entity_ids = ()
        self._unfollow: Any = None

    def ignore_unavailable(self) -> str:
        return ""  # it always does

    def attach(self, engine: Engine, fire: Fire) -> None:
        super().attach(engine, fire)
        self._look(None)
        self._unfollow = engine.view.follow(self._look, frozenset(self._what.sources))

    def detach(self, engine: Engine) -> None:
        if self._unfollow is not None:
            self._unfollow()
            self._unfollow = None
        super().detach(engine)
        self.entity_ids = ()

    def _look(self, moved: set[str] | None) -> None:
        """Listen to those that are meant now; `moved` are those of which that may be another thing than before."""
        view, kind = self.engine.view, self._what
        before = set(self.entity_ids)
        if moved is None:
            ids = resolve(view, self._target, frozenset(kind.sources), aside=kind.aside)
        else:
            index = places(view)
            ids = [id for id in moved if index.lead(view, self._target, id, kind.aside)]
        found = set(kind.members(view, ids)) | (before - moved if moved is not None else set())
        if found == before:
            return
        for entity_id in before - found:
            self.engine.unlisten(entity_id, self.hear)
            self.forget(entity_id)
        for entity_id in found - before:
            self.engine.listen(entity_id, self.hear)
        self.entity_ids = tuple(sorted(found))
        if self.pending:
            self._recount()

    def hear(self, entity_id: str, old: EntityState | None, new: EntityState | None) -> None:
        if self.pending:
            self.check(entity_id, new)
            self._recount()
        if old is None or new is None or new.state in AWAY:
            return
        view, kind = self.engine.view, self._what
        if old.state == UNAVAILABLE or (old.state in AWAY and not kind.anew):
            return
        if not kind.so(view, entity_id, new) or not kind.turn(view, entity_id, old, new):
            return
        if self._behavior != EACH:
            so, counted = self._count()
            if so != (1 if self._behavior == FIRST else counted):
                return
            for other in tuple(self.pending):
                self.forget(other)
        self.matched(entity_id, old, new)

    def still(self, entity_id: str, old: EntityState | None, seen: EntityState | None, new: EntityState | None) -> bool:
        if self._behavior != EACH:
            return self._holds()
        return new is not None and new.state not in AWAY and self._what.so(self.engine.view, entity_id, new)

    def _count(self) -> tuple[int, int]:
        """How many are so, and how many count."""
        view, kind = self.engine.view, self._what
        states = [(entity_id, view.said(entity_id)) for entity_id in self.entity_ids]
        counted = [(id, state) for id, state in states if state is not None and kind.is_counted(view, id, state)]
        return sum(kind.so(view, id, state) for id, state in counted), len(counted)

    def _holds(self) -> bool:
        """Whether what `for` waits on of several is so now."""
        so, counted = self._count()
        return so >= 1 if self._behavior == FIRST else 0 < counted == so

    def _recount(self) -> None:
        """End the wait for `for` of several that are no longer so together."""
        if self._behavior != EACH and self.pending and not self._holds():
            for entity_id in tuple(self.pending):
                self.forget(entity_id)


def compile_named(name: str, fields: Fields, compiler: Compiler, id: str, number: int, alias: str) -> Trigger:
    """The trigger of this name; raises `RuleError`."""
    options = options_of(fields)
    kind = triggers()[name](name, options)
    target = target_of(name, fields, options, kind, compiler)
    behavior = lasting = None
    if kind.combined:
        spoken = options.choice("behavior", (EACH, FIRST, ALL, *_FORMER), EACH)
        behavior = _FORMER.get(spoken, spoken)
        lasting = duration(options, "for", compiler.templates) if "for" in options else None
    options.done()
    return NamedTrigger(id, number, alias, lasting, kind=kind, target=target, behavior=behavior or EACH)


def options_of(fields: Fields) -> Fields:
    """The options, which may be missing."""
    if fields.take("options") is not None:
        return fields.inner("options")
    empty = Map()
    empty.line = fields.line()
    return Fields(empty, fields.where("options"))


def target_of(name: str, fields: Fields, options: Fields, kind: Kind, compiler: Compiler) -> Target:
    """Who is meant; raises `RuleError`."""
    if name in OF_A_ZONE:
        return Target({"entity_id": (zone_of(options),)})
    return read_target(fields, kind, compiler)
