"""Actions that wait: for some time, for a template to say true, for a trigger to fire.

Reference: https://www.home-assistant.io/docs/scripts/#wait-for-a-template and the sections after it. The variable
`wait` holds `completed`, the `remaining` seconds (none without a timeout) and the `trigger` that was waited for.

Every step here can be entered anew: a run that was kept over a restart waits for what is left of its time, looks at its
template again, and has its triggers attached again. What happened while nobody listened is not known.
"""

from collections.abc import Callable, Iterator
from typing import Any, Final

from homeserver.rules.compiler import Compiler, truth
from homeserver.rules.fired import Fired
from homeserver.rules.program import Label
from homeserver.rules.reading.durations import Duration, duration
from homeserver.rules.reading.fields import Fields, kind_of
from homeserver.rules.reading.problem import RuleError
from homeserver.rules.run import Halt, Run
from homeserver.rules.template_watch import Change, TemplateWatch, says_true
from homeserver.rules.triggers.table import compile_trigger
from homeserver.rules.triggers.trigger import Trigger
from homeserver.runtime.clock import Timer
from homeserver.view.templates import TemplateError

IGNORED: Final = ("alias", "note", "enabled", "continue_on_error")
"""Fields of every action that are read elsewhere, or say nothing."""
Came = dict[str, Any]
"""What `wait` says when the wait is over."""
_TOO_LATE: Final[Came] = {"completed": False, "remaining": 0.0}
_HERE: Final[Came] = {"completed": True}


class _Timeout:
    """How long a wait may last, and what follows where that is too long."""

    def __init__(self, fields: Fields, compiler: Compiler) -> None:
        self._lasting: Duration | None = None
        if fields.take("timeout") is not None:
            self._lasting = duration(fields, "timeout", compiler.templates)
        self._go_on = fields.flag("continue_on_timeout", True)
        self._way = fields.way

    def left(self, run: Run) -> float | None:
        """Seconds until it is too long; None without a limit."""
        lasting = self._lasting
        if lasting is None:
            return None
        return run.left(lasting(lambda: run.values) if run.until is None else 0.0)

    def over(self, run: Run, came: Came, then: int) -> int:
        """The wait is over, and `came` tells how."""
        run.until = None
        run.values["wait"] = {**run.values["wait"], **came}
        if came["completed"] or self._go_on:
            return then
        return run.stop(Halt("stopped", f"{self._way}: what it waited for did not come in time"))


class _Waiting:
    """A wait under way: ends with what came or with the time, whichever is first."""

    __slots__ = ("_run", "_step_is_over", "_timer", "came", "ends")

    def __init__(self, run: Run, seconds: float | None, *ends: Callable[[], None]) -> None:
        self._run = run
        self._step_is_over = False
        self.ends = list(ends)
        """Called once when it is over."""
        self.came: Came | None = None
        self._timer: Timer | None = None
        if seconds is not None:
            self._timer = run.engine.clock.call_later(seconds, self.come, _TOO_LATE)

    def come(self, came: Came) -> None:
        """It is over; only the first one counts."""
        if self.came is not None:
            return
        until, now = self._run.until, self._run.engine.clock.now()
        left = None if until is None else max(0.0, (until - now).total_seconds())
        self.came = {"remaining": left, **came}
        self.cancel()
        if self._step_is_over:
            self._run.arrive(self.came)

    def cancel(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        ends, self.ends = self.ends, []
        for end in ends:
            end()

    def stand(self) -> bool:
        """The step that began it is over: what comes from now on enters it again. Whether nothing has come yet."""
        self._step_is_over = True
        return self.came is None


def compile_delay(fields: Fields, compiler: Compiler, block: Label) -> None:
    lasting, then = duration(fields, "delay", compiler.templates), compiler.program.next()
    fields.done(*IGNORED)

    def step(run: Run) -> int:
        if run.until is not None:
            return run.wait(0.0, then)
        seconds = lasting(lambda: run.values)
        return run.wait(seconds, then) if seconds else then

    compiler.program.add(fields.way, step)


def compile_wait_template(fields: Fields, compiler: Compiler, block: Label) -> None:
    text = fields.need("wait_template", "give a template that says true or false")
    if not isinstance(text, str | bool):
        raise fields.wrong(f"wait_template must be a template, not {kind_of(text)}", "wait_template")
    template = compiler.template(str(text), fields.line("wait_template"), fields.where("wait_template"))
    timeout, then = _Timeout(fields, compiler), compiler.program.next()
    fields.done(*IGNORED)

    def step(run: Run) -> int:
        if (came := run.take()) is not None:
            return timeout.over(run, came, then)
        seconds = timeout.left(run)
        run.values["wait"] = {"remaining": seconds, "completed": False}
        said = [False]

        def look(now: str | TemplateError, change: Change) -> None:
            if isinstance(now, TemplateError):
                run.engine.house.log.warning("rule %s: %s: %s", run.rule.id, fields.way, now)
                return
            before, said[0] = said[0], says_true(now)
            if said[0] and not before:
                waiting.come(_HERE)

        watch = TemplateWatch(run.engine, template, lambda: run.values, look)
        first = watch.begin()
        if isinstance(first, TemplateError):
            watch.cancel()
            raise first
        said[0] = says_true(first)
        if truth(first) or seconds == 0:
            watch.cancel()
            return timeout.over(run, _HERE if truth(first) else _TOO_LATE, then)
        waiting = _Waiting(run, seconds, watch.cancel)
        waiting.stand()
        return run.hold(waiting)

    compiler.program.add(fields.way, step)


def compile_wait_for_trigger(fields: Fields, compiler: Compiler, block: Label) -> None:
    triggers = tuple(_triggers(fields, "wait_for_trigger", compiler))
    timeout, then = _Timeout(fields, compiler), compiler.program.next()
    fields.done(*IGNORED)

    def step(run: Run) -> int:
        if (came := run.take()) is not None:
            return timeout.over(run, came, then)
        seconds = timeout.left(run)
        known = dict(run.values)
        run.values["wait"] = {"remaining": seconds, "completed": False, "trigger": None}
        if seconds == 0:
            return timeout.over(run, _TOO_LATE, then)
        attached = [trigger.fresh(known) for trigger in triggers]
        waiting = _Waiting(run, seconds)
        for trigger in attached:
            trigger.begin(run.engine, _catch(trigger, run, waiting))
            waiting.ends.append(_detach(trigger, run))
        if waiting.came is not None:
            waiting.cancel()
        return run.hold(waiting) if waiting.stand() else timeout.over(run, waiting.came or _HERE, then)

    compiler.program.add(fields.way, step)


def _detach(trigger: Trigger, run: Run) -> Callable[[], None]:
    return lambda: trigger.end(run.engine)


def _catch(trigger: Trigger, run: Run, waiting: _Waiting) -> Callable[[Fired], None]:
    def fire(fired: Fired) -> None:
        waiting.come({"completed": True, "trigger": trigger.describe(fired, run.engine)})

    return fire


def _triggers(fields: Fields, name: str, compiler: Compiler) -> Iterator[Trigger]:
    """The triggers of a field, those in nested lists (`- triggers: [...]`) too. Faults go to the compiler."""
    for number, item in enumerate(fields.maps(name)):
        try:
            if not isinstance(item, Fields):
                raise RuleError(f"a trigger is a mapping such as trigger: state, not {kind_of(item[0])}", *item[1:])
            if "triggers" in item.node and "trigger" not in item.node:
                yield from _triggers(item, "triggers", compiler)
            elif (found := compile_trigger(item, compiler, number)) is not None:
                yield found
        except RuleError as error:
            compiler.faults.append(error)
