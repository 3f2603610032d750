"""One thing that a check found, in the making: the place within a rule, what is wrong, and how sure that is."""

from typing import Final

from homeserver.rules.check.outline import Outline, Part
from homeserver.rules.reading.problem import Code, Problem, RuleError, Severity

SURE: Final[Severity] = "error"
MAYBE: Final[Severity] = "warning"


def at(rule: Outline, part: Part, name: str, text: str, code: Code, severity: Severity = MAYBE) -> Problem:
    """A problem with a field of a part, or with `name` empty with the part as a whole."""
    line, way = (part.line_of(name), part.where(name)) if name else (part.line, part.way)
    return rule.tell(RuleError(text, line, way, code), rule.id, severity)
