"""One row for each thing that templates may use, and what is said when one cannot do its work."""

from collections.abc import Callable
from typing import Any, Final, NoReturn

from homeserver.topics.record import record


@record
class Row:
    """`uses` holds the letters of what it serves as: `g` global, `f` filter, `t` test."""

    name: str
    value: Any
    uses: str


NOTHING: Final = object()
"""Stands for a `default` that was not given."""


class UnfitError(ValueError):
    """A value that a filter cannot use, where the template gave no default."""


def unfit(name: str, value: Any) -> NoReturn:
    """Raise the complaint about `value`."""
    shown = repr(value)
    if len(shown) > 60:
        shown = shown[:57] + "..."
    raise UnfitError(f"{name} cannot use {shown}: give it a default, as in {name}(..., default=0)")


def or_default(name: str, work: Callable[[], Any], value: Any, default: Any) -> Any:
    """`work()`, or `default` where the value does not fit."""
    try:
        return work()
    except (ValueError, TypeError):
        if default is NOTHING:
            unfit(name, value)
        return default
