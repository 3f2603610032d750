"""How changes of a state are slowed: debounce and throttle where people ask for them, quarantine for what flaps.

The last value is always told, so nothing is lost but the blink. Only what is told is slowed: the home itself knows each
report at once, and what follows from a command, or tells that a device is lost or back, waits for nothing. An entity
that changes far more often than its kind ever does (a relay that chatters, a contact between two states) is told at
most every `SLOW` seconds until it is calm, and one notice says so. Readings are never put into quarantine, nor are
sensors on which a life may depend, nor a crowd that changes all at once. Decision: docs/decisions/0018.
"""

from collections.abc import Callable, Mapping
from typing import Final

from homeserver.home.entity import Entity
from homeserver.home.tuning import Tuning
from homeserver.runtime.clock import Clock, Timer
from homeserver.topics.entity import MARKS, UNAVAILABLE, UNKNOWN

SLOW: Final = 10.0
"""Seconds between two states of an entity in quarantine."""
WINDOW: Final = 60.0
"""Seconds in which changes are counted: bursts of as many as a minute may have are well."""
_LONGEST: Final = 2 * WINDOW
"""Seconds of calm that are enough after any storm."""
CROWD: Final = 10
"""Entities that may flap at once; where more change so often it is not they that are broken, and none is slowed."""
_CROWD_LASTS: Final = 1.0
"""Seconds for which a crowd is believed without counting it again."""
_NOTICE: Final = 3600.0
"""Seconds in which a device is spoken of once only."""
_MOST_A_MINUTE: Final[Mapping[str, int]] = {
    **dict.fromkeys(("binary_sensor", "switch", "light", "fan", "cover", "lock", "valve", "climate"), 30),
    **dict.fromkeys(("humidifier", "lawn_mower", "siren", "vacuum", "water_heater", "device_tracker"), 30),
    **dict.fromkeys(("select", "update"), 60),
    **dict.fromkeys(("sensor", "text"), 300),
}
"""Changes of the state that a component may have for ever; others are not counted."""
_LIVELY: Final = frozenset(
    ("light", "motion", "moving", "occupancy", "power", "presence", "running", "sound", "vibration")
)
"""Classes of binary sensors that may change twice as often: people pass, machines shake."""
_VITAL: Final = frozenset(("carbon_monoxide", "gas", "heat", "moisture", "problem", "safety", "smoke", "tamper"))
"""Classes of binary sensors that are never slowed by themselves."""
_NOTHING: Final = (UNKNOWN, "")


_AWAY: Final = 4.0
"""Seconds between two losses of a device that are well for ever."""


def pace_of(domain: str, device_class: str | None, tuning: Tuning, *, numeric: bool) -> float:
    """Seconds between two changes that an entity may have for ever; 0 where only losses of its device are counted, less
    where nothing is."""
    most = _MOST_A_MINUTE.get(domain, 0)
    if domain == "binary_sensor":
        most = _most_of(device_class)
    if tuning.restless or not most:
        return -1.0
    return 0.0 if numeric else WINDOW / most


def _most_of(device_class: str | None) -> int:
    """Changes a minute of a binary sensor. One without a class may count the pulses of a meter."""
    if device_class in _VITAL:
        return 0
    if device_class is None:
        return _MOST_A_MINUTE["sensor"]
    return _MOST_A_MINUTE["binary_sensor"] * (2 if device_class in _LIVELY else 1)


class Steady:
    """What slows one entity. `word` is its latest, told or not, `since` when that began and `told` when anything was
    told last (both monotonic)."""

    __slots__ = ("debounce", "quarantined", "since", "throttle", "timer", "told", "word")

    def __init__(self, debounce: float, throttle: float) -> None:
        self.debounce = debounce
        self.throttle = throttle
        self.quarantined = False
        self.word = ""
        self.since = self.told = float("-inf")
        self.timer: Timer | None = None

    def drop(self) -> None:
        """It waits for nothing any more."""
        if self.timer is not None:
            self.timer.cancel()
            self.timer = None

    def due(self, entity: Entity, now: float) -> float:
        """When the present state may be told; not later than `now`: at once."""
        word, said = self.word, entity.said_state
        lost = UNAVAILABLE in (word, said)
        if _is_asked(entity) or (word != said and _obeys(entity, now)):
            return now
        if self.quarantined and (lost or entity.face.pace > 0):
            return self.told + max(self.throttle, SLOW)
        if word != said and (lost or said in _NOTHING):
            return now
        held = self.since + self.debounce if word != said else now
        return max(held, self.told + self.throttle)


def _is_asked(entity: Entity) -> bool:
    """Whether there is anything to be said, now or before, of what somebody asked for."""
    said = entity.said_attributes
    return bool(entity.marks) or (said is not None and not MARKS.isdisjoint(said))


def _obeys(entity: Entity, now: float) -> bool:
    """Whether a change is what somebody has just asked for."""
    return entity.command is not None and now < entity.command[1] and entity.command[2] in (None, entity.state)


def steady_of(tuning: Tuning) -> Steady | None:
    """None for an entity that nobody asked to slow."""
    return Steady(tuning.debounce, tuning.throttle) if tuning.debounce or tuning.throttle else None


Tell = Callable[[Entity], None]
Notice = Callable[[Entity, str], None]
"""Says one sentence about an entity."""


class Steadying:
    """`holds` is asked before an entity is told that something slows, `count` after any other has changed."""

    def __init__(self, clock: Clock, tell: Tell, notice: Notice) -> None:
        self._clock = clock
        self._tell = tell
        self._notice = notice
        self._noticed: dict[str, float] = {}
        self._warm_until: dict[str, float] = {}
        """By key of the entities that changed as often as half of what may be, when they will not have any more."""
        self._crowd_until = float("-inf")

    def holds(self, entity: Entity, steady: Steady) -> bool:
        """Whether the state of an entity has to wait; it is told by itself then."""
        now, word = self._clock.monotonic(), entity.word
        if word != steady.word:
            steady.word, steady.since = word, now
            if self._warm(entity, now) and not steady.quarantined:
                self._confine(entity, steady)
        due = steady.due(entity, now)
        if due > now or steady.quarantined:
            self._wait(entity, steady, due - now if due > now else SLOW)
        else:
            steady.drop()
        return due > now

    def told(self, steady: Steady) -> None:
        """Something was said."""
        steady.told = self._clock.monotonic()

    def count(self, entity: Entity) -> None:
        """The state of an entity has changed that nothing slows."""
        now = self._clock.monotonic()
        if entity.heat <= now:
            entity.heat = now + (entity.face.pace or _AWAY)  # one change after a calm is never too many
        elif self._warm(entity, now):
            steady = entity.steady = Steady(0.0, 0.0)
            steady.word, steady.since, steady.told = entity.word, now, now
            self._confine(entity, steady)
            self._wait(entity, steady, SLOW)

    def finish(self, entity: Entity) -> None:
        """The home closes: what waits only for its time is told, for nobody may ever report it again."""
        steady = entity.steady
        if steady is not None and steady.timer is not None and not steady.debounce:
            steady.drop()
            entity.steady = None
            self._tell(entity)

    def _warm(self, entity: Entity, now: float) -> bool:
        """One more change: whether there are too many now. What one change adds lasts for the entity's pace."""
        pace = entity.face.pace
        if pace < 0 or (pace == 0 and entity.word != UNAVAILABLE) or _obeys(entity, now):
            return False
        entity.heat = min(max(entity.heat, now) + (pace or _AWAY), now + _LONGEST)
        heat = entity.heat - now
        if heat <= WINDOW / 2:
            return False
        self._warm_until[entity.key] = entity.heat - WINDOW / 2
        return heat > WINDOW and (entity.word == UNAVAILABLE or not self._is_crowd(now))

    def _is_crowd(self, now: float) -> bool:
        """Whether many entities change so often just now. (What is lost and found flaps in crowds: with its bridge.)"""
        if now >= self._crowd_until:
            self._warm_until = {key: until for key, until in self._warm_until.items() if until > now}
            self._crowd_until = now + _CROWD_LASTS if len(self._warm_until) > CROWD else now
        return now < self._crowd_until

    def _wait(self, entity: Entity, steady: Steady, seconds: float) -> None:
        steady.drop()
        steady.timer = self._clock.call_later(seconds, self._look, entity, steady)

    def _look(self, entity: Entity, steady: Steady) -> None:
        """Something may be told now, or a quarantine may be over."""
        steady.timer = None
        if steady.quarantined and entity.heat <= self._clock.monotonic():
            steady.quarantined = False
            if not steady.debounce and not steady.throttle:
                entity.steady = None
        self._tell(entity)

    def _confine(self, entity: Entity, steady: Steady) -> None:
        steady.quarantined = True
        device = entity.config.device.id if entity.config.device else entity.id
        now = self._clock.monotonic()
        if now >= self._noticed.get(device, float("-inf")) + _NOTICE:
            self._noticed = {one: at for one, at in self._noticed.items() if now < at + _NOTICE} | {device: now}
            self._notice(entity, restlessness(entity))


def restlessness(entity: Entity) -> str:
    """What is said of an entity in quarantine."""
    if entity.face.pace > 0:
        what = f"changes more than {round(WINDOW / entity.face.pace)} times a minute"
    else:
        what = f"is lost and found more than {round(WINDOW / _AWAY)} times a minute"
    return f"{entity.id} {what}: until it is calm its latest state is told every {SLOW:g} s at most"
