"""Telling several hearers one thing: a bug in one of them keeps it from no other."""

from collections.abc import Callable, Iterator
from typing import Any


def tell(hears: Iterator[Callable[..., object]], *what: Any) -> None:
    """Call each, even if one before it fails; the failure is raised when all were called."""
    done = False
    try:
        for hear in hears:
            hear(*what)
        done = True
    finally:
        if not done:
            tell(hears, *what)
