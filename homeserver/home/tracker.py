"""Device trackers: where a phone, a tag or a pet is, by word of a topic or by coordinates among the attributes.

Facts: Home Assistant's documentation of MQTT device trackers.
"""

from collections.abc import Mapping
from typing import Any, Final

from homeserver.home.component import Component, Reads
from homeserver.home.config import Config
from homeserver.home.entity import Derive, Entity
from homeserver.home.parsing import IGNORED, NONE, Parse
from homeserver.home.surroundings import RADIUS, Surroundings, Zone
from homeserver.topics.names import slug
from homeserver.view.zones import metres

HOME: Final = "home"
AWAY: Final = "not_home"
PLACE: Final = "location_name"
"""The fact that holds the place that the device itself named; "" where it took that back."""
_SOURCES: Final = ("gps", "router", "bluetooth", "bluetooth_le")


def _place(config: Config) -> Parse:
    words = {config.text("payload_home", HOME): HOME}
    words.setdefault(config.text("payload_not_home", AWAY), AWAY)
    words.setdefault(config.text("payload_reset", NONE), "")
    return lambda text: words.get(text, text[:255]) if text.strip() else IGNORED


def _state(config: Config) -> Derive:
    """What the device named, else what its coordinates say, else the zones that it lists."""
    around = config.around

    def derive(entity: Entity) -> str | None:
        if named := entity.facts.get(PLACE):
            return str(named)
        found = _located(entity.extra, around) or _zoned(entity.extra.get("in_zones"))
        return entity.state if found is None and PLACE not in entity.facts else found

    return derive


def _located(extra: Mapping[str, Any], around: Surroundings) -> str | None:
    """Of the zones that a place is in, the smallest, and of two such the nearest."""
    here = _number(extra.get("latitude")), _number(extra.get("longitude"))
    if around.place is None or here[0] is None or here[1] is None:
        return None
    slack, at = _number(extra.get("gps_accuracy")) or 0.0, (here[0], here[1])
    zones = ((zone, metres(at, zone.place)) for zone in (Zone(HOME, around.place, RADIUS), *around.zones))
    near = [(zone.radius, way, zone.name) for zone, way in zones if way - slack < zone.radius]
    return min(near)[2] if near else AWAY


def _number(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _zoned(zones: Any) -> str | None:
    if not isinstance(zones, list):
        return None
    names = [str(zone).removeprefix("zone.") for zone in zones]
    if HOME in map(slug, names):
        return HOME
    return names[0][:255] if names else AWAY


TRACKER: Final = Component(
    domain="device_tracker",
    names="",
    needs=("state_topic|json_attributes_topic",),
    reads=(Reads("state_topic", "value_template", _place, into=PLACE),),
    shows=lambda config: {"source_type": config.word("source_type", "gps", _SOURCES)},
    present=lambda config: lambda state, facts: {},
    derive=_state,
)
