"""`explain:` of a rule: a sentence for people, put into words as a run begins and with what the run knows.

A template or plain text. What a template cannot say is left unsaid: the run goes on. Secrets are shown by their names.
"""

from typing import TYPE_CHECKING, Final

from homeserver.rules.compiler import Compiler
from homeserver.rules.program import FAULTS
from homeserver.rules.reading.fields import Fields
from homeserver.view.templates import Template

if TYPE_CHECKING:
    from homeserver.rules.rule import Compiled
    from homeserver.rules.run import Run

LONGEST: Final = 300
"""Characters of a sentence."""


def compile_explain(fields: Fields, compiler: Compiler) -> str | Template:
    """The field `explain`; empty where it is not there. Raises `RuleError`."""
    text = fields.text("explain")
    if "{" not in text:
        return _line(text)
    template = compiler.template(text, fields.line("explain"), fields.where("explain"))
    return _line(text) if template.static else template


def explained(run: "Run", compiled: "Compiled") -> tuple[str, str]:
    """The sentence of a run that begins, and why there is none where its template cannot be rendered."""
    text = compiled.explain
    if not isinstance(text, str):
        try:
            text = _line(text.render(run.values))
        except FAULTS as error:
            return "", f"explain could not be put into words: {error}"
    return text if compiled.hidden is None else compiled.hidden.mask(text), ""


def _line(text: str) -> str:
    """One line of a bearable length."""
    text = " ".join(text.split())
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
