"""Action `set_conversation_response`: what the home answers to the sentence that began the run.

Reference: https://www.home-assistant.io/docs/scripts/#conversation-response. The last one counts, in a branch too; null
takes the answer back.
"""

from homeserver.rules.actions.waits import IGNORED
from homeserver.rules.compiler import Compiler
from homeserver.rules.program import Label
from homeserver.rules.reading.fields import Fields, kind_of
from homeserver.rules.reading.yaml_source import Map, Seq
from homeserver.rules.run import Run


def compile_conversation_response(fields: Fields, compiler: Compiler, block: Label) -> None:
    name = "set_conversation_response"
    value, then = fields.take(name), compiler.program.next()
    if isinstance(value, Map | Seq):
        raise fields.wrong(f"{name} must be a text, not {kind_of(value)}", name)
    text = compiler.template(str(value), fields.line(name), fields.where(name)) if value is not None else None
    fields.done(*IGNORED)

    def step(run: Run) -> int:
        run.top.conversation = text.render(run.values) if text is not None else None
        return then

    compiler.program.add(fields.way, step)
