"""The guard with real programs: none outlives who asked for it, however that one ends."""

import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

ROOT = Path(__file__).parents[2]
GUARD = [sys.executable, "-m", "homeserver.runtime.guard", "--"]
# Says its own id, then sleeps; the stubborn one does not hear TERM.
POLITE = "import os, time; print(os.getpid(), flush=True); time.sleep(60)"
STUBBORN = f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); {POLITE}"
HEARS_HUP = (
    "import os, signal, time; signal.signal(signal.SIGHUP, lambda *_: os.write(1, b'hup\\n')); "
    "print(os.getpid(), flush=True); time.sleep(60)"  # not print: the signal may come while it is at work
)

Start = Callable[[str], tuple["subprocess.Popen[str]", int]]


def ended(pid: int, patience: float = 8.0) -> bool:
    deadline = time.monotonic() + patience
    while psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE:
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True


@pytest.fixture
def start() -> Iterator[Start]:
    """Start a Python program under guard: the guard, and the id of the program."""
    guards: list[subprocess.Popen[str]] = []

    def begin(code: str) -> tuple["subprocess.Popen[str]", int]:
        guard = subprocess.Popen(
            [*GUARD, sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT
        )
        guards.append(guard)
        assert guard.stdout is not None
        return guard, int(guard.stdout.readline())

    yield begin
    for guard in guards:
        guard.kill()
        with guard:  # closes its pipes and waits
            pass


def close_input(guard: "subprocess.Popen[str]") -> None:
    assert guard.stdin is not None
    guard.stdin.close()


@pytest.mark.parametrize(("code", "result"), [(POLITE, 128 + signal.SIGTERM), (STUBBORN, 128 + signal.SIGKILL)])
def test_ends_the_program_when_its_input_closes(start: Start, code: str, result: int) -> None:
    guard, pid = start(code)
    close_input(guard)
    assert guard.wait(8) == result
    assert ended(pid)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_ends_the_program_when_it_is_asked_to(start: Start, number: int) -> None:
    guard, pid = start(POLITE)
    guard.send_signal(number)
    assert guard.wait(8) == 128 + signal.SIGTERM
    assert ended(pid)


def test_ends_what_the_program_started_too(start: Start) -> None:
    guard, pid = start(
        f"import subprocess, sys, time; subprocess.Popen([sys.executable, '-c', {POLITE!r}]); time.sleep(60)"
    )
    close_input(guard)
    guard.wait(8)
    assert ended(pid)  # the id that the grandchild said


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux kernels end a child with its parent")
def test_program_dies_with_a_killed_guard(start: Start) -> None:
    guard, pid = start(STUBBORN)
    guard.kill()
    assert ended(pid)


def test_program_dies_with_a_killed_asker() -> None:
    asker_code = (
        "import subprocess, sys, time; "
        f"guard = subprocess.Popen({[*GUARD, sys.executable, '-c', POLITE]!r}, stdin=subprocess.PIPE); time.sleep(60)"
    )
    asker = subprocess.Popen([sys.executable, "-c", asker_code], stdout=subprocess.PIPE, text=True, cwd=ROOT)
    assert asker.stdout is not None
    pid = int(asker.stdout.readline())
    asker.kill()
    asker.communicate()
    assert ended(pid)


def test_passes_hup_on(start: Start) -> None:
    guard, _ = start(HEARS_HUP)
    guard.send_signal(signal.SIGHUP)
    assert guard.stdout is not None
    assert guard.stdout.readline() == "hup\n"
    assert guard.poll() is None


def test_program_that_knows_no_hup_survives_it(start: Start) -> None:
    guard, pid = start(POLITE)
    for _ in range(3):
        guard.send_signal(signal.SIGHUP)
    close_input(guard)
    assert guard.wait(8) == 128 + signal.SIGTERM
    assert ended(pid)


@pytest.mark.parametrize("code", [0, 1, 77])
def test_exits_with_the_code_of_the_program(code: int) -> None:
    argv = [*GUARD, sys.executable, "-c", f"raise SystemExit({code})"]
    with subprocess.Popen(argv, stdin=subprocess.PIPE, cwd=ROOT) as guard:
        assert guard.wait(8) == code


def test_program_sees_no_input_and_keeps_its_arguments() -> None:
    code = "import sys; print(repr(sys.stdin.read()), sys.argv[1:])"
    argv = [*GUARD, sys.executable, "-c", code, "--", "a b", ""]
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT) as guard:
        assert guard.stdout is not None
        assert guard.stdout.read() == "'' ['--', 'a b', '']\n"


def test_says_what_cannot_be_started(tmp_path: Path) -> None:
    forbidden = tmp_path / "program"
    forbidden.write_text("")
    for program, code in ((str(tmp_path / "absent"), 127), (str(forbidden), 126)):
        done = subprocess.run([*GUARD, program], capture_output=True, text=True, cwd=ROOT, check=False)
        assert (done.returncode, program in done.stderr) == (code, True)


@pytest.mark.parametrize("arguments", [[], ["--"], ["ls"]])
def test_says_how_it_is_used(arguments: list[str]) -> None:
    argv = [sys.executable, "-m", "homeserver.runtime.guard", *arguments]
    done = subprocess.run(argv, capture_output=True, text=True, cwd=ROOT, check=False)
    assert done.returncode == 2
    assert "usage" in done.stderr


def test_needs_only_a_few_modules_to_start() -> None:
    """It must start fast, so nothing of the home is imported with it."""
    code = "import sys, homeserver.runtime.guard; print(*[m for m in sys.modules if m.startswith('homeserver')])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    assert done.stdout.split() == ["homeserver", "homeserver.runtime", "homeserver.runtime.guard"]


def test_the_program_may_open_as_many_files_as_the_machine_allows() -> None:
    """A shell's usual 1,024 are too few for a broker with a thousand devices."""
    code = "import resource; print(resource.getrlimit(resource.RLIMIT_NOFILE))"
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    shell = f"ulimit -S -n 256; exec {' '.join(GUARD)} {sys.executable} -c {code!r}"
    with subprocess.Popen(
        ["sh", "-c", shell], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT
    ) as it:
        assert it.stdout is not None
        assert it.stdout.read().strip() == str((most, most))
