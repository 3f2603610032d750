"""Discovery messages as announcements: which topic they may stand on, and what they say under full names.

`<prefix>/<component>/[<node_id>/]<object_id>/config` announces one entity, `<prefix>/device/...` a device with its
components. Facts: Home Assistant's MQTT documentation, "MQTT Discovery". Pure: nothing is kept.
"""

import re
from dataclasses import dataclass, field
from typing import Any, Final

import orjson

from homeserver.home.abbreviations import expand
from homeserver.home.bundle import components
from homeserver.home.config import Refused
from homeserver.topics.record import record

_PART: Final = re.compile(r"[A-Za-z0-9_-]+")
DEVICE: Final = "device"


@record
class Place:
    """A discovery topic taken apart; `component` is `device` for a bundle."""

    topic: str
    component: str
    node_id: str | None
    object_id: str


@record
class Announcement:
    """One announced entity. `key` tells it from all others: its topic, and within a bundle its component key too.

    `words` are its fields as JSON: they are kept for as long as it is announced, and read when it is built.
    """

    key: str
    topic: str
    component: str
    object_id: str
    words: str

    @property
    def fields(self) -> dict[str, Any]:
        """What it says, under full names."""
        fields: dict[str, Any] = orjson.loads(self.words)
        return fields

    def says(self, other: "Announcement") -> bool:
        """Whether it says the same, in whatever order."""
        return self.words == other.words or self.fields == other.fields


@dataclass(slots=True)
class Discovered:
    """What a discovery message says. `migrating`: its entities are about to be announced on another topic."""

    announcements: list[Announcement] = field(default_factory=list)
    refusals: list[tuple[str, str]] = field(default_factory=list)
    migrating: bool = False


def place_of(topic: str, prefix: str) -> Place:
    """Take a discovery topic apart; raises `Refused`."""
    levels = topic.removeprefix(f"{prefix}/").split("/")
    if len(levels) not in (3, 4) or levels[-1] != "config":
        raise Refused(f"a discovery topic is {prefix}/COMPONENT/[NODE/]OBJECT/config")
    for level in levels[:-1]:
        if not _PART.fullmatch(level):
            raise Refused(f"{level!r} in the discovery topic holds other signs than A-Z a-z 0-9 _ -")
    return Place(topic, levels[0], levels[1] if len(levels) == 4 else None, levels[-2])


def discover(topic: str, payload: bytes, prefix: str) -> Discovered:
    """Read a discovery message; an empty one announces nothing. Whatever cannot be read is in `refusals`."""
    found = Discovered()
    if not payload.strip():
        return found
    try:
        place = place_of(topic, prefix)
        fields = _fields(payload)
        if fields.get("migrate_discovery"):
            found.migrating = True
        elif place.component == DEVICE:
            _read_bundle(place, fields, found)
        else:
            words = _words(with_base(fields))
            found.announcements.append(Announcement(topic, topic, place.component, place.object_id, words))
    except Refused as refused:
        found.refusals.append((topic, str(refused)))
    return found


def _fields(payload: bytes) -> dict[str, Any]:
    try:
        fields = orjson.loads(payload)
    except orjson.JSONDecodeError as error:
        raise Refused(f"the discovery message is no JSON: {error}") from None
    if not isinstance(fields, dict):
        raise Refused("the discovery message must be a JSON object")
    return expand(fields)


def _words(fields: dict[str, Any]) -> str:
    try:
        return orjson.dumps(fields).decode()  # its own bytes take the room of the longest it could be
    except orjson.JSONEncodeError as error:  # it reads deeper than it writes
        raise Refused(f"the discovery message is nested too deeply: {error}") from None


def _read_bundle(place: Place, fields: dict[str, Any], found: Discovered) -> None:
    for part, component in components(fields):
        key = f"{place.topic} {part}"
        if isinstance(component, Refused):
            found.refusals.append((key, str(component)))
        else:
            name = component.pop("platform")
            words = _words(with_base(component))
            found.announcements.append(Announcement(key, place.topic, name, part, words))


def with_base(fields: dict[str, Any]) -> dict[str, Any]:
    """Put the base topic `~` where a topic begins or ends with it."""
    base = fields.get("~")
    if base is None:
        return fields
    if not isinstance(base, str):
        raise Refused("`~` must be text: the part that topics have in common")
    full = {key: _based(key, value, base) for key, value in fields.items() if key != "~"}
    if isinstance(full.get("availability"), list):
        full["availability"] = [
            {key: _based(key, value, base) for key, value in one.items()} if isinstance(one, dict) else one
            for one in full["availability"]
        ]
    return full


def _based(key: str, value: Any, base: str) -> Any:
    if not isinstance(value, str) or not key.endswith("topic"):
        return value
    if value.endswith("~") and value != "~":
        value = value[:-1] + base
    return base + value[1:] if value.startswith("~") else value
