"""How commands print: tables for people, JSON for programs."""

import json
import sys
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from homeserver.runtime.codec import plain

console = Console(highlight=False, width=None if sys.stdout.isatty() else 240)
COLOURS = {"online": "green", "running": "green", "degraded": "yellow", "starting": "yellow", "offline": "red"}


def print_json(value: object) -> None:
    """One JSON document; indented on a terminal."""
    data = orjson.dumps(value, default=_json)
    print(json.dumps(json.loads(data), indent=2, ensure_ascii=False) if sys.stdout.isatty() else data.decode())


def _json(value: object) -> Any:
    return str(value) if isinstance(value, Path) else plain(value)


def print_table(columns: Sequence[str], rows: Iterable[Sequence[Any]], empty: str) -> None:
    """A plain table; `empty` is said where there are no rows."""
    lines = [[escape(str(cell)) for cell in row] for row in rows]
    if not lines:
        console.print(empty)
        return
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, header_style="bold")
    for place, column in enumerate(columns):
        table.add_column(column, overflow="fold", no_wrap=place == 0)
    for line in lines:
        table.add_row(*(_coloured(cell) for cell in line))
    console.print(table)


def _coloured(cell: str) -> str:
    colour = COLOURS.get(cell)
    return f"[{colour}]{cell}[/]" if colour else cell


def ago(time: datetime | None) -> str:
    """`3 min` since a time."""
    if time is None:
        return ""
    return span((datetime.now(UTC) - time).total_seconds())


def span(seconds: float) -> str:
    """The same of seconds."""
    seconds = max(0, int(seconds))
    for unit, size in (("d", 86_400), ("h", 3_600), ("min", 60)):
        if seconds >= size:
            return f"{seconds // size} {unit}"
    return f"{seconds} s"
