"""An entity as the home keeps it: what its device reported, what was said of it, how it is told what to do."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from homeserver.home.report import Report
from homeserver.topics.cause import Cause
from homeserver.topics.entity import MARKS, UNAVAILABLE, UNKNOWN, EntityConfig
from homeserver.topics.event import DeviceEventType
from homeserver.topics.record import record

if TYPE_CHECKING:
    from homeserver.home.availability import Availability
    from homeserver.home.measure import Measure
    from homeserver.home.pacing import Lane
    from homeserver.home.pending import Pending
    from homeserver.home.steadying import Steady
    from homeserver.runtime.clock import Timer

STATE: Final = "state"
"""The name under which the state itself stands among facts."""
NO_MARKS: Final[dict[str, Any]] = {}
UNKNOWN_REASON: Final = "unknown_reason"
"""The attribute that tells why a state is unknown: its device said what makes no sense."""
BY_HOME: Final = frozenset((*MARKS, UNKNOWN_REASON))
"""Attributes that the home says of an entity: its device may name none of its own so."""
NO_ENTITY: Final = frozenset(("device_automation", "tag"))
"""Domains of what only tells of events: nothing is said of them as entities."""


@record
class Send:
    """One message to a device."""

    topic: str
    payload: bytes


@record
class Wish:
    """A command as its device understands it. `facts`: what the device is like once it has obeyed."""

    sends: tuple[Send, ...]
    facts: Mapping[str, Any] = field(default_factory=dict)
    patience: float = 0.0
    """Seconds that the device may take on purpose (a transition) before it is asked again."""
    via: tuple[str, ...] = ()
    """States that show that it is about to obey: a door that is opening need not be told again."""
    halts: bool = False
    """Whether nothing that was asked for earlier may be asked for again: a stop."""

    def then(self, other: "Wish") -> "Wish":
        """Both, one after the other."""
        patience = max(self.patience, other.patience)
        via, halts = self.via + other.via, self.halts or other.halts
        return Wish(self.sends + other.sends, {**self.facts, **other.facts}, patience, via, halts)


@record
class Happening:
    """Something that happened at a device just now, and the facts that follow from it."""

    type: DeviceEventType
    data: dict[str, Any]
    facts: Mapping[str, Any] = field(default_factory=dict)


Read = Callable[["Entity", Report], bool]
"""Takes a report into an entity; tells whether anything is to be said. Raises `Unreadable`."""
Encode = Callable[["Entity", Mapping[str, Any]], Wish]
"""Makes a wish of a service's data. Raises `CallError`."""
Present = Callable[[str | None, Mapping[str, Any]], dict[str, Any]]
"""The attributes that people see, from state and facts."""
Derive = Callable[["Entity"], str | None]
"""The state of an entity, where it follows from facts and attributes."""


@dataclass(slots=True)
class Face:
    """The compiled side of an entity: topics with how they are read, services with how they are encoded.

    `reported` are the facts that the device itself reports; the others are assumed when a command has been sent.
    """

    hears: list[tuple[str, Read]] = field(default_factory=list)
    services: dict[str, Encode] = field(default_factory=dict)
    reported: frozenset[str] = frozenset()
    facts: frozenset[str] = frozenset()
    """All facts that it may have besides its state, reported or assumed."""
    has_extra: bool = False
    whole: str = ""
    """The fact that holds whatever attributes are no other facts."""
    derive: Derive | None = None
    initial: str | None = None
    """The state that is assumed before anything is known."""
    assumed: Mapping[str, Any] = field(default_factory=dict)
    """The same for facts."""
    present: Present | None = None
    capabilities: dict[str, Any] = field(default_factory=dict)
    qos: int = 0
    retain: bool = False
    force: bool = False
    expire_after: float = 0.0
    off_delay: float = 0.0
    timed: frozenset[str] = frozenset()
    """Topics whose reports start the timers of `expire_after` and `off_delay` anew."""
    availability: "Availability | None" = None
    measure: "Measure | None" = None
    """How the numbers of the state come from the device's own."""
    pace: float = -1.0
    """Seconds between two changes of the state that are well for ever; 0 where only losses of the device are counted,
    less where nothing is."""


@dataclass(slots=True, eq=False)
class Entity:
    """`key` is that of its announcement; `state` None is unknown. Facts and `extra`, the attributes from a topic of
    their own, are replaced and never changed: who heard of them may still hold them."""

    key: str
    topic: str
    id: str
    where: tuple[str, str]
    config: EntityConfig
    face: Face
    by: str
    """Who its states are caused by: `device:<identifier>`."""
    state: str | None = None
    facts: dict[str, Any] = field(default_factory=dict)
    extra: dict[str, Any] = field(default_factory=dict)
    available: bool = True
    expired: bool = False
    happened: Happening | None = None
    """What is yet to be said as an event."""
    said_state: str = ""
    said_attributes: dict[str, Any] | None = None
    changed: datetime | None = None
    command: tuple[Cause, float, str | None] | None = None
    """The cause of the latest command, until when (monotonic) a change is put down to it, and the state it wants."""
    pending: "Pending | None" = None
    """The newest of the commands that are open."""
    marks: dict[str, Any] = field(default_factory=lambda: NO_MARKS)
    """What is said of commands beside its own attributes; replaced, never changed."""
    lanes: "tuple[Lane, ...]" = ()
    lanes_of: int = 0
    """The edition of the paces that `lanes` come from."""
    expiry: "Timer | None" = None
    off: "Timer | None" = None
    own: str = ""
    """Its own id in the registry, which never changes."""
    fault: str = ""
    """Why the state is unknown: its device said what makes no sense."""
    heat: float = 0.0
    """Until when (monotonic) its changes would have lasted at its pace."""
    steady: "Steady | None" = None
    """How its changes are slowed, if they are."""
    _attributes: dict[str, Any] | None = None

    @property
    def word(self) -> str:
        """The state as it is said."""
        if not self.available or self.expired:
            return UNAVAILABLE
        return UNKNOWN if self.state is None else self.state

    @property
    def attributes(self) -> dict[str, Any]:
        """The attributes as they are said; never to be changed."""
        if not self.available or self.expired:
            return self.marks
        if self._attributes is None:
            present = self.face.present
            own = self.facts if present is None else present(self.state, self.facts)
            if self.fault:
                own = {**own, UNKNOWN_REASON: self.fault}
            self._attributes = {**self.extra, **own} if self.extra else own
        return {**self._attributes, **self.marks} if self.marks else self._attributes

    def learn(self, facts: Mapping[str, Any]) -> bool:
        """Take in what is known now; True when anything is new."""
        fresh = {name: value for name, value in facts.items() if self.known(name) != value}
        if not fresh:
            return False
        if STATE in fresh:
            self.state = fresh.pop(STATE)
        self.facts = {name: value for name, value in (self.facts | fresh).items() if value is not None}
        self._attributes = None
        return True

    def set_state(self, state: str | None) -> bool:
        """The same for the state alone."""
        if state == self.state:
            return False
        self.state = state
        if self.face.present is not None:
            self._attributes = None
        return True

    def doubt(self, reason: str) -> None:
        """What the device said of its state makes no sense: it is unknown."""
        self.state, self.fault = None, reason[:_LONGEST_REASON]
        self._attributes = None

    def settled(self) -> bool:
        """Forget why the state was unknown once it is known again; True where it is."""
        if self.state is None:
            return False
        self.fault = ""
        self._attributes = None
        return True

    def known(self, name: str) -> Any:
        return self.state if name == STATE else self.facts.get(name)

    def set_extra(self, extra: dict[str, Any]) -> bool:
        """Replace the attributes that the device sends on its own topic."""
        if extra == self.extra:
            return False
        self.extra = extra
        self._attributes = None
        return True

    def rederive(self) -> bool:
        """Bring the state up to date with facts and attributes."""
        return self.face.derive is not None and self.set_state(self.face.derive(self))

    def restore(self, attributes: Mapping[str, Any]) -> None:
        """Take over attributes that were said in an earlier run."""
        values = {name: tuple(one) if isinstance(one, list) else one for name, one in attributes.items()}
        facts = self.face.facts
        assumed = self.face.assumed
        heard = {name: value for name, value in self.facts.items() if assumed.get(name) != value}
        self.facts = {**assumed, **{name: value for name, value in values.items() if name in facts}, **heard}
        other = {name: one for name, one in attributes.items() if name not in facts and name not in BY_HOME}
        if self.state is None and not self.fault:
            self.fault = str(attributes.get(UNKNOWN_REASON, ""))
        if self.face.has_extra and not self.extra:
            self.extra = other
        if self.face.whole and other:
            self.facts.setdefault(self.face.whole, other)
        self._attributes = None

    def drop_timers(self) -> None:
        """Nothing happens by time alone any more."""
        for timer in (self.expiry, self.off):
            if timer is not None:
                timer.cancel()
        self.expiry = self.off = None

    def rest(self) -> None:
        """Before the entity goes away or is built anew."""
        self.drop_timers()
        if self.steady is not None:
            self.steady.drop()


_LONGEST_REASON: Final = 200
