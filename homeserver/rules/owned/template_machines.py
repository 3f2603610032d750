"""Covers, fans and locks of templates: what they are like is rendered, what they are told is done by actions.

Facts: https://www.home-assistant.io/integrations/template, the older form (`cover: - platform: template`) and the newer
one. What no template tells is what was asked for last.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, ClassVar, Final

from homeserver.rules.compiler import Compiler
from homeserver.rules.owned.template_actions import Acting, compiled_field
from homeserver.rules.owned.thing import Act
from homeserver.rules.reading.fields import Fields
from homeserver.rules.template_watch import says_true
from homeserver.topics.cause import Cause
from homeserver.topics.entity import UNKNOWN, EntityConfig

Value = Callable[[Any], Any]
"""An attribute of what a template made; raises `ValueError` or `TypeError` where it is none."""
UNSAID: Final = ("", "None", "unknown", "unavailable")
"""Texts that tell no state."""


def within(low: float, high: float) -> Value:
    def value(made: Any) -> int:
        if not low <= (number := float(made)) <= high:
            raise ValueError
        return round(number)

    return value


_PERCENT: Final = within(0, 100)


class Machine(Acting):
    """`may` names the fields of actions that need not be there, by service; `tells` the attributes by the field of
    their template, and how they are read."""

    may: ClassVar[Mapping[str, str]] = {}
    tells: ClassVar[Mapping[str, tuple[str, Value]]] = {}
    older: ClassVar[Mapping[str, str]] = {}
    """Fields of the older form that are called neither as they are now nor so with `_template`."""

    def more(self, fields: Fields, compiler: Compiler) -> None:
        self.guessed: dict[str, Any] = {}
        for name in self.may.values():
            given = next((one for one in (name, self.older.get(name, name)) if fields.take(one) is not None), "")
            if given:
                self._programs[name] = compiled_field(fields, given, compiler)
        for field, (attribute, _) in self.tells.items():
            for spelling in (field, f"{field}_template", self.older.get(field, field)):
                if (made := compiler.template_in(fields, spelling)) is not None:
                    self.parts.attributes[attribute] = made
        if fields.take("optimistic") is not None:
            self.guesses = fields.flag("optimistic", False)
        self.read(fields)
        self.acts = {name: act for name, act in type(self).acts.items() if self.can(name)}  # type: ignore[misc]

    def read(self, fields: Fields) -> None:
        """Other fields of one kind."""

    def can(self, service: str) -> bool:
        return service not in self.may or self.may[service] in self._programs

    def work(self, field: str, given: Mapping[str, Any], cause: Cause | None) -> bool:
        """Do the actions of a field; tells whether there are any."""
        if field in self._programs:
            self.do(field, given, cause)
        return field in self._programs

    def know(self, cause: Cause | None, state: str | None = None, **attributes: Any) -> None:
        """Be what was asked for, as far as no template tells."""
        fresh = {name: value for name, value in attributes.items() if name not in self.parts.attributes}
        self.guessed |= fresh
        self.attributes |= fresh
        if state is not None and self.guesses:
            self.state = state
        self.show(cause)

    def told(self, attributes: dict[str, Any]) -> dict[str, Any]:
        values = dict(self.tells.values())
        made = dict(self.guessed)
        for name, raw in attributes.items():
            try:
                made[name] = raw if name not in values or raw is None else values[name](raw)
            except (TypeError, ValueError):
                made[name] = None
        return made

    def kept(self) -> dict[str, Any]:
        return super().kept() | {"guessed": self.guessed}

    def restore(self, kept: Mapping[str, Any]) -> None:
        super().restore(kept)
        self.guessed = dict(kept.get("guessed") or {})


class TemplateCover(Machine):
    """Open, closed or on its way; with a template for the position, what that says."""

    domain = "cover"
    may: ClassVar[Mapping[str, str]] = {
        name: name
        for name in ("open_cover", "close_cover", "stop_cover", "set_cover_position", "set_cover_tilt_position")
    }
    tells: ClassVar[Mapping[str, tuple[str, Value]]] = {
        "position": ("current_position", _PERCENT),
        "tilt": ("current_tilt_position", _PERCENT),
    }

    def read(self, fields: Fields) -> None:
        fields.take("tilt_optimistic")
        self.guesses = self.guesses and "current_position" not in self.parts.attributes
        if not {"open_cover", "set_cover_position"} & self._programs.keys():
            raise fields.wrong("open_cover is missing: say what to do, there or in set_cover_position", "open_cover")

    def can(self, service: str) -> bool:
        if service in ("open_cover", "close_cover"):
            return service in self._programs or "set_cover_position" in self._programs
        return super().can(_TILT.get(service, service))

    def word(self, text: str) -> str:
        said = text.lower()
        if said in ("opening", "closing"):
            return said
        if "current_position" in self.parts.attributes:
            place = self.attributes.get("current_position")
            return UNKNOWN if place is None else "open" if place else "closed"
        return {"open": "open", "true": "open", "closed": "closed", "false": "closed"}.get(said, UNKNOWN)

    def _move(self, position: int, cause: Cause | None, field: str = "set_cover_position") -> None:
        if not self.work(field, {}, cause):
            self.work("set_cover_position", {"position": position}, cause)
        self.know(cause, "open" if position else "closed", **self._place(position))

    def _place(self, position: int) -> dict[str, Any]:
        return {"current_position": position} if "set_cover_position" in self._programs else {}

    def _go(self, data: Mapping[str, Any], cause: Cause | None) -> None:
        position = int(data["position"])
        self.work("set_cover_position", {"position": position}, cause)
        self.know(cause, "open" if position else "closed", **self._place(position))

    def _tilt(self, tilt: int, cause: Cause | None) -> None:
        self.work("set_cover_tilt_position", {"tilt": tilt}, cause)
        self.know(cause, current_tilt_position=tilt)

    def _turn(self, cause: Cause | None) -> None:
        is_open = self.state in ("open", "opening")
        self._move(0 if is_open else 100, cause, "close_cover" if is_open else "open_cover")

    acts: ClassVar[Mapping[str, Act]] = {
        "open_cover": lambda thing, data, cause: thing._move(100, cause, "open_cover"),
        "close_cover": lambda thing, data, cause: thing._move(0, cause, "close_cover"),
        "stop_cover": lambda thing, data, cause: thing.work("stop_cover", {}, cause),
        "set_cover_position": _go,
        "open_cover_tilt": lambda thing, data, cause: thing._tilt(100, cause),
        "close_cover_tilt": lambda thing, data, cause: thing._tilt(0, cause),
        "set_cover_tilt_position": lambda thing, data, cause: thing._tilt(int(data["tilt_position"]), cause),
        "toggle": lambda thing, data, cause: thing._turn(cause),
    }


_TILT: Final = dict.fromkeys(("open_cover_tilt", "close_cover_tilt"), "set_cover_tilt_position")


class TemplateFan(Machine):
    """On or off, with a speed in percent, presets, and which way it turns."""

    domain = "fan"
    does: ClassVar[Mapping[str, str]] = {"turn_on": "turn_on", "turn_off": "turn_off"}
    may: ClassVar[Mapping[str, str]] = {
        "set_percentage": "set_percentage",
        "set_preset_mode": "set_preset_mode",
        "oscillate": "set_oscillating",
        "set_direction": "set_direction",
    }
    tells: ClassVar[Mapping[str, tuple[str, Value]]] = {
        "percentage": ("percentage", _PERCENT),
        "preset_mode": ("preset_mode", str),
        "oscillating": ("oscillating", lambda made: says_true(str(made))),
        "direction": ("direction", str),
    }

    def read(self, fields: Fields) -> None:
        self._speeds = fields.whole("speed_count", 100, 1)
        presets = fields.take("preset_modes")
        self._presets = [str(one) for one in (presets if isinstance(presets, list) else [presets] if presets else [])]

    def config(self) -> EntityConfig:
        shown = {"percentage_step": 100 / self._speeds, **({"preset_modes": self._presets} if self._presets else {})}
        return replace(super().config(), capabilities=shown)

    def word(self, text: str) -> str:
        return UNKNOWN if text in UNSAID else "on" if says_true(text) else "off"

    def _on(self, data: Mapping[str, Any], cause: Cause | None) -> None:
        speed, preset = data.get("percentage"), data.get("preset_mode")
        self.work("turn_on", {"percentage": speed, "preset_mode": preset}, cause)
        if preset is not None:
            self._preset({"preset_mode": preset}, cause)
        elif speed is not None:
            self._speed({"percentage": speed}, cause)
        self.know(cause, "off" if speed == 0 else "on")

    def _off(self, data: Mapping[str, Any], cause: Cause | None) -> None:
        self.work("turn_off", {}, cause)
        self.know(cause, "off")

    def _speed(self, data: Mapping[str, Any], cause: Cause | None) -> None:
        self.work("set_percentage", {"percentage": data["percentage"]}, cause)
        self.know(cause, "on" if data["percentage"] else "off", percentage=data["percentage"], preset_mode=None)

    def _preset(self, data: Mapping[str, Any], cause: Cause | None) -> None:
        preset = data["preset_mode"]
        if self._presets and preset not in self._presets:
            raise self.wrong(f"{preset!r} is none of {', '.join(self._presets)}", "preset_mode")
        self.work("set_preset_mode", {"preset_mode": preset}, cause)
        self.know(cause, "on", preset_mode=preset)

    def _swing(self, data: Mapping[str, Any], cause: Cause | None) -> None:
        self.work("set_oscillating", {"oscillating": data["oscillating"]}, cause)
        self.know(cause, oscillating=data["oscillating"])

    def _way(self, data: Mapping[str, Any], cause: Cause | None) -> None:
        self.work("set_direction", {"direction": data["direction"]}, cause)
        self.know(cause, direction=data["direction"])

    acts: ClassVar[Mapping[str, Act]] = {
        "turn_on": _on,
        "turn_off": _off,
        "toggle": lambda thing, data, cause: (thing._off if thing.state == "on" else thing._on)(data, cause),
        "set_percentage": _speed,
        "set_preset_mode": _preset,
        "oscillate": _swing,
        "set_direction": _way,
    }


class TemplateLock(Machine):
    """Locked, unlocked, jammed or on its way."""

    domain = "lock"
    needs_state = True
    does: ClassVar[Mapping[str, str]] = {"lock": "lock", "unlock": "unlock"}
    may: ClassVar[Mapping[str, str]] = {"open": "open"}
    tells: ClassVar[Mapping[str, tuple[str, Value]]] = {"code_format": ("code_format", str)}

    def word(self, text: str) -> str:
        said = text.lower()
        if said in ("jammed", "locking", "unlocking", "open", "opening", "unlocked"):
            return said
        return UNKNOWN if text in UNSAID else "locked" if says_true(text) or said == "locked" else "unlocked"

    def _turn(self, field: str, state: str, data: Mapping[str, Any], cause: Cause | None) -> None:
        self.work(field, {"code": data.get("code")}, cause)
        self.know(cause, state)

    acts: ClassVar[Mapping[str, Act]] = {
        "lock": lambda thing, data, cause: thing._turn("lock", "locked", data, cause),
        "unlock": lambda thing, data, cause: thing._turn("unlock", "unlocked", data, cause),
        "open": lambda thing, data, cause: thing._turn("open", "open", data, cause),
    }
