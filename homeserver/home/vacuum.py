"""Vacuum cleaners: what they are at, fan speed, segments to be cleaned, commands of their makers.

Facts: Home Assistant's documentation of the MQTT vacuum. Which of its segments belongs to which area is a matter of
names here: a segment belongs to the area that is called like it.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

import orjson

from homeserver.home.component import ALL, JSON_REPORT, Component, Make, Reads, Sends, word
from homeserver.home.config import Config, Refused
from homeserver.home.entity import STATE, Entity
from homeserver.home.parsing import word_of
from homeserver.home.report import Unreadable
from homeserver.topics.call import CallError
from homeserver.topics.names import slug

_STATES: Final = ("cleaning", "docked", "paused", "idle", "returning", "error")
_SPEED: Final = "fan_speed"
_SEGMENTS: Final = "segments"
_BATTERY: Final = "battery_level"
_FEATURES: Final = ("start", "stop", "return_home", "status", "clean_spot")
"""What a vacuum is taken to do that does not say."""
_MOST_SEGMENTS: Final = 200
_SECONDS: Final = 5.0
"""What a vacuum is given to begin before it is asked again."""


def _has(feature: str) -> Callable[[Config], bool]:
    def has(config: Config) -> bool:
        given = config.has("supported_features")
        return feature in (config.texts("supported_features") if given else _FEATURES)

    return has


# -- reports


def _report(config: Config) -> Callable[[Any], Any]:
    if config.text("schema", "state").lower() != "state":
        raise Refused("`schema` must be state, or left out: the older dialect of vacuums is spoken no more")
    states: dict[str, str | None] = {state: state for state in _STATES}

    def parse(values: Any) -> dict[str, Any]:
        if not isinstance(values, dict):
            raise Unreadable("the report is no JSON object")
        facts: dict[str, Any] = {}
        if "state" in values:
            state = values["state"]
            facts[STATE] = None if state is None else word_of(states, str(state))
        if isinstance(speed := values.get(_SPEED), str | int | float):
            facts[_SPEED] = str(speed)
        if isinstance(battery := values.get(_BATTERY), int | float):
            facts[_BATTERY] = min(100, max(0, battery))
        return facts | _segments(values.get(_SEGMENTS))

    return parse


def _segments(value: Any) -> dict[str, Any]:
    """Names by id."""
    if not isinstance(value, dict):
        return {}
    if len(value) > _MOST_SEGMENTS:
        raise Unreadable(f"{len(value)} segments are more than {_MOST_SEGMENTS}")
    return {_SEGMENTS: {str(id): str(name)[:255] for id, name in value.items()}}


def _reported(config: Config) -> frozenset[str]:
    return frozenset((STATE, _SPEED, _SEGMENTS)) if config.topic("state_topic") else frozenset()


# -- commands


def _row(feature: str, key: str, state: str, *via: str, halts: bool = False) -> Sends:
    """A word on the topic of commands; a vacuum that reports nothing is not taken to have obeyed."""

    def made(config: Config) -> Make:
        facts = {STATE: state} if state and config.topic("state_topic") else {}
        return word(f"payload_{key}", key, **facts)(config)

    return Sends(made, template="", when=_has(feature), patience=_SECONDS, via=via, halts=halts)


def _set_fan_speed(config: Config) -> Make:
    speeds = config.texts("fan_speed_list")
    reports = config.topic("state_topic") is not None

    def make(entity: Entity, data: Mapping[str, Any]) -> tuple[Any, dict[str, Any]]:
        speed = data[_SPEED]
        if speeds and speed not in speeds:
            raise CallError("invalid", f"{speed!r} is none of the fan speeds {', '.join(speeds)[:300]}", _SPEED)
        return speed, {_SPEED: speed} if reports else {}

    return make


def _send_command(config: Config) -> Make:
    def make(entity: Entity, data: Mapping[str, Any]) -> tuple[Any, dict[str, Any]]:
        params = data.get("params")
        sent = {"command": data["command"], **params} if isinstance(params, dict) else data["command"]
        return sent, {}

    return make


def _clean_segments(config: Config) -> Make:
    """Segments by their ids."""

    def make(entity: Entity, data: Mapping[str, Any]) -> tuple[Any, dict[str, Any]]:
        known = entity.known(_SEGMENTS) or {}
        for id in data["segment_ids"]:
            if id not in known:
                raise CallError("invalid", f"{id!r} is none of the segments {_listed(known)}", "segment_ids")
        return list(data["segment_ids"]), {}

    return make


def _clean_area(config: Config) -> Make:
    """The segments with the names of areas."""

    def make(entity: Entity, data: Mapping[str, Any]) -> tuple[Any, dict[str, Any]]:
        known = entity.known(_SEGMENTS) or {}
        found: list[str] = []
        for area in data["cleaning_area_id"]:
            ids = [id for id, name in known.items() if slug(name) == area]
            if not ids:
                raise CallError("invalid", f"no segment is called like {area!r}: {_listed(known)}", "cleaning_area_id")
            found += ids
        return found, {}

    return make


def _listed(segments: Mapping[str, str]) -> str:
    return ", ".join(f"{id} ({name})" for id, name in segments.items())[:300] or "of this vacuum: it reported none"


def _cleaning(make: Callable[[Config], Make]) -> Sends:
    return Sends(make, "clean_segments_command_topic", "clean_segments_command_template", text=_json)


def _json(value: Any) -> str:
    return value if isinstance(value, str) else orjson.dumps(value).decode()


def _shows(config: Config) -> dict[str, Any]:
    if not (_has("fan_speed")(config) and (speeds := config.texts("fan_speed_list"))):
        return {}
    return {"fan_speed_list": list(speeds)}


VACUUM: Final = Component(
    domain="vacuum",
    names="Vacuum",
    reads=(Reads("state_topic", JSON_REPORT, _report, into=ALL),),
    services={
        "start": _row("start", "start", "cleaning"),
        "pause": _row("pause", "pause", "paused"),
        "stop": _row("stop", "stop", "idle", halts=True),
        "return_to_base": _row("return_home", "return_to_base", "returning", "docked"),
        "clean_spot": _row("clean_spot", "clean_spot", "cleaning"),
        "locate": _row("locate", "locate", ""),
        "set_fan_speed": Sends(_set_fan_speed, "set_fan_speed_topic", template="", when=_has("fan_speed")),
        "send_command": Sends(_send_command, "send_command_topic", template="", text=_json, when=_has("send_command")),
        "clean_segments": _cleaning(_clean_segments),
        "clean_area": _cleaning(_clean_area),
    },
    facts=frozenset((_SPEED, _SEGMENTS, _BATTERY)),
    shows=_shows,
    reported=_reported,
)
