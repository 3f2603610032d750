"""Blueprints of real people, each filled with made-up values: what comes out is a rule without a fault.

They are read in place; the folder is HOMESERVER_CORPUS, by default `../shared/data` beside the project.
"""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from homeserver.rules.reading.blueprint import Blueprint, parse
from homeserver.rules.reading.book import Book
from homeserver.rules.reading.rule_file import Reader
from homeserver.rules.reading.source import Source
from homeserver.rules.reading.sources import Sources
from homeserver.view.templates import Templates

ROOT = Path(__file__).parents[3]
FILES = Path(os.environ.get("HOMESERVER_CORPUS", ROOT.parent / "shared" / "data")) / "ha_automations" / "files"
TEMPLATES = Templates()
MADE_UP: dict[str, Any] = {
    "action": [{"action": "light.turn_on", "target": {"entity_id": "light.a"}}],
    "addon": "core_ssh",
    "boolean": True,
    "device": "0123456789abcdef0123456789abcdef",
    "duration": {"minutes": 5},
    "entity": "light.a",
    "number": 5,
    "target": {"entity_id": "light.a"},
    "text": "notify.phone",
    "time": "07:30:00",
}


def blueprints() -> list[Path]:
    return [path for path in sorted(FILES.rglob("*.yaml")) if path.read_text().find("\nblueprint:") >= 0]


def made_up(blueprint: Blueprint) -> dict[str, Any]:
    """A value for each input that has no default, or none that says anything."""
    return {name: _value(one.selector) for name, one in blueprint.inputs.items() if one.needed or one.default == ""}


def _value(selector: Mapping[str, Any]) -> Any:
    kind, config = next(iter(selector.items()), ("text", None))
    config = config or {}
    if options := config.get("options"):
        return options[0]
    if kind != "entity":
        return MADE_UP[kind]
    filters = config.get("filter", config)
    domain = (filters[0] if isinstance(filters, list) else filters).get("domain", "light")
    return f"{domain[0] if isinstance(domain, list) else domain}.a"


@pytest.mark.filterwarnings("ignore:invalid escape sequence:DeprecationWarning")  # Jinja2, of regexes in templates
@pytest.mark.skipif(not FILES.is_dir(), reason=f"no corpus in {FILES}: set HOMESERVER_CORPUS")
def test_blueprints_of_real_people_become_rules() -> None:
    ran = []
    for path in blueprints():
        reader, book = Reader(Sources(FILES), TEMPLATES), Book()
        blueprint = parse(Source(reader.sources, path).load(plain=True))
        use = {"path": path.name, "input": made_up(blueprint)}
        source = Source(reader.sources, path.parent / "instance.yaml", "instance.yaml")
        source.parsed(f"{{id: made_up, use_blueprint: {use!r}}}")
        for _ in reader.read(source, book):
            pass
        assert book.problems == [], path
        assert [rule.alias for rule in book.rules.values()] == ["made_up"]
        ran.append(path.stem)
    assert len(ran) >= 14
