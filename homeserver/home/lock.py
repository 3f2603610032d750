"""Locks: locked and unlocked, on the way to either, open, or jammed.

Facts: Home Assistant's documentation of the MQTT lock.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from homeserver.home.codes import FIELD, check_format, checked_format, known_code
from homeserver.home.component import Component, Make, Reads, Sends
from homeserver.home.config import Config
from homeserver.home.entity import STATE, Entity
from homeserver.home.parsing import IGNORED, Parse, word_of

_STATES: Final = ("jammed", "locked", "locking", "open", "opening", "unlocked", "unlocking")
_SECONDS: Final = 5.0
"""What a bolt is given to move before it is asked again."""


def _state(config: Config) -> Parse:
    states: dict[str, str | None] = {}
    for state in _STATES:
        states.setdefault(config.text(f"state_{state}", state.upper()), state)
    states.setdefault(config.text("payload_reset", "None"), None)
    return lambda text: word_of(states, text) if text else IGNORED


def _turn(key: str, default: str, state: str) -> Callable[[Config], Make]:
    def made(config: Config) -> Make:
        sent = config.text(key, default)
        pattern = checked_format(config)

        def make(entity: Entity, data: Mapping[str, Any]) -> tuple[Any, dict[str, Any]]:
            if pattern is not None:
                check_format(pattern, data.get(FIELD))
            return sent, {STATE: state}

        return make

    return made


def _row(key: str, default: str, state: str, *via: str, always: bool = True) -> Sends:
    return Sends(
        _turn(key, default, state),
        when=lambda config: always or bool(config.maybe_text(key)),
        variables=lambda value, data: known_code(data),
        patience=_SECONDS,
        via=via,
    )


def _shows(config: Config) -> dict[str, Any]:
    pattern = checked_format(config)
    return {"code_format": pattern} if pattern else {}


LOCK: Final = Component(
    domain="lock",
    names="Lock",
    needs=("command_topic",),
    reads=(Reads("state_topic", "value_template", _state),),
    services={
        "lock": _row("payload_lock", "LOCK", "locked", "locking"),
        "unlock": _row("payload_unlock", "UNLOCK", "unlocked", "unlocking"),
        "open": _row("payload_open", "", "open", "opening", "unlocked", always=False),
    },
    shows=_shows,
)
