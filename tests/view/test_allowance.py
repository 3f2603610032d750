"""Many templates of one person leave time for everybody else: what is over his share is refused, and comes again."""

import pytest

from homeserver.runtime.clock import VirtualClock
from homeserver.view.allowance import BURST, SHARE, Allowance, Allowances
from homeserver.view.bounds import BoundError
from homeserver.view.templates import TemplateError, Templates

BUSY = "{% for a in range(100) %}{% for b in range(100) %}{{ a }}{% endfor %}{% endfor %}"


async def test_a_burst_may_be_taken_at_once_and_a_share_of_the_time_for_long() -> None:
    clock = VirtualClock()
    mine = Allowance(clock)
    mine.spend(BURST)
    assert mine.wait() == 0
    mine.spend(SHARE)
    assert mine.wait() == pytest.approx(1)
    with pytest.raises(BoundError, match=r"time again in 1 s"):
        mine.check()
    await clock.advance(2)
    assert mine.wait() == 0
    mine.check()


def test_everybody_has_his_own() -> None:
    all = Allowances(VirtualClock())
    all.of("person.anna").spend(100)
    assert all.of("person.anna").wait() > 0
    assert all.of("person.ben").wait() == 0


async def test_what_is_rendered_and_compiled_for_somebody_is_counted_and_refused() -> None:
    clock, templates = VirtualClock(), Templates()
    busy = templates.compile(BUSY)
    busy.render({})
    mine = templates.sandbox.allowance = Allowance(clock)
    for _ in range(1000):
        if mine.wait():
            break
        busy.render({})
    with pytest.raises(TemplateError, match="more than 20% of the home's time"):
        busy.render({})
    with pytest.raises(TemplateError, match="more than 20% of the home's time"):
        templates.compile(f"{BUSY} ")
    await clock.advance(60)
    assert busy.render({})
    templates.sandbox.allowance = None
    mine.spend(100)
    assert busy.render({})
