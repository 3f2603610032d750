"""Selectors: what kind of value an input of a blueprint or a field of a script wants. One row in `SELECTORS` each.

https://www.home-assistant.io/docs/blueprint/selectors/ — Home Assistant checks them in its forms only; here what a file
gives is looked at too, and what does not fit is told as a doubt: the rule runs as it would there.
"""

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from typing import Any, Final

from homeserver.rules.reading.durations import UNITS, DurationError, seconds_of
from homeserver.rules.reading.fields import kind_of
from homeserver.rules.reading.problem import nearest
from homeserver.rules.reading.yaml_source import Map, Tagged
from homeserver.topics.names import BadNameError, split_entity

Config = Mapping[str, Any]
Check = Callable[[Config, Any], str]
"""What is wrong with a value, or nothing."""
_TARGETS: Final = ("entity_id", "device_id", "area_id", "floor_id", "label_id")


def unfit(selector: Mapping[str, Any], value: Any) -> str:
    """Why a value does not fit a selector; nothing where it does, or where a template decides."""
    for kind, config in selector.items():
        check = SELECTORS.get(kind)
        if check is None or isinstance(value, Tagged) or (isinstance(value, str) and "{" in value):
            return ""
        return check(config if isinstance(config, Mapping) else {}, value)
    return ""


def wrong_selector(selector: Any) -> str:
    """Why something is no selector; nothing where it is one."""
    if isinstance(selector, str):
        selector = {selector: None}
    if not isinstance(selector, Mapping) or len(selector) != 1:
        return "a selector is a mapping with one kind, such as entity: {domain: light}"
    kind, config = next(iter(selector.items()))
    if kind not in SELECTORS:
        return f"there is no selector {kind!r}{nearest(str(kind), SELECTORS)}"
    if config is not None and not isinstance(config, Mapping):
        return f"selector {kind} needs a mapping, not {kind_of(config)}"
    needed = _NEEDS.get(kind)
    if needed is not None and not (isinstance(config, Mapping) and needed in config):
        return f"selector {kind} needs {needed}"
    return ""


def _words(config: Config, name: str) -> tuple[str, ...]:
    value = config.get(name)
    return tuple(map(str, value)) if isinstance(value, list) else () if value is None else (str(value),)


def _anything(config: Config, value: Any) -> str:
    return ""


def _text(config: Config, value: Any) -> str:
    return _many(config, value, lambda one: "" if _is_plain(one) else f"{kind_of(one)} is no text")


def _is_plain(value: Any) -> bool:
    return isinstance(value, str | int | float)


def _many(config: Config, value: Any, check: Callable[[Any], str]) -> str:
    """One value, or with `multiple` a list of them, as forms write it."""
    if config.get("multiple") is True:
        if not isinstance(value, list):
            return f"{kind_of(value)} is no list"
        return next((fault for one in value if (fault := check(one))), "")
    if isinstance(value, list):
        return "a list where one value is wanted"
    return check(value)


def _id(config: Config, value: Any) -> str:
    return _many(config, value, lambda one: "" if isinstance(one, str) else f"{kind_of(one)} is no name")


def _entity(config: Config, value: Any) -> str:
    filters = config.get("filter")
    rows = filters if isinstance(filters, list) else [filters] if isinstance(filters, Mapping) else []
    domains = {domain for row in (config, *rows) if isinstance(row, Mapping) for domain in _words(row, "domain")}

    def check(one: Any) -> str:
        if not isinstance(one, str):
            return f"{kind_of(one)} is no entity"
        if re.fullmatch(r"[0-9a-f]{32}", one):
            return ""  # the id by which Home Assistant's registry knows an entity
        try:
            domain, _ = split_entity(one.strip().lower())
        except BadNameError as error:
            return str(error)
        return f"{one} is none of {', '.join(sorted(domains))}" if domains and domain not in domains else ""

    if isinstance(value, list) and not value:
        return ""  # forms write an empty list for nothing
    return _many(config, value, check)


def _boolean(config: Config, value: Any) -> str:
    known = (True, False, 0, 1)
    words = ("true", "false", "on", "off", "yes", "no")
    return "" if value in known or str(value).lower() in words else f"{kind_of(value)} is not true or false"


def _number(config: Config, value: Any) -> str:
    try:
        number = float(value)
    except (TypeError, ValueError):
        return f"{kind_of(value)} is no number"
    for bound, is_out in (("min", number.__lt__), ("max", number.__gt__)):
        limit = config.get(bound)
        if isinstance(limit, int | float) and is_out(limit):
            return f"{value} is {'below' if bound == 'min' else 'above'} {limit}"
    return ""


def _select(config: Config, value: Any) -> str:
    options = config.get("options")
    rows = options if isinstance(options, list) else []
    known = [str(row["value"]) if isinstance(row, Mapping) and "value" in row else str(row) for row in rows]
    if config.get("custom_value") is True:
        return ""
    return _many(
        config,
        value,
        lambda one: "" if str(one) in known else f"{one!r} is none of {', '.join(known)}{nearest(str(one), known)}",
    )


def _constant(config: Config, value: Any) -> str:
    return "" if value == config.get("value") else f"{value!r} is not {config.get('value')!r}"


def _duration(config: Config, value: Any) -> str:
    if (
        isinstance(value, Mapping)
        and not value.keys() - UNITS.keys()
        and all(part is not None for part in value.values())
    ):
        parts = dict(value)
        if not sum(_float(part) for part in parts.values()):
            return ""
    try:
        seconds_of(value)
    except DurationError as error:
        return str(error)
    return ""


def _float(value: Any) -> float:
    try:
        return float(value)
    except (TypeError, ValueError):
        return 1.0


def _moment(parse: Callable[[str], Any], form: str) -> Check:
    def check(config: Config, value: Any) -> str:
        try:
            parse(str(value))
        except ValueError:
            return f"{value!r} is no {form}"
        return ""

    return check


def _time(text: str) -> time:
    """`7:05` as well as what ISO has."""
    return time.fromisoformat(f"0{text}" if text[1:2] == ":" else text)


def _colour(config: Config, value: Any) -> str:
    fits = isinstance(value, list) and len(value) == 3 and all(isinstance(x, int) and 0 <= x <= 255 for x in value)
    return "" if fits else f"{value!r} is no colour: three whole numbers from 0 to 255"


def _kelvin(config: Config, value: Any) -> str:
    bounds = {bound: config.get(bound, config.get(f"{bound}_mireds")) for bound in ("min", "max")}
    return _number(bounds, value)


def _location(config: Config, value: Any) -> str:
    needed = ("latitude", "longitude")
    if not isinstance(value, Mapping) or not all(isinstance(value.get(name), int | float) for name in needed):
        return "a location has latitude and longitude"
    return ""


def _target(config: Config, value: Any) -> str:
    if not isinstance(value, Mapping):
        return "" if value in (None, [], "") else f"{kind_of(value)} is no target such as entity_id: light.hall"
    for name in value:
        if name not in _TARGETS:
            return f"a target has no {name!r}{nearest(str(name), _TARGETS)}"
    return ""


def _media(config: Config, value: Any) -> str:
    names = ("media_content_id", "media_content_type")
    return "" if isinstance(value, Mapping) and all(name in value for name in names) else f"needs {' and '.join(names)}"


def _steps(config: Config, value: Any) -> str:
    rows = value if isinstance(value, list) else [value]
    bad = next((row for row in rows if not isinstance(row, Map | Mapping | str | None)), None)
    return "" if bad is None else f"{kind_of(bad)} is no mapping"


SELECTORS: Final[Mapping[str, Check]] = {
    **dict.fromkeys(("addon", "app", "assist_pipeline", "attribute", "backup_location", "config_entry"), _text),
    **dict.fromkeys(("conversation_agent", "country", "icon", "language", "navigation", "state", "statistic"), _text),
    **dict.fromkeys(("template", "text", "theme", "ui_color"), _text),
    **dict.fromkeys(("area", "device", "floor", "label", "file"), _id),
    **dict.fromkeys(("action", "condition", "trigger"), _steps),
    **dict.fromkeys(("areas_display", "choose", "numeric_threshold", "object", "period", "qr_code"), _anything),
    **dict.fromkeys(("selector", "serial_port", "ui_action", "automation_behavior"), _anything),
    "boolean": _boolean,
    "color_rgb": _colour,
    "color_temp": _kelvin,
    "constant": _constant,
    "date": _moment(date.fromisoformat, "date such as 2026-11-22"),
    "datetime": _moment(datetime.fromisoformat, "date and time such as 2026-11-22 07:30:00"),
    "duration": _duration,
    "entity": _entity,
    "location": _location,
    "media": _media,
    "number": _number,
    "select": _select,
    "target": _target,
    "time": _moment(_time, "time such as 07:30"),
}
_NEEDS: Final = {"select": "options", "constant": "value"}
"""What a selector cannot be without."""
