"""The part of the rules' worker that does without a file what a rule does: listens for triggers, tests conditions, and
carries out actions, for whoever asks and with what he may see.

A trigger that somebody listens for is compiled, attached and told as one of a rule is. It is attached anew when his
rights change. Keeps what has fired and was not told yet.
"""

import asyncio
from collections import Counter, deque
from collections.abc import AsyncIterator
from typing import Any, Final

from homeserver.rules.actions.table import compile_block
from homeserver.rules.compiler import Compiler
from homeserver.rules.conditions.table import compile_conditions
from homeserver.rules.engine import Engine
from homeserver.rules.fired import Fired
from homeserver.rules.owned.performing import by_hand
from homeserver.rules.personal_engine import PersonalEngine
from homeserver.rules.program import END, FAULTS, Label, Program
from homeserver.rules.reading.automation import compile_triggers
from homeserver.rules.reading.problem import RuleError
from homeserver.rules.rule import Compiled, Rule
from homeserver.rules.run import Run
from homeserver.rules.spoken import check, fields_of, plain, told_fault
from homeserver.rules.triggers.happening import context_of
from homeserver.rules.triggers.trigger import Trigger
from homeserver.rules.words import (
    EXECUTE,
    TEST_CONDITION,
    WATCH_TRIGGER,
    ConditionTested,
    Execute,
    Firing,
    Performed,
    TestCondition,
    WatchTrigger,
)
from homeserver.runtime.worker import Part, answers
from homeserver.topics.call import Caller, CallError
from homeserver.topics.cause import Cause
from homeserver.topics.priority import weight_said
from homeserver.view.permission import Permissions

MOST: Final = 100
"""Triggers in one question, and firings that may wait to be told."""
AT_ONCE: Final = 20
"""Questions of one person that may be listened for."""
BEAT: Final = 600.0
"""Seconds of silence after which it is told that they are listened to still."""


class Watching(Part):
    """Needs the engine."""

    engine: Engine
    _watches: Counter[str] | None = None
    """How many questions of each person are listened for."""

    @answers(WATCH_TRIGGER)
    async def watch_trigger(self, request: WatchTrigger, caller: Caller) -> AsyncIterator[Firing]:
        watches = self._watches = self._watches or Counter()
        if watches[caller.login] >= AT_ONCE:
            raise CallError("too_many", f"{AT_ONCE} questions of yours are listened for already: end one of them")
        watches[caller.login] += 1
        watch = Watch(self.engine, caller.login, request)
        try:
            watch.begin()
            yield Firing()
            while True:
                yield await watch.next()
        finally:
            watch.end()
            watches[caller.login] -= 1

    @answers(TEST_CONDITION)
    async def test_condition(self, request: TestCondition, caller: Caller) -> ConditionTested:
        engine = personal(self.engine, caller.login)
        compiler = Compiler(engine.templates)
        try:
            conditions = compile_conditions(fields_of(condition=request.condition), "condition", compiler)
        except RuleError as error:
            raise CallError("invalid", told_fault(error), "condition") from error
        check(compiler, "condition")
        run = _bare_run(engine, request.variables, caller.cause)
        try:
            return ConditionTested(result=all(condition(run) for condition in conditions))
        except FAULTS as error:
            raise CallError("not_done", f"the condition cannot be checked: {error}", "condition") from error

    @answers(EXECUTE)
    async def execute(self, request: Execute, caller: Caller) -> Performed:
        compiler, end = Compiler(self.engine.templates), Label()
        fields = fields_of(sequence=request.sequence)
        try:
            fields.need("sequence", "say what to do")
            compile_block(fields, "sequence", compiler, end)
        except RuleError as error:
            raise CallError("invalid", told_fault(error), "sequence") from error
        check(compiler, "sequence")
        compiler.program.place(end)
        compiler.program.add("end", lambda run: END)
        weight = weight_said(caller.login, None, None)
        answer = await by_hand(self.engine, compiler.program, caller.cause, weight, request.variables)
        return Performed(answer=plain(answer))


def personal(engine: Engine, login: str) -> PersonalEngine:
    """The engine for one person."""
    return PersonalEngine(engine, Permissions(engine.view, engine.house.people), login)


def _bare_run(engine: Engine, variables: dict[str, Any], cause: Cause) -> Run:
    """A run of no rule, for conditions to look at."""
    compiled = Compiled("by_hand", "by_hand", "", "", 0, "", "parallel", silent=True, program=Program(), kind="call")
    return Run(Rule(compiled, engine), Fired(None, cause=cause), 1, variables)


class Watch:
    """Some triggers that somebody listens for; raises `CallError` where they are not sound, or not for him."""

    def __init__(self, engine: Engine, login: str, request: WatchTrigger) -> None:
        self._base = engine
        self._login = login
        self._request = request
        self._engine = personal(engine, login)
        self._triggers: tuple[Trigger, ...] = ()
        self._fired: deque[Firing] = deque()
        self._news = asyncio.Event()
        self._fault: CallError | None = None
        self._unwatch = engine.house.people.watch(self._rights)

    def begin(self) -> None:
        """Attach the triggers."""
        self._engine = engine = personal(self._base, self._login)
        self._triggers = self._compiled(engine)
        for trigger in self._triggers:
            trigger.begin(engine, lambda fired, trigger=trigger: self._fire(trigger, fired))  # type: ignore[misc]

    def end(self) -> None:
        """Listen no more. Calling it again means nothing."""
        self._unwatch()
        self._unwatch = _nothing
        self._detach()

    async def next(self) -> Firing:
        """The next firing, or an empty one after `BEAT` seconds of silence."""
        if not self._fired and self._fault is None:
            beat = self._base.clock.call_later(BEAT, self._news.set)
            try:
                await self._news.wait()
            finally:
                beat.cancel()
        self._news.clear()
        if self._fault is not None:
            raise self._fault
        return self._fired.popleft() if self._fired else Firing()

    def _compiled(self, engine: Engine) -> tuple[Trigger, ...]:
        compiler = Compiler(engine.templates)
        try:
            found = compile_triggers(fields_of(trigger=self._request.trigger), compiler, self._request.variables)
        except RuleError as error:
            raise CallError("invalid", told_fault(error), "trigger") from error
        check(compiler, "trigger")
        if not found:
            raise CallError("invalid", "there is no trigger in it that is enabled", "trigger")
        if len(found) > MOST:
            raise CallError("invalid", f"{MOST} triggers at a time are enough", "trigger")
        return found

    def _detach(self) -> None:
        triggers, self._triggers = self._triggers, ()
        for trigger in triggers:
            trigger.end(self._engine)

    def _rights(self, login: str) -> None:
        if login != self._login:
            return
        self._detach()
        try:
            self.begin()
        except CallError as error:
            self._fail(error)

    def _fire(self, trigger: Trigger, fired: Fired) -> None:
        if len(self._fired) >= MOST:
            self._fail(CallError("too_many", f"{MOST} firings wait and nobody takes them"))
            return
        told = {"trigger": trigger.describe(fired, self._engine)}
        self._fired.append(Firing(variables=plain(told), context=context_of(fired.cause)))
        self._news.set()

    def _fail(self, error: CallError) -> None:
        self._fault = self._fault or error
        self._news.set()


def _nothing() -> None:
    """What there is to undo once it is undone."""
