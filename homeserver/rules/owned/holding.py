"""Commands for entities of the rules that somebody holds: what is weaker waits and is done when the hold ends.

Decided as for the entities of devices, by the same `Arbiter`. What only hands on (groups, scenes, scripts) is not held
itself: whom it tells is, by its own owner. What had waited is done in the turn that ends the hold, so that a helper is
changed once or not at all; the actions of a template may be said again by the next process after a kill, and mean the
same then. Keeps the table `hold` of the rules' file.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Final

from homeserver.rules.owned.service_data import checked
from homeserver.rules.owned.thing import Thing
from homeserver.runtime.arbiter import Arbiter, moves_soon
from homeserver.runtime.clock import Timer
from homeserver.runtime.holds import Asked, Slot
from homeserver.runtime.house import House
from homeserver.runtime.turn import Turn
from homeserver.topics.call import Caller, CallError
from homeserver.topics.cause import Cause
from homeserver.topics.entity import COMMAND_ENDED, COMMAND_FAILED, Command, CommandOutcome, Outcome
from homeserver.topics.hold import HoldLine
from homeserver.topics.services import SERVICES

_LONGEST_NAP: Final = 60.0
"""Seconds after which the wall clock is looked at again, which may be set anew."""
_SHORTEST_NAP: Final = 1.0
_DEEDS: Final = ("automation", "counter", "input_button", "timer")
"""What people begin or count there is no setting that rules could undo: it holds only where somebody says so."""
_BESIDE: Final[Mapping[str, str]] = {
    "close_cover_tilt": "tilt",
    "open_cover_tilt": "tilt",
    "oscillate": "swing",
    "set_cover_tilt_position": "tilt",
    "set_direction": "direction",
    "set_options": "options",
}
"""Services that leave alone what the others of their kind set: both wishes wait."""
Deed = Callable[[Thing, str, Mapping[str, Any], Cause], None]


class Holding:
    """`waits` before a thing is told. `find` gives a thing, `do` tells it, `show` says what it is like."""

    def __init__(
        self,
        house: House,
        turn: Turn,
        arbiter: Arbiter,
        find: Callable[[str], Thing | None],
        do: Deed,
        show: Callable[[Thing], None],
    ) -> None:
        self._house = house
        self._turn = turn
        self._find = find
        self._do = do
        self._show = show
        self.arbiter = arbiter
        self.holds = arbiter.holds
        self._timer: Timer | None = None

    # -- a command comes

    def waits(self, thing: Thing, command: Command, login: str, cause: Cause | None) -> str:
        """Why a command is not to be done now, which is told to all; nearly always nothing. Raises `CallError`."""
        if thing.hands_on(command.service) or not self.arbiter.concerns(
            thing.entity_id, login, command.priority, command.hold_for
        ):
            return ""
        cause = cause or self._house.cause()
        try:
            why = self._decided(thing, command, login, cause)
        except CallError as error:
            if error.error.code == "conflict":
                self.tell(thing, command, cause, "failed", str(error))
            raise
        if why:
            self.tell(thing, command, cause, "held", why)
        return why

    def tell(self, thing: Thing, command: Command, cause: Cause, outcome: Outcome, message: str) -> None:
        """Say what became of a command."""
        topic = COMMAND_FAILED if outcome == "failed" else COMMAND_ENDED
        told = CommandOutcome(command.id, thing.entity_id, command.service, outcome, message, cause)
        self._house.say(topic, told)

    def _decided(self, thing: Thing, command: Command, login: str, cause: Cause) -> str:
        self.settle(thing)
        service, data, once = _resolved(thing, command.service, command.data)
        priority, hold = self.arbiter.weight(login, command.priority, command.hold_for)
        if command.hold_for is None and thing.domain in _DEEDS:
            hold = 0.0
        now = self.arbiter.now()
        dies = now + command.ttl if moves_soon(thing.domain, thing.config().device_class) else 0.0
        asked = Asked(command.id, service, data, cause, dies)
        slot = Slot(priority, cause.by, now + hold if hold else 0.0, () if once else (asked,))
        why = self.arbiter.decide(thing.entity_id, thing.entity_id, slot, service, once=once, merge=_merged)
        self._changed(thing)
        return why

    def read(self) -> None:
        """The file is other than it was: take it in, and say who holds what."""
        self.holds.read()
        for entity_id in list(self.holds.of):
            if (thing := self._find(entity_id)) is not None:
                self._show(thing)

    # -- holds end

    def settle_all(self) -> None:
        """What has ended is over: as the rules open, and when the first hold ends."""
        self._timer = None
        for entity_id in self.arbiter.to_settle(lambda id: self._find(id) is not None):
            if (thing := self._find(entity_id)) is not None:
                self.settle(thing)
        self._wake()

    def settle(self, thing: Thing) -> None:
        over = self.holds.settle(thing.entity_id, self.arbiter.now())
        if over is not None:
            self._fall_back(thing, over)

    def standing(self, thing: Thing, priority: int | None) -> Slot:
        """The strongest lease, or that of a priority. Raises `CallError`."""
        self.settle(thing)
        return self.arbiter.standing(thing.entity_id, thing.entity_id, priority)

    def release(self, thing: Thing, priority: int | None) -> tuple[Slot, tuple[str, ...]]:
        """Give up a lease; what it was, and the services that are asked for now. Raises `CallError`."""
        held = self.standing(thing, priority)
        asked = self.holds.release(thing.entity_id, held.priority, self.arbiter.now())
        self._fall_back(thing, asked)
        return held, tuple(one.service for one in asked)

    def hold(self, thing: Thing, seconds: float, said: int | None, caller: Caller) -> Slot:
        """Hold an entity as it is. Raises `CallError`."""
        if thing.hands_on("turn_on"):
            raise CallError("invalid", f"{thing.entity_id} hands on what it is told: hold those it tells", "entity")
        self.settle(thing)
        slot = self.arbiter.hold(thing.entity_id, thing.entity_id, seconds, said, caller)
        self._changed(thing)
        return slot

    def lines(self) -> list[HoldLine]:
        """All leases that live."""
        return [line for id in self.holds.of for line in self.arbiter.lines(id, id)]

    def forget_all(self) -> None:
        """Nobody holds anything any more, and nothing comes of it."""
        for entity_id in list(self.holds.of):
            self.forget(entity_id)

    def forget(self, entity_id: str) -> None:
        """The entity is gone for good."""
        self.holds.forget(entity_id)

    def close(self) -> None:
        if self._timer is not None:
            self._timer.cancel()

    def _fall_back(self, thing: Thing, asked: tuple[Asked, ...]) -> None:
        for one in asked:
            try:
                service, data, _ = _resolved(thing, one.service, one.data)
                self._do(thing, service, data, one.cause)
            except CallError as error:
                told = f"{one.service} had waited, and cannot be done any more: {error}"
                self.tell(thing, Command(one.id, one.service), one.cause, "failed", told)
        self._changed(thing)

    def _changed(self, thing: Thing) -> None:
        """Say who holds it now. What could not be written is not so."""
        self._show(thing)
        self._wake()
        self._turn.after(lambda fault: self._unwritten(thing) if fault else None)

    def _unwritten(self, thing: Thing) -> None:
        self.holds.read()
        self._show(thing)

    def _wake(self) -> None:
        """Be there when the first hold ends."""
        self.close()
        due = self.holds.due - self.arbiter.now()
        nap = min(due, _LONGEST_NAP) if due > 0 else _SHORTEST_NAP  # one that ended may be of what is not known now
        self._timer = self._house.clock.call_later(nap, self.settle_all) if self.holds.of else None


def _resolved(thing: Thing, name: str, data: Mapping[str, Any]) -> tuple[str, Mapping[str, Any], bool]:
    """The absolute service behind a command, its data, and whether it is done once. Raises `CallError`."""
    services = SERVICES[thing.domain]
    service, found = services[name], checked(thing.domain, name, data)
    effect = service.effect_of(found)
    if effect != "toggle":
        return name, found, effect == "once"
    behind = service.behind(thing.state, thing.acts)
    meant = services[behind]
    fitting = {key: found[key] for key in found if key in meant.model.model_fields}
    return behind, fitting, meant.effect_of(fitting) == "once"


def _merged(older: tuple[Asked, ...], newer: tuple[Asked, ...]) -> tuple[Asked, ...]:
    """What is left of older wishes beside a newer one: what it says nothing of."""
    if not newer:
        return ()
    kept, new = [], newer[0]
    for one in older:
        if _BESIDE.get(one.service) != _BESIDE.get(new.service):
            kept.append(one)
        elif one.service == new.service:
            rest = {name: value for name, value in one.data.items() if name not in new.data}
            kept += [replace(one, data=rest)] if rest else []
    return (*kept, *newer)
