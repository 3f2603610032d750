"""Lengths of time as people type them on a command line: `90`, `30s`, `10m`, `2h`, `1d`."""

import re
from collections.abc import Mapping
from typing import Final

import typer

_UNITS: Final[Mapping[str, float]] = {"": 1.0, "s": 1.0, "m": 60.0, "min": 60.0, "h": 3600.0, "d": 86_400.0}
_FORM: Final = re.compile(r"(\d+(?:\.\d+)?) ?(s|m|min|h|d|)")


def seconds_of(text: str) -> float:
    """Seconds; raises `typer.BadParameter`."""
    found = _FORM.fullmatch(text.strip())
    if found is None:
        raise typer.BadParameter(f"{text!r} is no length of time: write 90, 30s, 10m, 2h or 1d")
    return float(found[1]) * _UNITS[found[2]]
