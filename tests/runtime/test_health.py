"""Health: what a process tells of itself, and that whoever asks gets an answer or the reason why not."""

import asyncio
import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from homeserver.runtime import pulse
from homeserver.runtime.health import HealthError, telling
from homeserver.runtime.hosting import Setup
from homeserver.runtime.house import House
from homeserver.runtime.rehearsal import Rehearsal
from homeserver.runtime.worker import Worker
from tests.runtime.ground import until
from tests.runtime.sums import sums


class Broken(Worker):
    """Never opens."""

    name = "broken"

    async def open(self) -> None:
        raise ValueError("no dongle")


def broken(house: House) -> Broken:
    return Broken(house)


async def asked(path: Path) -> tuple[int, str]:
    """Exit code and words of the program that asks."""
    asking = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "homeserver.runtime.pulse", str(path), stdout=subprocess.PIPE
    )
    words, _ = await asking.communicate()
    return asking.returncode or 0, words.decode()


async def test_a_process_that_is_connected_and_whose_workers_are_open_is_well(tmp_path: Path) -> None:
    path = tmp_path / "health"
    async with Rehearsal(sums) as home, telling(home.process, path):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        code, words = await asked(path)
        assert (code, json.loads(words)) == (0, {"healthy": True, "reasons": [], "workers": {"sums": "online"}})
        home.process.condition("sums", "the abacus creaks")
        assert json.loads((await asked(path))[1])["workers"] == {"sums": "degraded"}
        assert (await asked(path))[0] == 0, "to start it again would not help"
        home.broker.stop()
        await until(lambda: not home.bus.up.is_set())
        code, words = await asked(path)
        assert code == 1
        assert json.loads(words)["reasons"][0].startswith("not connected: ")
        home.broker.start()
    assert not path.exists()
    assert await asked(path) == (1, f"no answer at {path}: [Errno 2] No such file or directory\n")


@pytest.mark.parametrize("setup", [broken])
async def test_a_worker_that_cannot_open_makes_it_unwell_and_says_why(setup: Setup, tmp_path: Path) -> None:
    home = Rehearsal(setup)
    await home.process.open(["broken"])
    async with telling(home.process, tmp_path / "health"):
        await until(lambda: home.process.hosted["broken"].state == "offline")
        code, words = await asked(tmp_path / "health")
        assert code == 1
        assert json.loads(words)["reasons"] == ["broken is offline: could not start: no dongle"]
    await home.process.close()


async def test_what_an_earlier_run_left_makes_room_and_anything_else_does_not(tmp_path: Path) -> None:
    path = tmp_path / "health"
    async with Rehearsal(sums) as home:
        for _ in range(2):
            async with telling(home.process, path):
                os.link(path, tmp_path / "kept")
            (tmp_path / "kept").rename(path)
        other = tmp_path / "notes.txt"
        other.write_text("mine")
        with pytest.raises(HealthError, match=r"notes\.txt: Address already in use; name a file"):
            async with telling(home.process, other):
                pass
        assert other.read_text() == "mine"
        with pytest.raises(HealthError, match="too long"):
            async with telling(home.process, tmp_path / ("x" * 120)):
                pass


async def test_a_process_that_hangs_gives_no_answer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pulse, "PATIENCE", 0.1)
    async with Rehearsal(sums) as home, telling(home.process, tmp_path / "health"):
        with pytest.raises(TimeoutError):
            pulse.ask(str(tmp_path / "health"))  # here, so that the loop that would answer stands still
    monkeypatch.setattr(sys, "argv", ["pulse"])
    assert pulse.main() == 2
