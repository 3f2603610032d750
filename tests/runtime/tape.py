"""A streamed call for tests: a tape that counts, with knobs for all that can go wrong."""

import asyncio
from collections.abc import AsyncGenerator
from typing import Any

from pydantic import BaseModel

from homeserver.runtime.calls import Calls
from homeserver.topics.call import Call, Caller, CallError


class Play(BaseModel):
    """Play a tape: `parts` numbers from 0 (-1: without end), each with `size` bytes of noise; then `then`."""

    parts: int
    size: int = 0
    then: str = ""


class Tick(BaseModel):
    number: int
    noise: str = ""


PLAY = Call("tape", "play", Play, Tick, role="child", stream=True)
LENGTH = Call("tape", "length", Play, Tick, role="child")


class Tape:
    """What it played, and how often it was let go."""

    def __init__(self, calls: Calls) -> None:
        self.calls = calls
        self.made = 0
        self.begun = 0
        self.closed = 0
        calls.answer(PLAY, self.play)
        calls.answer(LENGTH, self.length)
        calls.open("tape")

    async def play(self, request: Play, caller: Caller) -> AsyncGenerator[Tick, None]:
        self.begun += 1
        try:
            while self.made != request.parts:
                self.made += 1
                yield Tick(number=self.made - 1, noise="x" * request.size)
            if request.then == "refuse":
                raise CallError("conflict", "the tape is torn", "parts")
            if request.then == "bug":
                raise KeyError("/secret/tape")
            if request.then == "silence":
                await asyncio.Event().wait()
            if request.then == "large":
                yield Tick(number=0, noise="x" * 300_000)
        finally:
            self.closed += 1

    async def length(self, request: Play, caller: Caller) -> Tick:
        return Tick(number=request.parts)


def taking(calls: Calls, login: str = "", **request: Any) -> AsyncGenerator[Any, None]:
    """The parts of a tape, by names; `ttl` is the longest silence."""
    ttl = request.pop("ttl", 30.0)
    return calls.stream("tape", "play", {"parts": -1, **request}, ttl=ttl, login=login)
