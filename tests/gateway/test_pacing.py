"""Wishes for devices behind a slow radio: the last one counts, turns are fair, what is lost is tried again."""

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine
from itertools import pairwise
from typing import Any

import pytest

from homeserver.gateway.pacing import MOST, SUPERSEDED, LostError, Pace, Pacer, RefusedError
from homeserver.runtime.clock import VirtualClock


class Lamps:
    """Devices that take `seconds` for each command and lose some of them."""

    def __init__(self, pace: Pace, loss: float = 0.0) -> None:
        self.clock = VirtualClock()
        self.pacer = Pacer(self.clock, lambda work, name: asyncio.get_running_loop().create_task(work), pace)
        self.chance = random.Random(7)
        self.loss = loss
        self.seconds = 0.04
        self.state: dict[str, object] = {}
        self.sent: list[tuple[float, str, object]] = []
        self.on_their_way = 0
        self.most_on_their_way = 0

    def sending(self, device: str, attribute: str, value: object) -> Callable[[], Awaitable[None]]:
        async def send() -> None:
            self.sent.append((self.clock.monotonic(), device, value))
            self.on_their_way += 1
            self.most_on_their_way = max(self.most_on_their_way, self.on_their_way)
            await self.clock.sleep(self.seconds)
            self.on_their_way -= 1
            heard, answered = self.chance.random() >= self.loss, self.chance.random() >= self.loss
            if heard:
                self.state[f"{device}/{attribute}"] = value
            if not (heard and answered):
                await self.clock.sleep(0.5)
                raise LostError("it did not acknowledge")

        return send

    def wish(self, device: str, attribute: str, value: object, ttl: float = 30.0) -> "asyncio.Future[str]":
        return self.pacer.wish(device, attribute, self.sending(device, attribute, value), ttl)


async def test_of_many_wishes_for_one_attribute_the_last_counts() -> None:
    lamps = Lamps(Pace(at_once=1, seconds=0.0))
    wishes = [lamps.wish("lamp", "level", level) for level in range(100)]
    await lamps.clock.advance(1)
    assert [value for _, _, value in lamps.sent] == [0, 99]
    outcomes = Counter(wish.result() for wish in wishes)
    assert outcomes == {"": 2, SUPERSEDED: 98}
    assert lamps.state == {"lamp/level": 99}


async def test_attributes_of_one_device_go_one_after_the_other() -> None:
    lamps = Lamps(Pace(at_once=6, seconds=0.0))
    for attribute in ("power", "level", "colour"):
        lamps.wish("lamp", attribute, attribute)
    await lamps.clock.advance(1)
    assert [value for _, _, value in lamps.sent] == ["power", "level", "colour"]
    assert lamps.most_on_their_way == 1


async def test_devices_take_turns() -> None:
    lamps = Lamps(Pace(at_once=1, seconds=0.0))
    for attribute in ("a", "b", "c"):
        lamps.wish("greedy", attribute, attribute)
    lamps.wish("modest", "a", "a")
    await lamps.clock.advance(1)
    assert [device for _, device, _ in lamps.sent] == [
        "greedy",
        "greedy",
        "modest",
        "greedy",
    ]  # the first was on its way


async def test_no_more_at_once_and_no_faster_than_the_radio_bears() -> None:
    lamps = Lamps(Pace(at_once=3, seconds=0.02))
    for number in range(30):
        lamps.wish(f"lamp{number}", "power", "on")
    await lamps.clock.advance(5)
    times = [moment for moment, _, _ in lamps.sent]
    assert lamps.most_on_their_way == 3
    assert len(times) == 30
    assert min(later - earlier for earlier, later in pairwise(times)) >= 0.02 - 1e-9


async def test_a_device_that_does_not_answer_holds_up_nobody_else() -> None:
    lamps = Lamps(Pace(at_once=1, seconds=0.0))

    async def silence() -> None:
        await lamps.clock.sleep(0.5)
        raise LostError("no answer")

    dead = lamps.pacer.wish("dead", "power", silence, 10)
    for number in range(10):
        lamps.wish(f"lamp{number}", "power", "on")
    await lamps.clock.advance(2)
    assert len(lamps.state) == 10
    await lamps.clock.advance(8)
    assert dead.result() == "no answer"


async def test_tries_rest_longer_and_longer_and_end_with_the_time() -> None:
    lamps = Lamps(Pace(), loss=1.0)
    lamps.seconds = 0.0
    wish = lamps.wish("lamp", "power", "on", ttl=10)
    await lamps.clock.advance(11)
    times = [moment for moment, _, _ in lamps.sent]
    pauses = [later - earlier for earlier, later in pairwise(times)]
    assert pauses == sorted(pauses)
    assert pauses[0] == pytest.approx(0.6)
    assert times[-1] < 10
    assert wish.result() == "it did not acknowledge"
    await lamps.clock.advance(60)
    assert len(lamps.sent) == len(times)


async def test_a_new_wish_does_not_wait_for_the_rest_of_an_old_one() -> None:
    lamps = Lamps(Pace(), loss=1.0)
    first = lamps.wish("lamp", "power", "on", ttl=60)
    await lamps.clock.advance(8)
    lamps.loss = 0.0
    second = lamps.wish("lamp", "power", "off", ttl=60)
    await lamps.clock.advance(1.5)
    assert (first.result(), second.result()) == (SUPERSEDED, "")
    assert lamps.state == {"lamp/power": "off"}


async def test_what_is_refused_is_not_tried_again() -> None:
    lamps = Lamps(Pace())
    count = 0

    async def refuse() -> None:
        nonlocal count
        count += 1
        raise RefusedError("this lamp has no colours")

    wish = lamps.pacer.wish("lamp", "colour", refuse, 30)
    await lamps.clock.advance(60)
    assert (wish.result(), count) == ("this lamp has no colours", 1)


async def test_while_the_radio_is_away_wishes_wait_and_the_last_is_sent() -> None:
    lamps = Lamps(Pace())
    lamps.pacer.pause("the stick is unplugged")
    early = lamps.wish("lamp", "power", "on", ttl=5)
    await lamps.clock.advance(6)
    assert early.result() == "the stick is unplugged"
    late = lamps.wish("lamp", "power", "off", ttl=5)
    await lamps.clock.advance(1)
    assert lamps.sent == []
    lamps.pacer.resume()
    await lamps.clock.advance(1)
    assert late.result() == ""
    assert lamps.state == {"lamp/power": "off"}


async def test_the_queue_is_bounded_and_says_so() -> None:
    lamps = Lamps(Pace())
    lamps.pacer.pause("the stick is unplugged")
    for number in range(MOST):
        lamps.wish(f"lamp{number}", "power", "on")
    with pytest.raises(RefusedError, match=f"{MOST} commands wait"):
        lamps.wish("one more", "power", "on")
    replaced = lamps.wish("lamp0", "power", "off")  # takes no more room
    assert not replaced.done()


async def test_who_is_gone_wants_nothing() -> None:
    lamps = Lamps(Pace())
    lamps.pacer.pause("")
    lamps.pacer.pause("away")
    wish = lamps.wish("lamp", "power", "on")
    lamps.pacer.forget("lamp", "it was removed")
    lamps.pacer.resume()
    await lamps.clock.advance(5)
    assert (wish.result(), lamps.sent) == ("it was removed", [])


async def test_a_bug_in_one_command_ends_that_one() -> None:
    lamps = Lamps(Pace(at_once=1))
    broken = []

    async def bug() -> None:
        broken.append(1)
        raise KeyError("lamp")

    def start(work: Coroutine[Any, Any, None], name: str) -> "asyncio.Task[None]":
        task = asyncio.get_running_loop().create_task(work)
        task.add_done_callback(lambda done: done.exception())
        return task

    lamps.pacer = Pacer(lamps.clock, start, Pace(at_once=1))
    wish = lamps.pacer.wish("lamp", "power", bug, 30)
    other = lamps.wish("other", "power", "on")
    await lamps.clock.advance(1)
    assert "broke" in wish.result()
    assert (other.result(), len(broken)) == ("", 1)


@pytest.mark.parametrize(("loss", "seconds"), [(0.05, 3.0), (0.1, 5.0), (0.2, 10.0)])
async def test_fifty_lamps_on_a_lossy_radio_come_to_what_was_wished(loss: float, seconds: float) -> None:
    lamps = Lamps(Pace(), loss)
    for scene in range(20):
        for number in range(50):
            lamps.wish(f"lamp{number}", "power", scene, ttl=30)
        await lamps.clock.advance(seconds)
        wrong = [device for device, value in lamps.state.items() if value != scene]
        assert (len(lamps.state), len(wrong)) == (50, 0)
    expected = 1 / (1 - loss) ** 2
    assert len(lamps.sent) / 1000 == pytest.approx(expected, rel=0.15)
    assert lamps.pacer.tries == len(lamps.sent)
