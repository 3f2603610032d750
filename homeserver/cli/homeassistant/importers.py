"""The table of all that is looked at in a Home Assistant configuration folder: one row for each kind.

Whoever teaches the home another kind replaces the reader in its row. Rows are in the order in which things are told
and, since areas name floors and entities name devices, handed over.
"""

from collections.abc import Callable, Iterator
from typing import Final

from homeserver.cli.homeassistant import household, later, places, rule_files, ruled, things
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
    Importer("automations", "automations.yaml, configuration.yaml", ruled.automations, "files among the rules"),
    Importer("scripts", "scripts.yaml, configuration.yaml", ruled.scripts, "files among the rules"),
    Importer("scenes", "scenes.yaml, configuration.yaml", ruled.scenes, "files among the rules"),
    Importer("blueprints", "blueprints/", ruled.blueprints, "files among the rules"),
    Importer("packages", "configuration.yaml", ruled.packages, "files among the rules"),
    Importer("helpers", ".storage/input_* and the like, config entries", ruled.helpers, "files among the rules"),
    Importer("rule files", "what is named above, secrets.yaml", rule_files.rule_files, "files among the rules"),
    Importer("persons", ".storage/person, configuration.yaml", household.persons, "people who cannot log in yet"),
    Importer("dashboards", ".storage/lovelace*, ui-lovelace.yaml", later.dashboards, "not yet"),
)


def read(source: Source) -> Iterator[Found]:
    """All that the folder says, in the order of the table; raises `Failure`."""
    for importer in IMPORTERS:
        yield from importer.read(source)
