"""A process: what goes wrong in it is told, what the keeper wants is done, and it ends when it should."""

import asyncio
import os
import shutil
import signal

import pytest

from homeserver.runtime.clock import settle
from homeserver.runtime.memory_broker import MemoryBroker
from homeserver.runtime.process import run
from homeserver.runtime.rehearsal import Rehearsal
from homeserver.topics.process import (
    FAILURE,
    PROCESS_WANTED,
    Failure,
    Wanted,
)
from tests.runtime.ground import until
from tests.runtime.spoken import Word
from tests.runtime.sums import SPOKE, asker, sums, the_sums


async def test_a_bug_in_a_handler_is_told_and_the_worker_lives_on() -> None:
    async with Rehearsal(sums) as home:
        failures: list[Failure] = home.listen(FAILURE)
        for text in ("good", "bad", "better"):
            home.bus.say(SPOKE, Word(text), (home.bus.login,))
            await settle()
        assert the_sums(home).heard == ["good", "better"]
        assert [(f.worker, f.handler, f.error) for f in failures] == [("sums", "spoke", "ValueError: bad word")]


async def test_workers_are_started_and_stopped_as_the_keeper_wants() -> None:
    broker = MemoryBroker()
    async with Rehearsal(sums, asker, broker=broker) as home:
        keeper = Rehearsal(broker=broker, process="keeper")
        keeper.bus.announce({PROCESS_WANTED.template})
        async with keeper:
            keeper.bus.say(PROCESS_WANTED, Wanted(("asker",)), ("core",))
            await settle(60)
            assert set(home.process.hosted) == {"asker"}
            keeper.bus.say(PROCESS_WANTED, Wanted(("asker", "sums")), ("core",))
            await settle(60)
            assert the_sums(home).calls == 0


async def test_refused_messages_are_counted_and_told_at_intervals(caplog: pytest.LogCaptureFixture) -> None:
    async with Rehearsal(sums) as home:
        for number in range(50):
            home.broker.route("", "homeserver/call/sums/double/person.owner", b"{%d" % number, False)
        await settle()
        await home.clock.advance(11)
        told = [record.getMessage() for record in caplog.records if "refused" in record.getMessage()]
        assert [text.split()[1] for text in told] == ["1", "49"]


async def test_it_ends_on_a_signal_and_says_goodbye() -> None:
    home = Rehearsal(sums)
    ending = asyncio.create_task(run(home.process, ["sums"]))
    await until(lambda: "sums" in home.process.hosted and home.process.hosted["sums"].opened.is_set())
    os.kill(os.getpid(), signal.SIGTERM)
    async with asyncio.timeout(5):
        await ending
    assert b'"offline"' in home.broker.retained["homeserver/process/core/status"]
    assert b'"offline"' in home.broker.retained["homeserver/worker/sums/core/status"]
    shutil.rmtree(home.folder)


async def test_it_ends_when_the_other_end_of_its_standard_input_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    reading, writing = os.pipe()
    with os.fdopen(reading) as stdin:
        monkeypatch.setattr("sys.stdin", stdin)
        home = Rehearsal(sums)
        ending = asyncio.create_task(run(home.process, ["sums"], watch_stdin=True))
        await until(lambda: "sums" in home.process.hosted and home.process.hosted["sums"].opened.is_set())
        os.write(writing, b"still here")
        await settle()
        assert not ending.done()
        os.close(writing)
        async with asyncio.timeout(5):
            await ending
    shutil.rmtree(home.folder)
