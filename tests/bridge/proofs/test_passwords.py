"""Stretching: few at once, a bounded queue, off the event loop; the same time for whoever asks."""

import asyncio
import statistics
import threading
import time
from collections.abc import Iterator

import pytest
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher
from pwdlib.hashers.bcrypt import BcryptHasher

from homeserver.bridge.proofs.passwords import PARALLEL, WAITING, Passwords, check, stretching
from homeserver.bridge.refusals import Refusal
from homeserver.runtime.clock import VirtualClock
from homeserver.runtime.store import Ledger

ANNA = "person.anna"


class Slow(PasswordHash):
    """Stands still until it is let go, and counts how many are at it."""

    def __init__(self) -> None:
        super().__init__((Argon2Hasher(time_cost=1, memory_cost=8, parallelism=1), BcryptHasher(rounds=4)))
        self.go = threading.Event()
        self.most = self.now = 0
        self._lock = threading.Lock()

    def verify_and_update(self, password: str | bytes, hash: str | bytes) -> tuple[bool, str | None]:
        with self._lock:
            self.now += 1
            self.most = max(self.most, self.now)
        self.go.wait(10)
        with self._lock:
            self.now -= 1
        return super().verify_and_update(password, hash)


@pytest.fixture
def passwords(ledger: Ledger, clock: VirtualClock) -> Iterator[Passwords]:
    made = Passwords(ledger, clock)
    yield made
    made.close()


def test_the_hash_is_argon2id_with_64_mib() -> None:
    assert stretching().hash("x").startswith("$argon2id$v=19$m=65536,t=3,")


async def test_two_at_once_some_wait_and_the_rest_come_again(ledger: Ledger, clock: VirtualClock) -> None:
    slow = Slow()
    passwords = Passwords(ledger, clock, slow)
    slow.go.set()
    await passwords.set(ANNA, "a long sentence")
    assert await passwords.verify(ANNA, "a long sentence")
    slow.go.clear()
    tasks = [asyncio.create_task(passwords.verify(ANNA, "a long sentence")) for _ in range(50)]
    turned_away = asyncio.as_completed(tasks)
    for _ in range(50 - PARALLEL - WAITING):
        with pytest.raises(Refusal):
            await next(turned_away)
    slow.go.set()
    outcomes = await asyncio.gather(*tasks, return_exceptions=True)
    assert outcomes.count(True) == PARALLEL + WAITING
    refused = [one for one in outcomes if isinstance(one, Refusal)]
    assert {(one.status, one.headers["retry-after"]) for one in refused} == {(429, "5")}
    assert slow.most == PARALLEL
    assert await passwords.verify(ANNA, "a long sentence"), "the places are free again"
    passwords.close()


async def test_unknown_and_known_cost_the_same_time(passwords: Passwords) -> None:
    await passwords.set(ANNA, "a long sentence")
    await passwords.verify("", "x")

    async def seconds(login: str) -> float:
        began = time.thread_time(), time.perf_counter()
        assert not await passwords.verify(login, "a wrong sentence")
        return time.perf_counter() - began[1]

    pairs = [(await seconds(ANNA), await seconds("person.nobody")) for _ in range(7)]
    known, unknown = (statistics.median(side) for side in zip(*pairs, strict=True))
    assert unknown > known / 2, "nobody's password is stretched too"
    assert known > unknown / 2


@pytest.mark.parametrize("stored", ["", "plain text", "$argon2id$v=19$m=8,t=1,p=1$x$y", "$2b$12$short"])
async def test_a_row_that_is_no_hash_lets_nobody_in(passwords: Passwords, stored: str) -> None:
    passwords.put(ANNA, stored)
    assert not await passwords.verify(ANNA, stored)
    assert not await passwords.verify(ANNA, "")


@pytest.mark.parametrize("password", ["", "1234567", "x" * 257])
def test_what_nobody_should_have_is_refused(password: str) -> None:
    with pytest.raises(Refusal):
        check(password)
