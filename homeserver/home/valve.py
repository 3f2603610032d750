"""Valves: for water, gas or heat, which open and close or take a position.

Facts: Home Assistant's documentation of the MQTT valve.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from homeserver.home.component import ALL, Component, Make, Reads, Sends, word
from homeserver.home.config import Config
from homeserver.home.entity import STATE
from homeserver.home.parsing import IGNORED, NONE, Parse, object_of, word_of
from homeserver.home.report import Unreadable
from homeserver.home.travel import (
    CLOSING,
    MOVING,
    OPENING,
    POSITION,
    SECONDS,
    numbers,
    offered,
    percent_of,
    positions,
    set_position,
    state_at,
)


def _positions(config: Config) -> bool:
    return config.flag("reports_position")


# -- reports


def _report(config: Config) -> Parse:
    """A word, a number, or JSON with `state` and `position`."""
    told = _with_position(config) if _positions(config) else _with_state(config)

    def parse(text: str) -> Any:
        if not text:
            return IGNORED
        values = object_of(text)
        return told(text, text) if values is None else told(values.get("state"), values.get("position"))

    return parse


Told = Callable[[Any, Any], dict[str, Any]]
"""The facts of a state and a position as they were reported; of a plain text they are the same."""


def _with_state(config: Config) -> Told:
    states: dict[str, str | None] = {
        config.text(f"state_{state}", state): state for state in ("open", "opening", "closed", "closing")
    }
    states.setdefault(NONE, None)

    def told(state: Any, position: Any) -> dict[str, Any]:
        if state is None:
            raise Unreadable("the report has no `state`")
        return {STATE: word_of(states, str(state))}

    return told


def _with_position(config: Config) -> Told:
    span = config.once(positions)
    moving = {config.text(f"state_{state}", state): state for state in MOVING}

    def told(state: Any, position: Any) -> dict[str, Any]:
        if position == NONE:
            return {STATE: None, POSITION: None}
        way = moving.get(str(state))
        if way is not None and position == state:
            return {STATE: way}
        if position is None:
            raise Unreadable("the report has no `position`")
        percent = percent_of(span, position)
        return {STATE: way or state_at(percent), POSITION: percent}

    return told


# -- commands


def _go(key: str, default: str, state: str, percent: int) -> Callable[[Config], Make]:
    """A word, or the number of that end where the valve takes numbers."""

    def made(config: Config) -> Make:
        if not _positions(config):
            return word(key, default, **{STATE: state})(config)
        number = config.once(positions).number(percent)
        return lambda entity, data: (number, {STATE: state, POSITION: percent})

    return made


def _can(key: str) -> Callable[[Config], bool]:
    has = offered(key)
    return lambda config: _positions(config) or has(config)


def _place(percent: int) -> Callable[[Any, Mapping[str, Any]], Mapping[str, Any]]:
    """What templates know of where it is to go."""
    return lambda value, data: {"position": data.get("position", percent)}


VALVE: Final = Component(
    domain="valve",
    names="Valve",
    reads=(Reads("state_topic", "value_template", _report, into=ALL),),
    services={
        "open_valve": Sends(
            _go("payload_open", "OPEN", "open", 100),
            when=_can("payload_open"),
            variables=_place(100),
            patience=SECONDS,
            via=OPENING,
        ),
        "close_valve": Sends(
            _go("payload_close", "CLOSE", "closed", 0),
            when=_can("payload_close"),
            variables=_place(0),
            patience=SECONDS,
            via=CLOSING,
        ),
        "stop_valve": Sends(
            word("payload_stop", ""), when=lambda config: bool(config.maybe_text("payload_stop")), halts=True
        ),
        "set_valve_position": Sends(set_position, when=_positions, variables=_place(0), patience=SECONDS, via=MOVING),
    },
    facts=frozenset((POSITION,)),
    shows=lambda config: {"reports_position": True} if _positions(config) else {},
    reported=lambda config: (
        frozenset()
        if not config.topic("state_topic")
        else frozenset((STATE, POSITION) if _positions(config) else (STATE,))
    ),
    variables=numbers("value_template", "command_template", position_open=100, position_closed=0),
)
