"""What is wrong with a rule, told with file, line, field and what to do about it."""

import difflib
from collections.abc import Iterable
from typing import Final, Literal

from homeserver.topics.record import record

Code = (
    Literal["yaml", "invalid", "unsupported", "template", "unknown", "doubtful"]
    | Literal["entity", "device", "area", "floor", "label", "service", "state", "attribute", "unit"]
    | Literal["never", "unreachable", "loop", "conflict"]
)
"""yaml: the file cannot be read; invalid: against the language; unsupported: the language's, but not built yet;
template: a template that cannot be compiled; unknown: names something that is not there; doubtful: allowed, and hardly
meant. The second row is of what a rule names or compares with and is not there or cannot be; never: a rule that cannot
fire; unreachable: a branch that cannot be taken; loop: rules that set each other off; conflict: rules that want
opposite things at once."""
_VOWELS: Final = ("a", "e", "i", "o", "up")
Severity = Literal["error", "warning"]
"""With an error the rule does not run; with a warning it does."""


@record
class Problem:
    """One fault. `field` is the way to it inside the rule: `triggers[0].entity_id`."""

    file: str
    line: int
    rule: str
    field: str
    text: str
    code: Code = "invalid"
    severity: Severity = "error"

    @property
    def sense(self) -> tuple[str, ...]:
        """What it says, wherever in its file: the same after lines were put in above."""
        return self.file, self.rule, self.field, self.text

    def __str__(self) -> str:
        where = f"{self.field}: " if self.field else ""
        return f"{self.file}:{self.line}: {where}{self.text}"


class RuleError(Exception):
    """A fault in a rule, raised where it is found; the file is known to whoever catches it."""

    def __init__(self, text: str, line: int, field: str = "", code: Code = "invalid") -> None:
        super().__init__(text)
        self.text = text
        self.line = line
        self.field = field
        self.code: Code = code


def not_yet(what: str, line: int, field: str = "") -> RuleError:
    """The words for a part of the language that is not built yet."""
    return RuleError(f"not supported yet: {what}", line, field, "unsupported")


def with_article(word: str) -> str:
    """`an input_boolean`, `a light`, `a utility_meter`, `an update`."""
    return f"{'an' if word.startswith(_VOWELS) else 'a'} {word}"


def nearest(word: str, known: Iterable[str]) -> str:
    """`; did you mean turn_on?`, or nothing."""
    found = difflib.get_close_matches(str(word), list(known), 1, 0.6)
    return f"; did you mean {found[0]}?" if found else ""
