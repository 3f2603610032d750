"""Who has to be back before events are said again."""

import asyncio

from homeserver.runtime.clock import VirtualClock, settle
from homeserver.runtime.company import Company
from homeserver.topics.process import ProcessStatus

ONLINE = ProcessStatus("online", "run")


async def gathering(company: Company) -> asyncio.Task[None]:
    task = asyncio.create_task(company.gathered(3.0))
    await settle()
    return task


async def test_those_who_were_there_are_waited_for() -> None:
    clock = VirtualClock()
    company = Company(clock, "core")
    company.seen("bridge", ONLINE)
    company.lost()
    task = await gathering(company)
    assert not task.done()
    company.seen("bridge", ONLINE)
    await settle()
    assert task.done()


async def test_an_earlier_run_of_ones_own_is_not_waited_for() -> None:
    company = Company(VirtualClock(), "core")
    company.seen("core", ONLINE)
    company.lost()
    assert (await gathering(company)).done()


async def test_a_gathering_that_was_broken_off_does_not_shorten_the_next() -> None:
    clock = VirtualClock()
    company = Company(clock, "core")
    company.seen("bridge", ONLINE)
    company.lost()
    first = await gathering(company)
    await clock.advance(2)
    first.cancel()
    await settle()
    company.lost()
    second = await gathering(company)
    await clock.advance(2)
    assert not second.done()
    await clock.advance(1)
    assert second.done()
