"""Two small workers for tests of processes, calls and hosting."""

import asyncio
from typing import ClassVar

from pydantic import BaseModel

from homeserver.runtime.house import House
from homeserver.runtime.rehearsal import Rehearsal
from homeserver.runtime.worker import Worker, answers, every, hears
from homeserver.topics.call import Call, Caller
from homeserver.topics.topic import Retained, Topic
from tests.runtime.spoken import Word


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


class Text(BaseModel):
    text: str


WAIT = Call("slow", "wait", Double, Text)
MUCH = Call("slow", "much", Double, Text)
ODD = Call("slow", "odd", Double, Text)


class Slow(Worker):
    """Answers late, at length, or with what cannot be said."""

    name = "slow"

    @answers(WAIT)
    async def wait(self, request: Double, caller: Caller) -> Text:
        await asyncio.Event().wait()
        return Text(text="never")

    @answers(MUCH)
    async def much(self, request: Double, caller: Caller) -> Text:
        return Text(text="x" * request.number)

    @answers(ODD)
    async def odd(self, request: Double, caller: Caller) -> Text:
        return object()  # type: ignore[return-value]  # the bug


def slow(house: House) -> Slow:
    return Slow(house)


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
