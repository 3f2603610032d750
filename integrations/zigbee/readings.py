"""Parts that a row of `rows` makes: sensors that tell one attribute, and settings that are one attribute."""

from collections.abc import Callable
from typing import Any, Final

from homeserver.gateway.features import Feature
from integrations.zigbee.part import Facts, Part, Says, Watch, Wish, Write, number_in, number_of, text
from integrations.zigbee.rows import BATTERY, Row

POWER: Final = 0x0001
_VOLTAGE, _PERCENTAGE = 0x20, 0x21
_EMPTY, _FULL = 2.1, 3.0
"""Volts of a lithium cell, or of two alkaline ones."""
_BATTERY: Final = {
    "state_topic": "~",
    "device_class": "battery",
    "unit_of_measurement": "%",
    "state_class": "measurement",
    "entity_category": "diagnostic",
}
_CELLS: Final = (Watch(POWER, _PERCENTAGE, BATTERY), Watch(POWER, _VOLTAGE, BATTERY))
_SWITCHES: Final = {b"ON": 1, b"OFF": 0}


def exists(row: Row, endpoint: int, facts: Facts) -> bool:
    """Whether an endpoint that serves the row's cluster has it."""
    if row.known:
        return facts.get(endpoint, row.cluster, row.attribute) is not None
    key = (endpoint, row.cluster, row.attribute)
    return key in facts.values or key not in facts.refused


def reading(row: Row, endpoint: int, key: str, name: str | None) -> Part:
    """The part of a row on an endpoint."""
    watches = [Watch(row.cluster, row.attribute, row.report, row.code)]
    watches += [Watch(row.cluster, one) for one in (row.multiplier, row.divisor) if one is not None]
    config: dict[str, Any] = {"state_topic": "~", **row.config}
    if row.component in _WRITTEN:
        config["command_topic"] = "~/set"
    if row.options:
        config["options"] = list(row.options)

    def say(facts: Facts) -> Says:
        value = facts.get(endpoint, row.cluster, row.attribute)
        return {} if value is None else {"": text(_state(row, endpoint, value, facts))}

    def obey(_: str, payload: bytes, facts: Facts) -> tuple[Wish, ...]:
        value = _WRITTEN[row.component](row, payload)
        deed = Write(row.cluster, row.attribute, value, row.code)
        return (Wish(key, (deed,), lambda facts: facts.get(endpoint, row.cluster, row.attribute) == value),)

    feature = Feature(key, row.component, name, config)
    return Part(feature, endpoint, tuple(watches), say, obey if row.component in _WRITTEN else None)


def powered(endpoint: int, facts: Facts) -> bool:
    """Whether anything is known of a battery: plugs list the cluster too."""
    return any(facts.get(endpoint, POWER, one) is not None for one in (_PERCENTAGE, _VOLTAGE))


def battery(endpoint: int, facts: Facts) -> Part:
    """How full the battery is: as the device says, or where it says nothing, guessed from its voltage."""

    def say(facts: Facts) -> Says:
        halves, tenths = (facts.number(endpoint, POWER, one) for one in (_PERCENTAGE, _VOLTAGE))
        if halves is not None and halves <= 200:
            return {"": text(round(halves / 2))}
        if tenths is None or not 0 < tenths < 0xFF:
            return {}
        full = (tenths / 10 - _EMPTY) / (_FULL - _EMPTY)
        return {"": text(round(100 * max(0.0, min(1.0, full))))}

    return Part(Feature("battery", "sensor", None, _BATTERY), endpoint, _CELLS, say)


def _state(row: Row, endpoint: int, told: object, facts: Facts) -> Any:
    """The state as people know it; `None` where the device says that it knows nothing, or nothing sensible."""
    value = number_in(told)
    if value is None or value in row.invalid:
        return None
    if row.options:
        return next((word for word, one in row.options.items() if one == value), None)
    if row.read is not None:
        return row.read(value)
    if row.component == "switch":
        return bool(value)
    return float(value) * row.scale * _ratio(row, endpoint, facts)


def _ratio(row: Row, endpoint: int, facts: Facts) -> float:
    """What the device says that its count is to be multiplied with; one where it says nothing."""
    above, below = (
        1 if one is None else facts.number(endpoint, row.cluster, one) for one in (row.multiplier, row.divisor)
    )
    return (above or 1) / (below or 1)


def _number(row: Row, payload: bytes) -> int:
    return round(number_of(payload, row.config.get("min", 0), row.config.get("max", 0xFFFF)) / row.scale)


def _switch(row: Row, payload: bytes) -> int:
    value = _SWITCHES.get(payload.strip().upper())
    if value is None:
        raise ValueError(f"{payload[:40]!r} is neither ON nor OFF")
    return value


def _choice(row: Row, payload: bytes) -> int:
    word = payload.decode(errors="replace")
    if word not in row.options:
        raise ValueError(f"{word[:40]!r} is none of {', '.join(row.options)}")
    return row.options[word]


_WRITTEN: Final[dict[str, Callable[[Row, bytes], int]]] = {"number": _number, "switch": _switch, "select": _choice}
"""Kinds that take commands, and how the payload becomes the attribute."""
