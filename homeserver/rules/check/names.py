"""Whether what a rule names is there: entities, devices, areas, floors, labels, and services of entities."""

from collections.abc import Iterator
from difflib import get_close_matches
from typing import Final

from homeserver.rules.check.doubt import SURE, at
from homeserver.rules.check.effects import named
from homeserver.rules.check.known import Known
from homeserver.rules.check.outline import Outline, Part, entities, words
from homeserver.rules.reading.problem import Problem
from homeserver.rules.reading.yaml_source import Map

_ALWAYS: Final = ("all", "none")
_PLACES: Final = ("device", "area", "floor", "label")
_NOT_OURS: Final = frozenset({"scene", "notify", "tts", "conversation", "persistent_notification", "automation"})
"""Domains of which entities may be made by what runs: nobody can tell before."""


def entity_unknown(entity_id: str, known: Known) -> str | None:
    """What to say of an entity that is not there; None for one that is, or where nothing is known."""
    if not known.whole or known.thing(entity_id) is not None or entity_id in _ALWAYS:
        return None
    domain, _, name = entity_id.partition(".")
    same = [id.partition(".")[2] for id in known.things if id.startswith(f"{domain}.")]
    near = [f"{domain}.{one}" for one in get_close_matches(name, same, 1, 0.6)]
    if not near:  # perhaps of another kind
        near = [id for id in known.things if id.partition(".")[2] == name][:1]
    near = near or get_close_matches(entity_id, list(known.things), 1, 0.8)
    if not near and domain in _NOT_OURS:
        return None
    return f"there is no entity {entity_id}" + (f"; did you mean {near[0]}?" if near else "")


def names(rule: Outline, known: Known) -> Iterator[Problem]:
    """Everything that is named outside of templates."""
    for part in rule.all():
        if not part.is_on or not isinstance(part.node, Map):
            continue
        for field, id in _named(part):
            if (text := entity_unknown(id, known)) is not None:
                yield at(rule, part, field, text, "entity", SURE)
        if part.kind in ("device", "device_id") and "entity_id" not in part.node:
            yield from _device(rule, part, known)
        if part.part == "action" and part.kind in ("action", "device_id"):
            yield from _places(rule, part, known)
            yield from _services(rule, part, known)


def _named(part: Part) -> Iterator[tuple[str, str]]:
    """Entities with the field that names them."""
    if part.part != "action":
        for field in ("entity_id", "zone"):
            for id in entities(part.get(field)):
                yield field, id
        for field in ("above", "below", "at"):
            for id in entities(part.get(field)):
                if not id.replace(".", "").replace("-", "").isdigit() and ":" not in id:
                    yield field, id
        return
    if part.kind == "scene":
        yield from (("scene", id) for id in entities(part.get("scene")))
    for field in ("entity_id", "target", "data", "data_template"):
        value = part.get(field)
        if part.kind in ("action", "device_id"):
            inner = value.get("entity_id") if isinstance(value, Map) else value if field == "entity_id" else None
            yield from ((field, id) for id in entities(inner))


def _device(rule: Outline, part: Part, known: Known) -> Iterator[Problem]:
    """The device of a trigger, a condition or an action of devices; with an entity it is not asked for."""
    ids = known.places.get("device", [])
    for id in words(part.get("device_id")) if known.whole else ():
        if "{" not in id and id not in ids:
            near = get_close_matches(id, ids, 1, 0.6)
            text = f"there is no device {id!r}" + (f"; did you mean {near[0]}?" if near else "")
            yield at(rule, part, "device_id", text, "device", SURE)


def _places(rule: Outline, part: Part, known: Known) -> Iterator[Problem]:
    if not known.whole:
        return
    for field in ("target", "data"):
        row = part.get(field)
        if not isinstance(row, Map):
            continue
        for kind in _PLACES:
            ids = known.places.get(kind, [])
            for id in words(row.get(f"{kind}_id")):
                if "{" in id or id in ids or id in _ALWAYS:
                    continue
                near = get_close_matches(id, ids, 1, 0.6)
                text = f"there is no {kind} {id!r}" + (f"; did you mean {near[0]}?" if near else "")
                yield at(rule, part, field, text, kind, SURE)


def _services(rule: Outline, part: Part, known: Known) -> Iterator[Problem]:
    """Entities that are there and cannot do what is asked; those of a place are passed over when it runs."""
    name = str(part.get("action", part.get("service", ""))).strip().lower()
    domain, _, service = name.partition(".")
    if "{" in name or not service or part.kind != "action":
        return
    for id in named(part):
        thing = known.thing(id)
        fits = domain in ("homeassistant", id.partition(".")[0])
        if thing is None or not fits or not thing.services or service in thing.services:
            continue
        if service == "toggle" and {"turn_on", "turn_off"} <= set(thing.services):
            continue
        if domain == "homeassistant" and service not in ("turn_on", "turn_off", "toggle"):
            continue
        near = get_close_matches(service, thing.services, 1, 0.5)
        text = f"{id} cannot do {service}; it can {', '.join(thing.services)}"
        text += f"; did you mean {id.partition('.')[0]}.{near[0]}?" if near else ""
        yield at(rule, part, "target" if "target" in part.node else "", text, "service", SURE)
