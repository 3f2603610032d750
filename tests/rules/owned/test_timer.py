"""Timers, held to Home Assistant's documentation of the integration timer."""

from typing import Any

import pytest

from homeserver.rules.owned.timer import Timer
from homeserver.rules.reading.fields import Fields
from homeserver.rules.reading.problem import RuleError
from homeserver.rules.reading.yaml_source import read
from homeserver.runtime.clock import VirtualClock
from homeserver.topics.call import CallError
from tests.rules.owned.desk import Desk


def timer(text: str, clock: VirtualClock, **kept: Any) -> tuple[Timer, Desk]:
    one, desk = Timer(Fields(read(text).root), "tea"), Desk(clock)
    one.desk = desk
    if kept and not one.starts_anew:
        one.restore(kept)
    one.begin()
    return one, desk


def act(one: Timer, service: str, **data: Any) -> None:
    one.acts[service](one, data, None)


def names(desk: Desk) -> list[str]:
    found, desk.events = [name for name, _ in desk.events], []
    return found


async def test_it_runs_and_tells_that_it_has_finished() -> None:
    clock = VirtualClock()
    one, desk = timer("duration: '00:01:30'", clock)
    assert one.attributes["duration"] == "0:01:30"
    act(one, "start")
    assert one.state == "active"
    assert one.attributes["finishes_at"] == "2026-01-05T07:01:30+00:00"
    await clock.advance(89)
    assert names(desk) == ["timer.started"]
    await clock.advance(1)
    assert one.state == "idle"
    assert desk.events == [("timer.finished", {"entity_id": "timer.tea", "finished_at": "2026-01-05T07:01:30+00:00"})]


async def test_a_pause_keeps_what_is_left_and_start_goes_on() -> None:
    clock = VirtualClock()
    one, desk = timer("duration: 60", clock)
    act(one, "start")
    await clock.advance(20)
    act(one, "pause")
    assert (one.state, one.attributes["remaining"]) == ("paused", "0:00:40")
    await clock.advance(600)
    act(one, "start")
    assert names(desk) == ["timer.started", "timer.paused", "timer.restarted"]
    await clock.advance(39)
    assert one.state == "active"
    await clock.advance(1)
    assert names(desk) == ["timer.finished"]


async def test_a_start_while_it_runs_begins_again() -> None:
    clock = VirtualClock()
    one, desk = timer("duration: 60", clock)
    act(one, "start")
    await clock.advance(50)
    act(one, "start")
    await clock.advance(50)
    assert (one.state, names(desk)) == ("active", ["timer.started", "timer.restarted"])
    act(one, "start", duration={"minutes": 2})
    assert one.attributes["duration"] == "0:02:00"
    act(one, "cancel")
    assert (one.state, one.attributes["duration"]) == ("idle", "0:01:00")
    assert names(desk) == ["timer.restarted", "timer.cancelled"]
    await clock.advance(600)
    assert names(desk) == []


async def test_it_is_changed_while_it_runs_only_and_not_beyond_its_duration() -> None:
    clock = VirtualClock()
    one, desk = timer("duration: 60", clock)
    with pytest.raises(CallError, match="it does not run"):
        act(one, "change", duration=5)
    act(one, "start")
    with pytest.raises(CallError, match="longer than its 0:01:00"):
        act(one, "change", duration=30)
    act(one, "change", duration="-00:00:40")
    await clock.advance(20)
    assert names(desk) == ["timer.started", "timer.changed", "timer.finished"]


async def test_cancel_and_finish_mean_nothing_while_it_is_idle() -> None:
    one, desk = timer("duration: 60", VirtualClock())
    act(one, "cancel")
    act(one, "finish")
    act(one, "pause")
    assert names(desk) == []


async def test_it_goes_on_after_a_restart_with_what_is_left() -> None:
    clock = VirtualClock()
    one, _ = timer("duration: 60", clock)
    act(one, "start")
    kept = one.kept()
    one.end()
    await clock.advance(40)
    again, desk = timer("duration: 60", clock, **kept)
    assert again.state == "active"
    await clock.advance(19)
    assert names(desk) == []
    await clock.advance(1)
    assert names(desk) == ["timer.finished"]


async def test_one_that_ended_while_nothing_ran_tells_so_with_its_own_moment() -> None:
    """timer: "In case the timer would have finished while Home Assistant was stopped, the event contains the time that
    it would have finished." """
    clock = VirtualClock()
    one, _ = timer("duration: 60", clock)
    act(one, "start")
    kept = one.kept()
    one.end()
    await clock.advance(4_000)
    again, desk = timer("duration: 60", clock, **kept)
    await clock.advance(0)
    assert again.state == "idle"
    assert desk.events == [("timer.finished", {"entity_id": "timer.tea", "finished_at": "2026-01-05T07:01:00+00:00"})]


async def test_one_that_is_not_restored_is_idle() -> None:
    one, _ = timer("{duration: 60, restore: false}", VirtualClock(), state="paused", lasts=60, left=30, ends=None)
    assert one.state == "idle"


def test_a_duration_that_is_none_is_refused() -> None:
    with pytest.raises(RuleError, match="duration must be seconds, 00:05:00"):
        timer("duration: soon", VirtualClock())
