"""The rule files of a configuration folder, as people wrote them: comments, order and spelling stay.

Of `configuration.yaml` the blocks that rules read, with all files that these include; the files of Home Assistant's
pages; blueprints and macros; and the helpers of the pages, which become YAML. Secrets are named here and read by nobody
before the import is agreed to.
"""

import re
from collections.abc import Iterator
from typing import Any, Final

import yaml

from homeserver.cli.failures import Failure
from homeserver.cli.homeassistant.configuration import FILE, HELPERS
from homeserver.cli.homeassistant.folder import Folder, Stored
from homeserver.cli.homeassistant.source import RuleFile, Source
from homeserver.rules.reading.package import LISTED, NAMED, PLATFORMS, domain_of
from homeserver.rules.reading.yaml_source import SourceError, Tagged, read

PAGES: Final = {"automation": "automations.yaml", "script": "scripts.yaml", "scene": "scenes.yaml"}
"""Where Home Assistant's pages keep what its configuration includes; they come even where that is missing."""
OURS: Final = "homeassistant"
"""The folder among the rules into which all goes but blueprints and macros, which have places of their own."""
_BLOCKS: Final = frozenset({*PAGES, *NAMED, *LISTED, *PLATFORMS}) - {"zone"}
_KEY: Final = re.compile(r"""(["']?)([A-Za-z_][\w ]*?)\1\s*:(?=\s|$)""")
_HELPERS_FILE: Final = "helpers-of-pages.yaml"
_ABOVE: Final = "# From the pages of Home Assistant.\n"


def rule_files(source: Source) -> Iterator[RuleFile]:
    """All of them; raises `Failure`."""
    folder = source.folder
    wanted = _Gathering(folder)
    if (text := _blocks(folder)) is not None:
        wanted.add(FILE, text)
    for domain, name in PAGES.items():
        if not any(source.configuration.items(domain)) and folder.yaml(name):
            wanted.add(name)
    yield from wanted.files.values()
    for place in ("blueprints", "custom_templates"):
        for name in folder.names(place):
            yield RuleFile(name, folder.text(name) or "")
    if helpers := _helpers(source):
        yield RuleFile(f"{OURS}/{_HELPERS_FILE}", _ABOVE + _dumped(helpers))


class _Gathering:
    """Files with all that they include, each once."""

    def __init__(self, folder: Folder) -> None:
        self._folder = folder
        self.files: dict[str, RuleFile] = {}

    def add(self, name: str, text: str | None = None) -> None:
        if name in self.files:
            return
        text = self._folder.text(name) if text is None else text
        if text is None:
            return  # what includes it will say so
        root = _parsed(self._folder, name, text)
        tags = list(_tags(_ours(root) if name == FILE else root))
        secrets = tuple(dict.fromkeys(str(tag.value) for tag in tags if tag.tag == "!secret"))
        self.files[name] = RuleFile(f"{OURS}/{name}", text, secrets)
        for tag in tags:
            for included in self._folder.included(tag, name):
                self.add(included)


def _parsed(folder: Folder, name: str, text: str) -> Any:
    try:
        return read(text).root
    except SourceError as error:
        raise Failure(f"{folder.path / name}:{error.line}: {error.text}") from error


def _tags(value: Any) -> Iterator[Tagged]:
    if isinstance(value, Tagged):
        yield value
    elif isinstance(value, dict | list):
        for part in value.values() if isinstance(value, dict) else value:
            yield from _tags(part)


def _blocks(folder: Folder) -> str | None:
    """The part of the configuration that rules read, line by line; None where there is nothing of it."""
    text = folder.text(FILE)
    if text is None:
        return None
    wanted = _ours(_parsed(folder, FILE, text))
    if not wanted:
        return None
    kept = "".join(_kept(key, lines) for key, lines in _parts(text) if not key or key in _BLOCKS or key == OURS)
    try:
        part = _ours(read(kept).root)
    except SourceError:
        return text  # it leans on what was left out, as an alias does
    return kept if _said(part) == _said(wanted) else text


def _ours(root: Any) -> dict[Any, Any]:
    """What rules read of a configuration: their blocks, and the packages."""
    whole = root if isinstance(root, dict) else {}
    core = whole.get(OURS)
    packages = {OURS: core["packages"]} if isinstance(core, dict) and core.get("packages") else {}
    return {key: value for key, value in whole.items() if domain_of(key) in _BLOCKS} | packages


def _said(value: Any) -> Any:
    """The same wherever in a file it stands."""
    if isinstance(value, Tagged):
        return value.tag, _said(value.value)
    if isinstance(value, dict):
        return {key: _said(part) for key, part in value.items()}
    return [_said(part) for part in value] if isinstance(value, list) else value


def _parts(text: str) -> Iterator[tuple[str, list[str]]]:
    """The lines of each block by its domain, with the remarks above it; what stands before the first has none."""
    domain, lines, above = "", list[str](), list[str]()
    for line in text.splitlines(keepends=True):
        if found := _KEY.match(line):
            yield domain, lines
            domain, lines, above = domain_of(found[2]), [*above, line], []
        elif not line.strip() or line.startswith("#"):
            above.append(line)
        else:
            lines, above = [*lines, *above, line], []
    yield domain, lines + above


def _kept(domain: str, lines: list[str]) -> str:
    """Of the block `homeassistant` the packages alone: the rest of it are settings."""
    if domain != OURS:
        return "".join(lines)
    kept, inside = list[str](), None
    for line in lines:
        indent = len(line) - len(line.lstrip())
        if inside is None and re.match(r"\s+packages\s*:", line):
            inside = indent
            kept.append(line)
        elif inside is not None and line.strip() and indent <= inside:
            break
        elif inside is not None:
            kept.append(line)
    return f"{OURS}:\n{''.join(kept)}" if kept else ""


def _helpers(source: Source) -> dict[str, Any]:
    """The helpers of the pages by domain, those with files of their own under their object ids, which the entity
    registry may have changed."""
    ids = {(row.platform, row.unique_id): row.entity_id for row in source.registries.entities}
    found: dict[str, dict[str, Any]] = {}
    for domain in HELPERS:
        for item in source.folder.rows(Stored(domain, (1,))):
            if isinstance(item, dict) and isinstance(item.get("id"), str):
                object_id = (ids.get((domain, item["id"])) or item["id"]).rpartition(".")[2]
                found.setdefault(domain, {})[object_id] = {key: item[key] for key in item if key != "id"}
    return found | source.made_on_pages.blocks


class _Dumper(yaml.SafeDumper):
    """Long templates stay as people wrote them, line by line."""


def _lines(dumper: yaml.SafeDumper, text: str) -> yaml.Node:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_Dumper.add_representer(str, _lines)


def _dumped(value: Any) -> str:
    text: str = yaml.dump(value, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=120)
    return text
