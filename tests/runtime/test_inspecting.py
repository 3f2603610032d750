"""What owners see of the machine: logs of all processes as they are written, the doctor's findings, settings, load."""

import asyncio
import io
import json
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import aclosing, closing
from pathlib import Path
from typing import Any

import pytest

from homeserver.runtime.clock import VirtualClock, settle
from homeserver.runtime.house import House
from homeserver.runtime.inspecting import MOST, Inspection, Reader
from homeserver.runtime.inspection_words import Finding, Findings, FollowLogs, MachineLoad, SettingLine, SettingLines
from homeserver.runtime.journal import Journal
from homeserver.runtime.keeper import Keeper
from homeserver.runtime.memory_broker import MemoryBroker
from homeserver.runtime.rehearsal import Rehearsal
from homeserver.topics.call import CallError
from tests.runtime.test_keeper import Staff, alpha, beta


def line(message: str, level: str = "info", name: str = "homeserver.worker.rules", **more: str) -> str:
    return json.dumps(
        {"time": "2026-01-05T07:00:00.000+00:00", "level": level, "name": name, "message": message, **more}
    )


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    with closing(Journal(tmp_path / "logs", stream=io.StringIO())) as made:
        yield made


@pytest.fixture
async def keeper(tmp_path: Path, journal: Journal) -> AsyncIterator[Rehearsal]:
    staff, broker, clock = Staff(tmp_path), MemoryBroker(), VirtualClock()
    settings = [SettingLine(name="bridge.key", value="**********", source="homeserver.toml")]
    inspection = Inspection(
        journal,
        lambda: [Finding(what="Mosquitto", state="missing", found="none", cost="apt install mosquitto")],
        lambda: settings,
        tmp_path / "homeserver.toml",
        lambda: {"keeper": os.getpid(), "core": 0, "gone": 2**22 - 1},
        tmp_path,
    )

    def setup(house: House) -> Keeper:
        return Keeper(house, staff, inspection)

    async with Rehearsal(alpha, beta, broker=broker, clock=clock, process="core") as core:  # noqa: SIM117
        async with Rehearsal(setup, broker=broker, clock=clock, process="keeper"):
            await settle()
            yield core


async def test_logs_are_told_from_before_and_as_they_are_written(keeper: Rehearsal, journal: Journal) -> None:
    journal.take("core", line("the hall is dark"))
    journal.take("broker", "plain words of another program")
    journal.take("core", line("nobody hears this", "debug"))
    async with aclosing(keeper.process.calls.stream("keeper", "logs", {})) as parts:
        first = await anext(parts)
        assert [(row["process"], row["message"]) for row in told(first)] == [
            ("core", "the hall is dark"),
            ("broker", "plain words of another program"),
        ]
        journal.take("bridge", line("somebody knocks", "error", error="Traceback\nKeyError", request="r1"))
        await settle()
        (row,) = told(await anext(parts))
        assert (row["process"], row["level"], row["error"], row["request"]) == (
            "bridge",
            "error",
            "Traceback\nKeyError",
            "r1",
        )
    await settle()
    assert journal.watchers == [], "who leaves is forgotten"


def told(part: Any) -> list[dict[str, Any]]:
    return [dict(row) for row in (part if isinstance(part, dict) else part.model_dump())["lines"]]


@pytest.mark.parametrize(
    ("wanted", "count"),
    [
        ({}, 3),
        ({"level": "warning"}, 1),
        ({"about": "rules"}, 2),
        ({"about": "core"}, 2),
        ({"about": "bridge"}, 1),
        ({"about": "rule"}, 0),
        ({"words": "DARK"}, 1),
        ({"words": "keyerror"}, 1),
        ({"most": 1}, 1),
        ({"most": 0}, 0),
    ],
)
async def test_only_what_was_asked_for_is_told(journal: Journal, wanted: dict[str, Any], count: int) -> None:
    journal.take("core", line("the hall is dark"))
    journal.take("core", line("a rule was stopped", "warning"))
    journal.take("bridge", line("asked", name="homeserver.bridge.door", error="KeyError"))
    reader = Reader(journal, FollowLogs(**wanted))
    assert sum(len(part.lines) for part in reader.before()) == count
    reader.close()


async def test_a_slow_reader_is_told_how_much_he_missed(journal: Journal) -> None:
    reader = Reader(journal, FollowLogs())
    for number in range(MOST + 7):
        journal.take("core", line(str(number)))
    await asyncio.sleep(0)
    first = await reader.next()
    assert (first.missed, first.lines[0].message) == (7, "7")
    count = len(first.lines)
    while count < MOST:
        part = await reader.next()
        assert part.missed == 0
        count += len(part.lines)
    assert part.lines[-1].message == str(MOST + 6)
    reader.close()


async def test_a_line_without_end_fits_into_a_message(journal: Journal) -> None:
    reader = Reader(journal, FollowLogs(most=500))
    for _ in range(500):
        journal.take("core", line("x" * 100_000, error="y" * 100_000 + "the cause"))
    parts = reader.before()
    assert sum(len(part.lines) for part in parts) == 500
    assert max(len(part.model_dump_json()) for part in parts) < 1_000_000
    assert parts[0].lines[0].error.endswith("the cause")
    reader.close()


async def test_the_doctor_tells_of_the_machine_and_of_workers_that_are_unwell(keeper: Rehearsal) -> None:
    asked = Findings.model_validate(await keeper.process.calls.ask("keeper", "doctor", {}))
    (first,) = asked.findings
    assert (first.what, first.state, first.cost) == ("Mosquitto", "missing", "apt install mosquitto")
    keeper.process.condition("alpha", "the lamp is broken")
    await settle()
    asked = Findings.model_validate(await keeper.process.calls.ask("keeper", "doctor", {}))
    assert (asked.findings[1].what, asked.findings[1].cost) == ("alpha", "the lamp is broken")


async def test_settings_and_load(keeper: Rehearsal, tmp_path: Path) -> None:
    ask = keeper.process.calls.ask
    told = SettingLines.model_validate(await ask("keeper", "settings", {}))
    assert (told.file, told.settings[0].value) == (str(tmp_path / "homeserver.toml"), "**********")
    first = MachineLoad.model_validate(await ask("keeper", "load", {}))
    assert [(one.process, one.cpu) for one in first.processes] == [("keeper", None)], "who does not run is left out"
    assert first.processes[0].memory > 1_000_000
    assert first.memory >= first.memory_free > 0
    again = MachineLoad.model_validate(await ask("keeper", "load", {}))
    assert again.processes[0].cpu is not None


async def test_a_home_that_others_put_together_says_so(tmp_path: Path) -> None:
    staff = Staff(tmp_path)

    def setup(house: House) -> Keeper:
        return Keeper(house, staff)

    async with Rehearsal(setup, process="keeper") as home:
        for verb in ("doctor", "settings", "load"):
            with pytest.raises(CallError, match="lets nobody look at its machine"):
                await home.process.calls.ask("keeper", verb, {})
