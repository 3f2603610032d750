"""An inbox: one handler, bounded, and loud about what it loses."""

import asyncio

import pytest

from homeserver.runtime.clock import settle
from homeserver.runtime.delivery import Inbox
from homeserver.runtime.heard import Heard


@pytest.mark.parametrize("addresses", [1, 50])
async def test_a_handler_that_falls_behind_costs_no_more_than_its_limit(
    addresses: int, caplog: pytest.LogCaptureFixture
) -> None:
    gate = asyncio.Event()
    done: list[int] = []

    async def slow(message: int) -> None:
        await gate.wait()
        done.append(message)

    inbox = Inbox(slow, lambda *_: None, "slow", limit=10)
    for number in range(50):
        inbox.deliver(number, Heard((), f"event/{number % addresses}", False, 0.0))
    await settle()
    gate.set()
    await settle()
    assert len(done) + inbox.overflowed == 50
    assert 10 <= len(done) <= 11, "those that wait, and the one under way"
    assert caplog.text.count("slow falls behind") == 1
