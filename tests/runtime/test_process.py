"""A process and its workers: opening, hand-over, calls, failures, leases, what is wanted."""

import asyncio
from typing import ClassVar

import pytest
from pydantic import BaseModel

from homeserver.runtime.clock import settle
from homeserver.runtime.house import House, UndeclaredError
from homeserver.runtime.memory_broker import MemoryBroker
from homeserver.runtime.rehearsal import Rehearsal
from homeserver.runtime.worker import MisdeclaredError, Worker, answers, every, hears
from homeserver.topics.call import REPLY, REQUEST, Call, Caller, CallError, Request
from homeserver.topics.process import (
    FAILURE,
    PROCESS_WANTED,
    WORKER_CALLS,
    WORKER_STATUS,
    Failure,
    Wanted,
    WorkerCalls,
    WorkerStatus,
)
from homeserver.topics.topic import Retained, Topic
from tests.runtime.test_bus import Word


class Double(BaseModel):
    """Twice a number."""

    number: int


class Doubled(BaseModel):
    result: int


DOUBLE = Call("sums", "double", Double, Doubled, role="child")
SECRET = Call("sums", "secret", Double, Doubled, role="owner")
BROKEN = Call("sums", "broken", Double, Doubled)
COUNTED = Retained("sums/{name}/count", Word)
SPOKE = Topic[Word]("event/spoke/{login}", Word)


class Sums(Worker):
    """Answers, hears, counts."""

    name = "sums"
    says: ClassVar = (COUNTED,)

    def __init__(self, house: House) -> None:
        super().__init__(house)
        self.ticks = 0
        self.calls = 0
        self.heard: list[str] = []

    @answers(DOUBLE)
    async def double(self, request: Double, caller: Caller) -> Doubled:
        self.calls += 1
        return Doubled(result=2 * request.number)

    @answers(SECRET)
    async def secret(self, request: Double, caller: Caller) -> Doubled:
        return Doubled(result=0)

    @answers(BROKEN)
    async def broken(self, request: Double, caller: Caller) -> Doubled:
        raise KeyError("a bug")

    @hears(SPOKE)
    async def spoke(self, word: Word) -> None:
        if word.text == "bad":
            raise ValueError("bad word")
        self.heard.append(word.text)
        self.house.say(COUNTED, Word(str(len(self.heard))), "words")

    @every(seconds=10)
    async def tick(self) -> None:
        self.ticks += 1


def sums(house: House) -> Sums:
    return Sums(house)


class Asker(Worker):
    """Only asks."""

    name = "asker"


def asker(house: House) -> Asker:
    return Asker(house)


def the_sums(home: Rehearsal) -> Sums:
    worker = home.process.hosted["sums"].worker
    assert isinstance(worker, Sums)
    return worker


def the_house(home: Rehearsal, name: str) -> House:
    worker = home.process.hosted[name].worker
    assert worker is not None
    return worker.house


async def test_a_call_in_the_same_process_is_answered_with_the_object() -> None:
    async with Rehearsal(sums, asker) as home:
        answer = await the_house(home, "asker").call(DOUBLE, Double(number=21))
        assert answer == Doubled(result=42)
        assert the_sums(home).calls == 1


async def test_a_call_to_another_process_is_answered_over_the_bus() -> None:
    broker = MemoryBroker()
    async with Rehearsal(sums, broker=broker), Rehearsal(asker, broker=broker, process="other") as other:
        answer = await the_house(other, "asker").call(DOUBLE, Double(number=4))
        assert answer == Doubled(result=8)


async def test_nobody_answers_and_the_call_ends_after_its_ttl() -> None:
    async with Rehearsal(asker) as home:
        asking = asyncio.create_task(the_house(home, "asker").call(DOUBLE, Double(number=1), ttl=5))
        await home.clock.advance(6)
        with pytest.raises(CallError, match=r"sums\.double did not answer within 5 s"):
            await asking


@pytest.mark.parametrize(
    ("verb", "args", "code", "field"),
    [
        ("double", {"number": "many"}, "invalid", "number"),
        ("double", {}, "invalid", "number"),
        ("nothing", {}, "not_found", None),
        ("broken", {"number": 1}, "failed", None),
    ],
)
async def test_what_is_wrong_with_a_call_is_said(verb: str, args: dict[str, object], code: str, field: str) -> None:
    broker = MemoryBroker()
    async with Rehearsal(sums, broker=broker), Rehearsal(asker, broker=broker, process="other") as other:
        with pytest.raises(CallError) as caught:
            await the_house(other, "asker").ask("sums", verb, args)
        assert (caught.value.error.code, caught.value.error.field) == (code, field)
        assert "Traceback" not in str(caught.value)


async def test_roles_are_those_of_the_login_and_a_device_calls_nothing() -> None:
    async with Rehearsal(sums) as home:
        calls = home.process.calls
        calls.people = {"anna": "adult", "owner": "owner"}
        for login, verb, code in (
            ("person.anna", "double", None),
            ("person.anna", "secret", "denied"),
            ("person.owner", "secret", None),
            ("person.nobody", "double", "denied"),
            ("device.plug", "double", "denied"),
        ):
            try:
                await calls.ask("sums", verb, {"number": 1}, login=login)
                outcome = None
            except CallError as error:
                outcome = error.error.code
            assert outcome == code, (login, verb)


async def test_a_reply_goes_only_under_the_callers_own_replies_and_each_id_is_carried_out_once() -> None:
    broker = MemoryBroker()
    async with Rehearsal(sums, broker=broker) as home, Rehearsal(asker, broker=broker, process="other") as other:
        replies = other.listen(REPLY)
        victim = Request("1", {"number": 1}, "homeserver/reply/person.anna/phone")
        other.bus.say(REQUEST, victim, ("sums", "double", "process.other"))
        proper = Request("2", {"number": 1}, "homeserver/reply/process.other/probe")
        for _ in range(3):
            other.bus.say(REQUEST, proper, ("sums", "double", "process.other"))
        await settle(40)
        assert {reply.id for reply in replies} == {"2"}
        assert the_sums(home).calls == 2


async def test_a_bug_in_a_handler_is_told_and_the_worker_lives_on() -> None:
    async with Rehearsal(sums) as home:
        failures: list[Failure] = home.listen(FAILURE)
        for text in ("good", "bad", "better"):
            home.bus.say(SPOKE, Word(text), (home.bus.login,))
            await settle()
        assert the_sums(home).heard == ["good", "better"]
        assert [(f.worker, f.handler, f.error) for f in failures] == [("sums", "spoke", "ValueError: bad word")]


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


async def test_a_second_instance_of_a_singleton_waits_and_says_where_the_first_is() -> None:
    broker = MemoryBroker()
    async with Rehearsal(sums, broker=broker):
        second = Rehearsal(sums, broker=broker, process="other")
        await second.process.open(["sums"])
        await settle(60)
        status = second.bus.present["worker/sums/other/status"].message
        assert status.state == "offline"
        assert "already runs in process core" in status.reason
        assert not second.process.hosted["sums"].opened.is_set()
    await second.clock.advance(2)
    await settle(60)
    assert second.process.hosted["sums"].opened.is_set(), "it takes over when the first is gone"
    await second.process.close()


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


async def test_refused_messages_are_counted_and_told_at_intervals(caplog: pytest.LogCaptureFixture) -> None:
    async with Rehearsal(sums) as home:
        for number in range(50):
            home.broker.route("", "homeserver/call/sums/double/person.owner", b"{%d" % number, False)
        await settle()
        await home.clock.advance(11)
        told = [record.getMessage() for record in caplog.records if "refused" in record.getMessage()]
        assert [text.split()[1] for text in told] == ["1", "49"]


def test_a_handler_that_does_not_take_what_it_hears_is_an_error_at_import() -> None:
    with pytest.raises(MisdeclaredError, match="is given"):

        class Wrong(Worker):
            name = "wrong"

            @hears(SPOKE)  # type: ignore[arg-type]
            def spoke(self, word: str) -> None: ...


def test_a_retained_topic_must_be_heard_with_none() -> None:
    with pytest.raises(MisdeclaredError, match="is given"):

        class Wrong(Worker):
            name = "wrong"

            @hears(COUNTED)  # type: ignore[arg-type]
            def counted(self, word: Word) -> None: ...
