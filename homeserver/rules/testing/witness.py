"""Watches all runs of rules and scripts that are tested: which triggers fired, how each condition came out, which steps
were taken.

Stands in the place of the traces, which keep only what is of interest.
"""

from collections.abc import Mapping
from typing import Any

from homeserver.rules.rule import Compiled
from homeserver.rules.run import Run
from homeserver.rules.traces.traces import Traces
from homeserver.topics.record import record


@record
class Gap:
    """Something of a rule that no test has shown: `what` is told to people."""

    rule: str
    line: int
    way: str
    what: str


class Witness(Traces):
    """What was seen of each rule, by id."""

    def __init__(self) -> None:
        self.fired: dict[str, set[int]] = {}
        self.checked: dict[str, set[tuple[str, bool]]] = {}
        self.taken: dict[str, set[str]] = {}
        self.scripts: set[str] = set()
        """Those that ran since somebody emptied it."""
        self.errors: list[str] = []

    def leave(self, run: Run, outcome: str) -> None:
        id, ways = run.rule.id, run.rule.program.ways
        if run.rule.kind == "script":
            self.scripts.add(id)
        if run.fired.trigger is not None:
            self.fired.setdefault(id, set()).add(run.fired.trigger.number)
        self.checked.setdefault(id, set()).update((leaf.way, so) for leaf, so, _ in run.looked if so is not None)
        self.taken.setdefault(id, set()).update(ways[at] for at in run.path if at < len(ways))
        if run.error and outcome != "cancelled":
            self.errors.append(f"{id}: {run.error}")

    def write(self) -> None:
        """Nothing is kept."""

    def of(self, rule: str, around: float | None = None) -> list[dict[str, Any]]:
        return []

    def close(self) -> None:
        """Nothing is open."""

    def gaps(self, rules: Mapping[str, Compiled]) -> list[Gap]:
        """What of these rules was not seen."""
        return [gap for id, compiled in rules.items() for gap in self._gaps(id, compiled)]

    def _gaps(self, id: str, compiled: Compiled) -> list[Gap]:
        fired, checked, taken = self.fired.get(id, set()), self.checked.get(id, set()), self.taken.get(id, set())
        found = [
            Gap(id, trigger.line, trigger.way, f"never fired: {_shown(trigger.text, compiled)}")
            for trigger in compiled.triggers
            if trigger.number not in fired
        ]
        for leaf in compiled.leaves:
            found += [
                Gap(id, leaf.line, leaf.way, f"was never {'true' if so else 'false'}")
                for so in (True, False)
                if (leaf.way, so) not in checked
            ]
        ways = dict.fromkeys(way for way in compiled.program.ways if way)
        found += [Gap(id, compiled.line, way, "was never reached") for way in ways if way not in taken]
        return found

    def total(self, rules: Mapping[str, Compiled]) -> int:
        """How many things there are to see in these rules."""
        return sum(
            len(each.triggers) + 2 * len(each.leaves) + len({way for way in each.program.ways if way})
            for each in rules.values()
        )


def _shown(text: str, compiled: Compiled) -> str:
    """Without the secrets of the rule."""
    return text if compiled.hidden is None else compiled.hidden.mask(text)
