"""Child processes: kept up with growing pauses, heard, ended in time, and never left behind."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import psutil
import pytest

from homeserver.runtime.child import HEALTHY, Child
from homeserver.runtime.clock import RealClock, VirtualClock
from homeserver.runtime.journal import Journal
from tests.runtime.ground import until


@pytest.fixture
async def journal(tmp_path: Path) -> AsyncIterator[Journal]:
    with (tmp_path / "screen").open("w") as stream:
        journal = Journal(tmp_path / "logs", stream=stream)
        yield journal
        journal.close()


def python(code: str) -> list[str]:
    return [sys.executable, "-c", code]


STAYS = "import sys; print('here', file=sys.stderr, flush=True); sys.stdin.read()"
STUBBORN = """
import signal, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("here", file=sys.stderr, flush=True)
while True: time.sleep(1)
"""
DIES = "import sys; print('I am lost', file=sys.stderr); sys.exit(7)"


async def test_its_words_are_heard_and_it_ends_when_asked(journal: Journal) -> None:
    child = Child("core", lambda: python(STAYS), {}, journal, RealClock())
    await child.start()
    await until(lambda: journal.last_words("core") == ["here"])
    assert (child.state, psutil.pid_exists(child.pid)) == ("running", True)
    pid = child.pid
    await child.stop(5)
    assert child.state == "stopped"
    assert not psutil.pid_exists(pid)


async def test_one_that_does_not_listen_is_killed_after_its_time(journal: Journal) -> None:
    child = Child("core", lambda: python(STUBBORN), {}, journal, RealClock())
    await child.start()
    await until(lambda: journal.last_words("core"))
    pid, began = child.pid, asyncio.get_running_loop().time()
    await child.stop(0.2)
    assert 0.2 <= asyncio.get_running_loop().time() - began < 2
    assert not psutil.pid_exists(pid)


async def test_it_is_started_again_with_growing_pauses(journal: Journal, caplog: pytest.LogCaptureFixture) -> None:
    clock = VirtualClock()
    child = Child("core", lambda: python(DIES), {}, journal, clock)
    await child.start()
    for restarts, pause in enumerate((0.2, 0.4, 0.8, 1.6)):
        await until(lambda: child.state == "waiting")
        assert child.restarts == restarts
        await clock.advance(pause * 0.9)
        assert child.restarts == restarts, "too early"
        await clock.advance(pause * 0.2)
        await until(lambda wanted=restarts + 1: child.restarts == wanted)  # type: ignore[misc]
    await until(lambda: child.state == "waiting")
    await child.stop(1)
    assert "core ended with exit code 7" in caplog.text
    assert "does not stay up: it ended 3 times in a row" in caplog.text
    assert "I am lost" in caplog.text


async def test_one_that_stayed_up_begins_with_a_short_pause_again(journal: Journal) -> None:
    clock = VirtualClock()
    child = Child("core", lambda: python(STAYS), {}, journal, clock)
    await child.start()
    for round_ in range(3):
        await until(lambda: journal.last_words("core"))
        await clock.advance(HEALTHY + 1)
        os.kill(child.pid, signal.SIGKILL)
        await until(lambda: child.state == "waiting")
        await clock.advance(0.21)
        await until(lambda wanted=round_ + 1: child.restarts == wanted)  # type: ignore[misc]
    await child.stop(5)


async def test_one_that_comes_up_and_is_killed_again_and_again_is_away_for_little_of_the_time(journal: Journal) -> None:
    clock = VirtualClock()
    child = Child("core", lambda: python(STAYS), {}, journal, clock)
    await child.start()
    for round_ in range(9):
        await until(lambda: journal.last_words("core"))
        await clock.advance(8)
        os.kill(child.pid, signal.SIGKILL)
        await until(lambda: child.state == "waiting")
        await clock.advance((8 + 2.5) / 4)
        await until(lambda wanted=round_ + 1: child.restarts == wanted)  # type: ignore[misc]
    await child.stop(5)


async def test_nothing_is_started_again_while_it_is_being_stopped(journal: Journal) -> None:
    child = Child("core", lambda: python(DIES), {}, journal, RealClock())
    await child.start()
    await until(lambda: child.state == "waiting")
    await child.stop(1)
    assert (child.state, child.pid) == ("stopped", 0)


async def test_a_very_long_line_does_not_end_the_listening(journal: Journal) -> None:
    code = "import sys; sys.stderr.write('x' * 3_000_000 + '\\nafter\\n'); sys.stderr.flush(); sys.stdin.read()"
    child = Child("core", lambda: python(code), {}, journal, RealClock())
    await child.start()
    await until(lambda: journal.last_words("core")[-1:] == ["after"])
    await child.stop(5)


async def test_a_program_that_does_not_exist_is_an_error_at_once(journal: Journal) -> None:
    child = Child("core", lambda: ["/nowhere/program"], {}, journal, RealClock())
    with pytest.raises(FileNotFoundError):
        await child.start()


PARENT = """
import asyncio, sys
from pathlib import Path
from homeserver.runtime.child import Child
from homeserver.runtime.clock import RealClock
from homeserver.runtime.journal import Journal

async def main():
    journal = Journal(Path(sys.argv[1]))
    for name, code in (("listens", sys.argv[2]), ("deaf", sys.argv[3])):
        child = Child(name, lambda: [sys.executable, "-c", code], {}, journal, RealClock())
        await child.start()
        while not journal.last_words(name):
            await asyncio.sleep(0.01)
        print(child.pid, flush=True)
    await asyncio.Event().wait()

asyncio.run(main())
"""


@pytest.mark.skipif(
    sys.platform != "linux", reason="elsewhere a deaf child has only its closed standard input to go by"
)
async def test_no_child_outlives_us_even_when_we_are_killed(tmp_path: Path) -> None:
    argv = [*python(PARENT), str(tmp_path), STAYS, STUBBORN]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as parent:
        assert parent.stdout is not None
        pids = [int(parent.stdout.readline()) for _ in range(2)]
        parent.kill()
    await until(lambda: not any(_alive(pid) for pid in pids), 5)


def _alive(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
