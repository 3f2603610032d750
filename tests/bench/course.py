"""One engine through one scenario: a fresh broker, the devices, the engine, then load after load.

The broker is Mosquitto, configured as the load's own `run.sh` does. Needs Mosquitto and the folder of the load. Keeps
nothing: broker, engine and their folder end with the course.
"""

import contextlib
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.bench.engines import Engine, Ground
from tests.bench.figures import Row, parse
from tests.bench.profiler import Profiler
from tests.bench.programs import ROOT, ProgramError, last_words, running, wait_for_port
from tests.bench.scenarios import LOADS, Scenario, Size
from tests.ports import free_port

SETTLE: Final = 2.0
"""Seconds between the last answer after a start and the first load."""
CONFIGURATION: Final = """\
listener {port} 127.0.0.1
allow_anonymous true
set_tcp_nodelay true
max_queued_messages 100000
persistence false
log_type error
user root
"""


def find_mosquitto() -> str | None:
    """The broker's program; Debian keeps it where a user's PATH does not look."""
    return shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin:/usr/local/sbin")


@dataclass(frozen=True)
class Course:
    """How each engine is driven: the load's folder and client, how many changes, what watches the last flood."""

    load: Path
    size: Size
    client: str = "paho"
    profiler: Profiler | None = None

    def run(self, engine: Engine, scenario: Scenario) -> Generator[Row]:
        """The rows as they are measured; raises `ProgramError` when engine, broker or load fail."""
        with tempfile.TemporaryDirectory(prefix="bench-") as name, contextlib.ExitStack() as stack:
            folder = Path(name)
            ground = Ground(free_port(), scenario, folder, self.load)
            broker = stack.enter_context(self._broker(ground.port, folder))
            run = _Run(self, engine, ground, broker)
            run.load("announce", [])
            for suffix in engine.starts[:-1]:
                with run.started():
                    yield run.ready(suffix)
            with run.started():
                yield from run.usual()

    @contextlib.contextmanager
    def _broker(self, port: int, folder: Path) -> Iterator[subprocess.Popen[bytes]]:
        configuration, log = folder / "mosquitto.conf", folder / "mosquitto.log"
        configuration.write_text(CONFIGURATION.format(port=port))
        with running([find_mosquitto() or "mosquitto", "-c", str(configuration)], log) as broker:
            wait_for_port(port, broker, log)
            yield broker


class _Run:
    """The engine of a course, started as often as it takes."""

    def __init__(self, course: Course, engine: Engine, ground: Ground, broker: subprocess.Popen[bytes]) -> None:
        self._course = course
        self._engine = engine
        self._ground = ground
        self._broker = broker
        self._log = ground.folder / f"{engine.name}.log"
        self._program: subprocess.Popen[bytes] | None = None
        self._began = 0.0

    @contextlib.contextmanager
    def started(self) -> Iterator[None]:
        argv = self._engine.argv(self._ground)
        self._began = time.time()
        with running(argv, self._log) as self._program:
            yield
        self._program = None

    def ready(self, suffix: str) -> Row:
        """Start-up, counted from the start of the program to the answers of all devices."""
        return self._measure("ready", suffix, ["--t0", str(self._began), "--timeout", "60"])

    def usual(self) -> Iterator[Row]:
        """The last start and all loads; no load for an engine that does not answer."""
        row = self.ready(self._engine.starts[-1])
        yield row
        if row.faults:
            return
        time.sleep(SETTLE)
        for load in LOADS:
            if self._ground.scenario.kind in load.kinds:
                count = ["--count", str(self._course.size.count(load))]
                yield self._measure(load.what, load.suffix, [*load.options, *count])
        if self._course.profiler is not None:
            self._profile(self._course.profiler)

    def _profile(self, profiler: Profiler) -> None:
        """A flood of its own, whose figures do not count: sampling slows an engine down."""
        assert self._program is not None
        with profiler.watching(self._program.pid, f"{self._engine.name}-{self._ground.scenario.name}"):
            self.load("flood", ["--inflight", "64", "--count", "1000000", "--timeout", str(profiler.seconds + 2)])

    def _measure(self, what: str, suffix: str, options: list[str]) -> Row:
        label = f"{self._engine.name}-{self._ground.scenario.name}{suffix}"
        patience = ["--quiet", str(self._course.size.patience)] if what != "ready" else []
        row = parse(self.load(what, ["--label", label, *patience, *options]))
        assert row is not None, f"{what} with label {label} is in no table"
        return row

    def load(self, what: str, options: list[str]) -> str:
        """One call of the load; its line. It ends with 1 when devices are missing, which its line says as well."""
        size = ["--kind", self._ground.scenario.kind, "--n", str(self._ground.scenario.devices)]
        watched = ["--broker-pid", str(self._broker.pid)]
        if self._program is not None:
            watched += ["--pid", str(self._program.pid)]
        link = ["--port", str(self._ground.port), "--client", self._course.client]
        command = [sys.executable, str(self._course.load / "load.py"), what, *size, *link, *watched, *options]
        done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)
        lines = [line for line in done.stdout.splitlines() if line.startswith("{")]
        if not lines or self._ended():
            raise ProgramError(self._reason(what, done.stderr))
        return lines[-1]

    def _ended(self) -> bool:
        return self._program is not None and self._program.poll() is not None

    def _reason(self, what: str, said: str) -> str:
        if self._ended():
            return f"{self._engine.title} ended by itself:\n    {last_words(self._log)}"
        return f"the load {what!r} failed: {said.strip()[-600:]}"
