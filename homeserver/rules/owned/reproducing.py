"""How an entity is brought to be as a scene wants it: the services for it, of each kind, and only for what differs.

Facts: Home Assistant's documentation of scenes and of the services of each kind. One row in `WAYS` for each domain: a
function of what is (None: unknown) and of the state and attributes that are wanted. `_values` makes those that set one
thing after the other; `_states` those that only go from one word to another.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from homeserver.topics.entity import UNAVAILABLE, UNKNOWN, EntityState

Deed = tuple[str, dict[str, Any]]
"""A service and its data."""
Wanted = tuple[str, Mapping[str, Any]]
"""State and attributes."""
Way = Callable[[EntityState | None, Wanted, Mapping[str, Any]], Iterator[Deed]]
"""`transition` is the third, where it is asked for: `{"transition": 2}`, else nothing."""


def _is(now: EntityState | None, state: str) -> bool:
    return now is not None and now.state == state


def _has(now: EntityState | None, name: str, value: Any) -> bool:
    return now is not None and _alike(now.attributes.get(name), value)


def _alike(one: Any, other: Any) -> bool:
    """Colours come as lists and as tuples."""
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        return list(one) == list(other)
    return bool(one == other)


# -- lights

_COLOURS: Final = {
    "color_temp": (("color_temp_kelvin", "color_temp_kelvin"), ("color_temp", "color_temp"), ("kelvin", "kelvin")),
    "hs": (("hs_color", "hs_color"),),
    "rgb": (("rgb_color", "rgb_color"),),
    "rgbw": (("rgbw_color", "rgbw_color"),),
    "rgbww": (("rgbww_color", "rgbww_color"),),
    "xy": (("xy_color", "xy_color"),),
    "white": (("brightness", "white"),),
}
"""By `color_mode`: the attribute, and the field of the service."""
_ANY_COLOUR: Final = ("hs_color", "color_temp_kelvin", "color_temp", "kelvin", "rgb_color", "rgbw_color", "rgbww_color")
_OTHERS: Final = ("xy_color", "color_name", "white")


def _light(now: EntityState | None, wanted: Wanted, transition: Mapping[str, Any]) -> Iterator[Deed]:
    state, attributes = wanted
    if state == "off":
        if not _is(now, "off"):
            yield "turn_off", dict(transition)
        return
    if state != "on":
        return
    data: dict[str, Any] = {}
    for name in ("brightness", "brightness_pct", "effect"):
        if attributes.get(name) is not None:
            data[name] = attributes[name]
    mode = attributes.get("color_mode")
    rows = _COLOURS.get(str(mode), tuple((name, name) for name in (*_ANY_COLOUR, *_OTHERS)))
    found = next(((field, attributes[name]) for name, field in rows if attributes.get(name) is not None), None)
    if found is not None:
        data[found[0]] = found[1]
        if found[0] == "white":
            data.pop("brightness", None)
    if str(data.get("effect", "")).lower() in ("none", "off", ""):
        data.pop("effect", None)
    if not _is(now, "on") or not all(_has(now, name, value) for name, value in data.items()):
        yield "turn_on", data | dict(transition)


# -- what has one word


def _states(words: Mapping[str, str], *, alike: Mapping[str, str] | None = None) -> Way:
    """The service by wanted state; `alike` are states that count as another."""
    same = alike or {}

    def way(now: EntityState | None, wanted: Wanted, transition: Mapping[str, Any]) -> Iterator[Deed]:
        is_now = same.get(now.state, now.state) if now is not None else ""
        state = same.get(wanted[0], wanted[0])
        if state != is_now and state in words:
            yield words[state], {}

    return way


_SWITCH: Final = _states({"on": "turn_on", "off": "turn_off"})


def _value(service: str, field: str, kind: Callable[[Any], Any] = str) -> Way:
    """The state itself is what the service sets."""

    def way(now: EntityState | None, wanted: Wanted, transition: Mapping[str, Any]) -> Iterator[Deed]:
        state = wanted[0]
        if _is(now, state) or state in (UNKNOWN, UNAVAILABLE):
            return
        try:
            value = kind(state)
        except ValueError:
            return
        if now is None or kind is not float or not _is_figure(now.state, value):
            yield service, {field: value}

    return way


def _is_figure(text: str, value: float) -> bool:
    try:
        return float(text) == value
    except ValueError:
        return False


# -- what has several

Row = tuple[str, str, str]
"""The attribute, the service that sets it, and the field of its data."""


def _values(base: Way, rows: tuple[Row, ...], *, unless: frozenset[str] = frozenset({"off"})) -> Way:
    """First the state, then each attribute that differs, but not where the wanted state is one of `unless`."""

    def way(now: EntityState | None, wanted: Wanted, transition: Mapping[str, Any]) -> Iterator[Deed]:
        yield from base(now, wanted, transition)
        if wanted[0] in unless:
            return
        for name, service, field in rows:
            value = wanted[1].get(name)
            if value is not None and not _has(now, name, value):
                yield service, {field: value}

    return way


def _travel(thing: str) -> Way:
    """Covers and valves: to a position where one is given, else open or closed; then the slats."""
    opening = {"open": f"open_{thing}", "opening": f"open_{thing}", "closed": f"close_{thing}"}
    ends = _states(opening | {"closing": f"close_{thing}"}, alike={"opening": "open", "closing": "closed"})

    def way(now: EntityState | None, wanted: Wanted, transition: Mapping[str, Any]) -> Iterator[Deed]:
        attributes = wanted[1]
        position = attributes.get("current_position", attributes.get("position"))
        if position is None:
            yield from ends(now, wanted, transition)
        elif not _has(now, "current_position", position):
            yield f"set_{thing}_position", {"position": position}
        tilt = attributes.get("current_tilt_position", attributes.get("tilt_position"))
        if tilt is not None and not _has(now, "current_tilt_position", tilt):
            yield f"set_{thing}_tilt_position", {"tilt_position": tilt}

    return way


def _climate(now: EntityState | None, wanted: Wanted, transition: Mapping[str, Any]) -> Iterator[Deed]:
    state, attributes = wanted
    if state not in (UNKNOWN, UNAVAILABLE) and not _is(now, state):
        yield "set_hvac_mode", {"hvac_mode": state}
    names = ("temperature", "target_temp_high", "target_temp_low")
    wishes = {name: attributes[name] for name in names if attributes.get(name) is not None}
    if wishes and not all(_has(now, name, value) for name, value in wishes.items()):
        yield "set_temperature", wishes
    for name, service in _CLIMATE:
        if attributes.get(name) is not None and not _has(now, name, attributes[name]):
            yield service, {name: attributes[name]}


_CLIMATE: Final = (
    ("preset_mode", "set_preset_mode"),
    ("swing_mode", "set_swing_mode"),
    ("swing_horizontal_mode", "set_swing_horizontal_mode"),
    ("fan_mode", "set_fan_mode"),
    ("humidity", "set_humidity"),
)
_PLAYS: Final = {"playing": "media_play", "paused": "media_pause", "idle": "media_stop"}


def _player(now: EntityState | None, wanted: Wanted, transition: Mapping[str, Any]) -> Iterator[Deed]:
    state, attributes = wanted
    if state == "off":
        if not _is(now, "off"):
            yield "turn_off", {}
        return
    if now is None or now.state in ("off", "standby"):
        yield "turn_on", {}
    for name, service in _PLAYER:
        if attributes.get(name) is not None and not _has(now, name, attributes[name]):
            yield service, {name: attributes[name]}
    if attributes.get("media_content_id") and not _has(now, "media_content_id", attributes["media_content_id"]):
        names = ("media_content_id", "media_content_type")
        yield "play_media", {name: attributes[name] for name in names if attributes.get(name)}
    if state in _PLAYS and not _is(now, state):
        yield _PLAYS[state], {}


_PLAYER: Final = (
    ("volume_level", "volume_set"),
    ("is_volume_muted", "volume_mute"),
    ("source", "select_source"),
    ("sound_mode", "select_sound_mode"),
)


def _moment(now: EntityState | None, wanted: Wanted, transition: Mapping[str, Any]) -> Iterator[Deed]:
    state = wanted[0]
    if _is(now, state) or state in (UNKNOWN, UNAVAILABLE):
        return
    day, _, clock = state.partition(" ")
    if clock:
        yield "set_datetime", {"datetime": state}
    else:
        yield "set_datetime", {"time" if ":" in day else "date": state}


def _timer(now: EntityState | None, wanted: Wanted, transition: Mapping[str, Any]) -> Iterator[Deed]:
    state, lasts = wanted[0], wanted[1].get("duration")
    if _is(now, state) and (lasts is None or _has(now, "duration", lasts)):
        return
    deeds = {"active": ("start", {"duration": lasts} if lasts else {}), "paused": ("pause", {}), "idle": ("cancel", {})}
    if state in deeds:
        yield deeds[state]


_HUMID: Final = (("mode", "set_mode", "mode"), ("humidity", "set_humidity", "humidity"))
_FAN: Final = (
    ("percentage", "set_percentage", "percentage"),
    ("preset_mode", "set_preset_mode", "preset_mode"),
    ("oscillating", "oscillate", "oscillating"),
    ("direction", "set_direction", "direction"),
)
_ALARMS: Final = {f"armed_{way}": f"alarm_arm_{way}" for way in ("away", "home", "night", "vacation", "custom_bypass")}
WAYS: Final[Mapping[str, Way]] = {
    "light": _light,
    "cover": _travel("cover"),
    "valve": _travel("valve"),
    "climate": _climate,
    "media_player": _player,
    "fan": _values(_SWITCH, _FAN),
    "humidifier": _values(_SWITCH, _HUMID),
    "water_heater": _values(
        _value("set_operation_mode", "operation_mode"),
        (("temperature", "set_temperature", "temperature"),),
    ),
    "alarm_control_panel": _states(_ALARMS | {"disarmed": "alarm_disarm", "triggered": "alarm_trigger"}),
    "lock": _states(
        {"locked": "lock", "unlocked": "unlock", "open": "open"}, alike={"locking": "locked", "unlocking": "unlocked"}
    ),
    "vacuum": _states(
        {"cleaning": "start", "docked": "return_to_base", "idle": "stop", "paused": "pause"},
        alike={"returning": "docked", "on": "cleaning", "off": "docked"},
    ),
    "lawn_mower": _states(
        {"mowing": "start_mowing", "docked": "dock", "paused": "pause"}, alike={"returning": "docked"}
    ),
    **dict.fromkeys(("switch", "siren", "input_boolean", "automation", "remote", "group"), _SWITCH),
    "number": _value("set_value", "value", float),
    "input_number": _value("set_value", "value", float),
    "counter": _value("set_value", "value", lambda text: int(float(text))),
    "text": _value("set_value", "value"),
    "input_text": _value("set_value", "value"),
    "select": _value("select_option", "option"),
    "input_select": _value("select_option", "option"),
    "input_datetime": _moment,
    "timer": _timer,
}
"""By domain. What has no row cannot be a part of a scene: it only tells, or does one thing."""


def deeds(domain: str, now: EntityState | None, wanted: Wanted, transition: float | None = None) -> Iterator[Deed]:
    """The services that bring an entity from what it is to what is wanted."""
    way = WAYS.get(domain)
    if way is not None:
        yield from way(now, wanted, {} if transition is None else {"transition": transition})
