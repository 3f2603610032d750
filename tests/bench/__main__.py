"""`make bench`: the load against homeserver, beside null responders and other platforms, in one run.

    python -m tests.bench [--quick] [--only w1] [--repeat 3] [--json FILE] [--profile FILE]

Prints tables and ratios and never judges a time; it fails (exit 1) when a command was lost, wrong or unasked for, or an
engine fell over. Needs Mosquitto and the folder of the load (HOMESERVER_LOAD, default
`../shared/peers/homeassistant`); without them it says what it could not do. PEERS=1 adds other platforms. Keeps nothing
but the files that it was asked for.
"""

import argparse
import json
import os
import platform
import signal
import sys
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from types import FrameType
from typing import NoReturn

from tests.bench import micro, peers
from tests.bench.course import Course, find_mosquitto
from tests.bench.engines import ENGINES, HOMESERVER, PEERS
from tests.bench.figures import Row, medians, recorded
from tests.bench.profiler import Profiler, find_py_spy
from tests.bench.programs import ROOT, ProgramError
from tests.bench.report import report
from tests.bench.scenarios import FULL, QUICK, SCENARIOS, Scenario

DEFAULT_LOAD = ROOT.parent / "shared/peers/homeassistant"


def arguments(argv: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description="Measures homeserver; see `make bench`.")
    add = parser.add_argument
    add("--quick", action="store_true", help="fewer changes: a minute for each scenario instead of five")
    add("--only", action="append", choices=[*SCENARIOS, "micro"], help="this part alone; may be repeated")
    add("--engine", action="append", choices=list(ENGINES), help="this engine alone; may be repeated")
    add("--repeat", type=int, default=1, metavar="N", help="run everything N times and report medians")
    add("--client", choices=["paho", "raw"], default="paho", help="how the load talks MQTT; raw costs it less")
    add("--json", type=Path, metavar="FILE", help="write every row there as well")
    add("--profile", type=Path, metavar="FILE", help="py-spy's stacks of homeserver under a flood, and FILE.top.txt")
    options = parser.parse_args(argv)
    if options.repeat < 1:
        parser.error("--repeat must be at least 1")
    return options


def say(sentence: str) -> None:
    print(sentence, flush=True)


def missing(load: Path) -> str | None:
    """Why nothing can be measured here, or None."""
    if not (load / "load.py").exists():
        return f"the load is not there: no load.py in {load}; name its folder in HOMESERVER_LOAD"
    if find_mosquitto() is None:
        return "the broker is not there: sudo apt-get install mosquitto"
    return None


class Bench:
    """One run: collects rows, and what went wrong."""

    def __init__(self, options: argparse.Namespace, load: Path) -> None:
        self.options = options
        self.load = load
        self.size = QUICK if options.quick else FULL
        self.rows: list[Row] = []
        self.failures: list[str] = []

    def run(self, scenarios: Sequence[Scenario]) -> None:
        others = peers.set_up(self.load, peers.cache(), say) if os.environ.get("PEERS") == "1" else []
        for turn in range(self.options.repeat):
            for scenario in scenarios:
                self._own(scenario, is_last=turn == self.options.repeat - 1)
                for peer in others:
                    self._peer(peer, scenario)

    def _own(self, scenario: Scenario, *, is_last: bool) -> None:
        course = Course(self.load, self.size, self.options.client)
        for engine in ENGINES.values():
            if scenario.kind not in engine.kinds or engine.name not in (self.options.engine or ENGINES):
                continue
            say(f"{scenario.name}: {engine.title} ...")
            watched = engine.name == HOMESERVER and is_last
            try:
                for row in replace(course, profiler=self._profiler() if watched else None).run(engine, scenario):
                    self._take(row)
            except ProgramError as error:
                self._fail(f"{scenario.name}, {engine.title}: {error}")

    def _profiler(self) -> Profiler | None:
        path: Path | None = self.options.profile
        program = find_py_spy()
        if path is not None and program is None:
            say("no profile: py-spy is not installed (pip install py-spy)")
        return Profiler(program, path) if path is not None and program is not None else None

    def _peer(self, peer: peers.Peer, scenario: Scenario) -> None:
        say(f"{scenario.name}: {PEERS[peer.engine]} ...")
        try:
            for row in peers.measure(peer, self.load, scenario.name, self.size, self.options.client):
                self._take(row)
        except ProgramError as error:
            say(f"{scenario.name}, {PEERS[peer.engine]}: {error}")  # another platform's trouble is no failure of ours

    def _take(self, row: Row) -> None:
        self.rows.append(row)
        if row.faults and row.engine in ENGINES:
            self._fail(f"{row.scenario}, {row.engine}, {row.measure}: {', '.join(row.faults)}")

    def _fail(self, reason: str) -> None:
        self.failures.append(reason)
        say(f"FAILED {reason}")

    def results(self) -> list[Row]:
        """Medians of this run, then what was recorded elsewhere of other platforms."""
        return [*medians(self.rows), *(row for row in recorded(self.load / "results") if row.engine in PEERS)]


def write(path: Path, bench: Bench) -> None:
    machine = {"python": platform.python_version(), "machine": platform.machine(), "processors": os.cpu_count()}
    runs = [asdict(row) for row in bench.rows]
    middle = [asdict(row) for row in medians(bench.rows)]
    content = {"machine": machine, "medians": middle, "runs": runs, "failures": bench.failures}
    path.write_text(json.dumps(content, indent=1) + "\n")


def stop(_number: int, _frame: FrameType | None) -> NoReturn:
    """The first signal ends everything in order; more of them change nothing."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    raise KeyboardInterrupt


def main() -> int:
    options = arguments()
    load = Path(os.environ.get("HOMESERVER_LOAD") or DEFAULT_LOAD).absolute()
    scenarios = [SCENARIOS[name] for name in options.only or SCENARIOS if name in SCENARIOS]
    bench = Bench(options, load)
    if scenarios:
        if reason := missing(load):
            say(f"Not measured: start-up, latency, commands/s, memory; {reason}")
        else:
            bench.run(scenarios)
            say("\n" + report(bench.results()))
            if options.json:
                write(options.json, bench)
    if not options.only or "micro" in options.only:
        say(micro.report())
    for failure in bench.failures:
        say(f"FAILED {failure}")
    return 1 if bench.failures else 0


if __name__ == "__main__":
    signal.signal(signal.SIGINT, stop)
    signal.signal(signal.SIGTERM, stop)
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        say("Ended early; everything that was started has ended.")
        sys.exit(130)
