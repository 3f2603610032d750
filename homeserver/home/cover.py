"""Covers: blinds, shutters, garage doors and gates, with position and tilt.

Facts: Home Assistant's documentation of the MQTT cover.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from homeserver.home.component import ALL, Component, Make, Reads, Sends, word
from homeserver.home.config import Config
from homeserver.home.entity import STATE, Entity
from homeserver.home.parsing import IGNORED, NONE, Parse, number_of, object_of, word_of
from homeserver.home.report import Unreadable
from homeserver.home.travel import (
    CLOSING,
    MOVING,
    OPENING,
    POSITION,
    SECONDS,
    Span,
    numbers,
    offered,
    percent_of,
    positions,
    set_position,
    span_of,
    state_at,
)

_TILT: Final = "current_tilt_position"
_STATES: Final = ("open", "opening", "closed", "closing")
_STOPPED: Final = "stopped"
_TEMPLATES: Final = ("position_template", "set_position_template", "tilt_command_template", "tilt_status_template")


def _tilts(config: Config) -> Span:
    return span_of(config, "tilt_min", "tilt_max")


def _has_position(config: Config) -> bool:
    return config.topic("position_topic") is not None


# -- reports


def _state(config: Config) -> Parse:
    """`state_stopped` says only that it stands: where, tells the position, or the way that it was going."""
    states: dict[str, str | None] = {config.text("state_stopped", _STOPPED): _STOPPED}
    states |= {config.text(f"state_{state}", state): state for state in _STATES} | {NONE: None}
    has_position = _has_position(config)

    def stopped(entity: Entity) -> dict[str, Any]:
        if has_position and (position := entity.known(POSITION)) is not None:
            return {STATE: state_at(position)}
        return {STATE: "closed" if entity.state in ("closing", "closed") else "open"}

    def parse(text: str) -> Any:
        if not text:
            return IGNORED
        state = word_of(states, text)
        return stopped if state == _STOPPED else {STATE: state}

    return parse


def _position(config: Config) -> Parse:
    """A number, or JSON with `position` and perhaps `tilt_position`; the state too where no topic tells it."""
    span = config.once(positions)
    tilts = config.once(_tilts) if config.topic("tilt_status_topic") or config.topic("tilt_command_topic") else None
    tells_state = config.topic("state_topic") is None

    def facts_of(position: int | None) -> dict[str, Any]:
        return {POSITION: position} | ({STATE: state_at(position)} if tells_state else {})

    def parse(text: str) -> Any:
        if not text:
            return IGNORED
        if text == NONE:
            return facts_of(None)
        values = object_of(text)
        if values is None:
            return facts_of(percent_of(span, text))
        if "position" not in values:
            raise Unreadable("the report has no `position`")
        tilt = values.get("tilt_position")
        told = {} if tilt is None or tilts is None else {_TILT: percent_of(tilts, tilt)}
        return facts_of(percent_of(span, values["position"])) | told

    return parse


def _tilt(config: Config) -> Parse:
    span = config.once(_tilts)

    def parse(text: str) -> Any:
        if not text:
            return IGNORED
        if text == NONE:
            return None
        number = number_of(text)
        if not span.holds(number):
            raise Unreadable(f"{text[:60]!r} lies outside {span.closed:g} to {span.open:g}")
        return span.percent(number)

    return parse


def _reported(config: Config) -> frozenset[str]:
    tells = set()
    if config.topic("state_topic") or _has_position(config):
        tells.add(STATE)
    if _has_position(config):
        tells.add(POSITION)
    if config.topic("tilt_status_topic") and not config.flag("tilt_optimistic"):
        tells.add(_TILT)
    return frozenset(tells)


# -- commands


def _go(key: str, default: str, state: str, percent: int) -> Callable[[Config], Make]:
    def made(config: Config) -> Make:
        where = {POSITION: percent} if _has_position(config) else {}
        return word(key, default, **{STATE: state}, **where)(config)

    return made


def _tilt_to(key: str, default: int) -> Callable[[Config], Make]:
    """To the device's own number for open or closed slats."""

    def made(config: Config) -> Make:
        span = config.once(_tilts)
        number = config.whole(key, default, -(10**9), 10**9)
        facts = {_TILT: span.percent(number)}
        return lambda entity, data: (number, facts)

    return made


def _set_tilt(config: Config) -> Make:
    span = config.once(_tilts)

    def make(entity: Entity, data: Mapping[str, Any]) -> tuple[Any, dict[str, Any]]:
        percent = data["tilt_position"]
        return span.number(percent), {_TILT: percent}

    return make


def _tilting(make: Callable[[Config], Make]) -> Sends:
    return Sends(
        make,
        "tilt_command_topic",
        "tilt_command_template",
        variables=lambda value, data: {"tilt_position": data.get("tilt_position", value)},
        patience=SECONDS,
    )


COVER: Final = Component(
    domain="cover",
    names="Cover",
    reads=(
        Reads("position_topic", "position_template", _position, into=ALL),
        Reads("state_topic", "value_template", _state, into=ALL),
        Reads("tilt_status_topic", "tilt_status_template", _tilt, into=_TILT),
    ),
    services={
        "open_cover": Sends(
            _go("payload_open", "OPEN", "open", 100),
            template="",
            when=offered("payload_open"),
            patience=SECONDS,
            via=OPENING,
        ),
        "close_cover": Sends(
            _go("payload_close", "CLOSE", "closed", 0),
            template="",
            when=offered("payload_close"),
            patience=SECONDS,
            via=CLOSING,
        ),
        "stop_cover": Sends(word("payload_stop", "STOP"), template="", when=offered("payload_stop"), halts=True),
        "set_cover_position": Sends(
            set_position,
            "set_position_topic",
            "set_position_template",
            variables=lambda value, data: data,
            patience=SECONDS,
            via=MOVING,
        ),
        "open_cover_tilt": _tilting(_tilt_to("tilt_opened_value", 100)),
        "close_cover_tilt": _tilting(_tilt_to("tilt_closed_value", 0)),
        "set_cover_tilt_position": _tilting(_set_tilt),
        "stop_cover_tilt": Sends(
            word("payload_stop_tilt", "STOP"),
            "tilt_command_topic",
            template="",
            when=offered("payload_stop_tilt"),
            halts=True,
        ),
    },
    facts=frozenset((POSITION, _TILT)),
    reported=_reported,
    variables=numbers(*_TEMPLATES, position_open=100, position_closed=0, tilt_min=0, tilt_max=100),
    apart=frozenset((_TILT,)),
)
