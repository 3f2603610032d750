"""What comes over in rule files, counted and named: automations, scripts, scenes, blueprints, packages, helpers."""

from collections.abc import Iterable, Iterator
from typing import Any

from homeserver.cli.homeassistant.configuration import HELPERS, title
from homeserver.cli.homeassistant.folder import Folder, Stored
from homeserver.cli.homeassistant.rule_files import PAGES
from homeserver.cli.homeassistant.source import Comes, Found, Source, Stays


def automations(source: Source) -> Iterator[Found]:
    yield from _comes("automations", _written(source, "automation"))


def scripts(source: Source) -> Iterator[Found]:
    yield from _comes("scripts", _written(source, "script"))


def scenes(source: Source) -> Iterator[Found]:
    yield from _comes("scenes", _written(source, "scene"))


def blueprints(source: Source) -> Iterator[Found]:
    yield from _comes("blueprints", (name.removeprefix("blueprints/") for name in source.folder.names("blueprints")))


def packages(source: Source) -> Iterator[Found]:
    yield from _comes("packages", source.configuration.packages)


def helpers(source: Source) -> Iterator[Found]:
    names: list[str] = []
    for domain in HELPERS:
        stored = (title(item, domain) for item in source.folder.rows(Stored(domain, (1,))))
        written = (name for name, _ in source.configuration.items(domain))
        names += (f"{domain} {name}" for name in (*stored, *written))
    yield from _comes("helpers", (*names, *source.made_on_pages.names))
    missing: dict[tuple[str, str, bool], list[str]] = {}
    for one in source.made_on_pages.missing:
        missing.setdefault((one.domain, one.why, one.later), []).append(one.title)
    for (domain, why, later), titles in missing.items():
        yield Stays(f"helpers of {domain}", tuple(titles), why, later=later)


def _written(source: Source, domain: str) -> list[str]:
    """The items of a domain, from wherever the configuration has them, else from the file of the pages."""
    found = [name for name, _ in source.configuration.items(domain)]
    return found or [name for name, _ in _items(source.folder, domain)]


def _items(folder: Folder, domain: str) -> Iterator[tuple[str, Any]]:
    content = folder.yaml(PAGES[domain])
    if isinstance(content, dict):
        yield from ((title(item, str(key)), item) for key, item in content.items())
    elif isinstance(content, list):
        yield from ((title(item, f"{domain} {number}"), item) for number, item in enumerate(content, 1))


def _comes(kind: str, names: Iterable[str]) -> Iterator[Comes]:
    if found := tuple(names):
        yield Comes(kind, found)
