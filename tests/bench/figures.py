"""Figures: the load's lines as rows, medians of several runs, and what was recorded elsewhere.

A label is `ENGINE-SCENARIO[-SUFFIX]`; together with the name of the test it says what a line measures. Needs the
lines; keeps nothing.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any, Final

from tests.bench.scenarios import MEASURES

FAULTS: Final = ("missing", "lost", "wrong", "stray")


@dataclass(frozen=True)
class Row:
    """What one load measured. `origin` is empty for this run, else the file that it was recorded in."""

    engine: str
    scenario: str
    measure: str
    figures: dict[str, Any]
    origin: str = ""

    @property
    def faults(self) -> list[str]:
        """What must not be: lost, wrong and stray commands, devices that never answered."""
        return [f"{self.figures[name]} {name}" for name in FAULTS if self.figures.get(name)]


def parse(line: str, origin: str = "") -> Row | None:
    """A line of the load's output; None for lines that measure nothing (remarks, `announce`)."""
    if not line.startswith("{"):
        return None
    figures: dict[str, Any] = json.loads(line)
    engine, _, rest = str(figures.get("label", "")).partition("-")
    scenario, dash, suffix = rest.partition("-")
    measure = MEASURES.get((str(figures.get("test")), dash + suffix))
    return Row(engine, scenario, measure, figures, origin) if measure and scenario else None


def parse_all(text: str, origin: str = "") -> list[Row]:
    return [row for line in text.splitlines() if (row := parse(line, origin))]


def recorded(folder: Path) -> list[Row]:
    """The lines of `folder`'s files; where several files hold the same measurement, that of the last one by name."""
    found: dict[tuple[str, str, str], Row] = {}
    for path in sorted(folder.glob("*.jsonl")):
        for row in parse_all(path.read_text("utf-8"), path.name):
            found[row.engine, row.scenario, row.measure] = row
    return list(found.values())


def medians(rows: Iterable[Row]) -> list[Row]:
    """One row for each measurement: the median of each figure over its runs, and the sum of its faults."""
    groups: dict[tuple[str, str, str, str], list[dict[str, Any]]] = {}
    for row in rows:
        groups.setdefault((row.engine, row.scenario, row.measure, row.origin), []).append(row.figures)
    return [Row(*key[:3], _middle(group), key[3]) for key, group in groups.items()]


def _middle(runs: list[dict[str, Any]]) -> dict[str, Any]:
    return {name: _merge(name, [run[name] for run in runs if run.get(name) is not None]) for name in runs[0]}


def _merge(name: str, values: list[Any]) -> Any:
    if name in FAULTS:
        return sum(values)
    if values and all(isinstance(value, int | float) for value in values):
        middle = median(values)
        return round(middle, 2) if isinstance(middle, float) else middle
    return values[0] if values else None
