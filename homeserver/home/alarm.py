"""Alarm panels: armed in several ways, disarmed, pending, triggered; codes are checked here or by the panel.

Facts: Home Assistant's documentation of the MQTT alarm control panel.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from homeserver.home.codes import FIELD, check_code, known_code
from homeserver.home.component import Component, Make, Reads, Sends
from homeserver.home.config import Config
from homeserver.home.entity import STATE, Entity
from homeserver.home.parsing import IGNORED, NONE, Parse, word_of
from homeserver.topics.call import CallError

_ARMED: Final = ("home", "away", "night", "vacation", "custom_bypass")
_STATES: Final = ("disarmed", *(f"armed_{way}" for way in _ARMED), "pending", "triggered", "arming", "disarming")
_FEATURES: Final = (*(f"arm_{way}" for way in _ARMED), "trigger")
_REMOTE: Final = {"REMOTE_CODE": "number", "REMOTE_CODE_TEXT": "text"}
"""Codes that the panel itself checks, with what people are asked for."""
_SECONDS: Final = 5.0


def _state(_: Config) -> Parse:
    states: dict[str, str | None] = {state: state for state in _STATES} | {NONE: None}
    return lambda text: word_of(states, text) if text else IGNORED


def _features(config: Config) -> tuple[str, ...]:
    return config.texts("supported_features") if config.has("supported_features") else _FEATURES


def _guard(config: Config, key: str) -> Callable[[Mapping[str, Any]], None]:
    """Raises `CallError` for a command without its code."""
    code = config.maybe_text("code")
    if not code or not config.flag(key, True):
        return lambda data: None
    if code not in _REMOTE:
        return lambda data: check_code(code, data.get(FIELD))

    def check(data: Mapping[str, Any]) -> None:
        if not data.get(FIELD):
            raise CallError("invalid", "this needs a code", FIELD)

    return check


def _row(action: str, state: str, guard: str, *via: str) -> Sends:
    """`action` as in the keys of payloads; `guard`: the key that says whether it needs the code."""

    def made(config: Config) -> Make:
        sent = config.text(f"payload_{action}", action.upper())
        check = _guard(config, guard)

        def make(entity: Entity, data: Mapping[str, Any]) -> tuple[Any, dict[str, Any]]:
            check(data)
            return sent, {STATE: state}

        return make

    return Sends(
        made,
        when=lambda config: action == "disarm" or action in _features(config),
        variables=lambda value, data: {"action": value} | known_code(data),
        patience=_SECONDS,
        via=via,
    )


def _shows(config: Config) -> dict[str, Any]:
    code = config.maybe_text("code")
    if not code:
        return {}
    kind = _REMOTE.get(code) or ("number" if code.isdecimal() else "text")
    return {"code_format": kind, "code_arm_required": config.flag("code_arm_required", True)}


ALARM: Final = Component(
    domain="alarm_control_panel",
    names="Alarm",
    needs=("command_topic", "state_topic"),
    reads=(Reads("state_topic", "value_template", _state, shared=True),),  # no alarm ends by a word that is unknown
    services={
        **{
            f"alarm_arm_{way}": _row(f"arm_{way}", f"armed_{way}", "code_arm_required", "arming", "pending")
            for way in _ARMED
        },
        "alarm_disarm": _row("disarm", "disarmed", "code_disarm_required", "disarming"),
        "alarm_trigger": _row("trigger", "triggered", "code_trigger_required", "pending"),
    },
    shows=_shows,
)
