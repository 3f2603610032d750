"""One run through a rule's program.

A run that never waits is one loop without a task or an await. A run that waits is only a number, the step that it
stands at, and something that calls it back: it can be stopped, counted, and kept in the journal over restarts.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Protocol

from homeserver.rules.fired import Done, Fired
from homeserver.rules.held import waits
from homeserver.rules.program import END, FAULTS, WAIT, Misconfigured, RunError
from homeserver.topics.call import CallError
from homeserver.topics.cause import Cause
from homeserver.topics.entity import COMMAND, HELD, Command
from homeserver.topics.priority import Weight, filled

if TYPE_CHECKING:
    from homeserver.rules.conditions.condition import Leaf
    from homeserver.rules.engine import Engine
    from homeserver.rules.owned.owner import Owner
    from homeserver.rules.rule import Rule

QUEUED: Final = -3
"""Where a run stands that has not begun."""
AT_ONCE: Final = 500
"""Steps in one go; then others get their turn."""
REMEMBERED: Final = 200
"""Steps and commands that a run remembers for its record."""
TTL: Final = 30.0
BUG: Final = "a bug in homeserver; its log tells more"
_OWN: Final = frozenset(("wait", "repeat"))
"""Variables that each branch has for itself."""


class Halt(NamedTuple):
    """How a run ends that was told to stop; `response` is what it answers with."""

    outcome: str
    text: str
    response: Any = None


class Waiting(Protocol):
    """What a run waits for. `cancel` takes it back; calling it again, or after it has come, means nothing."""

    def cancel(self) -> None: ...


class Run:
    """One run of a rule, or one branch of a run whose `parent` waits for it."""

    __slots__ = (
        "_cause",
        "_forking",
        "_values",
        "_waiting",
        "arrived",
        "at",
        "begun",
        "branches",
        "commands",
        "conversation",
        "count",
        "depth",
        "done",
        "ended",
        "engine",
        "error",
        "explained",
        "fault",
        "fired",
        "frames",
        "given",
        "halt",
        "held",
        "key",
        "lent",
        "looked",
        "number",
        "owned",
        "parent",
        "path",
        "response",
        "resumed",
        "rule",
        "said",
        "stretches",
        "until",
    )

    def __init__(
        self,
        rule: "Rule",
        fired: Fired,
        number: int,
        given: Mapping[str, Any] | None = None,
        *,
        done: Done | None = None,
        parent: "Run | None" = None,
    ) -> None:
        self.rule = rule
        self.engine: Engine = rule.engine
        self.fired = fired
        self.number = number
        self.given = given
        self.done = done
        self.parent = parent
        self.at = 0
        self.ended = False
        self.error = ""
        self.explained = ""
        """The sentence for people with which it began."""
        self.response: Any = None
        """What the run answers to whoever asked for it: `stop` with a response variable."""
        self.conversation: str | None = None
        """What the home answers to the sentence that began the run."""
        self.arrived: Any = None
        """What the step at `at` waited for, when it is entered again: an answer, or a fault that it is to raise."""
        self.resumed = False
        """Whether the step at `at` is entered again because the process that waited in it has ended."""
        self.key = fired.key if parent is None else ""
        """Begins the ids of its commands, once it has a row in the journal."""
        self.count = 0
        self.owned = False
        """Whether it has changed an entity of the rules themselves since it last stood still."""
        self.said: list[tuple[str, str, Command]] = []
        """Commands since it last stood still: domain, object id, command."""
        self.until: datetime | None = None
        """When the wait at `at` ends, UTC; None for a wait without an end."""
        self.depth: int = 0 if parent is None else parent.depth
        self.begun = rule.engine.clock.monotonic()
        self.path: list[int] = [] if parent is None else parent.path
        self.commands: list[tuple[str, str, str]] = [] if parent is None else parent.commands
        """Id, entity and service of each."""
        self.held: dict[str, str] = {} if parent is None else parent.held
        """By the id of a command that waits: who holds the entity, and until when."""
        self.lent: Weight | None = None
        """What the action weighs that is being done by a service of the rules themselves."""
        self.looked: list[tuple[Leaf, bool | None, str]] = [] if parent is None else parent.looked
        """Each condition that was looked at, whether it held (None: it could not be told), and what it saw."""
        self.stretches: list[tuple[int, float]] = [] if parent is None else parent.stretches
        """When it went on after standing still: the steps until then, and the seconds since it began."""
        self.fault: Exception | None = None
        """Of a branch that failed: what its action fails with once the others are over."""
        self.halt: Halt | None = None
        """Of a branch that was told to stop: how the run ends once the others are over."""
        self.frames: list[Any] = [] if parent is None else list(parent.frames)
        self.branches: list[Run] = []
        self._forking = False
        self._values: dict[str, Any] | None = None if parent is None else dict(parent.values)
        self._cause: Cause | None = None if parent is None else parent.cause
        self._waiting: Waiting | None = None

    @property
    def values(self) -> dict[str, Any]:
        """The variables that templates see; made when the first one looks."""
        if self._values is None:
            self._values = self.rule.values(self)
        return self._values

    def assign(self, name: str, value: Any) -> None:
        """Give a variable its value, in the run that this is a branch of and in its other branches too: what is set in
        `parallel` is known outside, as in Home Assistant, save what a branch waited for and which pass it is in."""
        self.values[name] = value
        if self.parent is not None and name not in _OWN:
            self.top.spread(name, value)

    def spread(self, name: str, value: Any) -> None:
        """Let a value be known here and in all branches."""
        self.values[name] = value
        for branch in self.branches:
            branch.spread(name, value)

    @property
    def known(self) -> dict[str, Any] | None:
        """The variables, if anything has looked at them."""
        return self._values

    def caused(self, cause: Cause | None) -> None:
        """It is this link of the chain, as it was before a restart."""
        self._cause = cause

    @property
    def cause(self) -> Cause:
        """The link of the chain that this run is."""
        if self._cause is None:
            self._cause = self.engine.house.cause(f"{self.rule.by}#{self.number}", self.fired.cause)
        return self._cause

    @property
    def top(self) -> "Run":
        """The run that this is a branch of, or itself."""
        return self if self.parent is None else self.parent.top

    # -- going on

    def advance(self, at: int) -> None:
        """Go on at a step until the end, or until something has to be waited for."""
        self._waiting = None
        steps, path, left, through = self.rule.program.steps, self.path, AT_ONCE, False
        if 0 < len(path) < REMEMBERED:
            self.stretches.append((len(path), self.engine.clock.monotonic() - self.begun))
        try:
            while at >= 0 and not self.ended and at < len(steps):
                if left <= 0 and self.arrived is None:
                    self.at = at
                    self.hold(self.engine.clock.call_later(0.0, self.advance, at))
                    at = WAIT
                    break
                left -= 1
                if len(path) < REMEMBERED:
                    path.append(at)
                self.at = at
                at = steps[at](self)
            through = True
        except FAULTS as error:
            self._fail(error)
        finally:
            if not (through or self.ended):  # a bug: the runtime tells of it, and nothing waits for this run
                self._fail(Misconfigured(BUG))
        if self.ended:
            return
        if at == WAIT:
            self.engine.journal.save(self.top)
        else:
            self.end("finished")

    def _fail(self, error: Exception) -> None:
        self.fault, self.error = error, str(error)
        self.end("failed")

    def hold(self, waiting: Waiting) -> int:
        """Stand still until `waiting` calls `advance` or `arrive`."""
        self._waiting = waiting
        return WAIT

    def wait(self, seconds: float, then: int) -> int:
        """Go on at step `then` after some time; a run that was kept over a restart waits for what was left of it."""
        return self.hold(self.engine.clock.call_later(self.left(seconds), self._waited, then))

    def _waited(self, then: int) -> None:
        self.until = None
        self.advance(then)

    def left(self, seconds: float) -> float:
        """Seconds until the wait of this step ends: `seconds` from now, or what is left since before a restart."""
        now = self.engine.clock.now()
        if self.until is None:
            self.until = now + timedelta(seconds=seconds)
            return seconds
        return max(0.0, (self.until - now).total_seconds())

    def arrive(self, what: Any) -> None:
        """Enter the step at which the run stands once more, with what it waited for."""
        if not self.ended:
            self.arrived, self.until = what, None
            self.advance(self.at)

    def take(self) -> Any:
        """What arrived, once; raises it if it is a fault."""
        what, self.arrived = self.arrived, None
        if isinstance(what, FAULTS):
            raise what
        return what

    def resume(self) -> None:
        """Go on after a restart, from where it stood still: what it said before that is said again, under its ids."""
        for domain, object_id, command in self.said:
            self.engine.house.say(COMMAND, command, domain, object_id)
        self.said.clear()
        if self.branches:
            for branch in list(self.branches):
                branch.resume()
            return
        self.resumed = True
        self.advance(self.at)
        self.resumed = False

    # -- branches

    def fork(self, starts: list[int]) -> int:
        """Begin a branch at each of some steps; this step is entered again, with True, when all of them are over."""
        self.branches = [Run(self.rule, self.fired, self.number, self.given, parent=self) for _ in starts]
        for branch, start in zip(self.branches, starts, strict=True):
            branch.at = start
        self._forking = True
        for branch, start in zip(list(self.branches), starts, strict=True):
            if not self.ended:
                branch.advance(start)
        self._forking = False
        if self.ended or not all(branch.ended for branch in self.branches):
            return WAIT
        what = self._joined()
        if isinstance(what, Halt):
            return self.stop(what)
        self.arrived = what
        return self.at

    def _branch_ended(self) -> None:
        if self.ended or self._forking:
            return
        if all(branch.ended for branch in self.branches):
            what = self._joined()
            if isinstance(what, Halt):
                self.stop(what)
            else:
                self.arrive(what)
        else:  # what it said must not be said by another branch's ids after a restart
            self.engine.journal.save(self.top)

    def _joined(self) -> "Exception | Halt | bool":
        """What came of the branches: the first in the order of the file that failed or was told to stop decides."""
        what = next((branch.fault or branch.halt for branch in self.branches if branch.fault or branch.halt), None)
        self.branches = []
        return True if what is None else what

    # -- the end

    def end(self, outcome: str) -> int:
        """It is over. Calling it again means nothing."""
        if self.ended:
            return END
        self.ended = True
        if self._waiting is not None:
            self._waiting.cancel()
        for branch in self.branches:
            branch.end("cancelled")
        if self.parent is not None:
            self.error = self.error if outcome == "failed" else ""
            self.parent._branch_ended()
            return END
        if self.owned and self.said:
            # Its two halves are in two files: what was said is said again if only ours is written.
            self.at, self.until = END, None
            self.engine.journal.save(self)
        self.rule.finished(self, outcome)
        if self.done is not None:
            self.done(self, outcome)
        return END

    def stop(self, halt: Halt) -> int:
        """End the whole run; from within a branch, once the branches beside it are over, as in Home Assistant."""
        self.halt, self.error = halt, halt.text
        if self.parent is None:
            self.response = halt.response
        return self.end(halt.outcome)

    # -- doing

    def weighs(self, said: Weight | None) -> Weight:
        """What a command weighs: what the action or else the rule says, and where both are silent, who asked for it."""
        return filled(said or self.rule.compiled.weight, self.fired.weight)

    def command(
        self, domain: str, object_id: str, service: str, data: dict[str, Any], weight: Weight | None = None
    ) -> None:
        """Tell an entity what to do; `weight` None: the action says nothing of it."""
        engine = self.engine
        entity_id = engine.view.current(f"{domain}.{object_id}")
        said = engine.view.states.get(entity_id)
        if said is None and entity_id not in engine.view.configs:
            self.error = f"there is no entity {entity_id}"
            return
        domain, _, object_id = entity_id.partition(".")
        weight, top = self.weighs(weight), self.top
        id = top.next_id()
        if len(self.commands) < REMEMBERED:
            self.commands.append((id, entity_id, service))
        engine.caused(self.cause, self.depth, self.begun)
        priority, hold_for = weight
        if said is not None and HELD in said.attributes:
            self.held |= waits(id, said.attributes[HELD], engine.house.login, priority, engine.zone)
        if engine.owner is not None and entity_id in engine.owner.things:
            self._tell_own(engine.owner, entity_id, service, data, id, weight)
            return
        command = Command(id, service, data, TTL, self.cause, None, False, priority, hold_for)
        top.said.append((domain, object_id, command))
        engine.house.say(COMMAND, command, domain, object_id)

    def _tell_own(
        self, owner: "Owner", entity_id: str, service: str, data: dict[str, Any], id: str, weight: Weight
    ) -> None:
        """An entity of the rules does it at once; the result is written down together with what the run has become, so
        it is not said again after a restart."""
        try:
            self.top.owned = True
            owner.obey(entity_id, service, data, self.cause, id=id, again=bool(self.top.key), weight=weight)
        except CallError as error:
            raise RunError(str(error)) from error

    def next_id(self) -> str:
        """The id of the next command: after a restart the same one again, for a run that is kept."""
        if not self.key:
            return self.engine.house.new_id()
        self.count += 1
        return f"{self.key}.{self.count}"
