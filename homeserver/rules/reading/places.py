"""Places: lines of a file and of all that it includes, each in one number.

A place in the first file is its line; those of other files begin further on, `STEP` for each file. So a value, a field
and a fault carry one whole number wherever they come from, and only who tells a fault to people looks up the file.
"""

from typing import Final

from homeserver.rules.reading.hidden import Hidden
from homeserver.rules.reading.problem import Problem, RuleError, Severity

STEP: Final = 1 << 22
"""More lines than a file can have."""


class Places:
    """The files of one reading by number, the first one nought. `hidden` is what problems may not show."""

    def __init__(self, name: str) -> None:
        self.names = [name]
        self.hidden = Hidden()

    def base(self, name: str) -> int:
        """What is to be added to the lines of a file that is read again, or for the first time."""
        self.names.append(name)
        return (len(self.names) - 1) * STEP

    def find(self, place: int) -> tuple[str, int]:
        """File and line."""
        number, line = divmod(place, STEP)
        return self.names[number], line

    def problem(self, error: RuleError, rule: str = "", severity: Severity = "error") -> Problem:
        """A fault as people are told of it."""
        file, line = self.find(error.line)
        text, field = self.hidden.mask(error.text), self.hidden.mask(error.field)
        return Problem(file, line, rule, field, text, error.code, severity)
