"""Packages put together: what two of them say of one script or helper becomes one, key by key.

Facts: https://www.home-assistant.io/docs/configuration/packages/ — mappings are merged, lists follow each other, and a
key that is no list can be given once only. Here the first one counts and the others are told; each stays at its place.
"""

from collections.abc import Callable
from typing import Any, Final

from homeserver.rules.reading.yaml_source import Map, Seq, Tagged

Twice = Callable[[str, int, int], None]
"""Told the way to a key that is given twice, and the two places."""
_NOTHING: Final[tuple[Any, ...]] = (None, {}, [])


def merged(one: Map, other: Map, twice: Twice, way: str) -> Map:
    """Both in one; neither is changed."""
    made = Map()
    made.update(one)
    made.line, made.lines = one.line, dict(one.lines)
    for key, part in other.items():
        held, place = made.get(key), other.lines[key]
        here = f"{way}.{key}"
        if isinstance(part, Map) and isinstance(held, Map):
            made[key] = merged(held, part, twice, here)
        elif isinstance(part, Seq) and held not in _NOTHING and not isinstance(held, Tagged):
            made[key] = _joined(held, made.lines[key], part)
        elif held not in _NOTHING and part not in ({}, []):
            twice(here, place, made.lines[key])
        elif held in _NOTHING:
            made[key], made.lines[key] = part, place
    return made


def _joined(held: Any, place: int, part: Seq) -> Seq:
    """One list after the other; one value alone counts as a list."""
    made = Seq()
    made.line = held.line if isinstance(held, Seq) else place
    made += [*(held if isinstance(held, Seq) else (held,)), *part]
    made.lines = [*(held.lines if isinstance(held, Seq) else (place,)), *part.lines]
    return made
