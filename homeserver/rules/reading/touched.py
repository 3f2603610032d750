"""What a rule touches, as far as its text tells: what may be told of it only to who sees all of that.

Careful rather than clever: a template, a trigger by anything but entities and times, or an action that is no service
of entities may reach everything, and counts so. Read once, with the rule; keeps nothing.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from homeserver.rules.reading.yaml_source import Tagged
from homeserver.runtime.judging import EVERYTHING, Thing
from homeserver.topics.services import SERVICES

_PLACES: Final[Mapping[str, Any]] = {f"{kind}_id": kind for kind in ("device", "area", "floor", "label")}
_TRIGGERS: Final = frozenset(
    (
        *("state", "numeric_state", "device", "zone", "calendar", "homeassistant", "conversation", "sentence"),
        *("time", "time_pattern", "sun"),
    )
)
"""Kinds of triggers that are about nothing but the entities and times that they name; so are all that are called as
`light.turned_on`, by their target."""
_OF_ANY: Final = frozenset(("homeassistant.turn_on", "homeassistant.turn_off", "homeassistant.toggle"))
_SCRIPTS: Final = frozenset(("script.turn_on", "script.turn_off", "script.toggle"))
_ENTITY: Final = re.compile(r"\b[a-z][a-z0-9_]*\.[a-z0-9_]+\b")
_ALL: Final = "all"


def touched(node: Any) -> frozenset[Thing]:
    """The things that a rule's mapping names; `EVERYTHING` among them where it may reach others."""
    return frozenset(_walk(node))


def _walk(node: Any) -> Iterator[Thing]:
    if isinstance(node, Mapping):
        for key, value in node.items():
            yield from _words(str(key))
            yield from _field(str(key), value)
    elif isinstance(node, list):
        for one in node:
            yield from _walk(one)
    elif isinstance(node, Tagged):
        yield EVERYTHING
    elif isinstance(node, str):
        yield from _words(node)


def _field(key: str, value: Any) -> Iterator[Thing]:
    if key in _PLACES and not isinstance(value, Mapping):
        yield from _places(key, value)
    elif key in ("trigger", "platform") and isinstance(value, str):
        yield from () if value in _TRIGGERS or "." in value else (EVERYTHING,)
    elif key == "condition" and isinstance(value, str) and "{" not in value:
        pass  # its kind: what it looks at stands in other fields
    elif key in ("action", "service", "service_template") and isinstance(value, str):
        yield from _action(value)
    elif key == "use_blueprint":
        yield EVERYTHING  # it could not be filled in
    elif key == "entity_id" and value == _ALL:
        yield EVERYTHING
    else:
        yield from _walk(value)


def _places(key: str, value: Any) -> Iterator[Thing]:
    ids = value if isinstance(value, list) else (value,)
    for id in (part.strip() for one in ids for part in str(one).split(",")):
        yield EVERYTHING if "{" in id or id == _ALL else (_PLACES[key], id)


def _action(name: str) -> Iterator[Thing]:
    domain, _, service = name.partition(".")
    if domain == "script" and name not in _SCRIPTS:
        yield "entity", name
    elif service not in SERVICES.get(domain, ()) and name not in _OF_ANY:
        yield EVERYTHING


def _words(text: str) -> Iterator[Thing]:
    if "{" in text:
        yield EVERYTHING
        return
    for id in _ENTITY.findall(text):
        yield "entity", id
