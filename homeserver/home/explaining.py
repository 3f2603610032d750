"""What became of a discovery message: its entities, which of its keys were of use, or why it was refused.

Keys are told as the message spells them, short or long; those inside a bundle as `components.KEY.key`.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

import orjson

from homeserver.home.abbreviations import ABBREVIATIONS
from homeserver.home.bundle import SHARED
from homeserver.home.config import Refused
from homeserver.home.discovery import place_of
from homeserver.home.refusals import Refusals
from homeserver.home.roster import Known, Roster
from homeserver.home.words import Explained

_ALWAYS: Final = frozenset(("device", "origin", "platform"))
"""Keys that make no difference to one component alone."""
Keys = Mapping[str, bool]
"""Keys with whether they were of use."""


def explained(topic: str, payload: bytes, prefix: str, roster: Roster, refusals: Refusals) -> Explained:
    """Explain a message that the home has heard on `topic`."""
    known = roster.known(topic)
    keys = dict(_keys(payload, topic, known)) if known else {}
    return Explained(
        topic=topic,
        component=_component(topic, prefix),
        entities=tuple(sorted(one.entity.id for one in known)),
        disabled=tuple(sorted(one.entity.id for one in known if one.entity.where not in roster.entities)),
        states={one.entity.id: one.entity.word for one in known},
        used=tuple(key for key, used in keys.items() if used),
        unused=tuple(key for key, used in keys.items() if not used),
        refused=dict(_refused(topic, refusals)),
        remarks={one.entity.id: one.remarks for one in known if one.remarks},
        reasons={one.entity.id: one.entity.fault for one in known if one.entity.fault},
    )


def _component(topic: str, prefix: str) -> str:
    try:
        return place_of(topic, prefix).component
    except Refused:
        return ""


def _refused(topic: str, refusals: Refusals) -> Iterator[tuple[str, str]]:
    """Why, by component key; "" is the whole message."""
    for key, refusal in refusals.entries.items():
        if key == topic or key.startswith(f"{topic} "):
            yield key.removeprefix(topic)[1:], refusal.reason


def _keys(payload: bytes, topic: str, known: list[Known]) -> Iterator[tuple[str, bool]]:
    fields = orjson.loads(payload)  # it became an entity, so it is an object
    unused = {one.key.removeprefix(topic)[1:]: frozenset(one.unused) for one in known}
    if known[0].key == topic:
        yield from _of_part(fields, unused[""], "")
        return
    listed = fields.get("components", next((fields[key] for key in fields if _full(key) == "components"), {}))
    parts = {name: part for name, part in listed.items() if isinstance(part, dict)}  # others are refused
    for key in fields:
        yield key, fields[key] is listed or _is_shared(_full(key), fields, parts, unused)
    for name, part in parts.items():
        if name in unused:
            yield from _of_part(part, unused[name], f"components.{name}.")


def _of_part(fields: Mapping[str, Any], unused: frozenset[str], way: str) -> Iterator[tuple[str, bool]]:
    """A long spelling wins over a short one of the same key; a null is as good as nothing."""
    for key, value in fields.items():
        full = _full(key)
        hidden = full != key and full in fields
        based = full != "~" or any(_has_base(_full(other), text) for other, text in fields.items())
        means = value is not None or full == "name"  # without a name of its own an entity is called as its device
        yield f"{way}{key}", full not in unused and not hidden and based and means


def _is_shared(full: str, fields: Mapping[str, Any], parts: Mapping[str, Any], unused: Mapping[str, Any]) -> bool:
    """Whether a key of the bundle itself is of use to any of its components."""
    if full == "~":
        return any(_has_base(_full(key), text) for one in (fields, *parts.values()) for key, text in one.items())
    if full in _ALWAYS:
        return full != "platform"
    own = {name: {_full(key) for key in part} for name, part in parts.items() if name in unused}
    return full in SHARED and any(full not in keys and full not in unused[name] for name, keys in own.items())


def _has_base(key: str, value: Any) -> bool:
    if isinstance(value, list):
        return any(isinstance(one, dict) and any(_has_base(_full(k), v) for k, v in one.items()) for one in value)
    return key.endswith("topic") and isinstance(value, str) and (value[:1] == "~" or value[-1:] == "~")


def _full(key: str) -> str:
    return ABBREVIATIONS.get(key, key)
