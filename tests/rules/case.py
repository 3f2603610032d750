"""Cases: rules, what happens, and the exact commands that follow, as tables in `cases/*.yaml`.

A case is a mapping:

    case      its name
    holds     the documented behaviour that it holds to, where that is subtle
    given     states at the begin: `light.a: "on"`, or `{state: "on", attributes: {...}}`
    at        the time at the begin, local; zone: the home's zone (UTC)
    rules     the rules, in Home Assistant's language
    scripts   scripts beside them, by name
    when      steps: `set` (states), `wait` (seconds), `event` with `data`, `publish` with `payload`, `tag`, ...
    then      the commands in order: [seconds since the begin, entity, service, data]
    ours      what follows here, where that is another thing on purpose
    apart     why that is so; without `ours`, why Home Assistant cannot be asked

The same cases are run in Home Assistant by `tests/peers/test_rules.py`.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import yaml

FOLDER: Final = Path(__file__).with_name("cases")
GIVEN: Final = {
    "light.a": "off",
    "light.b": "off",
    "binary_sensor.m": "off",
    "sensor.n": "10",
    "sensor.k": "0",
    "select.log": "x",
}
"""What there is in every case."""
BEGIN: Final = "2026-01-05T08:00:00"
"""A Monday."""


Told = tuple[float | None, str, str, dict[str, Any]]
"""Seconds since the begin, entity, service, data."""


@dataclass(slots=True)
class Case:
    """One row of a table."""

    file: str
    name: str
    rules: list[dict[str, Any]]
    when: list[dict[str, Any]]
    then: list[list[Any]]
    given: dict[str, Any] = field(default_factory=dict)
    holds: str = ""
    at: str = BEGIN
    zone: str = "UTC"
    apart: str = ""
    ours: list[list[Any]] | None = None
    scripts: dict[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.name

    @property
    def wanted(self) -> list[Told]:
        """What is to follow here; time None: at any time."""
        return rows(self.then if self.ours is None else self.ours)

    def states(self) -> Iterator[tuple[str, str, dict[str, Any]]]:
        """What there is at the begin."""
        yield from states_of({**GIVEN, **self.given})


def rows(commands: list[list[Any]]) -> list[Told]:
    """Commands of a table with data where it says none."""
    return [(row[0], row[1], row[2], row[3] if len(row) > 3 else {}) for row in commands]


def differ(told: list[Told], wanted: list[Told], late: float = 0.05) -> bool:
    """Whether other commands came than are to follow, or later than by so many seconds."""
    return len(told) != len(wanted) or any(
        one[1:] != other[1:] or (one[0] is not None and other[0] is not None and abs(one[0] - other[0]) > late)
        for one, other in zip(told, wanted, strict=True)
    )


def states_of(row: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Entity, state and attributes of a mapping such as `given`."""
    for entity_id, value in row.items():
        if isinstance(value, dict):
            yield entity_id, value["state"], value.get("attributes", {})
        else:
            yield entity_id, value, {}


def all_cases() -> list[Case]:
    """Every case of every file."""
    found = []
    for path in sorted(FOLDER.glob("*.yaml")):
        for row in yaml.safe_load(path.read_text()):
            row = dict(row)
            found.append(Case(file=path.stem, name=row.pop("case"), **row))
    return found
