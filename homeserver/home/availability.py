"""Whether a device can be reached, from one or several topics on which it says so.

Modes: `all` topics must say available, `any` one of them, or the `latest` word counts. Without such a topic an
entity is always available. Facts: Home Assistant's MQTT documentation, "Using availability topics".
"""

from typing import Any, Final

from homeserver.home.config import Config, Refused
from homeserver.home.entity import Entity, Read
from homeserver.home.report import Report, Unreadable
from homeserver.home.values import value
from homeserver.view.templates import Templates

MODES: Final = ("all", "any", "latest")
_MOST: Final = 20


class Availability:
    """What each topic said last; `before` is what counts for a topic that said nothing yet."""

    __slots__ = ("before", "heard", "latest", "mode")

    def __init__(self, mode: str, count: int) -> None:
        self.mode = mode
        self.heard: list[bool | None] = [None] * count
        self.latest: bool | None = None
        self.before = False

    @property
    def available(self) -> bool:
        if self.mode == "latest":
            return self.before if self.latest is None else self.latest
        heard = (self.before if one is None else one for one in self.heard)
        return all(heard) if self.mode == "all" else any(heard)

    def forget(self) -> None:
        """Nothing was heard yet."""
        self.heard, self.latest, self.before = [None] * len(self.heard), None, False

    def take(self, place: int, available: bool) -> bool:
        self.heard[place] = self.latest = available
        return self.available


def availability_of(config: Config, templates: Templates) -> tuple[Availability | None, list[tuple[str, Read]]]:
    """How the config's entity tells that it can be reached, and what it hears for it; raises `Refused`."""
    parts = _parts(config)
    if not parts:
        return None, []
    mode = config.word("availability_mode", "latest", MODES)
    if len(parts) > _MOST:
        raise Refused(f"`availability` has {len(parts)} topics, more than {_MOST}")
    availability = Availability(mode, len(parts))
    encoding = config.get("encoding")
    hears = []
    for place, fields in enumerate(parts):
        part = Config(fields | ({} if encoding is None else {"encoding": encoding}), config.root)
        part.names = config.names
        hears.append((_topic(part), _read(part, place, availability, templates)))
    return availability, hears


def _parts(config: Config) -> list[dict[str, Any]]:
    """The `availability` list, and the single topic with its keys as one more entry of it."""
    listed = config.get("availability") if config.fields.get("availability") else None
    parts = [listed] if isinstance(listed, dict) else list(listed) if isinstance(listed, list) else []
    for part in parts:
        if not isinstance(part, dict):
            raise Refused("`availability` must be a list of objects, each with a `topic`")
    if topic := config.filter("availability_topic"):
        common = {key: config.get(key) for key in ("payload_available", "payload_not_available")}
        parts.append({"topic": topic, "value_template": config.get("availability_template"), **common})
    return parts


def _topic(part: Config) -> str:
    if (topic := part.filter("topic")) is None:
        raise Refused("`topic` is missing: each entry of `availability` must have it")
    return topic


def _read(part: Config, place: int, availability: Availability, templates: Templates) -> Read:
    found = value(part, "value_template", templates)
    yes = part.text("payload_available", "online")
    no = part.text("payload_not_available", "offline")

    def read(entity: Entity, report: Report) -> bool:
        text = found(report)
        if text not in (yes, no):
            raise Unreadable(f"{text[:60]!r} is neither {yes!r} nor {no!r}")
        before = entity.available
        entity.available = availability.take(place, text == yes)
        return entity.available != before

    return read
