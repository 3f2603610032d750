"""A rule: compiled triggers, conditions and actions, its mode, and the runs that are under way."""

from collections.abc import Callable, Mapping
from dataclasses import field, replace
from typing import Any, Final

from homeserver.rules.compiler import rendered
from homeserver.rules.conditions.condition import Leaf
from homeserver.rules.engine import DEEPEST, Engine
from homeserver.rules.explaining import explained
from homeserver.rules.fired import Done, Fired
from homeserver.rules.program import FAULTS, Program
from homeserver.rules.reading.hidden import Hidden
from homeserver.rules.run import QUEUED, Run
from homeserver.rules.traces.trace import BUSY, NOT_MET
from homeserver.rules.triggers.trigger import Trigger
from homeserver.rules.words import RULE_RUN, RuleRun
from homeserver.runtime.judging import EVERYTHING, Thing
from homeserver.topics.priority import UNSAID, Weight
from homeserver.topics.record import record
from homeserver.view.templates import Template

_MAY_BE_ALL: Final[frozenset[Thing]] = frozenset((EVERYTHING,))
Condition = Callable[[Run], bool]
MODES: Final = ("single", "restart", "queued", "parallel")
RATE: Final = 2_000
"""Runs that may begin in one second; a rule that wants more is in a loop with itself and is stopped."""
QUIET: Final = 10.0
RECORD: Final = 1.0
"""Seconds in which a rule says at most one record of its runs."""


@record
class ScriptField:
    """One thing that a script can be given. `default` is what a form begins with; the script does not fill it in.

    `selector` says what kind of value is meant, as in a blueprint.
    """

    name: str
    label: str = ""
    description: str = ""
    required: bool = False
    advanced: bool = False
    default: Any = None
    example: str = ""
    selector: Mapping[str, Any] = field(default_factory=dict)


@record
class Compiled:
    """What a rule file says of one rule or script. `print` tells whether it changed since it was last read.

    `kind` is rule or script; only scripts have `fields`, what they can be given. `named` tells whether the file gives
    the id, at `id_line`, or it was made of the alias. `initial` is what the file says of whether it is on at each
    start. `explain` is the sentence for people. `hidden` are values that no text may show.
    `weight` is what its commands weigh where an action says nothing else. `object_id` is that of its entity where the
    file gives it. `touches`: the things that its text names, see `reading.touched`.
    """

    id: str
    alias: str
    description: str
    file: str
    line: int
    print: str
    mode: str = "single"
    most: int = 10
    silent: bool = False
    enabled: bool = True
    initial: bool | None = None
    triggers: tuple[Trigger, ...] = ()
    conditions: tuple[Condition, ...] = ()
    program: Program = field(default_factory=Program)
    variables: Mapping[str, Any] = field(default_factory=dict)
    leaves: tuple[Leaf, ...] = ()
    about: bool = True
    kind: str = "rule"
    icon: str = ""
    fields: tuple[ScriptField, ...] = ()
    named: bool = True
    id_line: int = 0
    explain: str | Template = ""
    hidden: Hidden | None = None
    weight: Weight = UNSAID
    object_id: str = ""
    touches: frozenset[Thing] = _MAY_BE_ALL


class Rule:
    """One rule at work. `stopped` is the reason for which the engine stopped it by itself."""

    def __init__(self, compiled: Compiled, engine: Engine) -> None:
        self.compiled = compiled
        self.id = compiled.id if compiled.kind == "rule" else f"{compiled.kind}.{compiled.id}"
        self.kind = compiled.kind
        """What it is called in causes."""
        self.program = compiled.program
        self.engine = engine
        self.enabled = False
        self.stopped = ""
        self.number = 0
        self.by = f"{self.kind}:{compiled.id}"
        """How causes call it."""
        self.entity_id = f"automation.{self.id}" if self.kind == "rule" else self.id
        """The entity that it is, once there is one."""
        self.noticed: Callable[[Run | None], None] | None = None
        """Told a run that begins, and None when one is over."""
        self.runs: list[Run] = []
        self._waiting: list[Run] = []  # an empty deque takes ten times the room, in each of a thousand rules
        self._starting = False
        self._window = (0.0, 0)
        self._quiet_until = 0.0
        self._unsaid = 0
        self._latest: tuple[Run, str] | None = None
        self._record_due = False

    def become(self, compiled: Compiled) -> None:
        """Say something else from the next run on; not while it is enabled."""
        self.compiled, self.program, self.number = compiled, compiled.program, 0

    def moved(self, fresh: Compiled) -> None:
        """It says the same at another place of the files: what is under way goes on, and lines are those of now."""
        mine = self.compiled
        for leaf, now in zip(mine.leaves, fresh.leaves, strict=True):
            leaf.line = now.line
        for trigger, same in zip(mine.triggers, fresh.triggers, strict=True):
            trigger.line = same.line
        self.compiled = replace(mine, file=fresh.file, line=fresh.line, id_line=fresh.id_line)

    def enable(self) -> None:
        if not self.enabled:
            self.enabled, self.stopped = True, ""
            for trigger in self.compiled.triggers:
                trigger.rule = self
                trigger.begin(self.engine, self.fire)

    def disable(self, *, ending: bool = True) -> None:
        """Stop listening, and end what is under way."""
        if self.enabled:
            self.enabled = False
            for trigger in self.compiled.triggers:
                trigger.end(self.engine)
        if not ending:
            return
        waiting, self._waiting = self._waiting, []
        for run in (*self.runs, *waiting):
            run.end("cancelled")

    # -- running

    def fire(self, fired: Fired) -> None:
        """A trigger fired: check the conditions, then run or not, as the mode says."""
        too_fast = self._too_fast()
        run = Run(self, fired, self.number + 1, done=fired.done)
        run.depth = self.engine.depth(fired.cause)
        if too_fast:
            self._refuse(run)
        elif self._is_loop(run):
            pass
        elif not self.met(run):
            self.engine.traces.leave(run, NOT_MET)
            self._refuse(run)
        else:
            self._admit(run)

    def _is_loop(self, run: Run) -> bool:
        """Whether it is the end of a chain of runs that is too long: then it does not begin, and that is told."""
        if run.depth < DEEPEST:
            return False
        run.error = f"stopped a loop: {DEEPEST} runs of rules, each caused by the one before"
        self.grumble(run.error)
        self._record(run, "failed")
        self.engine.traces.leave(run, "failed")
        self._refuse(run)
        return True

    @staticmethod
    def _refuse(run: Run) -> None:
        """It does not begin: whoever waits for its end is told."""
        if run.done is not None:
            run.done(run, "refused")

    def run_now(
        self, fired: Fired, *, skip_condition: bool = True, given: Mapping[str, Any], done: Done | None = None
    ) -> bool:
        """Run by hand, or because another run says so; tells whether the conditions let it.

        `done` is called when it is over, with the outcome `refused` where the mode does not let it begin.
        """
        run = Run(self, fired, self.number + 1, given, done=done)
        run.depth = self.engine.depth(fired.cause)
        if not skip_condition and not self.met(run):
            return False
        if not self._is_loop(run):
            self._admit(run)
        return True

    def met(self, run: Run) -> bool:
        """Whether its conditions hold; one that cannot be checked does not."""
        try:
            for condition in self.compiled.conditions:
                if not condition(run):
                    return False
        except FAULTS as error:
            self.grumble(f"a condition could not be checked: {error}")
            return False
        return True

    def _admit(self, run: Run) -> None:
        self.number = run.number
        mode, most = self.compiled.mode, self.compiled.most
        if mode == "restart":
            for other in list(self.runs):
                other.end("cancelled")
        elif self.runs and (mode == "single" or len(self.runs) + len(self._waiting) >= most):
            if not self.compiled.silent:
                self.grumble(f"it is running already (mode {mode})")
            self.engine.traces.leave(run, BUSY)
            self._refuse(run)
            return
        self._waiting.append(run)
        if mode == "parallel" or not self.runs:
            self._begin()
        if not run.ended and run in self._waiting:
            run.at = QUEUED
            self.engine.journal.save(run)

    def _begin(self) -> None:
        """Begin what waits: all of it in mode parallel, else one after the other."""
        if self._starting:
            return
        self._starting, done = True, False
        try:
            while self._waiting and (self.compiled.mode == "parallel" or not self.runs):
                run = self._waiting.pop(0)
                self.runs.append(run)
                if self.compiled.explain:
                    self._explain(run)
                if self.noticed is not None:
                    if self.compiled.about:
                        _ = run.values  # `this` is what the entity was like before
                    self.noticed(run)
                run.advance(0)
            done = True
        finally:
            self._starting = False
            if not done:  # a bug in one run keeps no other from its turn
                self._begin()

    def _explain(self, run: Run) -> None:
        run.explained, fault = explained(run, self.compiled)
        if fault:
            self.grumble(fault)

    def all_runs(self) -> tuple[Run, ...]:
        """Those under way and those that wait for their turn."""
        return (*self.runs, *self._waiting)

    def take_up(self, run: Run) -> None:
        """A run of an earlier process is one of this rule's; it goes on with `go_on`."""
        self.number = max(self.number, run.number)
        if run.at == QUEUED:
            self._waiting.append(run)
        else:
            self.runs.append(run)
            if self.noticed is not None:
                self.noticed(None)

    def go_on(self) -> None:
        """Resume what was taken up."""
        for run in list(self.runs):
            run.resume()
        if self._waiting:
            self._begin()

    def finished(self, run: Run, outcome: str) -> None:
        """A run is over."""
        run.error = self.shown(run.error)
        if run in self.runs:
            self.runs.remove(run)
            if self.noticed is not None:
                self.noticed(None)
        self.engine.journal.over(run)
        if not self.engine.journal.frozen:
            if outcome == "failed":
                self.grumble(f"run {run.number} failed: {run.error}")
            self.engine.afterwards(self._note, run, outcome)
        if self._waiting:
            self._begin()

    def _note(self, run: Run, outcome: str) -> None:
        self._record(run, outcome)
        self.engine.traces.leave(run, outcome)

    def _too_fast(self) -> bool:
        now = self.engine.clock.monotonic()
        since, count = self._window
        if now - since >= 1.0:
            self._window = (now, 1)
            return False
        self._window = (since, count + 1)
        if count < RATE:
            return False
        self.stopped = f"stopped: it ran {RATE} times in a second; does it trigger itself? Mend it, then reload"
        self.engine.house.log.error("rule %s %s", self.id, self.stopped)
        self.disable()
        self.engine.changed(self)
        return True

    # -- telling

    def grumble(self, text: str) -> None:
        """Log something that may happen often; at most one line in `QUIET` seconds."""
        now = self.engine.clock.monotonic()
        if now >= self._quiet_until:
            self._quiet_until = now + QUIET
            self.engine.house.log.warning("rule %s: %s", self.id, self.shown(text))

    def shown(self, text: str) -> str:
        """A text as people may see it: without the secrets of the rule."""
        return text if self.compiled.hidden is None else self.compiled.hidden.mask(text)

    def values(self, run: Run) -> dict[str, Any]:
        """The variables of a run."""
        fired, compiled = run.fired, self.compiled
        values: dict[str, Any] = {"trigger": {"platform": None}}
        if fired.trigger is not None:
            values["trigger"] = fired.trigger.describe(fired, self.engine)
        if compiled.about:
            values |= self._about(run)
        own = fired.trigger.variables if fired.trigger is not None else {}
        for named in (own, run.given or {}):
            for name, value in named.items():
                values[name] = rendered(value, values)
        for name, value in compiled.variables.items():  # they see what is given, and give way to it
            if name not in own and not (run.given and name in run.given):
                values[name] = rendered(value, values)
        return values

    def _about(self, run: Run) -> dict[str, Any]:
        alias, mode = self.compiled.alias, self.compiled.mode
        said = self.engine.view.said(self.entity_id)
        attributes = {"friendly_name": alias, "id": self.id, "mode": mode, "current": len(self.runs)}
        if said is not None:
            attributes |= said.attributes
        state = said.state if said is not None else "on"
        this = {"entity_id": self.entity_id, "state": state, "name": alias, "attributes": attributes}
        return {"this": this, "context": {"id": run.cause.id, "parent_id": run.cause.parent, "user_id": None}}

    def _record(self, run: Run, outcome: str) -> None:
        self._unsaid += 1
        if self._latest is None or outcome == "failed" or self._latest[1] != "failed":
            self._latest = (run, outcome)  # of several at once a fault is told rather than what ended well after it
        if not self._record_due:
            self._record_due = True
            self._say_record()

    def _say_record(self) -> None:
        if self._latest is None:
            self._record_due = False
            return
        (run, outcome), self._latest = self._latest, None
        ways = self.program.ways
        record = RuleRun(
            number=run.number,
            runs=self._unsaid,
            trigger=run.fired.trigger.id if run.fired.trigger is not None else "",
            path=tuple(ways[at] for at in run.path),
            commands=tuple(id for id, _, _ in run.commands),
            outcome=outcome,
            seconds=round(self.engine.clock.monotonic() - run.begun, 3),
            error=run.error,
            cause=run.cause,
            explained=run.explained,
        )
        self._unsaid = 0
        self.engine.house.say(RULE_RUN, record, self.id)
        self.engine.clock.call_later(RECORD, self._say_record)
