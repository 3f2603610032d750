"""Entities of templates that can be told something: switches, buttons, numbers, selects. What they are told, they do by
actions of their own.

Facts: https://www.home-assistant.io/integrations/template. One without a template for its state is what it was told to
be last, over restarts too. The service fails where its actions do.
"""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any, ClassVar, Final

from homeserver.rules.actions.table import compile_block
from homeserver.rules.compiler import Compiler
from homeserver.rules.fired import Fired
from homeserver.rules.owned.templated import TemplateBinarySensor, Templated, TemplateSensor
from homeserver.rules.owned.thing import Act, figure, number
from homeserver.rules.program import Label
from homeserver.rules.reading.fields import Fields
from homeserver.rules.rule import Compiled, Rule
from homeserver.rules.run import Run
from homeserver.rules.template_watch import says_true
from homeserver.topics.call import CallError
from homeserver.topics.cause import Cause
from homeserver.topics.entity import UNKNOWN, EntityConfig
from homeserver.view.templates import TemplateError


class Acting(Templated):
    """`does` names the fields that hold actions, by service."""

    needs_state = False
    does: ClassVar[Mapping[str, str]] = {}

    def _read(self, fields: Fields, compiler: Compiler) -> None:
        self._programs: dict[str, Compiled] = {}
        for name in self.does.values():
            if fields.take(name) is None:
                raise fields.wrong(f"{name} is missing: say what to do", name)
            self._programs[name] = compiled_field(fields, name, compiler)
        self._rules: dict[str, Rule] = {}
        self.guesses = "state" not in self.parts.templates
        self.keeps = self.keeps or self.guesses
        self.starts_anew = self.starts_anew and not self.guesses
        if self.guesses:
            fields.take("optimistic")
        self.more(fields, compiler)

    def more(self, fields: Fields, compiler: Compiler) -> None:
        """Fields of one kind."""

    def begin(self) -> None:
        before = self.state
        for name, compiled in self._programs.items():
            self._rules[name] = Rule(replace(compiled, id=f"{self.entity_id}.{name}"), self.desk.engine)
        super().begin()
        if self.guesses:
            self.state = before

    def end(self) -> None:
        super().end()
        for rule in self._rules.values():
            rule.disable()

    def do(self, service: str, given: Mapping[str, Any], cause: Cause | None) -> None:
        """Do the actions of a service; raises `CallError` where they fail at once."""
        faults: list[str] = []

        def over(run: Run, outcome: str) -> None:
            if outcome == "failed":
                faults.append(run.error)

        variables = {**self._known(), **given}
        fired = Fired(None, cause=cause, weight=self.desk.weight)
        self._rules[self.does.get(service, service)].run_now(fired, given=variables, done=over)
        if faults:
            raise CallError("failed", f"{self.entity_id}: {faults[0]}")

    def guess(self, state: str, cause: Cause | None) -> None:
        """Be what was asked for, where no template tells."""
        if self.guesses:
            self.state = state
            self.show(cause)

    def be(self, state: str, *, first: bool, cause: Cause | None) -> None:
        super().be(self.state if self.guesses else state, first=first, cause=cause)


def compiled_field(fields: Fields, name: str, compiler: Compiler) -> Compiled:
    """The actions of one field as a program of their own; faults go to the compiler."""
    own, end = Compiler(compiler.templates), Label()
    compile_block(fields, name, own, end)
    own.program.place(end)
    compiler.faults += own.faults
    compiler.warnings += own.warnings
    line = fields.line(name)
    return Compiled(name, name, "", "", line, "", "parallel", silent=True, program=own.program, kind="template")


class TemplateSwitch(Acting):
    """On or off."""

    domain = "switch"
    does: ClassVar[Mapping[str, str]] = {"turn_on": "turn_on", "turn_off": "turn_off"}

    def word(self, text: str) -> str:
        return UNKNOWN if self.parts.fault else "on" if says_true(text) else "off"

    def _turn(self, service: str, cause: Cause | None) -> None:
        self.do(service, {}, cause)
        self.guess("on" if service == "turn_on" else "off", cause)

    acts: ClassVar[Mapping[str, Act]] = {
        "turn_on": lambda thing, data, cause: thing._turn("turn_on", cause),
        "turn_off": lambda thing, data, cause: thing._turn("turn_off", cause),
        "toggle": lambda thing, data, cause: thing._turn("turn_off" if thing.state == "on" else "turn_on", cause),
    }


class TemplateButton(Acting):
    """Its state is when it was pressed."""

    domain = "button"
    does: ClassVar[Mapping[str, str]] = {"press": "press"}

    def hands_on(self, service: str) -> bool:
        return True

    def _press(self, data: Mapping[str, Any], cause: Cause | None) -> None:
        self.do("press", {}, cause)
        self.guess(self.now.isoformat(timespec="milliseconds"), cause)

    acts: ClassVar[Mapping[str, Act]] = {"press": _press}


class TemplateNumber(Acting):
    """A number within limits; its actions are given `value`."""

    domain = "number"
    does: ClassVar[Mapping[str, str]] = {"set_value": "set_value"}

    def more(self, fields: Fields, compiler: Compiler) -> None:
        self.least, self.most = number(fields, "min", 0.0) or 0.0, number(fields, "max", 100.0)
        self.step, self.unit = number(fields, "step", 1.0), fields.text("unit_of_measurement") or None

    def config(self) -> EntityConfig:
        limits = {"min": self.least, "max": self.most, "step": self.step}
        return replace(super().config(), unit=self.unit, capabilities=limits)

    def word(self, text: str) -> str:
        with suppress(ValueError):
            return figure(float(text))
        return UNKNOWN

    def _set(self, data: Mapping[str, Any], cause: Cause | None) -> None:
        value, most = float(data["value"]), self.most if self.most is not None else 100.0
        if not self.least <= value <= most:
            raise self.wrong(f"{value:g} is not between {self.least:g} and {most:g}", "value")
        self.do("set_value", {"value": value}, cause)
        self.guess(figure(value), cause)

    acts: ClassVar[Mapping[str, Act]] = {"set_value": _set}


class TemplateSelect(Acting):
    """One of the words that its template lists; its actions are given `option`."""

    domain = "select"
    does: ClassVar[Mapping[str, str]] = {"select_option": "select_option"}

    def more(self, fields: Fields, compiler: Compiler) -> None:
        self._options = compiler.template_in(fields, "options")
        if self._options is None:
            raise fields.wrong("options is missing: give a template that lists them", "options")
        self.parts.attributes["options"] = self._options

    def _select(self, data: Mapping[str, Any], cause: Cause | None) -> None:
        options = self.attributes.get("options")
        with suppress(TemplateError):
            options = self._options.render_native(self._known()) if self._options is not None else options
        words = [str(one) for one in options] if isinstance(options, list | tuple) else []
        if data["option"] not in words:
            raise self.wrong(f"{data['option']!r} is none of {', '.join(words) or 'no options'}", "option")
        self.do("select_option", {"option": data["option"]}, cause)
        self.guess(data["option"], cause)

    acts: ClassVar[Mapping[str, Act]] = {"select_option": _select}


KINDS: Final[Mapping[str, type[Templated]]] = {
    kind.domain: kind
    for kind in (TemplateSensor, TemplateBinarySensor, TemplateSwitch, TemplateButton, TemplateNumber, TemplateSelect)
}
"""By the field of a `template:` block."""
