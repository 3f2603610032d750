"""One action done by hand, as if a rule did it: a script called by its name, a scene applied, files read again.

What is asked for is a plain value: templates in it are texts like any other. It ends with its answer, or fails with the
words of the action.
"""

import asyncio
from collections.abc import Mapping
from typing import Any, Final

from homeserver.rules.actions.asking import Asking
from homeserver.rules.engine import Engine
from homeserver.rules.fired import Fired
from homeserver.rules.program import END, Program
from homeserver.rules.rule import Compiled, Rule
from homeserver.rules.run import Run
from homeserver.topics.call import CallError
from homeserver.topics.cause import Cause
from homeserver.topics.priority import UNSAID, Weight

_ANSWER: Final = "answer"


async def perform(
    engine: Engine,
    action: str,
    data: Mapping[str, Any],
    target: Mapping[str, Any],
    cause: Cause,
    weight: Weight = UNSAID,
) -> Any:
    """Do it and give what it answers; raises `CallError`. Whoever stops waiting ends it. `weight`: that of who asks."""
    action = action.strip().lower()
    if not all(action.partition(".")):
        raise CallError("invalid", f"{action[:100]!r} is no action: it must look like light.turn_on", "action")
    offer = engine.offers.get(action)
    answers = offer is not None and offer.answers
    program = Program()
    asking = Asking(action, dict(data), dict(target), _ANSWER if answers else "", 1)
    program.add(action, asking.step)
    program.add(action, _end)
    return await by_hand(engine, program, cause, weight, {}, action)


async def by_hand(
    engine: Engine, program: Program, cause: Cause, weight: Weight, given: Mapping[str, Any], alias: str = "by_hand"
) -> Any:
    """Run a program of no rule and give what it answers; raises `CallError`. Whoever stops waiting ends it."""
    compiled = Compiled(
        "by_hand", alias, "", "", 0, "", "parallel", silent=True, program=program, kind="call", weight=weight
    )
    over: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
    rule = Rule(compiled, engine)
    rule.run_now(Fired(None, cause=cause), given=given, done=lambda run, outcome: _told(over, run, outcome))
    try:
        return await over
    finally:
        rule.disable()


def _end(run: Run) -> int:
    run.response = run.values.get(_ANSWER)
    return END


def _told(over: asyncio.Future[Any], run: Run, outcome: str) -> None:
    if over.done():
        return
    if outcome == "failed":
        over.set_exception(CallError("not_done", run.error))  # what the platform calls failed is a bug
    else:
        over.set_result(run.response)
