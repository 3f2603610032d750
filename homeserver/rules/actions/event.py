"""Action `event`: https://www.home-assistant.io/docs/scripts/#fire-an-event

Says it on the topic of events, where every process and other rules hear it. Data that cannot be rendered is left out,
and the event happens all the same, as in Home Assistant.
"""

from typing import Any

from homeserver.rules.actions.waits import IGNORED
from homeserver.rules.compiler import Compiler, rendered
from homeserver.rules.program import Label, Misconfigured
from homeserver.rules.reading.fields import Fields, kind_of
from homeserver.rules.reading.yaml_source import Map
from homeserver.rules.run import Run
from homeserver.topics.event import EVENT, Event
from homeserver.view.templates import Template, TemplateError


def compile_event(fields: Fields, compiler: Compiler, block: Label) -> None:
    name = fields.text("event").strip()
    if not name:
        raise fields.wrong("event needs a name, such as event: doorbell_rung", "event")
    kind = compiler.template(name, fields.line("event"), fields.where("event"))
    parts = [_data(fields, field, compiler) for field in ("event_data", "event_data_template")]
    then = compiler.program.next()
    fields.done(*IGNORED)

    def step(run: Run) -> int:
        made: dict[str, Any] = {}
        for part in parts:
            made |= _made(part, run)
        engine = run.engine
        engine.caused(run.cause, run.depth, run.begun)
        engine.house.say(EVENT, Event(kind.render(run.values), made, engine.clock.now(), run.cause))
        return then

    compiler.program.add(fields.way, step)


def _data(fields: Fields, name: str, compiler: Compiler) -> Any:
    value = fields.take(name)
    if value is None:
        return {}
    if isinstance(value, Map) or (isinstance(value, str) and "{" in value):
        return compiler.data(value, fields.line(name), fields.where(name))
    raise fields.wrong(f"{name} must be a mapping, not {kind_of(value)}", name)


def _made(part: Any, run: Run) -> dict[str, Any]:
    try:
        made = rendered(part, run.values)
    except TemplateError as error:
        run.error = f"event_data: {error}"
        return {}
    if not isinstance(made, dict):
        text = part.text if isinstance(part, Template) else part
        raise Misconfigured(f"event_data must be a mapping, not {made!r} as {text} says")
    return made
