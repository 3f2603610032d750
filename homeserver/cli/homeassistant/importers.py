"""The table of all that is looked at in a Home Assistant configuration folder: one row for each kind.

Whoever teaches the home another kind replaces the reader in its row. Rows are in the order in which things are told
and, since areas name floors and entities name devices, handed over.
"""

from collections.abc import Callable, Iterator
from typing import Final

from homeserver.cli.homeassistant import later, places, things
from homeserver.cli.homeassistant.source import Found, Source
from homeserver.topics.record import record


@record
class Importer:
    """One kind: where it lies in the folder, who reads it, and what becomes of it here."""

    kind: str
    files: str
    read: Callable[[Source], Iterator[Found]]
    becomes: str


IMPORTERS: Final = (
    Importer("settings", ".storage/core.config, configuration.yaml", places.settings, "homeserver.toml, if you agree"),
    Importer("floors", ".storage/core.floor_registry", places.floors, "floors"),
    Importer("labels", ".storage/core.label_registry", places.labels, "labels"),
    Importer("areas", ".storage/core.area_registry", places.areas, "areas"),
    Importer("zones", ".storage/zone, configuration.yaml", places.zones, "zone entities"),
    Importer("devices", ".storage/core.device_registry", things.devices, "names, areas and labels of devices"),
    Importer("entities", ".storage/core.entity_registry", things.entities, "ids and words of entities"),
    Importer("automations", "automations.yaml, configuration.yaml", later.automations, "not yet"),
    Importer("scripts", "scripts.yaml, configuration.yaml", later.scripts, "not yet"),
    Importer("scenes", "scenes.yaml, configuration.yaml", later.scenes, "not yet"),
    Importer("blueprints", "blueprints/", later.blueprints, "not yet"),
    Importer("packages", "configuration.yaml", later.packages, "not yet"),
    Importer("helpers", ".storage/input_*, timer, counter, schedule", later.helpers, "not yet"),
    Importer("persons", ".storage/person, configuration.yaml", later.persons, "not yet"),
    Importer("dashboards", ".storage/lovelace*, ui-lovelace.yaml", later.dashboards, "not yet"),
)


def read(source: Source) -> Iterator[Found]:
    """All that the folder says, in the order of the table; raises `Failure`."""
    for importer in IMPORTERS:
        yield from importer.read(source)
