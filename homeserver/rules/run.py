"""A rule's actions as a flat program, and one run through it.

A program is a list of steps; a step does its work and tells which one is next. A run that never waits is one loop
without a task or an await. A run that waits is only a number, the next step, and a timer: it can be stopped, counted,
and kept.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from homeserver.rules.reading.durations import DurationError
from homeserver.runtime.clock import Timer
from homeserver.topics.cause import Cause
from homeserver.topics.entity import COMMAND, Command, EntityState
from homeserver.view.templates import TemplateError

if TYPE_CHECKING:
    from homeserver.rules.engine import Engine
    from homeserver.rules.rule import Rule
    from homeserver.rules.triggers.trigger import Trigger

END: Final = -1
WAIT: Final = -2
AT_ONCE: Final = 500
"""Steps in one go; then others get their turn."""
REMEMBERED: Final = 200
"""Steps and commands that a run remembers for its record."""
TTL: Final = 30.0
Step = Callable[["Run"], int]
"""Does its work; gives the index of the next step, `END`, or `WAIT` when something was set up that calls `advance`."""


class RunError(Exception):
    """An action or a condition that could not be carried out; the text says why."""


FAULTS: Final = (RunError, TemplateError, DurationError)
"""What ends a run and is not a bug."""


@dataclass(slots=True)
class Label:
    """A place in a program that is not known yet."""

    at: int = END


@dataclass(slots=True)
class Program:
    """Steps and, for each, the way to the action that it came from."""

    steps: list[Step] = field(default_factory=list)
    ways: list[str] = field(default_factory=list)

    def add(self, way: str, step: Step) -> None:
        self.steps.append(step)
        self.ways.append(way)

    def next(self) -> int:
        """The index of the step after the one that is being added."""
        return len(self.steps) + 1

    def place(self, label: Label) -> None:
        """`label` stands here."""
        label.at = len(self.steps)


class Fired:
    """Why a run begins: the trigger and what it saw. `lasted` are the seconds of `for`."""

    __slots__ = ("cause", "entity_id", "lasted", "new", "now", "old", "trigger")

    def __init__(
        self,
        trigger: "Trigger | None",
        entity_id: str = "",
        old: EntityState | None = None,
        new: EntityState | None = None,
        *,
        cause: Cause | None = None,
        lasted: float | None = None,
        now: datetime | None = None,
    ) -> None:
        self.trigger = trigger
        self.entity_id = entity_id
        self.old = old
        self.new = new
        self.cause = cause
        self.lasted = lasted
        self.now = now


class Run:
    """One run of a rule."""

    __slots__ = (
        "_cause",
        "_values",
        "_waiting",
        "begun",
        "commands",
        "depth",
        "ended",
        "engine",
        "error",
        "fired",
        "frames",
        "given",
        "number",
        "path",
        "rule",
    )

    def __init__(self, rule: "Rule", fired: Fired, number: int, given: Mapping[str, Any] | None = None) -> None:
        self.rule = rule
        self.engine: Engine = rule.engine
        self.fired = fired
        self.number = number
        self.given = given
        self.ended = False
        self.error = ""
        self.depth = 0
        self.begun = rule.engine.clock.monotonic()
        self.path: list[int] = []
        self.commands: list[str] = []
        self.frames: list[Any] = []
        self._values: dict[str, Any] | None = None
        self._cause: Cause | None = None
        self._waiting: Timer | None = None

    @property
    def values(self) -> dict[str, Any]:
        """The variables that templates see; made when the first one looks."""
        if self._values is None:
            self._values = self.rule.values(self)
        return self._values

    @property
    def cause(self) -> Cause:
        """The link of the chain that this run is."""
        if self._cause is None:
            self._cause = self.engine.house.cause(f"rule:{self.rule.id}#{self.number}", parent=self.fired.cause)
        return self._cause

    def advance(self, at: int) -> None:
        """Go on at a step until the end, or until something has to be waited for."""
        self._waiting = None
        steps, path, left = self.rule.program.steps, self.path, AT_ONCE
        try:
            while at >= 0 and not self.ended and at < len(steps):
                if not left:
                    self.wait(0.0, at)
                    return
                left -= 1
                if len(path) < REMEMBERED:
                    path.append(at)
                at = steps[at](self)
        except FAULTS as error:
            self.error = str(error)
            self.end("failed")
            return
        if at != WAIT and not self.ended:
            self.end("finished")

    def wait(self, seconds: float, then: int) -> int:
        """Go on at step `then` after some time."""
        self._waiting = self.engine.clock.call_later(seconds, self.advance, then)
        return WAIT

    def end(self, outcome: str) -> int:
        """It is over. Calling it again means nothing."""
        if not self.ended:
            self.ended = True
            if self._waiting is not None:
                self._waiting.cancel()
            self.rule.finished(self, outcome)
        return END

    def command(self, domain: str, object_id: str, service: str, data: dict[str, Any]) -> None:
        """Tell an entity what to do."""
        engine = self.engine
        entity_id = engine.view.current(f"{domain}.{object_id}")
        if entity_id not in engine.view.configs and entity_id not in engine.view.states:
            self.error = f"there is no entity {entity_id}"
            return
        object_id = entity_id.partition(".")[2]
        command = Command(engine.house.new_id(), service, data, TTL, self.cause)
        if len(self.commands) < REMEMBERED:
            self.commands.append(command.id)
        engine.caused(self.cause, self.depth, self.begun)
        engine.house.say(COMMAND, command, domain, object_id)
