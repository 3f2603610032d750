"""Named triggers and conditions in the words of the plain ones, for who looks at a rule from its text.

`light.turned_on` of two lamps is `state` of these `to: on`. Only what says the same is given back: entities by their
ids, and states of which there is nothing more to know.
"""

from collections.abc import Collection, Mapping
from functools import lru_cache
from typing import Any, Final

from homeserver.rules.purpose import rows as table
from homeserver.rules.purpose.rows import Row
from homeserver.rules.reading.yaml_source import Map, Seq

_PLAIN: Final = frozenset({"entity_id"})
_EACH: Final = ("each", "any")


@lru_cache(maxsize=2)
def _rows(of_triggers: bool) -> Mapping[str, Row]:
    """Those whose names mean states of entities."""
    found: dict[str, Row] = {}
    for row in table.rows(table.STATES):
        only = {source.values for source in row.sources.values()}
        if len(only) == 1 and not any(source.attribute for source in row.sources.values()):
            found[f"{row.place}.{row.trigger if of_triggers else row.condition}"] = row
    return found


def plain_trigger(name: str, node: Map) -> Map | None:
    """The mapping of a trigger `state` that fires when a named one does; None where there is none."""
    row = _rows(True).get(table.FORMER_TRIGGERS.get(name, name))
    made = _of(row, node)
    options = node.get("options") or Map()
    if row is None or made is None or not isinstance(options, Map) or options.get("behavior", "each") not in _EACH:
        return None
    _put(made, node, "to", _words(row))
    if row.before:
        _put(made, node, "from", _seq(row.before))
    if "for" in options:
        _put(made, node, "for", options["for"])
    return made


def plain_condition(name: str, node: Map) -> Map | None:
    """The mapping of a condition `state` that holds when a named one does; None where there is none."""
    row = _rows(False).get(name)
    made = _of(row, node)
    options = node.get("options") or Map()
    if row is None or made is None or not isinstance(options, Map):
        return None
    _put(made, node, "state", _words(row))
    _put(made, node, "match", options.get("behavior", "any"))
    if "for" in options:
        _put(made, node, "for", options["for"])
    return made


def _of(row: Row | None, node: Map) -> Map | None:
    """What both begin with: everything beside target and options, and the entities."""
    target = node.get("target")
    if row is None or not isinstance(target, Map) or set(target) != _PLAIN:
        return None
    ids = target["entity_id"]
    for text in ids if isinstance(ids, Seq) else (ids,):
        for id in str(text).split(","):
            if id.strip().partition(".")[0] not in row.sources:
                return None
    made = Map()
    made.line = node.line
    for name, value in node.items():
        if name not in ("target", "options"):
            _put(made, node, name, value)
    made["entity_id"], made.lines["entity_id"] = ids, target.lines.get("entity_id", node.line)
    return made


def _words(row: Row) -> Seq:
    return _seq(next(iter(row.sources.values())).values)


def _seq(words: Collection[Any]) -> Seq:
    made = Seq()
    made.extend(sorted(map(str, words)))
    made.lines = [made.line for _ in made]
    return made


def _put(made: Map, node: Map, name: Any, value: Any) -> None:
    made[name], made.lines[name] = value, node.lines.get(name, node.lines.get("options", node.line))
