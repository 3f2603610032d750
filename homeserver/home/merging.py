"""What becomes of the words on a thing when another system's words come in: theirs where nobody here has decided, ours
where somebody has. Pure.

What was taken in last time tells the two apart: a word that is still as it was taken in follows the other system, one
that people changed here since stays.
"""

from collections.abc import Mapping
from typing import Any, Final

_LISTS: Final = ("aliases", "labels")


def merged(
    here: Mapping[str, Any], last: Mapping[str, Any] | None, wish: Mapping[str, Any], maker: Mapping[str, Any]
) -> tuple[dict[str, Any], tuple[str, ...]]:
    """The words to change, and those that stay as people here decided. `last` is what came in before, None if nothing
    did; `maker` what holds where people said nothing."""
    changes: dict[str, Any] = {}
    kept: list[str] = []
    for name, wanted in wish.items():
        now = here.get(name)
        holds = maker.get(name) if now is None else now
        if name in _LISTS:
            joined = _joined(now or (), (last or {}).get(name) or (), wanted or ())
            if joined != list(now or ()):
                changes[name] = joined or None
        elif wanted in (now, holds) or (wanted is None and last is None):
            continue
        elif now is None if last is None else holds == last.get(name, maker.get(name)):
            changes[name] = wanted
        else:
            kept.append(name)
    return changes, tuple(kept)


def _joined(now: Any, last: Any, wanted: Any) -> list[str]:
    """What is there, with what was added elsewhere since and without what was taken away there."""
    left = [one for one in now if one not in last or one in wanted]
    return left + [one for one in wanted if one not in last and one not in left]
