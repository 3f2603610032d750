"""The owner of the entities that the rules have: makes them of what files say, tells of them, keeps what they are like,
and does what they are told.

What a rule of this process tells them is done at once, so that its next condition sees the result; it is said to the
others all the same. Needs the worker's file and the engine.
"""

import itertools
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

import orjson

from homeserver.rules.engine import Engine
from homeserver.rules.owned.hearing import hear
from homeserver.rules.owned.holding import Holding
from homeserver.rules.owned.memory import Memory
from homeserver.rules.owned.thing import OWNER, Thing
from homeserver.runtime.arbiter import Arbiter
from homeserver.runtime.clock import Timer
from homeserver.runtime.codec import plain
from homeserver.runtime.heard import Heard
from homeserver.runtime.leftovers import Leftovers
from homeserver.runtime.turn import After, Turn
from homeserver.topics.call import REPLY, CallError
from homeserver.topics.cause import Cause
from homeserver.topics.entity import (
    COMMAND,
    COMMAND_ENDED,
    COMMAND_FAILED,
    ENTITY_CONFIG,
    ENTITY_STATE,
    HELD,
    Command,
    EntityConfig,
    EntityState,
)
from homeserver.topics.event import EVENT, Event
from homeserver.topics.priority import UNSAID, Weight, without_hold

SAYS: Final = (ENTITY_CONFIG, ENTITY_STATE, COMMAND_ENDED, COMMAND_FAILED, EVENT, REPLY)
DOMAINS: Final = (
    "automation",
    "counter",
    "group",
    "input_boolean",
    "input_button",
    "input_datetime",
    "input_number",
    "input_select",
    "input_text",
    "scene",
    "schedule",
    "script",
    "timer",
)
"""Those whose commands the rules hear in any case."""
_SOON: Final = 0.1
_SWEEP: Final = 1.0
_AT_ONCE: Final = 200
"""Things that are shown in one go of `soon`; the others a second later."""
_TTL: Final = 30.0
_DEEPEST: Final = 10
"""Things that tell things what to do, one within the other."""


class Owner:
    """`take` is given all things that there are to be; `obey` and `hear` tell one of them what to do."""

    def __init__(self, engine: Engine, turn: Turn) -> None:
        self.engine = engine
        self.house = engine.house
        self.clock = engine.clock
        self.things: dict[str, Thing] = {}
        self._prints: dict[str, str] = {}
        self._memory = Memory(turn)
        self._memory.read(self._seconds())
        self._before: dict[str, EntityState] = {}
        self._configs: dict[str, EntityConfig] = {}
        self._heard: set[str] = set()
        """Entities of kinds that devices have too, whose commands are heard one by one."""
        self._own: set[str] = set()
        self._dirty: dict[str, None] = {}
        self._sweeping: Timer | None = None
        self._swept = 0.0
        arbiter = Arbiter(turn, self.clock, engine.zone, self.house.settings.home.manual_hold)
        self.holding = Holding(self.house, turn, arbiter, self.things.get, self.do, self.show)
        self._depth = 0
        self._acting: Thing | None = None
        """Which of them is told something just now."""
        self._weight = UNSAID
        """Of whoever tells a thing what to do just now: what that tells others weighs as much."""
        self._is_open = False

    def _seconds(self) -> float:
        return self.clock.now().timestamp()

    # -- what there is

    def opened(self, said: Leftovers) -> None:
        """Everything was taken for the first time: tell of it where the broker holds something else, and take back
        what is gone."""
        ours = {where for where, config in said.of(ENTITY_CONFIG) if config.owner == OWNER}
        for where, state in said.of(ENTITY_STATE):
            if where in ours:
                self._before[".".join(where)] = state
        self._is_open = True
        for thing in self.things.values():
            self.introduce(thing)
        for domain, object_id in ours:
            if f"{domain}.{object_id}" not in self.things:
                self._withdraw(domain, object_id)
        self._memory.seen(list(self.things), self._seconds())
        self.holding.settle_all()

    def take(self, things: Iterable[tuple[Thing, str]]) -> None:
        """All things there are, each with its print: those that say what they said before go on undisturbed."""
        fresh = {thing.entity_id: (thing, mark) for thing, mark in things}
        for entity_id in [id for id in self.things if id not in fresh]:
            self.remove(entity_id)
        for entity_id, (thing, mark) in fresh.items():
            if entity_id not in self.things or self._prints[entity_id] != mark:
                self.add(thing, mark)

    def add(self, thing: Thing, mark: str = "") -> None:
        """One thing more, or in the place of the one that has its id."""
        entity_id, former = thing.entity_id, self.things.get(thing.entity_id)
        thing.desk = self
        if former is not None:
            former.end()
            thing.said = former.said
            thing.succeed(former)
        elif (kept := self._memory.of(entity_id)) is not None and not thing.starts_anew:
            self._restore(thing, kept)
        self.things[entity_id], self._prints[entity_id] = thing, mark
        if thing.acts and thing.domain not in DOMAINS and entity_id not in self._heard:
            self._heard.add(entity_id)
            self.house.hear(COMMAND, self.hear, domain=thing.domain, object_id=thing.object_id)
        thing.begin()
        if self._is_open:
            self.introduce(thing)
        else:
            thing.said = self._state_of(thing, None)
            self.engine.view.foresee(entity_id, thing.said, None)

    def _restore(self, thing: Thing, kept: Mapping[str, Any]) -> None:
        """Let it be what it was; what an earlier version wrote, or a hand, may make no sense."""
        try:
            thing.restore(kept)
        except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
            self.house.log.warning("%s begins anew: what was kept of it makes no sense (%r)", thing.entity_id, error)

    def remove(self, entity_id: str, *, for_good: bool = False) -> None:
        """It is gone; what it was like is known for a while, in case it comes back."""
        self.things.pop(entity_id).end()
        self._prints.pop(entity_id, None)
        self._configs.pop(entity_id, None)
        if for_good:
            self._memory.drop(entity_id)
            self.holding.forget(entity_id)
        if self._is_open:
            self._withdraw(*entity_id.split("."))

    def close(self) -> None:
        self.holding.close()
        if self._sweeping is not None:
            self._sweeping.cancel()
        for entity_id in self._dirty:
            if entity_id in self.things:
                self._keep(self.things[entity_id])
        for thing in self.things.values():
            thing.end()

    # -- telling

    def introduce(self, thing: Thing) -> None:
        """Say what a thing is, and what it is like, where either differs from what was said."""
        self._keep(thing)
        config = thing.config()
        if self._configs.get(thing.entity_id) != config:
            self._configs[thing.entity_id] = config
            self.house.say(ENTITY_CONFIG, config, thing.domain, thing.object_id)
        before = self._before.pop(thing.entity_id, None)
        if before is not None and before.state == thing.state:
            shown = self._shown(thing)
            if before.attributes == _as_said(shown):
                before = EntityState(before.state, dict(shown), before.changed, before.updated, before.cause)
                self._say(thing, before)
                return
            thing.said = EntityState(before.state, {}, before.changed, before.updated)
        self._say(thing, self._state_of(thing, None))

    def _withdraw(self, domain: str, object_id: str) -> None:
        self.house.say(ENTITY_CONFIG, None, domain, object_id)
        self.house.say(ENTITY_STATE, None, domain, object_id)

    def show(self, thing: Thing, cause: Cause | None = None) -> None:
        """Say what a thing is like where that differs from what was said, and keep it."""
        self._keep(thing)
        said = thing.said
        if not self._is_open or self.things.get(thing.entity_id) is not thing:
            return
        if said is None or said.state != thing.state or said.attributes != self._shown(thing):
            self._say(thing, self._state_of(thing, cause))

    def _state_of(self, thing: Thing, cause: Cause | None) -> EntityState:
        now, said = self.clock.now(), thing.said
        changed = said.changed if said is not None and said.state == thing.state else now
        return EntityState(thing.state, dict(self._shown(thing)), changed, now, self._link(cause))

    def _shown(self, thing: Thing) -> Mapping[str, Any]:
        """Its attributes, and who holds it."""
        if thing.entity_id not in self.holding.holds.of:
            return thing.attributes
        held = self.holding.arbiter.shown(thing.entity_id)
        return thing.attributes if held is None else {**thing.attributes, HELD: held}

    def _link(self, cause: Cause | None) -> Cause:
        return self.engine.followed(self.house.cause(parent=cause), cause)

    def _say(self, thing: Thing, state: EntityState) -> None:
        before, thing.said = thing.said, state
        self.engine.view.foresee(thing.entity_id, state, before)
        self.house.say(ENTITY_STATE, state, thing.domain, thing.object_id)

    def _keep(self, thing: Thing) -> None:
        if thing.keeps:
            self._memory.put(thing.entity_id, thing.kept(), self._seconds())

    def soon(self, thing: Thing) -> None:
        """Show it some time later, once a second at most: what it tells of is not worth holding up a command."""
        self._dirty[thing.entity_id] = None
        if self._sweeping is None:
            due = max(_SOON, self._swept + _SWEEP - self.clock.monotonic())
            self._sweeping = self.clock.call_later(due, self._sweep)

    def _sweep(self) -> None:
        self._sweeping, self._swept = None, self.clock.monotonic()
        for entity_id in list(itertools.islice(self._dirty, _AT_ONCE)):
            del self._dirty[entity_id]
            thing = self.things.get(entity_id)
            if thing is not None:
                thing.look()
                self.show(thing)
        if self._dirty:
            self._sweeping = self.clock.call_later(_SWEEP, self._sweep)

    def event(self, type: str, data: dict[str, Any], cause: Cause | None = None) -> None:
        """Let an event happen, here and for everybody who hears events."""
        self.house.say(EVENT, Event(type, data, self.clock.now(), self._link(cause)))

    # -- being told

    def command(self, entity_id: str, service: str, data: Mapping[str, Any], cause: Cause | None) -> None:
        """Tell an entity what to do, whoever owns it."""
        entity_id = self.engine.view.current(entity_id)
        domain, _, object_id = entity_id.partition(".")
        if entity_id in self.things:
            self.obey(entity_id, service, data, cause, weight=self._weight)
            return
        link = self._handed_on(cause)
        command = Command(self.house.new_id(), service, dict(data), _TTL, link, None, False, *self._weight)
        self.house.say(COMMAND, command, domain, object_id)

    def _handed_on(self, cause: Cause | None) -> Cause:
        """Of a thing that tells others what it is told. It says for whom, and not that it is he: nobody speaks as a
        person but himself (see `runtime.identity`), and the broker vouched for him to us alone."""
        if self._acting is None or cause is None:
            return self._link(cause)
        link = self.house.cause(f"{self._acting.entity_id} for {cause.by.rpartition(' for ')[2]}", cause)
        return self.engine.followed(link, cause)

    def obey(
        self,
        entity_id: str,
        service: str,
        data: Mapping[str, Any],
        cause: Cause | None,
        *,
        id: str = "",
        again: bool = False,
        weight: Weight = UNSAID,
    ) -> None:
        """Do at once what a rule of this process asks of a thing, and let the others know. Raises `CallError`.

        `again`: it may have been asked under this `id` before a restart.
        """
        thing = self.things[entity_id]
        thing.act(service)
        command = Command(id or self.house.new_id(), service, dict(data), _TTL, cause, None, False, *weight)
        if again and not self._is_new(command.id):
            return
        self._own.add(command.id)
        self.house.say(COMMAND, command, thing.domain, thing.object_id)
        try:
            waits = self.holding.waits(thing, command, self.house.login, cause)
        except CallError as error:
            if error.error.code != "conflict":
                raise
            return  # the run goes on, as it does where the owner is another worker
        if not waits:
            self.do(thing, service, data, cause, weight)

    def _is_new(self, id: str) -> bool:
        try:
            return self.first_time(f"{self.house.login} {id}")
        except sqlite3.Error:  # rules go on with a full disk, as long as nothing is restarted
            return True

    def do(
        self, thing: Thing, service: str, data: Mapping[str, Any], cause: Cause | None, weight: Weight = UNSAID
    ) -> None:
        act = thing.act(service)
        if self._depth >= _DEEPEST:
            raise CallError("conflict", f"{thing.entity_id}: told in a circle, {_DEEPEST} times one within the other")
        self._depth += 1
        before = self._weight, self._acting
        self._weight, self._acting = weight if thing.hands_on(service) else without_hold(weight), thing
        try:
            act(thing, data, cause)
        finally:
            self._depth -= 1
            self._weight, self._acting = before

    @property
    def weight(self) -> Weight:
        """Of whoever tells a thing what to do just now."""
        return self._weight

    @contextmanager
    def lent(self, weight: Weight) -> Iterator[None]:
        """What things are told in here weighs as much."""
        before, self._weight = self._weight, weight
        try:
            yield
        finally:
            self._weight = before

    def kept(self) -> Iterator[tuple[str, Mapping[str, Any]]]:
        """What is written down, by entity id, of those too that nobody names any more."""
        return self._memory.all()

    def hear(self, command: Command, heard: Heard) -> None:
        """A command of anybody for an entity of ours."""
        if command.id in self._own and heard.login == self.house.login:
            self._own.discard(command.id)
            return
        thing = self.things.get(f"{heard.where[0]}.{heard.where[1]}")
        if thing is not None:
            hear(self, thing, command, heard)

    def first_time(self, id: str) -> bool:
        """Whether a command is new; it is noted. Raises `sqlite3.Error` where it cannot be."""
        return self._memory.first_time(id, self._seconds())

    def after(self, then: After) -> None:
        """Once all that was written so far is committed."""
        self._memory.turn.after(then)


def _as_said(attributes: Mapping[str, Any]) -> Any:
    """Attributes as they come back from JSON."""
    return orjson.loads(orjson.dumps(attributes, default=plain, option=orjson.OPT_NON_STR_KEYS))
