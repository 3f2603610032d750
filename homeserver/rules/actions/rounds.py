"""The passes of a repeat: how many there are, which one this is, and what `repeat` says meanwhile."""

from dataclasses import dataclass
from typing import Any, Final

from homeserver.rules.compiler import Compiler, is_dynamic, rendered
from homeserver.rules.conditions.condition import Condition, met
from homeserver.rules.program import FAULTS, Label, Misconfigured, Step
from homeserver.rules.reading.fields import Fields
from homeserver.rules.run import Run

ROUNDS: Final = 10_000
"""Passes of one repeat: more is a loop without end."""


@dataclass(slots=True)
class Round:
    """A repeat under way. `items` are those of for_each, `most` the number of passes where it is known."""

    items: list[Any] | None
    most: int | None
    outer: Any
    count: int = 0


def enter(fields: Fields, kind: str, compiler: Compiler, then: int) -> Step:
    value = fields.take(kind) if kind in ("count", "for_each") else None
    compiled = compiler.data(value, fields.line(kind), fields.where(kind))

    if kind == "count" and not is_dynamic(compiled):
        try:
            _whole(compiled)
        except Misconfigured as error:
            raise fields.wrong(str(error), kind) from error

    def step(run: Run) -> int:
        given = rendered(compiled, run.values)
        items = list(given) if kind == "for_each" and isinstance(given, list | tuple) else None
        if kind == "for_each" and items is None:
            raise Misconfigured(f"for_each needs a list, not {given!r}")
        most = len(items) if items is not None else _whole(given) if kind == "count" else None
        run.frames.append(Round(items, most, run.values.get("repeat")))
        return then

    return step


def _whole(value: Any) -> int:
    try:
        return int(value)
    except (TypeError, ValueError):
        raise Misconfigured(f"repeat count must be a whole number, not {value!r}") from None


def next_round(run: Run, kind: str, conditions: tuple[Condition, ...]) -> bool:
    """Begin the next pass, if there is one."""
    frame: Round = run.frames[-1]
    number = frame.count + 1
    if frame.most is not None and number > frame.most:
        return False
    if number > ROUNDS:
        raise Misconfigured(f"repeat went on for more than {ROUNDS} passes")
    run.values["repeat"] = {
        "first": number == 1,
        "index": number,
        "last": number == frame.most,
        **({"item": frame.items[number - 1]} if frame.items is not None else {}),
    }
    frame.count = number
    return kind != "while" or met(conditions, run)


def is_enough(conditions: tuple[Condition, ...], run: Run) -> bool:
    """Whether `until` ends it; a condition that cannot be checked does, as in Home Assistant."""
    try:
        return all(condition(run) for condition in conditions)
    except FAULTS as error:
        run.error = str(error)
        return True


def leave(run: Run, end: Label) -> int:
    frame: Round = run.frames.pop()
    outside(run, frame)
    return end.at


def outside(run: Run, frame: Round) -> None:
    """`repeat` is again what it was around a repeat."""
    if frame.outer is None:
        run.values.pop("repeat", None)
    else:
        run.values["repeat"] = frame.outer
