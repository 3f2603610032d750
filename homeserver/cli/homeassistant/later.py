"""What has no place here yet: counted and named, so that nobody finds out afterwards."""

from collections.abc import Iterator
from typing import Any, Final

from homeserver.cli.homeassistant.configuration import title
from homeserver.cli.homeassistant.folder import Stored
from homeserver.cli.homeassistant.source import Found, Source, Stays

PERSONS: Final = Stored("person", (1, 2), "")
DASHBOARDS: Final = Stored("lovelace_dashboards", (1,))


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


def _stays(kind: str, names: Any, why: str) -> Iterator[Stays]:
    found = tuple(names)
    if found:
        yield Stays(kind, found, why, later=True)
