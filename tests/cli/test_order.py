"""Causes come before effects in what is watched, and nothing waits for long."""

import random

import pytest

from homeserver.cli.happenings import Happening
from homeserver.cli.order import HOLD, CausalOrder
from homeserver.runtime.clock import VirtualClock


def happening(kind: str, about: str, cause: str = "", parent: str = "") -> Happening:
    return Happening(kind, about, "", "", {"cause": {"id": cause, "by": "x", "parent": parent or None}})


SEEN = happening("state", "motion", "m")
WISH = happening("command", "lamp", "c", "m")
LIT = happening("state", "lamp", "s", "c")
SAME = happening("state", "lamp", "c", "m")
"""An owner may put a state down to the command's own cause."""


async def told(*arriving: tuple[float, Happening]) -> list[tuple[float, Happening]]:
    """What is told when these come, each so many seconds after the one before."""
    clock, lines = VirtualClock(), list[tuple[float, Happening]]()
    order = CausalOrder(clock, lambda one: lines.append((round(clock.monotonic(), 3), one)))
    for pause, one in arriving:
        await clock.advance(pause)
        order.add(one)
    await clock.advance(1)
    assert order._held == {}
    return lines


async def test_an_effect_that_came_first_waits_for_its_cause() -> None:
    assert await told((0, LIT), (0.06, WISH)) == [(HOLD, WISH), (HOLD, LIT)]
    bare = Happening("command", "lamp", "", "", {"id": "c"})
    assert await told((0, LIT), (0.06, bare)) == [(HOLD, bare), (HOLD, LIT)]
    assert await told((0, SAME), (0.06, WISH)) == [(HOLD, WISH), (HOLD, SAME)]


@pytest.mark.parametrize("seed", range(6))
async def test_a_whole_chain_is_put_in_order(seed: int) -> None:
    chain = [SEEN, WISH, LIT]
    random.Random(seed).shuffle(chain)
    lines = await told(*((0.02, one) for one in chain))
    assert [one for _, one in lines] == [SEEN, WISH, LIT]


async def test_what_has_nothing_to_do_with_each_other_keeps_its_order_and_waits_no_longer_than_the_window() -> None:
    rows = [happening("event", str(number), f"e{number}" * (number % 2)) for number in range(6)]
    lines = await told(*((0.03, one) for one in rows))
    assert [one for _, one in lines] == rows
    assert [time for time, _ in lines] == [round(0.03 * (place + 1) + HOLD, 3) for place in range(6)]


async def test_a_cause_that_never_comes_or_a_circle_holds_nothing_up() -> None:
    assert [one for _, one in await told((0, LIT), (0.3, WISH))] == [LIT, WISH]
    endless = [happening("event", str(n), str(n), str(n + 1)) for n in range(5_000)]
    assert [one for _, one in await told(*((0, one) for one in endless))] == endless[::-1]
    circle = [happening("command", "a", "1", "2"), happening("command", "b", "2", "1")]
    assert len(await told(*((0, one) for one in circle))) == 2
