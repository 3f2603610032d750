"""Programs that the benchmark runs: each is started here and ended here, by its id.

Each gets a session of its own, so that Ctrl+C reaches the benchmark alone, which then ends them in order; what a
program has started itself ends with it. Needs POSIX. Keeps what a program said in the log that it was given.
"""

import contextlib
import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
PATIENCE: Final = 10.0
"""Seconds that a program has to end before it is killed."""


class ProgramError(Exception):
    """A program did not start or ended too early; the text says which and holds its last words."""


@contextlib.contextmanager
def running(
    argv: Sequence[str], log: Path, variables: Mapping[str, str] | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """The program while the block runs, from the project's root; what it says goes to `log`.

    It does not see the settings of somebody's own home: no `HOMESERVER_...` variable but those in `variables`. Each
    may keep its bytecode, as it does elsewhere: a start is not to be measured as the first one.
    """
    hidden = ("HOMESERVER_", "PYTHONDONTWRITEBYTECODE")
    neutral = {name: value for name, value in os.environ.items() if not name.startswith(hidden)}
    with log.open("ab") as output:
        program = subprocess.Popen(
            argv,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=ROOT,
            env={**neutral, **(variables or {})},
            start_new_session=True,
        )
    try:
        yield program
    finally:
        end(program)


def end(program: subprocess.Popen[bytes]) -> None:
    """TERM to the program and all that it has started, later KILL."""
    if program.poll() is not None:
        return
    os.killpg(program.pid, signal.SIGTERM)
    with contextlib.suppress(subprocess.TimeoutExpired):
        program.wait(PATIENCE)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(program.pid, signal.SIGKILL)
    program.wait()


def wait_for_port(port: int, program: subprocess.Popen[bytes], log: Path) -> None:
    """Return when somebody listens on the port; raises `ProgramError` when the program ends before that."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and program.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.02)
    raise ProgramError(f"{program.args!r} does not listen on port {port}: {last_words(log)}")


def last_words(log: Path, lines: int = 12) -> str:
    """The end of a log."""
    said = log.read_text("utf-8", "replace").strip().splitlines() if log.exists() else []
    return "\n    ".join(said[-lines:]) or "it said nothing"
