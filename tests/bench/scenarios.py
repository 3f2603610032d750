"""What is measured: the scenarios (which devices and rules) and the loads that each engine gets in each of them.

Tables alone; names and sizes are those of the load's own `run.sh`, so that figures recorded with it can stand beside.
"""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Scenario:
    """`devices` sensors and as many lamps, one rule for each pair. `kind` is what the load calls it."""

    name: str
    kind: str
    devices: int
    title: str


@dataclass(frozen=True)
class Load:
    """One call of the load. `share`: its changes, as a part of those that a run was told to make.

    `suffix` is what its label ends with; labels carry engine, scenario and suffix through the load's output.
    """

    measure: str
    suffix: str
    what: str
    options: tuple[str, ...]
    share: float = 1.0
    kinds: tuple[str, ...] = ("bool", "numeric")


SCENARIOS: Final = {
    row.name: row
    for row in (
        Scenario("w1", "bool", 100, "100 rules with state triggers, 200 entities"),
        Scenario("w3", "bool", 1000, "1,000 rules with state triggers, 2,000 entities"),
        Scenario("w4", "numeric", 500, "500 rules with numeric triggers and template conditions, 1,000 entities"),
    )
}
LOADS: Final = (
    Load("latency", "", "latency", ("--rate", "50")),
    Load("flood", "", "flood", ("--inflight", "64")),
    Load("single", "-inflight1", "flood", ("--inflight", "1", "--timeout", "60"), 0.25),
    Load("chatter", "-chatter9", "flood", ("--inflight", "64", "--chatter", "9"), 0.25, ("numeric",)),
)
MEASURES: Final = {
    ("ready", "-firststart"): "first_start",
    ("ready", "-restart"): "restart",
    **{(load.what, load.suffix): load.measure for load in LOADS},
}
"""By the load's own name of the test and the suffix of its label."""


@dataclass(frozen=True)
class Size:
    """How many changes a run makes, and how long it waits for a quiet machine before each load, in seconds."""

    latency: int = 3000
    flood: int = 20_000
    patience: float = 10.0

    def count(self, load: Load) -> int:
        return int((self.latency if load.what == "latency" else self.flood) * load.share)


FULL: Final = Size()
QUICK: Final = Size(latency=500, flood=6000, patience=5.0)
