"""What there is in the home, as far as rules can name it: from the live picture, or from the file that was left of it.

The rules worker leaves `rules-known.json` behind, so that files can be checked while the home is off.
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

import orjson

from homeserver.runtime.private_file import write_private
from homeserver.topics.entity import UNAVAILABLE, EntityConfig, EntityState
from homeserver.topics.registry import AreaEntry, DeviceEntry, EntityEntry
from homeserver.view.view import View

FILE: Final = "rules-known.json"
PLACES: Final = ("device", "area", "floor", "label")


@dataclass(slots=True)
class Thing:
    """One entity. `places` are the targets that mean it: `area:kitchen`; `least` and `most` the ends of its range."""

    state: str = ""
    unit: str = ""
    device_class: str = ""
    attributes: list[str] = field(default_factory=list)
    services: list[str] = field(default_factory=list)
    options: list[str] = field(default_factory=list)
    least: float | None = None
    most: float | None = None
    places: list[str] = field(default_factory=list)
    modes: dict[str, list[str]] = field(default_factory=dict)
    """What may be chosen besides the state, by the field of a service: `preset_mode`."""
    owner: str = ""
    """The worker that it is of, where that is known."""


@dataclass(slots=True)
class Known:
    """What there is. `whole` False: nothing is known of the home, so nothing is missed either."""

    things: dict[str, Thing] = field(default_factory=dict)
    places: dict[str, list[str]] = field(default_factory=dict)
    """Ids by kind: device, area, floor, label; former ones too."""
    former: dict[str, str] = field(default_factory=dict)
    """Former ids of entities, and the present ones."""
    services: list[str] = field(default_factory=list)
    """Actions that are offered under their full names: `script.movie_night`."""
    calls: dict[str, dict[str, Any]] | None = None
    """The schemas of what workers answer: `finance.import_statement`; None where nothing is known of that."""
    whole: bool = False
    _meant: dict[str, list[str]] | None = field(default=None, compare=False, repr=False)

    def thing(self, entity_id: str) -> Thing | None:
        return self.things.get(self.former.get(entity_id, entity_id))

    def meant(self, target: str) -> list[str]:
        """The entities that `area:kitchen` means."""
        if self._meant is None:
            self._meant = {}
            for entity_id, thing in self.things.items():
                for place in thing.places:
                    self._meant.setdefault(place, []).append(entity_id)
        return self._meant.get(target, [])


def of_view(view: View) -> Known:
    """What the live picture holds."""
    known = Known(whole=True, former=dict(view.former.now))
    for entity_id in view.known():
        known.things[entity_id] = _thing(
            view.configs.get(entity_id), view.states.get(entity_id), _places(view, entity_id)
        )
    ids: dict[str, Iterable[str]] = {"device": view.devices, "area": view.areas}
    ids |= {"floor": view.floors, "label": view.labels}
    devices = {device for id in known.things if (device := view.device_of(id))}
    areas = {area for id in known.things if (area := view.area_of(id))}
    for kind in PLACES:
        also = devices if kind == "device" else areas if kind == "area" else ()
        known.places[kind] = sorted({*ids[kind], *view.former_places[kind].now, *also})
    return known


def _places(view: View, entity_id: str) -> list[str]:
    device_id, area_id = view.device_of(entity_id), view.area_of(entity_id)
    area, device = view.areas.get(area_id or ""), view.device(device_id)
    labels = {*view.entry(entity_id).labels, *(device.labels if device is not None else ())}
    found = [f"device:{device_id}"] if device_id else []
    found += [f"area:{area_id}"] if area_id else []
    found += [f"floor:{area.floor_id}"] if area is not None and area.floor_id else []
    return found + [f"label:{label}" for label in sorted(labels)]


def of_present(
    configs: Mapping[str, EntityConfig],
    states: Mapping[str, EntityState],
    entries: Mapping[str, EntityEntry],
    devices: Mapping[str, DeviceEntry],
    areas: Mapping[str, AreaEntry],
    others: Mapping[str, Iterable[str]],
) -> Known:
    """What the retained messages of a running home say; `others` are the ids of floors and labels."""
    former = {old: id for id, entry in entries.items() for old in entry.former}
    known = Known(whole=True, former=former)
    for id in {**configs, **states}:
        config, entry = configs.get(id), entries.get(id, EntityEntry())
        own = config.device if config is not None else None
        device_id = entry.device_id or (own.id if own is not None else None)
        device = devices.get(device_id or "")
        area_id = entry.area_id or (device.area_id if device is not None else None)
        area = areas.get(area_id or "")
        labels = {*entry.labels, *(device.labels if device is not None else ())}
        places = [f"device:{device_id}"] * bool(device_id) + [f"area:{area_id}"] * bool(area_id)
        places += [f"floor:{area.floor_id}"] if area is not None and area.floor_id else []
        known.things[id] = _thing(config, states.get(id), places + [f"label:{label}" for label in sorted(labels)])
    past: Mapping[str, Mapping[str, DeviceEntry | AreaEntry]] = {"device": devices, "area": areas}
    for kind in PLACES:
        found = past.get(kind, {})
        also = (old for entry in found.values() for old in entry.former)
        known.places[kind] = sorted({*found, *also, *others.get(kind, ())})
    return known


def _thing(config: EntityConfig | None, state: EntityState | None, places: list[str]) -> Thing:
    made = Thing(places=places)
    if state is not None:
        made.state = state.state
        made.attributes = sorted(map(str, state.attributes))
        made.unit = str(state.attributes.get("unit_of_measurement") or "")
        made.device_class = str(state.attributes.get("device_class") or "")
        _take_range(made, state.attributes)
    if config is not None:
        made.unit, made.device_class = config.unit or made.unit, config.device_class or made.device_class
        made.services, made.owner = list(config.services), config.owner
        made.attributes = sorted({*made.attributes, *map(str, config.capabilities)})
        _take_range(made, config.capabilities)
    return made


MODES: Final = {
    **{name: f"{name}s" for name in ("hvac_mode", "preset_mode", "fan_mode", "swing_mode")},
    **{"effect": "effect_list", "operation_mode": "operation_list", "source": "source_list", "mode": "available_modes"},
    **{"sound_mode": "sound_mode_list", "fan_speed": "fan_speed_list"},
}
"""Fields of services, and where an entity tells what may be chosen."""


def _take_range(made: Thing, row: Mapping[str, Any]) -> None:
    made.options = [str(option) for option in row.get("options") or ()] or made.options
    for name, known in MODES.items():
        if isinstance(among := row.get(known), list | tuple) and among:
            made.modes[name] = [str(one) for one in among]
    least, most = row.get("min", row.get("min_temp")), row.get("max", row.get("max_temp"))
    made.least = float(least) if isinstance(least, int | float) else made.least
    made.most = float(most) if isinstance(most, int | float) else made.most


# -- the file


def leave(known: Known, folder: Path) -> None:
    """Write down what is known; raises `OSError`."""
    row = asdict(known)
    del row["_meant"]
    write_private(folder / FILE, orjson.dumps(row))


def left(folder: Path) -> Known:
    """What was written down last; nothing where there is none, or where it is damaged."""
    try:
        row = orjson.loads((folder / FILE).read_bytes())
        things = {id: Thing(**thing) for id, thing in row.pop("things").items()}
        return Known(things=things, **row)
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return Known()


def is_away(state: str) -> bool:
    return state in (UNAVAILABLE, "unknown", "")
