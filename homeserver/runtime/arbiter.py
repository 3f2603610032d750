"""Who may command an entity now: one way to decide for every owner of entities, and one way to say it.

The owner knows what waits, how wishes merge, and how they are carried out when a hold ends; what is here tells him
when. Decision: docs/decisions/0029. Needs the owner's turn, in whose file the holds are kept.
"""

from collections.abc import Callable
from datetime import UTC, datetime, tzinfo
from typing import Final

from homeserver.runtime.clock import Clock
from homeserver.runtime.holds import Holds, Merge, Slot, last_wins, line_of
from homeserver.runtime.turn import Turn
from homeserver.topics.call import Caller, CallError
from homeserver.topics.hold import HoldLine
from homeserver.topics.priority import MANUAL, RULE, priority_of, weight_said, word_of

_SOON: Final = ("alarm_control_panel", "lawn_mower", "lock", "siren", "vacuum", "valve")
_DOORS: Final = ("door", "garage", "gate")
"""Classes of covers that let people in: with the domains above, what must not move long after it was asked to."""


class Arbiter:
    """`concerns` tells whether there is anything to decide; `decide` does. `own` is what the owner calls an entity for
    good, `id` what people call it now."""

    def __init__(self, turn: Turn, clock: Clock, zone: tzinfo, by_hand: float) -> None:
        """`by_hand`: seconds that a command of a person holds by itself."""
        self._clock = clock
        self._zone = zone
        self.by_hand = by_hand
        self.holds = Holds(turn)

    def now(self) -> float:
        return self._clock.now().timestamp()

    # -- a command comes

    def concerns(self, own: str, login: str, said: int | None, hold_for: float | None) -> bool:
        """Whether anything here is to do with a command: nearly never, and told by one look-up."""
        return own in self.holds.of or hold_for is not None or (self.by_hand > 0 and priority_of(login, said) == MANUAL)

    def weight(self, login: str, said: int | None, hold_for: float | None) -> tuple[int, float]:
        """Priority and seconds of hold of a command; raises `CallError`."""
        number, hold = weight_said(login, said, hold_for)
        priority = RULE if number is None else number
        return priority, (self.by_hand if priority == MANUAL else 0.0) if hold is None else hold

    def decide(self, own: str, id: str, asked: Slot, service: str, *, once: bool, merge: Merge = last_wins) -> str:
        """Take note of a command; why it waits, or "" where it may be carried out now. What has ended was settled
        before. Raises `CallError` for what cannot wait."""
        now = self.now()
        held = self.holds.lease(own, now)
        if held is not None and held.priority > asked.priority and once:
            raise CallError("conflict", f"{self.told(id, held)}; {service} is done once and cannot wait")
        in_the_way = self.holds.take(own, asked, now, merge)
        return f"{self.told(id, in_the_way)}; {service} waits until then" if in_the_way else ""

    def hold(self, own: str, id: str, seconds: float, said: int | None, caller: Caller) -> Slot:
        """Hold an entity as it is; what has ended was settled before. Raises `CallError`."""
        now = self.now()
        slot = Slot(priority_of(caller.login, said), caller.cause.by, now + seconds)
        if held := self.holds.take(own, slot, now, lambda older, newer: older):
            raise CallError("conflict", f"{self.told(id, held)}, who is stronger", "priority")
        return slot

    # -- what people see

    def told(self, id: str, held: Slot) -> str:
        until = datetime.fromtimestamp(held.until, self._zone)
        return f"{id} is held by {held.by} ({word_of(held.priority)}) until {until:%Y-%m-%d %H:%M:%S}"

    def shown(self, own: str) -> dict[str, object] | None:
        """The attribute of an entity that somebody holds; the time in UTC."""
        held = self.holds.lease(own, self.now())
        if held is None:
            return None
        until = datetime.fromtimestamp(held.until, UTC).isoformat(timespec="seconds")
        return {"by": held.by, "priority": held.priority, "until": until}

    def standing(self, own: str, id: str, priority: int | None) -> Slot:
        """The strongest lease, or that of a priority; what has ended was settled before. Raises `CallError`."""
        if priority is None:
            held = self.holds.lease(own, self.now())
        else:
            slot = self.holds.of.get(own, {}).get(priority)
            held = slot if slot is not None and slot.until else None
        if held is None:
            what = "nobody holds it" if priority is None else f"nobody holds it with the priority {word_of(priority)}"
            raise CallError("not_found", f"{id}: {what}", "entity")
        return held

    def lines(self, own: str, id: str) -> list[HoldLine]:
        """The leases of an entity that live, the strongest first, each with what waits below it."""
        now, slots = self.now(), sorted(self.holds.of.get(own, {}).values(), key=lambda slot: -slot.priority)
        return [line_of(id, slot, slots[place + 1 :]) for place, slot in enumerate(slots) if slot.until > now]

    # -- holds end

    def to_settle(self, is_known: Callable[[str], bool]) -> list[str]:
        """The entities to look at, if any hold has ended. What is kept of one that is not known any more is forgotten
        with its last hold: whatever comes under its id another day begins anew."""
        now = self.now()
        if now < self.holds.due:
            return []
        for own in [own for own in self.holds.of if not is_known(own) and self.holds.lease(own, now) is None]:
            self.holds.forget(own)
        return [own for own in self.holds.of if is_known(own)]


def moves_soon(domain: str, device_class: str | None) -> bool:
    """Whether a wish means something for its time to live only."""
    return domain in _SOON or (domain == "cover" and device_class in _DOORS)
