"""Named triggers and conditions that no row of a table can say: counters, buttons, volume, zones and a few more.

Facts: Home Assistant 2026.11, `trigger.py` and `condition.py` of the domain in the name.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from homeserver.rules.purpose.kind import Kind, So, Source, Turn, always
from homeserver.rules.reading.fields import Fields
from homeserver.topics.entity import EntityState
from homeserver.view.view import View
from homeserver.view.zones import NoPlaceError, is_in, number

Make = Callable[[str, Fields], Kind]
"""Makes the kind of a name with its options; raises `RuleError`."""


def _sources(*domains: str, attribute: str = "", device_class: str | None = None) -> Mapping[str, Source]:
    return {domain: Source(domain, device_class, attribute) for domain in domains}


def _another(view: View, entity_id: str, old: EntityState, new: EntityState) -> bool:
    return old.state != new.state


def _simple(domains: str, so: So, turn: Turn, tell: str, **more: Any) -> Make:
    sources = _sources(*domains.split())
    return lambda name, options: Kind(name, sources, so, turn, always, tell, **more)


# -- states that are left, and states that are any other


def _not(domain: str, word: str) -> Make:
    """Not to be in one state, and to leave it."""

    def so(view: View, entity_id: str, state: EntityState) -> bool:
        return state.state != word

    def turn(view: View, entity_id: str, old: EntityState, new: EntityState) -> bool:
        return old.state == word

    return _simple(domain, so, turn, f"not {word}")


# -- counters and schedules


def _whole(state: EntityState) -> int | None:
    try:
        return int(state.state)
    except ValueError:
        return None


def _counted(up: bool) -> Make:
    def so(view: View, entity_id: str, state: EntityState) -> bool:
        return _whole(state) is not None

    def turn(view: View, entity_id: str, old: EntityState, new: EntityState) -> bool:
        was, now = _whole(old), _whole(new)
        return was is not None and now is not None and (now > was if up else now < was)

    return _simple("counter", so, turn, "counted up" if up else "counted down", combined=False)


def _at(attribute: str) -> Make:
    """At the number that an attribute of the counter holds."""

    def so(view: View, entity_id: str, state: EntityState) -> bool:
        limit = state.attributes.get(attribute)
        return limit is not None and state.state == str(limit)

    return _simple("counter", so, _another, f"at its {attribute}")


def _block_started(name: str, options: Fields) -> Kind:
    """Blocks that follow each other without a pause count one by one."""

    def so(view: View, entity_id: str, state: EntityState) -> bool:
        return state.state == "on"

    def turn(view: View, entity_id: str, old: EntityState, new: EntityState) -> bool:
        return old.state in ("on", "off") and old.attributes.get("next_event") != new.attributes.get("next_event")

    return Kind(name, _sources("schedule"), so, turn, always, "in a block")


# -- what is pressed, rung, chosen


def _pressed(domains: str) -> Make:
    return _simple(domains, always, _another, "pressed", combined=False, anew=True)


def _rang(name: str, options: Fields) -> Kind:
    def so(view: View, entity_id: str, state: EntityState) -> bool:
        return state.attributes.get("event_type") == "ring"

    sources = _sources("event", device_class="doorbell", attribute="event_type")
    return Kind(name, sources, so, _another, always, "rung", combined=False, anew=True)


# -- sound


def _has_volume(view: View, entity_id: str, state: EntityState) -> bool:
    return state.attributes.get("is_volume_muted") is not None or state.attributes.get("volume_level") is not None


def _is_muted(state: EntityState) -> bool:
    return state.attributes.get("is_volume_muted") is True or number(state.attributes.get("volume_level")) == 0


def _muted(wanted: bool) -> Make:
    def so(view: View, entity_id: str, state: EntityState) -> bool:
        return _has_volume(view, entity_id, state) and _is_muted(state) is wanted

    def turn(view: View, entity_id: str, old: EntityState, new: EntityState) -> bool:
        return _is_muted(old) != _is_muted(new)

    tell, sources = "muted" if wanted else "not muted", _sources("media_player")
    return lambda name, options: Kind(name, sources, so, turn, _has_volume, tell)


# -- zones


def _in_zone(wanted: bool) -> Make:
    def make(name: str, options: Fields) -> Kind:
        zone_id = zone_of(options)

        def inside(view: View, entity_id: str, state: EntityState) -> bool:
            try:
                return is_in(zone_id, view.said(zone_id), entity_id, state, view.name(zone_id))
            except NoPlaceError:
                return False

        def so(view: View, entity_id: str, state: EntityState) -> bool:
            return inside(view, entity_id, state) is wanted

        def turn(view: View, entity_id: str, old: EntityState, new: EntityState) -> bool:
            return inside(view, entity_id, old) is not wanted

        tell = f"in {zone_id}" if wanted else f"not in {zone_id}"
        return Kind(name, _sources("person", "device_tracker"), so, turn, always, tell)

    return make


def _occupied(wanted: bool) -> Make:
    def somebody(state: EntityState) -> bool:
        return (_whole(state) or 0) >= 1

    def so(view: View, entity_id: str, state: EntityState) -> bool:
        return somebody(state) if wanted else _whole(state) == 0

    def turn(view: View, entity_id: str, old: EntityState, new: EntityState) -> bool:
        return somebody(old) is not wanted

    return _simple("zone", so, turn, "occupied" if wanted else "empty")


def zone_of(options: Fields) -> str:
    """The zone in the options; raises `RuleError`."""
    options.need("zone", "name a zone, such as zone.home")
    found = options.entities("zone")
    if len(found) != 1 or not found[0].startswith("zone."):
        raise options.wrong(f"zone must be one zone such as zone.home, not {', '.join(found)}", "zone")
    return found[0]


_CHOSEN: Final = {"combined": False}
TRIGGERS: Final[Mapping[str, Make]] = {
    "button.pressed": _pressed("button input_button"),
    "counter.decremented": _counted(up=False),
    "counter.incremented": _counted(up=True),
    "counter.maximum_reached": _at("maximum"),
    "counter.minimum_reached": _at("minimum"),
    "counter.reset": _at("initial"),
    "device_tracker.left_home": _not("device_tracker", "home"),
    "doorbell.rang": _rang,
    "media_player.muted": _muted(True),
    "media_player.unmuted": _muted(False),
    "person.left_home": _not("person", "home"),
    "scene.activated": _pressed("scene"),
    "schedule.block_started": _block_started,
    "select.selection_changed": _simple("select input_select", always, _another, "another", **_CHOSEN),
    "text.changed": _simple("text input_text", always, _another, "another", **_CHOSEN),
    "water_heater.turned_on": _not("water_heater", "off"),
    "zone.entered": _in_zone(True),
    "zone.left": _in_zone(False),
    "zone.occupancy_cleared": _occupied(False),
    "zone.occupancy_detected": _occupied(True),
}
CONDITIONS: Final[Mapping[str, Make]] = {
    "device_tracker.is_not_home": _not("device_tracker", "home"),
    "media_player.is_muted": _muted(True),
    "media_player.is_unmuted": _muted(False),
    "person.is_not_home": _not("person", "home"),
    "water_heater.is_on": _not("water_heater", "off"),
    "zone.in_zone": _in_zone(True),
    "zone.not_in_zone": _in_zone(False),
    "zone.occupancy_is_detected": _occupied(True),
    "zone.occupancy_is_not_detected": _occupied(False),
}
OF_A_ZONE: Final = frozenset(
    {
        "zone.occupancy_cleared",
        "zone.occupancy_detected",
        "zone.occupancy_is_detected",
        "zone.occupancy_is_not_detected",
    }
)
"""What is asked of the zone in the options, and of no target."""
