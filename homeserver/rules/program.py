"""A rule's actions as a flat program: a list of steps, each of which does its work and tells which one is next."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from homeserver.rules.reading.durations import DurationError
from homeserver.view.templates import TemplateError

if TYPE_CHECKING:
    from homeserver.rules.actions.asks import Ask
    from homeserver.rules.run import Run

END: Final = -1
WAIT: Final = -2
Step = Callable[["Run"], int]
"""Does its work; gives the index of the next step, `END`, or `WAIT` when something was set up that calls `advance`.

A step that waits for an answer, for branches or for a trigger is entered a second time when that has come (see
`Run.arrived`), so it is the step that fails where the answer is a fault.
"""


class RunError(Exception):
    """An action or a condition that could not be carried out; the text says why."""


class Misconfigured(RunError):
    """The rule itself is wrong: there is no such service, or it takes no such data. `continue_on_error` is for what
    happens in the home and does not hide this, as in Home Assistant, nor a bug."""


FAULTS: Final = (RunError, TemplateError, DurationError)
"""What ends a run and is not a bug."""


def is_hidden(error: Exception) -> bool:
    """Whether `continue_on_error` lets a run go on in spite of this."""
    return isinstance(error, RunError) and not isinstance(error, Misconfigured)


@dataclass(slots=True)
class Label:
    """A place in a program that is not known yet."""

    at: int = END


@dataclass(slots=True)
class Program:
    """Steps and, for each, the way to the action that it came from."""

    steps: list[Step] = field(default_factory=list)
    ways: list[str] = field(default_factory=list)
    branches: list[range] = field(default_factory=list)
    """Steps of branches: a fault there ends the branch, whatever the action around it may survive."""
    asks: "list[Ask]" = field(default_factory=list)
    """Actions that no table knows: somebody may answer them."""

    def add(self, way: str, step: Step) -> None:
        self.steps.append(step)
        self.ways.append(way)

    def next(self) -> int:
        """The index of the step after the one that is being added."""
        return len(self.steps) + 1

    def place(self, label: Label) -> None:
        """`label` stands here."""
        label.at = len(self.steps)


def kind_of_step(step: Step) -> str:
    """What kind of work a step does: the function that it was made of."""
    return getattr(step, "__qualname__", type(step).__name__)
