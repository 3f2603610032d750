"""Helpers that hold what people set: a switch, a number, a text, one of several words; a button; a counter.

Fields, attributes and services: https://www.home-assistant.io/integrations/#automation (input_*, counter). What has an
`initial` begins with it at each start; everything else is what it was.
"""

import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any, ClassVar

from homeserver.rules.owned.thing import Act, Thing, done, figure, named, need_number, number
from homeserver.rules.reading.fields import Fields
from homeserver.topics.cause import Cause
from homeserver.topics.entity import UNKNOWN, EntityConfig

_LONGEST = 255


class InputBoolean(Thing):
    """On or off."""

    domain = "input_boolean"

    def __init__(self, fields: Fields, object_id: str) -> None:
        super().__init__(*named(fields, object_id))
        self.starts_anew = fields.take("initial") is not None
        self.state = "on" if fields.flag("initial", False) else "off"
        done(fields)

    def restore(self, kept: Mapping[str, Any]) -> None:
        self.state = "on" if kept.get("state") == "on" else "off"

    def _set(self, state: str, cause: Cause | None) -> None:
        self.state = state
        self.show(cause)

    acts: ClassVar[Mapping[str, Act]] = {
        "turn_on": lambda thing, data, cause: thing._set("on", cause),
        "turn_off": lambda thing, data, cause: thing._set("off", cause),
        "toggle": lambda thing, data, cause: thing._set("off" if thing.state == "on" else "on", cause),
    }


class InputButton(Thing):
    """Its state is the moment at which it was last pressed."""

    domain = "input_button"

    def __init__(self, fields: Fields, object_id: str) -> None:
        super().__init__(*named(fields, object_id))
        done(fields)

    def press(self, data: Mapping[str, Any], cause: Cause | None) -> None:
        self.state = self.now.isoformat(timespec="milliseconds")
        self.show(cause)

    acts: ClassVar[Mapping[str, Act]] = {"press": press}


class InputNumber(Thing):
    """A number between `min` and `max`."""

    domain = "input_number"

    def __init__(self, fields: Fields, object_id: str) -> None:
        super().__init__(*named(fields, object_id))
        self.least, self.most = need_number(fields, "min"), need_number(fields, "max")
        if self.least >= self.most:
            raise fields.wrong(f"max ({self.most:g}) must be above min ({self.least:g})", "max")
        self.step = number(fields, "step", 1.0) or 1.0
        if self.step < 0.001:
            raise fields.wrong("step must be 0.001 at least", "step")
        initial = number(fields, "initial")
        if initial is not None and not self.least <= initial <= self.most:
            raise fields.wrong(f"initial must be from {self.least:g} to {self.most:g}, not {initial:g}", "initial")
        self.starts_anew = initial is not None
        self.value = self.least if initial is None else initial
        self.unit = fields.text("unit_of_measurement") or None
        mode = fields.choice("mode", ("slider", "box"), "slider")
        done(fields)
        self.state = figure(self.value)
        limits = {"min": self.least, "max": self.most, "step": self.step, "mode": mode}
        self.attributes = {"initial": initial, "editable": False, **limits}

    def config(self) -> EntityConfig:
        return replace(super().config(), unit=self.unit)

    def restore(self, kept: Mapping[str, Any]) -> None:
        with suppress(TypeError, ValueError):
            self._be(min(self.most, max(self.least, float(kept["state"]))))

    def _be(self, value: float) -> None:
        self.value, self.state = value, figure(value)

    def set_value(self, data: Mapping[str, Any], cause: Cause | None) -> None:
        value = float(data["value"])
        if not self.least <= value <= self.most:
            raise self.wrong(f"{value:g} is not between {self.least:g} and {self.most:g}", "value")
        self._be(value)
        self.show(cause)

    def _by(self, steps: int, cause: Cause | None) -> None:
        self._be(min(self.most, max(self.least, round(self.value + steps * self.step, 9))))
        self.show(cause)

    acts: ClassVar[Mapping[str, Act]] = {
        "set_value": set_value,
        "increment": lambda thing, data, cause: thing._by(1, cause),
        "decrement": lambda thing, data, cause: thing._by(-1, cause),
    }


class InputText(Thing):
    """A text of some length, perhaps one that fits a pattern."""

    domain = "input_text"

    def __init__(self, fields: Fields, object_id: str) -> None:
        super().__init__(*named(fields, object_id))
        self.least, self.most = fields.whole("min", 0), fields.whole("max", 100, 1)
        if not self.least <= self.most <= _LONGEST:
            raise fields.wrong(f"max must be from min to {_LONGEST}, not {self.most}", "max")
        pattern = fields.text("pattern") or None
        try:
            self._pattern = re.compile(pattern) if pattern else None
        except re.error as error:
            raise fields.wrong(f"pattern is no regular expression: {error}", "pattern") from error
        initial = fields.take("initial")
        self.starts_anew = initial is not None
        if initial is not None:
            self.state = fields.text("initial")
            if fault := self._fault(self.state):
                raise fields.wrong(f"initial {fault}", "initial")
        self.unit = fields.text("unit_of_measurement") or None
        mode = fields.choice("mode", ("text", "password"), "text")
        done(fields)
        limits = {"min": self.least, "max": self.most, "pattern": pattern, "mode": mode}
        self.attributes = {"editable": False, **limits}

    def config(self) -> EntityConfig:
        return replace(super().config(), unit=self.unit)

    def restore(self, kept: Mapping[str, Any]) -> None:
        state = str(kept.get("state", UNKNOWN))
        if state == UNKNOWN or not self._fault(state):
            self.state = state

    def _fault(self, text: str) -> str:
        if not self.least <= len(text) <= self.most:
            return f"must have {self.least} to {self.most} characters, not {len(text)}"
        if self._pattern is not None and not self._pattern.fullmatch(text):
            return f"must fit the pattern {self._pattern.pattern}"
        return ""

    def set_value(self, data: Mapping[str, Any], cause: Cause | None) -> None:
        if fault := self._fault(data["value"]):
            raise self.wrong(f"the text {fault}", "value")
        self.state = data["value"]
        self.show(cause)

    acts: ClassVar[Mapping[str, Act]] = {"set_value": set_value}


class InputSelect(Thing):
    """One of several words."""

    domain = "input_select"

    def __init__(self, fields: Fields, object_id: str) -> None:
        super().__init__(*named(fields, object_id))
        self.options = list(fields.words("options") or ())
        if not self.options:
            raise fields.wrong("options is missing: list the words to choose from", "options")
        if len(set(self.options)) < len(self.options):
            raise fields.wrong("options names one of them twice", "options")
        initial = fields.text("initial") if fields.take("initial") is not None else None
        if initial is not None and initial not in self.options:
            raise fields.wrong(f"initial must be one of {', '.join(self.options)}, not {initial!r}", "initial")
        self.starts_anew = initial is not None
        self.state = self.options[0] if initial is None else initial
        done(fields)
        self._offer()

    def _offer(self) -> None:
        self.attributes = {"options": self.options, "editable": False}

    def restore(self, kept: Mapping[str, Any]) -> None:
        if kept.get("state") in self.options:
            self.state = kept["state"]

    def _choose(self, option: str, cause: Cause | None) -> None:
        if option not in self.options:
            raise self.wrong(f"{option!r} is none of {', '.join(self.options)}", "option")
        self.state = option
        self.show(cause)

    def _go(self, steps: int, data: Mapping[str, Any], cause: Cause | None) -> None:
        at = self.options.index(self.state) + steps
        last = len(self.options) - 1
        self._choose(self.options[at % (last + 1) if data.get("cycle", True) else min(max(at, 0), last)], cause)

    def set_options(self, data: Mapping[str, Any], cause: Cause | None) -> None:
        options = list(data["options"])
        if len(set(options)) < len(options):
            raise self.wrong("options names one of them twice", "options")
        self.options = options
        self.state = self.state if self.state in options else options[0]
        self._offer()
        self.show(cause)

    acts: ClassVar[Mapping[str, Act]] = {
        "select_option": lambda thing, data, cause: thing._choose(data["option"], cause),
        "select_first": lambda thing, data, cause: thing._choose(thing.options[0], cause),
        "select_last": lambda thing, data, cause: thing._choose(thing.options[-1], cause),
        "select_next": lambda thing, data, cause: thing._go(1, data, cause),
        "select_previous": lambda thing, data, cause: thing._go(-1, data, cause),
        "set_options": set_options,
    }


class Counter(Thing):
    """A whole number that is counted up and down."""

    domain = "counter"

    def __init__(self, fields: Fields, object_id: str) -> None:
        super().__init__(*named(fields, object_id))
        self.initial, self.step = fields.whole("initial", 0), fields.whole("step", 1, 1)
        self.least, self.most = self._limit(fields, "minimum"), self._limit(fields, "maximum")
        if self.least is not None and self.most is not None and self.least >= self.most:
            raise fields.wrong("maximum must be above minimum", "maximum")
        self.starts_anew = not fields.flag("restore", True)
        done(fields)
        self._be(self.initial)
        limits = {"minimum": self.least, "maximum": self.most}
        shown = {name: limit for name, limit in limits.items() if limit is not None}
        self.attributes = {"initial": self.initial, "step": self.step, "editable": False, **shown}

    @staticmethod
    def _limit(fields: Fields, name: str) -> int | None:
        return None if fields.take(name) is None else int(need_number(fields, name))

    def _be(self, value: int) -> None:
        if self.least is not None:
            value = max(self.least, value)
        if self.most is not None:
            value = min(self.most, value)
        self.value, self.state = value, str(value)

    def restore(self, kept: Mapping[str, Any]) -> None:
        with suppress(TypeError, ValueError):
            self._be(int(kept["state"]))

    def _set(self, value: int, cause: Cause | None) -> None:
        self._be(value)
        self.show(cause)

    def set_value(self, data: Mapping[str, Any], cause: Cause | None) -> None:
        value = int(data["value"])
        if self.most is not None and value > self.most:
            raise self.wrong(f"{value} is above its maximum, {self.most}", "value")
        if self.least is not None and value < self.least:
            raise self.wrong(f"{value} is below its minimum, {self.least}", "value")
        self._set(value, cause)

    acts: ClassVar[Mapping[str, Act]] = {
        "increment": lambda thing, data, cause: thing._set(thing.value + thing.step, cause),
        "decrement": lambda thing, data, cause: thing._set(thing.value - thing.step, cause),
        "reset": lambda thing, data, cause: thing._set(thing.initial, cause),
        "set_value": set_value,
    }
