"""A process and its workers: opening, status."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from homeserver.runtime.clock import settle
from homeserver.runtime.house import House, UndeclaredError
from homeserver.runtime.memory_broker import MemoryBroker, MemoryWire
from homeserver.runtime.rehearsal import Rehearsal
from homeserver.runtime.worker import ANY_DEVICE_TOPIC, Heard, Worker
from homeserver.topics.process import (
    WORKER_CALLS,
    WORKER_STATUS,
    WorkerCalls,
    WorkerStatus,
)
from tests.runtime.spoken import Word
from tests.runtime.sums import COUNTED, asker, sums, the_house, the_sums


async def test_saying_what_was_not_declared_is_an_error() -> None:
    async with Rehearsal(asker) as home:
        with pytest.raises(UndeclaredError, match="not in its `says`"):
            the_house(home, "asker").say(COUNTED, Word("1"), "words")
        with pytest.raises(UndeclaredError, match="ANY_DEVICE_TOPIC"):
            the_house(home, "asker").publish("lamp/set", b"ON")


async def test_every_runs_at_its_interval_on_the_clock() -> None:
    async with Rehearsal(sums) as home:
        await home.clock.advance(35)
        assert the_sums(home).ticks == 3


async def test_status_and_calls_are_announced_and_taken_away() -> None:
    broker = MemoryBroker()
    async with Rehearsal(asker, broker=broker, process="watcher") as watcher:
        statuses: list[WorkerStatus] = watcher.listen(WORKER_STATUS, name="sums")
        calls: list[WorkerCalls | None] = watcher.listen(WORKER_CALLS, name="sums")
        async with Rehearsal(sums, broker=broker):
            pass
        await settle(40)
        assert [status.state for status in statuses] == ["starting", "online", "offline"]
        assert calls[0] is not None
        assert set(calls[0].calls) == {"double", "secret", "broken"}
        assert calls[0].calls["double"].request["properties"]["number"]["type"] == "integer"
        assert calls[-1] is None


async def test_a_worker_that_cannot_open_says_why_and_is_tried_again() -> None:
    attempts: list[float] = []

    class Shy(Worker):
        name = "shy"

        async def open(self) -> None:
            attempts.append(self.house.clock.monotonic())
            if len(attempts) < 3:
                raise OSError("the disk is not there yet")

    def shy(house: House) -> Shy:
        return Shy(house)

    home = Rehearsal(shy)
    await home.process.open(["shy"])
    await settle(60)
    assert "the disk is not there yet" in home.bus.present["worker/shy/core/status"].message.reason
    await home.clock.advance(10)
    assert attempts == [0.0, 0.5, 1.5]
    assert home.process.hosted["shy"].opened.is_set()
    await home.process.close()


async def test_what_a_worker_got_before_it_could_not_open_is_let_go_before_the_next_try() -> None:
    """A file, a task, a hearing and topics of devices: as often let go as got, and the last try has its own alone."""
    held: list[int] = []
    ended: list[int] = []
    heard: list[int] = []
    raw: list[int] = []
    tries = 0

    @contextmanager
    def file(number: int) -> Iterator[int]:
        held.append(number)
        try:
            yield number
        finally:
            held.remove(number)

    class Greedy(Worker):
        name = "greedy"
        says = (ANY_DEVICE_TOPIC,)

        async def open(self) -> None:
            nonlocal tries
            assert held == [], "the one before has let go"
            tries += 1
            self.number = self.house.keep(file(tries))
            self.house.start(self.work(), "work")
            self.house.hear(WORKER_STATUS, self.status)
            self.house.hear_devices({"lamp/#"}, self.lamp)
            await asyncio.sleep(0)
            if tries < 3:
                raise OSError("not yet")

        async def work(self) -> None:
            try:
                await asyncio.Event().wait()
            finally:
                ended.append(self.number)

        def status(self, message: WorkerStatus | None, heard_at: Heard) -> None:
            heard.append(self.number)

        def lamp(self, address: str, payload: bytes, retained: bool) -> None:
            raw.append(self.number)

    def greedy(house: House) -> Greedy:
        return Greedy(house)

    home = Rehearsal(greedy)
    await home.process.open(["greedy"])
    await settle(60)
    await home.clock.advance(10)
    assert (tries, held, ended) == (3, [3], [1, 2])
    heard.clear()
    lamp = MemoryWire(home.broker, "lamp", "device.lamp")
    await lamp.connect(None, lambda *message: None, lambda reason: None)
    lamp.publish("lamp/1", b"on", 0, False)
    home.process.hosted["greedy"].condition("to be heard")
    await settle(60)
    assert (raw, set(heard)) == ([3], {3})
    await home.process.close()
    assert (held, ended) == ([], [1, 2, 3])


async def test_a_rehearsal_with_a_worker_that_cannot_open_fails_at_once() -> None:
    """Time stands still there: waiting for the next try would be waiting without end."""

    class Broken(Worker):
        name = "broken"

        async def open(self) -> None:
            raise KeyError("a bug")

    def broken(house: House) -> Broken:
        return Broken(house)

    async with asyncio.timeout(5):
        with pytest.raises(KeyError, match="a bug"):
            await Rehearsal(sums, broken).__aenter__()
