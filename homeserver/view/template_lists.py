"""Lists, sets and dictionaries in templates, with the names that Home Assistant's users know.

Reference: https://www.home-assistant.io/template-functions/
"""

import random
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from homeserver.view.template_rows import Row

_DEEPEST: Final = 50
_NATURAL: Final = 100
_PIECE: Final = re.compile("[0-9]{1,15}|[^0-9]+")
_DIGITS: Final = "0123456789"


def flatten(value: Any, levels: int = _DEEPEST) -> list[Any]:
    """Lists inside lists as one list, at most `levels` deep."""
    found: list[Any] = []
    for item in _items("flatten", value):
        if isinstance(item, Iterable) and not isinstance(item, str) and levels > 0:
            found.extend(flatten(item, levels - 1))
        else:
            found.append(item)
    return found


def shuffle(*values: Any, seed: Any = None) -> list[Any]:
    """In any order; the same for the same `seed`."""
    if not values or (len(values) == 1 and not _is_list(values[0])):
        raise TypeError("shuffle needs a list")
    mixed = list(values[0] if _is_list(values[0]) else values)
    if seed is None and len(values) > 1 and _is_list(values[0]):
        seed = values[1]
    random.Random(seed or None).shuffle(mixed)
    return mixed


def _is_list(value: Any) -> bool:
    return isinstance(value, Iterable) and not isinstance(value, str)


def combine(*parts: Any, recursive: bool = False) -> dict[Any, Any]:
    """Dictionaries laid over each other; the last one wins."""
    if not parts:
        raise TypeError("combine needs at least one dictionary")
    made: dict[Any, Any] = {}
    for part in parts:
        if not isinstance(part, Mapping):
            raise TypeError(f"combine needs dictionaries, not {type(part).__name__}")
        for key, value in part.items():
            both = recursive and isinstance(value, Mapping) and isinstance(made.get(key), Mapping)
            made[key] = combine(made[key], value, recursive=True) if both else value
    return made


def _items(name: str, value: Any) -> Iterable[Any]:
    if isinstance(value, str) or not isinstance(value, Iterable):
        raise TypeError(f"{name} needs a list, not {type(value).__name__}")
    return value


def _of_sets(name: str, function: Callable[[set[Any], set[Any]], set[Any]]) -> Row:
    def work(value: Any, other: Any) -> list[Any]:
        found = function(set(_items(name, value)), set(_items(name, other)))
        return [item for item in dict.fromkeys((*value, *other)) if item in found]

    return Row(name, work, "gf")


def zipped(*lists: Any) -> list[tuple[Any, ...]]:
    return list(zip(*lists, strict=False))


def contains(value: Any, item: Any) -> bool:
    return item in value


def merge_response(responses: Any) -> list[Any]:
    """What several entities answered, as one list; each part says whose it is (`entity_id`, `value_key`)."""
    found: list[Any] = []
    for entity_id, answer in _dictionary(responses).items():
        lists = [(key, value) for key, value in _dictionary(answer).items() if isinstance(value, list)]
        if len(answer) == 1 and lists:
            key, items = lists[0]
            found.extend(_whose(item, {"entity_id": entity_id, "value_key": key}) for item in items)
        else:
            found.append(_whose(answer, {"entity_id": entity_id}))
    return found


def _dictionary(value: Any) -> Mapping[Any, Any]:
    if not isinstance(value, Mapping):
        raise TypeError(f"merge_response needs what an action answered, not {type(value).__name__}")
    return value


def _whose(part: Any, owner: Mapping[str, Any]) -> Any:
    if not isinstance(part, Mapping):
        return part
    if "entity_id" in part:
        raise ValueError("merge_response: an answer already says its entity_id")
    return {**part, **owner}


def natural_sort(values: Any, key: Any = None, reverse: bool = False) -> list[Any]:
    """Sorted so that `Lamp 2` stands before `Lamp 10`; `key` names a member of each."""
    return sorted(_items("natural_sort", values), key=lambda item: _parts(_member(item, key)), reverse=reverse)


def _member(item: Any, key: Any) -> Any:
    if key is None:
        return item
    return item.get(key) if isinstance(item, Mapping) else item[key]


def _parts(value: Any) -> list[tuple[int, Any]]:
    """Numbers and what stands between them in the first `_NATURAL` characters; two that are alike for long would be
    compared piece by piece."""
    text = str(value)
    pieces = _PIECE.findall(text[:_NATURAL])
    parts = [(0, int(piece)) if piece[0] in _DIGITS else (1, piece) for piece in pieces]
    return parts if len(text) <= _NATURAL else [*parts, (1, text[_NATURAL:])]


ROWS: Final = (
    Row("flatten", flatten, "gf"),
    Row("shuffle", shuffle, "gf"),
    Row("combine", combine, "gf"),
    _of_sets("intersect", lambda left, right: left & right),
    _of_sets("difference", lambda left, right: left - right),
    _of_sets("union", lambda left, right: left | right),
    _of_sets("symmetric_difference", lambda left, right: left ^ right),
    Row("natural_sort", natural_sort, "gf"),
    Row("merge_response", merge_response, "g"),
    Row("set", lambda value=(): set(value), "g"),
    Row("tuple", lambda value=(): tuple(value), "g"),
    Row("zip", zipped, "g"),
    Row("contains", contains, "ft"),
)
