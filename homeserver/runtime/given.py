"""Values that somebody gave, each with the place where: what settings are made of before they are checked."""

from collections.abc import Iterator
from difflib import get_close_matches
from typing import Any, Final

from homeserver.topics.record import record

_LONG: Final = 400
_FEW: Final = 5
"""So many of a list that is longer, in characters."""
Names = tuple[str, ...]
"""Names from a section down to a value."""


class SettingsError(ValueError):
    """A setting that cannot be used; the text names the place, the field and what to do."""


@record
class Given:
    """One value that somebody gave: its path below the section, the value, and where it was given."""

    path: Names
    value: Any
    place: str


def nearest(name: str, known: list[str], none: str = "there is nothing to choose from") -> str:
    """`: did you mean 'x'?`, or what there is to choose from, for the end of a sentence."""
    close = get_close_matches(name, known, 1)
    if close:
        return f"did you mean {close[0]!r}?"
    if not known:
        return none
    names = sorted(known)
    few = names if len(", ".join(names)) <= _LONG else names[:_FEW]
    more = f" and {len(names) - len(few)} more" if len(few) < len(names) else ""
    return f"known are {', '.join(few)}{more}"


def leaves(value: Any, path: Names = ()) -> Iterator[tuple[Names, Any]]:
    """The values of nested tables, each with its path; an empty table is a value."""
    if isinstance(value, dict) and value:
        for name, inner in value.items():
            yield from leaves(inner, (*path, str(name)))
    else:
        yield path, value


def merged(rows: list[Given]) -> dict[Names, Given]:
    """The last word on each path; a word on a table replaces what was said of its parts."""
    found: dict[Names, Given] = {}
    for row in rows:
        for path in [path for path in found if path[: len(row.path)] == row.path or row.path[: len(path)] == path]:
            del found[path]
        found[row.path] = row
    return found
