"""Trigger `template`: https://www.home-assistant.io/docs/automation/trigger/#template-trigger

`trigger` holds entity_id, from_state and to_state of the change that made it true, none of them where only time did,
and for.
"""

from typing import TYPE_CHECKING, Any

from homeserver.rules.compiler import Compiler
from homeserver.rules.engine import Engine
from homeserver.rules.fired import Fired
from homeserver.rules.reading.durations import Duration, DurationError, duration
from homeserver.rules.reading.fields import Fields
from homeserver.rules.template_watch import Change, TemplateWatch, says_true
from homeserver.rules.triggers.trigger import AWAY, Fire, Trigger, nowhere
from homeserver.runtime.clock import Timer
from homeserver.view.templates import Template, TemplateError

if TYPE_CHECKING:
    from homeserver.rules.journal.journal import Wait


class TemplateTrigger(Trigger):
    """A template came to say true, having said something else before.

    It is rendered when something that it looked at has changed. One that says true when the rule starts has to say
    something else first. With `ignore_unavailable` what it says while an entity is away, and what it says when one is
    back, only counts for what comes after.
    """

    kind = "template"

    def __init__(self, id: str, number: int, alias: str, template: Template, lasting: Duration | None) -> None:
        super().__init__(id, number, alias)
        self._template = template
        self._lasting = lasting
        self._ignores = False
        self.engine: Engine
        self.clear()

    def clear(self) -> None:
        self._watch: TemplateWatch | None = None
        self._pending: tuple[Timer, Fired] | None = None
        self._armed = False
        self._says_true = False

    def ignore_unavailable(self) -> str:
        self._ignores = True
        return ""

    def attach(self, engine: Engine, fire: Fire) -> None:
        self.fire, self.engine = fire, engine
        self._watch = TemplateWatch(engine, self._template, self.known_variables, self._told)
        result = self._watch.begin()
        if isinstance(result, TemplateError):
            engine.complain(self, str(result))
        self._says_true = not isinstance(result, TemplateError) and says_true(result)
        self._armed = not isinstance(result, TemplateError) and not self._says_true

    def detach(self, engine: Engine) -> None:
        if self._watch is not None:
            self._watch.cancel()
            self._watch = None
        self._forget()
        self.fire = nowhere

    def _told(self, result: str | TemplateError, change: Change) -> None:
        if isinstance(result, TemplateError):
            self.engine.complain(self, str(result))
            return
        entity_id, old, new = change
        if not says_true(result):
            if self._ignores and new is not None and new.state in AWAY:
                return  # what it waits for goes on: the entity may be back as it was
            self._armed = True
            self._forget()
            return
        if not self._armed:
            return
        self._armed = False
        if not (self._ignores and any(state is not None and state.state in AWAY for state in (old, new))):
            self._begin(Fired(self, entity_id, old, new, cause=new.cause if new is not None else None))

    def _begin(self, fired: Fired) -> None:
        """Fire now, or after `for`."""
        if self._lasting is None:
            self.fire(fired)
            return
        try:
            seconds = self._lasting(lambda: self.known_variables() | {"trigger": self.describe(fired, self.engine)})
        except (TemplateError, DurationError) as error:
            self.engine.complain(self, f"for: {error}")
            return
        fired.lasted = seconds
        self._wait(fired, seconds)
        self.engine.journal.wait(self, fired.entity_id, seconds, (fired.old, fired.new))

    def _wait(self, fired: Fired, seconds: float) -> None:
        self._pending = (self.engine.clock.call_later(seconds, self._lasted, fired), fired)

    def _lasted(self, fired: Fired) -> None:
        self._pending = None
        fired.key = self.engine.journal.waited(self, fired.entity_id)
        self.fire(fired)

    def _forget(self) -> None:
        if self._pending is not None:
            timer, fired = self._pending
            timer.cancel()
            self._pending = None
            self.engine.journal.waited(self, fired.entity_id)

    def resume(self, wait: "Wait") -> bool:
        """Go on with `for` after a restart, if the template still says true."""
        if self._pending is not None or not self._says_true:
            return False
        cause = wait.new.cause if wait.new is not None else None
        self._wait(Fired(self, wait.entity_id, wait.old, wait.new, cause=cause, lasted=wait.seconds), wait.left)
        return True

    def describe(self, fired: Fired, engine: Engine) -> dict[str, Any]:
        by = fired.entity_id or "time change or manual update"
        return super().describe(fired, engine) | {
            "entity_id": fired.entity_id or None,
            "from_state": engine.shown(fired.entity_id, fired.old),
            "to_state": engine.shown(fired.entity_id, fired.new),
            "for": engine.span(fired.lasted),
            "description": f"{by} via template",
        }


def compile_template(fields: Fields, compiler: Compiler, id: str, number: int, alias: str) -> Trigger:
    fields.need("value_template", "write what has to become true, such as {{ is_state('sun.sun', 'above_horizon') }}")
    template = compiler.template_in(fields, "value_template")
    assert template is not None
    if template.static:
        compiler.warn(
            "this template looks at nothing, so it never becomes true: put {{ }} around what is to be looked at",
            fields.line("value_template"),
            fields.where("value_template"),
            "doubtful",
        )
    lasting = duration(fields, "for", compiler.templates) if "for" in fields else None
    return TemplateTrigger(id, number, alias, template, lasting)
