"""Entities whose state templates tell, sensors and binary sensors first: those that follow what their templates look
at, and those that are told by triggers.

Facts: https://www.home-assistant.io/integrations/template, both forms. A template that fails leaves the state unknown
and says so in the log, once as long as it fails in the same way.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar, Final, Protocol

from homeserver.rules.compiler import Compiler
from homeserver.rules.engine import Engine
from homeserver.rules.owned.thing import Thing, called, done
from homeserver.rules.reading.durations import Duration, DurationError, duration
from homeserver.rules.reading.fields import Fields
from homeserver.rules.template_watch import NO_CHANGE, Change, TemplateWatch, says_true
from homeserver.runtime.clock import Timer
from homeserver.topics.cause import Cause
from homeserver.topics.entity import UNAVAILABLE, UNKNOWN, EntityConfig
from homeserver.view.templates import Template, TemplateError

_LONGEST: Final = 255
_LEGACY: Final = {
    "state": "value_template",
    "icon": "icon_template",
    "picture": "entity_picture_template",
    "availability": "availability_template",
    "attributes": "attribute_templates",
    "name": "friendly_name",
}
"""Fields of the older form."""
_MEANS_NOTHING: Final = ("entity_category", "device_id", "suggested_display_precision", "note")
_FALSE: Final = ("false", "no", "off", "disable", "0")


class Block(Protocol):
    """What tells entities by triggers; it works as long as one of them does."""

    def begin(self, entity: "Templated", engine: Engine) -> None: ...
    def end(self, entity: "Templated") -> None: ...


class Parts:
    """The templates of one entity, rendered together so that they are told together."""

    def __init__(self) -> None:
        self.templates: dict[str, Template] = {}
        self.attributes: dict[str, Template] = {}
        self.values: dict[str, str] = {}
        self.native: dict[str, Any] = {}
        self.fault = ""

    def render(self, variables: Mapping[str, Any]) -> str:
        """Render all; the text is a digest of the values."""
        self.fault = ""
        self.values = {name: text for name, part in self.templates.items() if (text := self._text(part, variables))}
        self.native = {}
        for name, part in self.attributes.items():
            try:
                self.native[name] = part.render_native(variables)
            except TemplateError as error:
                self.native[name], self.fault = None, f"{name}: {error}"
        return repr((self.values, self.native))

    def _text(self, part: Template, variables: Mapping[str, Any]) -> str:
        try:
            return part.render(variables)
        except TemplateError as error:
            self.fault = str(error)
            return ""


class Templated(Thing):
    """What all kinds have in common. `triggered` ones are told by `update` and nothing else."""

    needs_state: ClassVar[bool] = True

    def __init__(self, fields: Fields, object_id: str, compiler: Compiler, *, triggered: bool, legacy: bool) -> None:
        self.parts = Parts()
        self._triggered = triggered
        self.block: Block | None = None
        self._variables: dict[str, Any] = {}
        names = {name: _LEGACY[name] if legacy else name for name in _LEGACY}
        template = compiler.template_in(fields, names["name"])
        name = template.render({}) if template is not None and template.static else ""
        unique_id = fields.text("unique_id") or None
        own_id = called(fields, self.domain, object_id or name or unique_id or "template")
        super().__init__(own_id, name or object_id or "Template")
        if template is not None and not template.static:
            self.parts.templates["name"] = template
        for part in ("state", "availability", "icon", "picture"):
            if (made := compiler.template_in(fields, names[part])) is not None:
                self.parts.templates[part] = made
        if "state" not in self.parts.templates and self.needs_state:
            raise fields.wrong(f"{names['state']} is missing: give a template", names["state"])
        if fields.take(names["attributes"]) is not None:
            inner = fields.inner(names["attributes"])
            for attribute in inner.node:
                if (made := compiler.template_in(inner, str(attribute))) is not None:
                    self.parts.attributes[str(attribute)] = made
        self.unique_id = unique_id
        self.device_class = fields.text("device_class") or None
        self._watch: TemplateWatch | None = None
        self._told = ""
        self.keeps, self.starts_anew = triggered, not triggered
        self._read(fields, compiler)
        fields.take("attributes_templates")
        done(fields, *_MEANS_NOTHING, "entity_id", "friendly_name_template")

    def _read(self, fields: Fields, compiler: Compiler) -> None:
        """The fields of one kind."""

    def config(self) -> EntityConfig:
        made = super().config()
        return replace(made, unique_id=self.unique_id, device_class=self.device_class)

    def begin(self) -> None:
        if self.block is not None:
            self.block.begin(self, self.desk.engine)
            return
        self._watch = TemplateWatch(self.desk.engine, self.parts, self._known, self._hear)  # type: ignore[arg-type]
        self._watch.begin()
        self._look(first=True)

    def end(self) -> None:
        if self.block is not None:
            self.block.end(self)
        if self._watch is not None:
            self._watch.cancel()
            self._watch = None

    def kept(self) -> dict[str, Any]:
        return super().kept() | {"attributes": self.attributes}

    def restore(self, kept: Mapping[str, Any]) -> None:
        super().restore(kept)
        self.attributes = dict(kept.get("attributes") or {})

    def succeed(self, former: Thing) -> None:
        if self.block is not None:
            super().succeed(former)

    def _known(self) -> dict[str, Any]:
        attributes = {"friendly_name": self.name, **self.attributes}
        return {"this": {"entity_id": self.entity_id, "state": self.state, "attributes": attributes}}

    def _hear(self, result: str | TemplateError, change: Change = NO_CHANGE) -> None:
        self._look(first=False, cause=change[2].cause if change[2] is not None else None)

    def update(self, variables: Mapping[str, Any], cause: Cause) -> None:
        """A trigger fired."""
        self.parts.render({**variables, **self._known()})
        self._look(first=False, cause=cause)

    def _look(self, *, first: bool, cause: Cause | None = None) -> None:
        values, parts = self.parts.values, self.parts
        if parts.fault and parts.fault != self._told:
            self.desk.engine.house.log.warning("%s: %s", self.entity_id, parts.fault)
        self._told = parts.fault
        attributes = dict(parts.native)
        for part, name in (("icon", "icon"), ("picture", "entity_picture"), ("name", "friendly_name")):
            if values.get(part):
                attributes[name] = values[part]
        available = values.get("availability", "true" if "availability" not in parts.templates else "no")
        self.attributes = self.told(attributes)
        state = self.word(values.get("state", "")) if available.lower() not in _FALSE else UNAVAILABLE
        self.be(state, first=first, cause=cause)

    def told(self, attributes: dict[str, Any]) -> dict[str, Any]:
        """The attributes that rendered values stand for."""
        return attributes

    def word(self, text: str) -> str:
        """The state that a rendered text stands for."""
        return UNKNOWN if text in ("", "None") or len(text) > _LONGEST else text

    def be(self, state: str, *, first: bool, cause: Cause | None) -> None:
        self.state = state
        if not first:
            self.show(cause)


class TemplateSensor(Templated):
    """Any text or number."""

    domain = "sensor"

    def _read(self, fields: Fields, compiler: Compiler) -> None:
        self.unit = fields.text("unit_of_measurement") or None
        self.state_class = fields.text("state_class") or None
        fields.take("last_reset")

    def config(self) -> EntityConfig:
        return replace(super().config(), unit=self.unit, state_class=self.state_class)


class TemplateBinarySensor(Templated):
    """On where the template says so, perhaps only after a while."""

    domain = "binary_sensor"

    def _read(self, fields: Fields, compiler: Compiler) -> None:
        self._delays: dict[str, Duration] = {}
        for name, state in (("delay_on", "on"), ("delay_off", "off"), ("auto_off", "")):
            if fields.take(name) is not None:
                self._delays[state] = duration(fields, name, compiler.templates)
        self._timer: Timer | None = None
        self._due = ""

    def word(self, text: str) -> str:
        return UNKNOWN if text in ("", "None") and self.parts.fault else "on" if says_true(text) else "off"

    def end(self) -> None:
        super().end()
        self._stop()

    def _stop(self) -> None:
        self._due = ""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def be(self, state: str, *, first: bool, cause: Cause | None) -> None:
        lasting = self._delays.get(state)
        if first or lasting is None or state == self.state:
            self._stop()
            super().be(state, first=first, cause=cause)
            if state == "on" and "" in self._delays:
                self._after(self._delays[""], "off")
        elif self._due != state:
            self._stop()
            self._after(lasting, state)

    def _after(self, lasting: Duration, state: str) -> None:
        try:
            seconds = lasting(self._known)
        except (TemplateError, DurationError) as error:
            self.desk.engine.house.log.warning("%s: %s", self.entity_id, error)
            return
        self._due = state
        self._timer = self.desk.clock.call_later(seconds, self._late, state)

    def _late(self, state: str) -> None:
        self._stop()
        self.state = state
        self.show()
