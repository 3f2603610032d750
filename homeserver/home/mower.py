"""Lawn mowers: what they are at, with a topic for each command.

Facts: Home Assistant's documentation of the MQTT lawn mower.
"""

from collections.abc import Callable
from typing import Any, Final

from homeserver.home.component import Component, Constant, Reads, Sends
from homeserver.home.config import Config
from homeserver.home.parsing import IGNORED, Parse, word_of

_ACTIVITIES: Final = ("mowing", "paused", "docked", "error", "returning", "idle")
_SECONDS: Final = 5.0
"""What a mower is given to begin before it is asked again."""


def _activity(_: Config) -> Parse:
    states: dict[str, str | None] = {state: state for state in _ACTIVITIES} | {"none": None}

    def parse(text: str) -> Any:
        return word_of(states, text.lower() if text == "None" else text) if text else IGNORED

    return parse


def _does(action: str, state: str) -> Callable[[Config], Constant]:
    return lambda config: Constant(action, {"state": state})


def _row(action: str, state: str, *via: str, halts: bool = False) -> Sends:
    return Sends(
        _does(action, state),
        f"{action}_command_topic",
        f"{action}_command_template",
        patience=_SECONDS,
        via=via,
        halts=halts,
    )


LAWN_MOWER: Final = Component(
    domain="lawn_mower",
    names="Lawn mower",
    reads=(Reads("activity_state_topic", "activity_value_template", _activity),),
    services={
        "start_mowing": _row("start_mowing", "mowing"),
        "pause": _row("pause", "paused"),
        "dock": _row("dock", "docked", "returning"),
        "stop": _row("stop", "idle", halts=True),
    },
)
