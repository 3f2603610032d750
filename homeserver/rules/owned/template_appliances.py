"""Alarm panels and vacuum cleaners of templates, in both forms.

Facts: https://www.home-assistant.io/integrations/template. What no template tells is what was asked for last. A code is
handed to the actions as the variable `code`, and kept nowhere.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar, Final

from homeserver.rules.owned.template_machines import Machine, Value, within
from homeserver.rules.owned.thing import Act
from homeserver.rules.reading.fields import Fields
from homeserver.topics.cause import Cause
from homeserver.topics.entity import UNKNOWN, EntityConfig

_ARMED: Final = {
    f"alarm_{verb}": (verb, state)
    for verb, state in (
        ("arm_away", "armed_away"),
        ("arm_home", "armed_home"),
        ("arm_night", "armed_night"),
        ("arm_vacation", "armed_vacation"),
        ("arm_custom_bypass", "armed_custom_bypass"),
    )
}
"""By service: the field of its actions, and the state that it leads to."""
_TOLD: Final = {**_ARMED, "alarm_disarm": ("disarm", "disarmed"), "alarm_trigger": ("trigger", "triggered")}
_PANEL: Final = frozenset({state for _, state in _TOLD.values()} | {"arming", "disarming", "pending"})
_FORMATS: Final = {"number": "number", "text": "text", "no_code": None}


def _alarm(service: str) -> Act:
    return lambda thing, data, cause: thing._turn(service, data, cause)


class TemplateAlarm(Machine):
    """Armed in one of several ways, disarmed, or on its way; asks for a code to be armed unless told otherwise."""

    domain = "alarm_control_panel"
    may: ClassVar[Mapping[str, str]] = {service: field for service, (field, _) in _TOLD.items()}
    acts: ClassVar[Mapping[str, Act]] = {service: _alarm(service) for service in _TOLD}

    def read(self, fields: Fields) -> None:
        self._format = _FORMATS[fields.choice("code_format", tuple(_FORMATS), "number")]
        self._asks = fields.flag("code_arm_required", True)

    def told(self, attributes: dict[str, Any]) -> dict[str, Any]:
        return super().told(attributes) | {"code_format": self._format, "code_arm_required": self._asks}

    def word(self, text: str) -> str:
        return text if text in _PANEL else UNKNOWN

    def _turn(self, service: str, data: Mapping[str, Any], cause: Cause | None) -> None:
        field, state = _TOLD[service]
        if service in _ARMED and self._asks and self._format is not None and not data.get("code"):
            raise self.wrong("it asks for a code to be armed: give one, or say code_arm_required: false", "code")
        self.work(field, {"code": data.get("code")}, cause)
        self.know(cause, state)


_CLEANS: Final = {"start": "cleaning", "pause": "paused", "stop": "idle", "return_to_base": "returning"}
"""By service: what it is doing then."""
_VACUUM: Final = frozenset({*_CLEANS.values(), "docked", "error"})


def _clean(service: str) -> Act:
    return lambda thing, data, cause: thing._go(service, cause)


class TemplateVacuum(Machine):
    """What a vacuum cleaner does, with a fan speed and a battery."""

    domain = "vacuum"
    does: ClassVar[Mapping[str, str]] = {"start": "start"}
    may: ClassVar[Mapping[str, str]] = {
        name: name for name in ("pause", "stop", "return_to_base", "clean_spot", "locate", "set_fan_speed")
    }
    tells: ClassVar[Mapping[str, tuple[str, Value]]] = {
        "fan_speed": ("fan_speed", str),
        "battery_level": ("battery_level", within(0, 100)),
    }

    def read(self, fields: Fields) -> None:
        self._speeds = list(fields.words("fan_speeds") or ())

    def config(self) -> EntityConfig:
        return replace(super().config(), capabilities={"fan_speed_list": self._speeds} if self._speeds else {})

    def word(self, text: str) -> str:
        return text if text in _VACUUM else UNKNOWN

    def _go(self, service: str, cause: Cause | None) -> None:
        self.work(service, {}, cause)
        self.know(cause, _CLEANS.get(service))

    def _blow(self, data: Mapping[str, Any], cause: Cause | None) -> None:
        speed = data["fan_speed"]
        if speed not in self._speeds:
            raise self.wrong(f"{speed!r} is none of {', '.join(self._speeds) or 'no fan speeds'}", "fan_speed")
        self.work("set_fan_speed", {"fan_speed": speed}, cause)
        self.know(cause, fan_speed=speed)

    acts: ClassVar[Mapping[str, Act]] = {
        **{service: _clean(service) for service in (*_CLEANS, "clean_spot", "locate")},
        "set_fan_speed": _blow,
    }
