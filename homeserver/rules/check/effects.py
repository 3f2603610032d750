"""What a rule does to the home, read from its text: which entity it sets to what, under which conditions, how soon."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from homeserver.rules.check.known import Known
from homeserver.rules.check.logic import ANYTHING, Cases, all_of, denial, lasting, together
from homeserver.rules.check.outline import Outline, Part, entities, words
from homeserver.rules.reading.yaml_source import Map

ANEW: Final = "\0anew"
"""A value that is another one each time: toggle, increment, next."""
VALUES: Final[Mapping[str, str]] = {
    "turn_on": "on",
    "turn_off": "off",
    "lock": "locked",
    "unlock": "unlocked",
    "open_cover": "open",
    "close_cover": "closed",
    "open_valve": "open",
    "close_valve": "closed",
    "alarm_disarm": "disarmed",
    "alarm_arm_home": "armed_home",
    "alarm_arm_away": "armed_away",
    "alarm_arm_night": "armed_night",
    "alarm_arm_vacation": "armed_vacation",
}
"""What an entity is after a service."""
GIVEN: Final[Mapping[str, str]] = {
    "select_option": "option",
    "set_value": "value",
    "set_hvac_mode": "hvac_mode",
    "set_operation_mode": "operation_mode",
}
"""Services whose data says what the state becomes."""
SETTINGS: Final[Mapping[str, str]] = {
    "set_cover_position": "position",
    "set_percentage": "percentage",
    "set_temperature": "temperature",
    "set_humidity": "humidity",
    "set_preset_mode": "preset_mode",
    "set_fan_mode": "fan_mode",
    "volume_set": "volume_level",
}
"""Services that set something beside the state."""
_ANEW: Final = ("toggle", "increment", "decrement", "select_next", "select_previous", "press")
DEEPEST: Final = 4
"""Scripts that run scripts."""
_AREAS: Final = ("device_id", "area_id", "floor_id", "label_id")


@dataclass(slots=True)
class Effect:
    """One thing that is done. `kind` is `state`, a service of `SETTINGS`, `event`, `mqtt` or `rule`; `what` the entity,
    event, topic or rule; `value` what it becomes; `cases` when it is done; `late` whether something is waited for
    before."""

    kind: str
    what: str
    value: str
    cases: Cases
    late: bool
    part: Part


@dataclass(slots=True)
class World:
    """What an action is looked at in: the home, the scripts by entity, and how many of them one is within."""

    known: Known
    scripts: Mapping[str, Outline]
    depth: int = 0


def effects(rule: Outline, world: World) -> list[Effect]:
    """All that a rule certainly can do, as far as its text and those of the scripts that it runs tell."""
    return list(_block(rule.actions, list(ANYTHING), False, world)[0])


def _block(parts: list[Part], now: Cases, late: bool, world: World) -> tuple[list[Effect], bool]:
    found: list[Effect] = []
    for part in parts:
        if not part.is_on:
            continue
        if part.kind == "condition":
            now = together(now, all_of(part.inner["if"])) or now
        late = late or part.kind in ("delay", "wait_template", "wait_for_trigger")
        own = list(_of(part, now, late, world))
        found += own
        for block, cases in _blocks(part, now):
            inner, slow = _block(block, cases, late, world)
            found += inner
            late = late or (slow and part.kind in ("sequence", "parallel", "repeat"))
        if part.kind == "stop":
            break
        if own:
            now = [lasting(case) for case in now] if any(one.kind == "state" for one in own) else now
    return found, late


def _blocks(part: Part, now: Cases) -> Iterator[tuple[list[Part], Cases]]:
    match part.kind:
        case "choose":
            left = now
            for option in part.inner.get("options", []):
                taken = together(left, all_of(option.inner["if"]))
                if option.is_on and taken:
                    yield option.inner["sequence"], taken
                left = together(left, denial(option.inner["if"])) or left
            yield part.inner.get("default", []), left
        case "if":
            yield part.inner.get("then", []), together(now, all_of(part.inner["if"])) or now
            yield part.inner.get("else", []), together(now, denial(part.inner["if"])) or now
        case _:
            for name in ("sequence", "parallel"):
                yield part.inner.get(name, []), now


def _of(part: Part, now: Cases, late: bool, world: World) -> Iterator[Effect]:
    if part.kind == "event":
        yield Effect("event", str(part.get("event")), ANEW, now, late, part)
    if part.kind != "action":
        return
    name = str(part.get("action", part.get("service", "")))
    domain, _, service = name.strip().lower().partition(".")
    data = part.get("data") if isinstance(part.get("data"), Map) else {}
    if name == "mqtt.publish":
        yield Effect("mqtt", str(data.get("topic", "")), str(data.get("payload", "")), now, late, part)
    elif name == "automation.trigger":
        for id in targets(part, world.known):
            yield Effect("rule", id, ANEW, now, late, part)
    elif domain == "script":
        for id in targets(part, world.known) if service in ("turn_on", "toggle") else (name,):
            yield from _of_script(id, part, now, late, world)
    elif (value := _value(service, data)) is not None:
        for id in targets(part, world.known):
            if domain in ("homeassistant", id.partition(".")[0]):
                yield Effect(service if service in SETTINGS else "state", id, value, now, late, part)


def _of_script(id: str, part: Part, now: Cases, late: bool, world: World) -> Iterator[Effect]:
    """What a script does, told at the action that runs it."""
    script = world.scripts.get(id)
    if script is None or world.depth >= DEEPEST:
        return
    inner = World(world.known, world.scripts, world.depth + 1)
    for effect in _block(script.actions, now, late, inner)[0]:
        yield replace(effect, part=part)


def _value(service: str, data: Mapping[str, Any]) -> str | None:
    if service in _ANEW:
        return ANEW
    if (field := GIVEN.get(service) or SETTINGS.get(service)) is not None:
        value = data.get(field)
        text = words(value)[0] if words(value) else ""
        return text if text and "{" not in text else None
    return VALUES.get(service)


def targets(part: Part, known: Known) -> Iterator[str]:
    """The entities that an action is for, those of an area too where the home is known."""
    yield from named(part)
    for row in _rows(part):
        for field in _AREAS:
            for id in words(row.get(field)):
                yield from known.meant(f"{field[:-3]}:{id}")


def named(part: Part) -> Iterator[str]:
    """The entities that an action names one by one."""
    for row in _rows(part):
        yield from entities(row.get("entity_id"))


def _rows(part: Part) -> Iterator[Map]:
    for row in (part.node, part.get("target"), part.get("data"), part.get("data_template")):
        if isinstance(row, Map):
            yield row
