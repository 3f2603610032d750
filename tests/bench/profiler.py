"""Where an engine spends its time: py-spy's samples of it during a flood, and the functions by their own time.

Writes the raw stacks (one a line, which flame graph tools read) and beside them a text with the top of the list. Needs
py-spy, which may need to be root.
"""

import contextlib
import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.bench.programs import last_words, running

RATE: Final = 250
"""Samples a second. The process stands still for each: on a busy machine samples taken in passing find it waiting for
its turn in whatever system call it made last, and put that down to the call."""
TOP: Final = 45
IDLE: Final = "_worker (concurrent/futures/thread.py)"
"""A thread of a pool that waits for work; py-spy cannot tell that it sleeps."""
LINE: Final = re.compile(r":\d+\)$")


def find_py_spy() -> str | None:
    """py-spy of the environment that runs the benchmark, else of the PATH."""
    beside = Path(sys.executable).with_name("py-spy")
    return str(beside) if beside.exists() else shutil.which("py-spy")


@dataclass(frozen=True)
class Profiler:
    """`path` gets a name for each engine and scenario: `out.txt` becomes `out-homeserver-w1.txt`."""

    program: str
    path: Path
    seconds: int = 10

    @contextlib.contextmanager
    def watching(self, pid: int, name: str) -> Iterator[None]:
        """Sample the process while the block runs, for `seconds`."""
        stacks = self.path.with_stem(f"{self.path.stem}-{name}")
        log = stacks.with_suffix(".log")
        options = ["--pid", str(pid), "--rate", str(RATE), "--duration", str(self.seconds)]
        command = [self.program, "record", *options, "--format", "raw", "--output", str(stacks)]
        with running(command, log) as recorder:
            yield
            with contextlib.suppress(subprocess.TimeoutExpired):
                recorder.wait(30)
        if not stacks.exists():
            print(f"py-spy recorded nothing:\n    {last_words(log)}", file=sys.stderr)
            return
        log.unlink()
        top = stacks.with_suffix(".top.txt")
        top.write_text(own_times(stacks.read_text("utf-8")))
        print(f"{name}: stacks in {stacks}, functions by own time in {top}")


def own_times(stacks: str) -> str:
    """The functions by own time, then by time with all that they called, each in percent of the samples."""
    own: Counter[str] = Counter()
    whole: Counter[str] = Counter()
    for line in stacks.splitlines():
        frames, _, samples = line.rpartition(" ")
        names = [LINE.sub(")", frame) for frame in frames.split(";")]
        if samples.isdigit() and names[-1] != IDLE:
            own[names[-1]] += int(samples)
            for name in set(names):
                whole[name] += int(samples)
    total = sum(own.values()) or 1
    return f"{total} samples\n\n own time\n{_list(own, total)}\n\n with callees\n{_list(whole, total)}\n"


def _list(counts: Counter[str], total: int) -> str:
    return "\n".join(f"{100 * count / total:6.1f} %  {name}" for name, count in counts.most_common(TOP))
