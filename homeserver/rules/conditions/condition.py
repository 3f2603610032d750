"""What all conditions have in common: a check is a function of the run, and checks are joined by and, or, not.

A condition that cannot be checked (no such entity, no number) is a fault. `or` is met by another part all the same, and
`and` is not met where another part is not; whoever asked treats the rest as not met, and the run tells why.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

from homeserver.rules.program import FAULTS
from homeserver.rules.run import Run
from homeserver.topics.record import record

if TYPE_CHECKING:
    from homeserver.rules.compiler import Compiler

Condition = Callable[[Run], bool]
Tell = Callable[[Run], str]
"""Says what a check looks at now, in a few words: `light.hall is off, wanted on`."""


@record
class Leaf:
    """One check with the way to it in its rule, `conditions[0].conditions[1]`: the same as long as the rule is."""

    way: str
    line: int
    check: Condition
    tell: Tell


def leaf(compiler: "Compiler", way: str, line: int, check: Condition, tell: Tell) -> Condition:
    """A check that is not made of others. Every one comes by here, so this is where to look over their shoulders."""
    compiler.leaves.append(Leaf(way, line, check, tell))
    return check


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
