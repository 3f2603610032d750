"""What has no place here yet: counted and named, so that nobody finds out afterwards."""

from collections.abc import Iterator
from typing import Any, Final

from homeserver.cli.homeassistant.configuration import title
from homeserver.cli.homeassistant.folder import Folder, Stored
from homeserver.cli.homeassistant.source import Found, Source, Stays

HELPERS: Final = (
    *("input_boolean", "input_button", "input_datetime", "input_number", "input_select", "input_text"),
    *("timer", "counter", "schedule"),
)
PERSONS: Final = Stored("person", (1, 2), "")
DASHBOARDS: Final = Stored("lovelace_dashboards", (1,))
_FILES: Final = {"automation": "automations.yaml", "script": "scripts.yaml", "scene": "scenes.yaml"}
"""Where Home Assistant's pages keep what its configuration includes; looked into even where that is missing."""


def automations(source: Source) -> Iterator[Found]:
    yield from _stays("automations", _written(source, "automation"), "rules take them over in a later version")


def scripts(source: Source) -> Iterator[Found]:
    yield from _stays("scripts", _written(source, "script"), "rules take them over in a later version")


def scenes(source: Source) -> Iterator[Found]:
    yield from _stays("scenes", _written(source, "scene"), "rules take them over in a later version")


def blueprints(source: Source) -> Iterator[Found]:
    names = (name.removeprefix("blueprints/") for name in source.folder.names("blueprints"))
    yield from _stays("blueprints", names, "rules take them over in a later version")


def packages(source: Source) -> Iterator[Found]:
    why = "their zones come over with this command, what else is in them as the lines for its kinds say"
    yield from _stays("packages", source.configuration.packages, why)


def helpers(source: Source) -> Iterator[Found]:
    names: list[str] = []
    for domain in HELPERS:
        stored = (title(item, domain) for item in source.folder.rows(Stored(domain, (1,))))
        written = (name for name, _ in source.configuration.items(domain))
        names += (f"{domain} {name}" for name in (*stored, *written))
    yield from _stays("helpers", names, "rules keep them in a later version")


def persons(source: Source) -> Iterator[Found]:
    """Since version 2 of the file they are its `items`, before they were its `persons`."""
    data = source.folder.data(PERSONS)
    stored = data.get("items", data.get("persons"))
    names = [title(item, "person") for item in (stored if isinstance(stored, list) else [])]
    names += [name for name, _ in source.configuration.items("person")]
    yield from _stays("persons", names, "people of the home come in a later version; passwords never do")


def dashboards(source: Source) -> Iterator[Found]:
    folder = source.folder
    names = [title(item, "dashboard") for item in folder.rows(DASHBOARDS)]
    names += ["the first"] if folder.has(".storage/lovelace") or folder.has("ui-lovelace.yaml") else []
    blocks = (block.get("dashboards") for block in source.configuration.blocks("lovelace") if isinstance(block, dict))
    names += [str(name) for block in blocks if isinstance(block, dict) for name in block]
    yield from _stays("dashboards", names, "pages of your own come in a later version")


def _written(source: Source, domain: str) -> list[str]:
    """The items of a domain, from wherever the configuration has them, else from the file of the pages."""
    found = [name for name, _ in source.configuration.items(domain)]
    return found or [name for name, _ in _items(source.folder, domain)]


def _items(folder: Folder, domain: str) -> Iterator[tuple[str, Any]]:
    content = folder.yaml(_FILES[domain])
    if isinstance(content, dict):
        yield from ((title(item, str(key)), item) for key, item in content.items())
    elif isinstance(content, list):
        yield from ((title(item, f"{domain} {number}"), item) for number, item in enumerate(content, 1))


def _stays(kind: str, names: Any, why: str) -> Iterator[Stays]:
    found = tuple(names)
    if found:
        yield Stays(kind, found, why, later=True)
