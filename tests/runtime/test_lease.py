"""Singletons: of two processes that have the same worker one runs it, whatever they saw of each other and when."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from homeserver.runtime.bus import Bus
from homeserver.runtime.clock import RealClock, VirtualClock, settle
from homeserver.runtime.hosting import Setup
from homeserver.runtime.house import House
from homeserver.runtime.memory_broker import MemoryBroker
from homeserver.runtime.process import Process
from homeserver.runtime.rehearsal import Rehearsal
from homeserver.runtime.settings import Settings
from homeserver.topics.process import WorkerStatus
from tests.runtime.ground import EVERYTHING, RealGround, until
from tests.runtime.sums import Sums, sums


def runs(process: Process) -> bool:
    return process.hosted["sums"].opened.is_set()


def status(process: Process) -> WorkerStatus:
    said = process.bus.present[f"worker/sums/{process.bus.process}/status"].message
    assert isinstance(said, WorkerStatus)
    return said


def slowly(gate: asyncio.Event) -> Setup:
    """`sums`, which takes its time to open."""

    class Slow(Sums):
        async def open(self) -> None:
            await gate.wait()

    def setup(house: House) -> Slow:
        return Slow(house)

    return setup


@asynccontextmanager
async def rehearsal(name: str, broker: MemoryBroker, start: datetime, setup: Setup = sums) -> AsyncIterator[Rehearsal]:
    """A process that has connected, whose worker may run or not."""
    home = Rehearsal(setup, broker=broker, process=name, clock=VirtualClock(start))
    await home.process.open(["sums"])
    await settle()
    try:
        yield home
    finally:
        await home.process.close()


EARLY = datetime(2026, 1, 5, 7, 0, tzinfo=UTC)
LATE = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)


async def test_a_second_instance_waits_says_where_the_first_is_and_takes_over() -> None:
    broker = MemoryBroker()
    async with rehearsal("core", broker, EARLY) as first, rehearsal("other", broker, LATE) as second:
        assert runs(first.process)
        assert not runs(second.process)
        assert status(second.process).state == "offline"
        assert "already runs in process core" in status(second.process).reason
        await second.clock.advance(3600)
        assert not runs(second.process)
        await first.process.stop("sums")
        await second.clock.advance(1)
        assert runs(second.process)
        assert status(second.process).state == "online"


@pytest.mark.parametrize(("first_clock", "second_clock", "winner"), [(LATE, EARLY, "second"), (EARLY, LATE, "first")])
async def test_of_two_that_start_at_once_the_younger_claim_yields(
    first_clock: datetime, second_clock: datetime, winner: str
) -> None:
    """The first has looked round before the second says anything, and is still opening when it does."""
    broker, gate = MemoryBroker(), asyncio.Event()
    async with (
        rehearsal("first", broker, first_clock, slowly(gate)) as first,
        rehearsal("second", broker, second_clock, slowly(gate)) as second,
    ):
        gate.set()
        await settle()
        both = {home.bus.process: home for home in (first, second)}
        holder = both.pop(winner)
        (loser,) = both.values()
        assert runs(holder.process)
        assert not runs(loser.process)
        assert f"already runs in process {winner}" in status(loser.process).reason
        await holder.process.stop("sums")
        await loser.clock.advance(1)
        assert runs(loser.process)


async def test_one_that_was_cut_off_gets_its_worker_back() -> None:
    broker = MemoryBroker()
    async with rehearsal("old", broker, EARLY) as old, rehearsal("new", broker, LATE) as new:
        broker.wires["old"].drop("cut", say_will=True)
        await new.clock.advance(1)
        assert runs(old.process)  # it cannot know
        assert runs(new.process)
        worker = new.process.hosted["sums"].worker
        await old.clock.advance(3)
        assert runs(old.process)
        assert not runs(new.process)
        assert isinstance(worker, Sums)
        assert "already runs in process old" in status(new.process).reason
        assert ("sums", "double") not in new.process.calls._answers


async def test_a_break_of_a_moment_changes_nothing() -> None:
    broker = MemoryBroker()
    async with rehearsal("old", broker, EARLY) as old, rehearsal("new", broker, LATE) as new:
        broker.wires["old"].drop("cut", say_will=True)
        await settle()
        await old.clock.advance(0.4)
        await new.clock.advance(10)
        assert runs(old.process)
        assert not runs(new.process)


async def test_one_that_cannot_start_leaves_the_worker_to_another() -> None:
    broker = MemoryBroker()

    class Broken(Sums):
        async def open(self) -> None:
            raise OSError("no disk")

    def broken(house: House) -> Broken:
        return Broken(house)

    async with rehearsal("old", broker, EARLY, broken) as old, rehearsal("new", broker, LATE) as new:
        await new.clock.advance(5)
        assert runs(new.process)
        await old.clock.advance(100)
        assert "already runs in process new" in status(old.process).reason
        assert runs(new.process)


@asynccontextmanager
async def real_process(name: str, ground: RealGround, folder: Path) -> AsyncIterator[Process]:
    login = f"process.{name}"
    bus = Bus(ground.wire(name, login), RealClock(), process=name, login=login)
    settings = Settings.load({"data": folder, "rules": folder / "rules"}, [], {})
    setups: dict[str, Setup] = {"sums": sums}
    process = Process(bus, RealClock(), settings, setups.__getitem__, None)  # type: ignore[arg-type]
    try:
        yield process
    finally:
        await process.close()


async def test_on_mosquitto(tmp_path: Path) -> None:
    names = ("one", "two")
    ground = RealGround("mosquitto", tmp_path, {f"process.{name}": EVERYTHING for name in names})
    await ground.start()
    try:
        async with real_process("one", ground, tmp_path) as one, real_process("two", ground, tmp_path) as two:
            await asyncio.gather(one.open(["sums"]), two.open(["sums"]))
            await until(lambda: runs(one) != runs(two) and settled(one, two))
            holder, other = (one, two) if runs(one) else (two, one)
            await ground.cut(holder.bus.process, holder.bus._wire)
            await until(lambda: not holder.bus.up.is_set())
            await until(lambda: holder.bus.up.is_set() and runs(holder) and settled(one, two))
            await holder.stop("sums")
            await until(lambda: runs(other))
    finally:
        await ground.stop()


def settled(*processes: Process) -> bool:
    """One is online and the other has given up."""
    return sorted(status(process).state for process in processes) == ["offline", "online"]
