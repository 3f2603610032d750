"""Streamed calls: in order and whole, slowed by whoever takes them, ended at once when he leaves; on every broker."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Any

import pytest

from homeserver.runtime.calls import Calls
from homeserver.runtime.outflow import MOST, STREAMS
from homeserver.runtime.rehearsal import Rehearsal
from homeserver.topics.call import FLOW, REPLY, REQUEST, WINDOW, CallError, Flow, Reply, Request
from homeserver.topics.person import Person
from tests.runtime.ground import Buses, Ground, until
from tests.runtime.sums import asker
from tests.runtime.tape import Tape, taking


class Two:
    """A tape in `core`, and who asks for it: in `other`, or in the same process."""

    def __init__(self, tape: Tape, far: Calls) -> None:
        self.tape = tape
        self.near = tape.calls
        self.far = far

    def calls(self, together: bool) -> Calls:
        return self.near if together else self.far

    async def until_closed(self) -> None:
        await until(lambda: self.tape.closed == self.tape.begun and not len(self.near.outflow))


@pytest.fixture
async def two(buses: Buses) -> Two:
    made: list[Calls] = []
    core = await buses.open("core", lambda bus: made.append(Calls(bus)))
    tape = Tape(made[0])
    await core.sync()
    other = await buses.open("other", lambda bus: made.append(Calls(bus)))
    await other.sync()
    return Two(tape, made[1])


async def take_all(parts: AsyncIterator[Any], taken: list[Any]) -> None:
    async for part in parts:
        taken.append(part)


NEAR_AND_FAR = pytest.mark.parametrize("together", [True, False], ids=["near", "far"])


@NEAR_AND_FAR
async def test_parts_come_in_order_and_whole(two: Two, together: bool) -> None:
    async with aclosing(taking(two.calls(together), parts=500)) as parts:
        numbers = [part.number if together else part["number"] async for part in parts]
    assert numbers == list(range(500))
    await two.until_closed()
    assert not len(two.far.inflow)


@NEAR_AND_FAR
@pytest.mark.parametrize(
    ("then", "code", "told"),
    [("refuse", "conflict", "the tape is torn"), ("bug", "failed", "the log has it under"), ("silence", "timeout", "")],
)
async def test_how_it_went_wrong_is_said_after_the_parts(
    two: Two, together: bool, then: str, code: str, told: str
) -> None:
    taken: list[Any] = []
    parts = taking(two.calls(together), parts=3, then=then, ttl=0.5)
    with pytest.raises(CallError) as caught:
        await take_all(parts, taken)
    assert len(taken) == 3
    assert caught.value.error.code == code
    assert told in str(caught.value)
    assert "/secret" not in str(caught.value)
    await two.until_closed()


async def test_a_part_that_no_message_holds_ends_the_stream_in_words(two: Two) -> None:
    with pytest.raises(CallError, match="ask for less"):
        await take_all(taking(two.far, parts=2, then="large"), [])


@NEAR_AND_FAR
async def test_who_takes_nothing_holds_the_generator_up(two: Two, together: bool) -> None:
    parts = taking(two.calls(together), size=100_000)
    await anext(parts)
    most = 2 if together else MOST // 100_000 + 2
    await until(lambda: two.tape.made >= most - 1)
    await asyncio.sleep(0.1)
    assert two.tape.made <= most
    for _ in range(100):
        await anext(parts)
    assert 100 < two.tape.made <= 101 + most
    await parts.aclose()
    await two.until_closed()


async def test_small_parts_are_bounded_by_their_number(two: Two) -> None:
    parts = taking(two.far)
    await anext(parts)
    await until(lambda: two.tape.made > WINDOW)
    await asyncio.sleep(0.1)
    assert two.tape.made == WINDOW + 1
    await parts.aclose()


@NEAR_AND_FAR
async def test_leaving_ends_the_generator_at_once(two: Two, together: bool) -> None:
    async with aclosing(taking(two.calls(together))) as parts:
        await anext(parts)
        assert two.tape.closed == 0
    await two.until_closed()


@NEAR_AND_FAR
async def test_who_is_cancelled_while_he_waits_leaves_too(two: Two, together: bool) -> None:
    async def wait() -> None:
        async for _ in taking(two.calls(together), parts=1, then="silence"):
            pass

    waiting = asyncio.create_task(wait())
    await until(lambda: two.tape.made)
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    await two.until_closed()


async def test_nobody_ends_anothers_stream_or_lets_it_run(two: Two, buses: Buses) -> None:
    stranger = await buses.open("third")
    seen: list[Request] = []
    stranger.replay(stranger.hear(REQUEST, seen.append, "test"))
    await stranger.sync()
    parts = taking(two.far)
    await anext(parts)
    await until(lambda: seen)
    for flow in (Flow(seen[0].id, end=True), Flow(seen[0].id, taken=10**9)):
        stranger.say(FLOW, flow, ("tape", "play", "process.third"))
    stranger.say(REPLY, Reply(seen[0].id, True, {"number": 7}, part=1), ("process.other", "other", "process.third"))
    for number in range(1, 100):
        assert (await anext(parts))["number"] == number
    assert two.tape.closed == 0
    await parts.aclose()


async def test_a_lost_part_is_noticed(two: Two) -> None:
    parts = taking(two.far)
    await anext(parts)
    request = next(iter(two.far.inflow._arrivals))
    ahead = Reply(request, True, {"number": 900}, part=900)
    two.near.bus.say(REPLY, ahead, ("process.other", "other", "process.core"))
    with pytest.raises(CallError, match="a part of the answer was lost"):
        await take_all(parts, [])
    await two.until_closed()


async def test_a_process_that_dies_ends_what_it_asked_for_and_what_it_answers(buses: Buses, ground: Ground) -> None:
    made: list[Calls] = []
    core = await buses.open("core", lambda bus: made.append(Calls(bus)))
    tape = Tape(made[0])
    await core.sync()
    asking = await buses.open("third", lambda bus: made.append(Calls(bus)))
    await asking.sync()
    parts = taking(made[1], parts=1, then="silence")
    await anext(parts)
    await ground.cut("third", asking._wire)
    await until(lambda: tape.closed == 1, 15)
    with pytest.raises(CallError, match="the connection to the broker broke"):
        await anext(parts)
    parts = taking(made[1], parts=tape.made + 1, then="silence")
    await anext(parts)
    await ground.cut("core", core._wire)
    with pytest.raises(CallError, match="core, which was answering, is gone"):
        await anext(parts)
    await until(lambda: tape.closed == 2, 15)


@NEAR_AND_FAR
async def test_a_worker_that_is_stopped_ends_its_streams_in_words(two: Two, together: bool) -> None:
    parts = taking(two.calls(together), parts=1, then="silence")
    await anext(parts)
    await two.near.close("tape")
    assert two.tape.closed == 1
    with pytest.raises(CallError, match="tape was stopped"):
        await anext(parts)


@NEAR_AND_FAR
async def test_whoever_may_no_longer_call_it_gets_no_more(two: Two, together: bool) -> None:
    for calls in (two.near, two.far):
        calls.people.learn("ben", Person("Ben", "adult"))
    calls = two.calls(together)
    calls.bus.logins.add("person.ben")
    parts = taking(calls, "person.ben", parts=1, then="silence")
    await anext(parts)
    two.near.people.learn("ben", Person("Ben", "guest"))
    with pytest.raises(CallError, match=r"person\.ben may no longer call tape\.play"):
        await anext(parts)
    await two.until_closed()
    with pytest.raises(CallError, match="it takes the role child"):
        await anext(taking(calls, "person.ben"))


async def test_how_a_call_is_asked_must_be_how_it_is_answered(two: Two) -> None:
    for calls in (two.near, two.far):
        with pytest.raises(CallError, match=r"tape\.play answers in parts: ask for a stream"):
            await calls.ask("tape", "play", {"parts": 1})
        with pytest.raises(CallError, match=r"tape\.length answers at once, not in parts"):
            await anext(calls.stream("tape", "length", {"parts": 1}))
        with pytest.raises(CallError, match="valid integer"):
            await anext(calls.stream("tape", "play", {"parts": "many"}))
        with pytest.raises(CallError, match="after its time was up"):
            await anext(taking(calls, ttl=0))


async def test_streams_are_bounded_in_number(two: Two) -> None:
    open_ = []
    for _ in range(STREAMS // 4):
        open_.append(parts := taking(two.far, parts=-1))
        await anext(parts)
    with pytest.raises(CallError, match="end one of them"):
        await anext(taking(two.far))
    for parts in open_:
        await parts.aclose()
    await until(lambda: not len(two.near.outflow))


# -- with time standing still


async def test_a_caller_of_whom_nothing_is_heard_is_gone() -> None:
    async with Rehearsal(asker) as home:
        tape = Tape(home.process.calls)
        request = Request("1", {"parts": -1}, "homeserver/reply/process.core/cli-1", stream=True)
        home.bus.say(REQUEST, request, ("tape", "play", "process.core"))
        await home.clock.advance(55)
        home.bus.say(FLOW, Flow("1", 1), ("tape", "play", "process.core"))
        await home.clock.advance(55)
        assert (tape.begun, tape.closed) == (1, 0)
        await home.clock.advance(10)
        assert tape.closed == 1


async def test_a_request_that_comes_twice_is_carried_out_once() -> None:
    async with Rehearsal(asker) as home:
        tape = Tape(home.process.calls)
        request = Request("1", {"parts": -1}, "homeserver/reply/process.core/cli-1", stream=True)
        for _ in range(3):
            home.bus.say(REQUEST, request, ("tape", "play", "process.core"))
            await home.clock.advance(40)
            home.bus.say(FLOW, Flow("1", 0), ("tape", "play", "process.core"))
        assert tape.begun == 1
