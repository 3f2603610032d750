"""What all conditions have in common: a check is a function of the run, and checks are joined by and, or, not.

A condition that cannot be checked (no such entity, no number) is a fault. `or` is met by another part all the same, and
`and` is not met where another part is not; whoever asked treats the rest as not met, and the run tells why.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from homeserver.rules.program import FAULTS
from homeserver.rules.run import Run

if TYPE_CHECKING:
    from homeserver.rules.compiler import Compiler

Condition = Callable[[Run], bool]
LOOKED: Final = 200
"""Checks that a run remembers."""
Tell = Callable[[Run], str]
"""Says what a check looks at now, in a few words: `light.hall is off, wanted on`."""


@dataclass(slots=True, eq=False)
class Leaf:
    """One check with the way to it in its rule, `conditions[0].conditions[1]`: the same as long as the rule is. The
    line is another one when the rule moves within its file."""

    way: str
    line: int
    check: Condition
    tell: Tell


def leaf(compiler: "Compiler", way: str, line: int, check: Condition, tell: Tell) -> Condition:
    """A check that is not made of others, with an eye on it: the run remembers what each of them said, for its trace.
    It is put into words when the run stands still or is over, if the trace is kept."""
    made = Leaf(way, compiler.shown(line), check, tell)
    compiler.leaves.append(made)

    def looking(run: Run) -> bool:
        looked = run.looked
        try:
            so = check(run)
        except FAULTS as error:
            if len(looked) < LOOKED:
                looked.append((made, None, run.rule.shown(str(error))))
            raise
        if len(looked) < LOOKED:
            looked.append((made, so, ""))
        return so

    return looking


def words_of(one: Leaf, run: Run) -> str:
    """What a check looks at now; never fails."""
    try:
        return one.tell(run)
    except FAULTS as error:
        return str(error)


def every(parts: tuple[Condition, ...]) -> Condition:
    """All of them hold; so do none at all."""

    def check(run: Run) -> bool:
        fault: Exception | None = None
        for part in parts:
            try:
                if not part(run):
                    return False
            except FAULTS as error:
                fault = fault or error
        if fault is not None:
            raise fault
        return True

    return parts[0] if len(parts) == 1 else check


def some(parts: tuple[Condition, ...]) -> Condition:
    """One of them holds."""

    def check(run: Run) -> bool:
        fault: Exception | None = None
        for part in parts:
            try:
                if part(run):
                    return True
            except FAULTS as error:
                fault = fault or error
        if fault is not None:
            raise fault
        return False

    return parts[0] if len(parts) == 1 else check


def no(parts: tuple[Condition, ...]) -> Condition:
    """None of them holds."""
    found = some(parts)
    return lambda run: not found(run)


def met(conditions: tuple[Condition, ...], run: Run) -> bool:
    """A condition that cannot be checked is not met, and the run tells why."""
    try:
        return all(condition(run) for condition in conditions)
    except FAULTS as error:
        run.error = str(error)
        return False
