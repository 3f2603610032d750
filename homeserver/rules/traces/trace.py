"""The trace of a run: what began it, each condition with what it saw, each step with its time, and how it ended."""

from datetime import datetime, timedelta
from typing import Any, Final

from homeserver.rules.conditions.condition import Leaf, words_of
from homeserver.rules.fired import Fired
from homeserver.rules.run import Run

NOT_MET: Final = "not_met"
"""The outcome of a run that did not begin: a trigger fired, and a condition of the rule was false."""
BUSY: Final = "busy"
"""The outcome of a run that did not begin because its rule runs already."""
MOST: Final = 100
"""Conditions and steps of one trace."""


def sort_of(run: Run, outcome: str) -> tuple[Any, ...]:
    """The same for runs that took the same steps, however often; what is false decides where a run did not begin."""
    trigger = run.fired.trigger.number if run.fired.trigger is not None else None
    if outcome == NOT_MET:
        return trigger, outcome, tuple([leaf.way for leaf, so, _ in run.looked if so is not True])
    return trigger, outcome, bool(run.error), bool(run.held), tuple(dict.fromkeys(run.path))


def trace_of(run: Run, outcome: str, ended: float) -> dict[str, Any]:
    """All that is kept of a run that was settled, in the words of JSON. `ended` by the monotonic clock; `at` of a step:
    seconds since the run began."""
    clock = run.engine.clock
    begun = clock.now() - timedelta(seconds=clock.monotonic() - run.begun)
    trigger = run.fired.trigger
    return {
        "number": run.number,
        "at": begun.timestamp(),
        "seconds": round(ended - run.begun, 3),
        "outcome": outcome,
        "error": run.rule.shown(run.error),
        "trigger": trigger.id if trigger is not None else "",
        "because": run.rule.shown(because(run.fired)),
        "explained": run.explained,
        "conditions": [_checked(*row) for row in run.looked[:MOST]],
        "steps": _steps(run),
        "commands": [
            {"id": id, "entity_id": entity_id, "service": service, "held": run.held.get(id, "")}
            for id, entity_id, service in run.commands
        ],
        "cause": [run.cause.id, run.cause.by, run.cause.parent],
        "by": run.fired.cause.by if run.fired.cause is not None else "",
    }


def settle(run: Run) -> None:
    """Put into words what the conditions saw, as long as it still is so."""
    for number, (leaf, so, text) in enumerate(run.looked):
        if not text:
            run.looked[number] = (leaf, so, run.rule.shown(words_of(leaf, run)))


def _checked(leaf: Leaf, so: bool | None, text: str) -> dict[str, Any]:
    """`met` is null where it could not be checked."""
    return {"way": leaf.way, "line": leaf.line, "met": so, "saw": text}


def _steps(run: Run) -> list[dict[str, Any]]:
    """The steps in order, each with the time of the stretch in which it was taken."""
    ways, made, stretches = run.rule.program.ways, [], list(run.stretches)
    seconds = 0.0
    for number, at in enumerate(run.path[:MOST]):
        while stretches and stretches[0][0] <= number:
            seconds = stretches.pop(0)[1]
        made.append({"way": ways[at] if at < len(ways) else "", "at": round(seconds, 3)})
    return made


def because(fired: Fired) -> str:
    """What fired, in one phrase."""
    if fired.trigger is None:
        return f"it was asked for by {fired.cause.by}" if fired.cause is not None else "it was asked for"
    if fired.entity_id:
        old = fired.old.state if fired.old is not None else "nothing"
        new = fired.new.state if fired.new is not None else "nothing"
        lasted = f" and was so for {fired.lasted:g} s" if fired.lasted is not None else ""
        changed = f"went from {old} to {new}" if old != new else f"changed and is {new}"
        return f"{fired.entity_id} {changed}{lasted}"
    if fired.now is not None:
        return f"it was {fired.now.astimezone(_zone(fired)):%H:%M:%S}"
    return str(fired.data.get("description") or f"trigger {fired.trigger.kind} fired")


def _zone(fired: Fired) -> Any:
    """The home's zone, in which rules tell the time; the machine's own where no rule is at hand."""
    rule = fired.trigger.rule if fired.trigger is not None else None
    return rule.engine.zone if rule is not None else None


def local(at: float, zone: Any) -> datetime:
    """A moment as people of this home read it."""
    return datetime.fromtimestamp(at, zone)
