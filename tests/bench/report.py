"""The figures for people: a table for each scenario, and homeserver beside each of the others as ratios.

Figures recorded elsewhere are named as such: another machine, another day. Needs rows; keeps nothing.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from tests.bench.engines import HOMESERVER, TITLES
from tests.bench.figures import Row
from tests.bench.scenarios import SCENARIOS

BUSY: Final = 30.0
"""Percent of a processor from which other work spoils the figures."""
Way = Literal["difference", "ratio"]


@dataclass(frozen=True)
class Measure:
    """A column: the figure of one measurement. With a `way` it is also compared with the other engines."""

    heading: str
    measure: str
    figure: str
    unit: str = ""
    ways: tuple[Way, ...] = ()


COLUMNS: Final = (
    Measure("first start: 1st s", "first_start", "first_answer_s"),
    Measure("all s", "first_start", "all_answered_s"),
    Measure("restart: 1st s", "restart", "first_answer_s"),
    Measure("all s", "restart", "all_answered_s", "s", ("ratio",)),
    Measure("50/s: p50 ms", "latency", "p50_ms", "ms", ("difference", "ratio")),
    Measure("p95", "latency", "p95_ms"),
    Measure("p99", "latency", "p99_ms"),
    Measure("max", "latency", "max_ms", "ms", ("ratio",)),
    Measure("commands/s", "flood", "commands_per_s", "/s", ("ratio",)),
    Measure("one by one/s", "single", "commands_per_s", "/s", ("ratio",)),
    Measure("quiet readings/s", "chatter", "readings_per_s", "/s", ("ratio",)),
    Measure("CPU us/change", "flood", "sut_cpu_us_per_change", "us", ("ratio",)),
    Measure("RSS MiB", "flood", "sut_rss_mib", "MiB", ("ratio",)),
)
NAMES: Final = {
    "all_answered_s": "restart, all answered",
    "p50_ms": "p50 at 50/s",
    "max_ms": "max at 50/s",
    "single": "commands/s one by one",
    "readings_per_s": "quiet readings/s",
    "commands_per_s": "commands/s with 64 in flight",
    "sut_cpu_us_per_change": "CPU per change",
    "sut_rss_mib": "memory",
}


class Sheet:
    """All rows of one scenario, by engine (and where it was recorded) and by measurement."""

    def __init__(self, rows: Iterable[Row]) -> None:
        self._rows: dict[tuple[str, bool], dict[str, Row]] = {}
        for row in rows:
            self._rows.setdefault((row.engine, bool(row.origin)), {})[row.measure] = row

    @property
    def subjects(self) -> list[tuple[str, bool]]:
        """Who was measured: this run first, homeserver at the head; an engine of this run is not shown again."""
        present = {engine for engine, recorded in self._rows if not recorded}
        wanted = [key for key in self._rows if not (key[1] and key[0] in present)]
        return sorted(wanted, key=lambda key: (key[1], key[0] != HOMESERVER, list(TITLES).index(key[0])))

    def figure(self, subject: tuple[str, bool], column: Measure) -> Any:
        row = self._rows[subject].get(column.measure)
        return row.figures.get(column.figure) if row else None

    def origins(self, subject: tuple[str, bool]) -> str:
        return ", ".join(sorted({row.origin for row in self._rows[subject].values() if row.origin}))

    def faults(self, subject: tuple[str, bool]) -> list[str]:
        rows = self._rows[subject].values()
        return [f"{row.measure}: {fault}" for row in rows for fault in row.faults]

    def others_cpu(self, subject: tuple[str, bool]) -> float | None:
        """How busy the rest of the machine was, in percent of one processor, during latency and flood."""
        rows = [row.figures for name, row in self._rows[subject].items() if name in ("latency", "flood")]
        wall = sum(row.get("wall_s") or row["changes"] / row["rate"] for row in rows)
        return 100 * sum(row["others_cpu_s"] for row in rows) / wall if wall else None

    def title(self, subject: tuple[str, bool]) -> str:
        engine, is_recorded = subject
        return TITLES[engine] + (" (recorded)" if is_recorded else "")


def report(rows: Sequence[Row]) -> str:
    """All that was measured, scenario by scenario."""
    measured = {row.scenario for row in rows if not row.origin}
    parts = []
    for scenario in SCENARIOS.values():
        if scenario.name in measured:
            sheet = Sheet(row for row in rows if row.scenario == scenario.name and row.engine in TITLES)
            parts.append(f"{scenario.name}: {scenario.title}\n\n{table(sheet)}\n{disturbance(sheet)}")
            parts.extend(comparisons(sheet))
    return "\n".join(parts)


def table(sheet: Sheet) -> str:
    """A Markdown table whose columns are aligned."""
    used = [c for c in COLUMNS if any(sheet.figure(s, c) is not None for s in sheet.subjects)]
    lines = [["", *(column.heading for column in used), "faults", "others' CPU %"]]
    for subject in sheet.subjects:
        figures = [text(sheet.figure(subject, column)) for column in used]
        faults = "; ".join(sheet.faults(subject)) or "none"
        busy = sheet.others_cpu(subject)
        lines.append([sheet.title(subject), *figures, faults, "" if busy is None else f"{busy:.0f}"])
    return aligned(lines)


def disturbance(sheet: Sheet) -> str:
    """A warning where other work took much of the machine."""
    shares = [share for subject in sheet.subjects if not subject[1] and (share := sheet.others_cpu(subject))]
    if max(shares, default=0.0) < BUSY:
        return ""
    return (
        f"Other work took up to {max(shares):.0f} % of a processor meanwhile: what was recorded on a quiet machine\n"
        "cannot be compared with these figures, and even those of this run are rough.\n"
    )


def aligned(lines: list[list[str]]) -> str:
    """Lines of cells, the first of them headings, as a Markdown table with its columns under each other."""
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    rule = [":" + "-" * (widths[0] - 1), *("-" * (width - 1) + ":" for width in widths[1:])]
    return "\n".join(_line(cells, widths) for cells in [lines[0], rule, *lines[1:]])


def _line(cells: list[str], widths: list[int]) -> str:
    first, *rest = zip(cells, widths, strict=True)
    padded = [first[0].ljust(first[1]), *(cell.rjust(width) for cell, width in rest)]
    return f"| {' | '.join(padded)} |"


def text(value: Any) -> str:
    if value is None:
        return ""
    return f"{value:,.0f}" if isinstance(value, float | int) and value >= 1000 else str(value)


def comparisons(sheet: Sheet) -> Iterator[str]:
    """homeserver beside each of the others."""
    ours = (HOMESERVER, False)
    if ours not in sheet.subjects:
        return
    for subject in sheet.subjects:
        lines = [line for column in COLUMNS for line in compare(sheet, ours, subject, column)]
        if subject != ours and lines:
            how = f"recorded elsewhere, on another day: {sheet.origins(subject)}" if subject[1] else "same run"
            yield f"homeserver beside {TITLES[subject[0]]} ({how})\n" + "\n".join(lines) + "\n"


def compare(sheet: Sheet, ours: tuple[str, bool], other: tuple[str, bool], column: Measure) -> Iterator[str]:
    """`p50 at 50/s   0.66 ms to 0.50 ms: +0.16 ms, 1.32 times`."""
    mine, theirs = sheet.figure(ours, column), sheet.figure(other, column)
    if mine is None or theirs is None or not column.ways:
        return
    name = NAMES.get(column.measure) or NAMES[column.figure]
    said = [f"{mine - theirs:+.2f} {column.unit}"] if "difference" in column.ways else []
    if theirs and "ratio" in column.ways:
        said.append(f"{mine / theirs:.2f} times")
    yield f"  {name:<30}{text(mine):>9} to {text(theirs):<9} {column.unit:<4} {', '.join(said)}"
