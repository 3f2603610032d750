"""What has no place here yet: counted and named, so that nobody finds out afterwards."""

from collections.abc import Iterator
from typing import Any, Final

from homeserver.cli.homeassistant.configuration import title
from homeserver.cli.homeassistant.folder import Stored
from homeserver.cli.homeassistant.source import Found, Source, Stays

DASHBOARDS: Final = Stored("lovelace_dashboards", (1,))


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
