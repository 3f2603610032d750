"""A lamp does what it is told, fades as asked, and draws power in proportion."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.demo_home.electricity import Load
from integrations.demo_home.lamps import COLD, WARM, Bulb, Lamp, Wish
from integrations.demo_home.timeline import Timeline
from tests.integrations.demo_home.conftest import WINTER

BULB = Bulb("desk", "office", watts=10, lumens=800, standby=0.4, fade=0.0)
wishes = st.builds(
    Wish,
    on=st.none() | st.booleans(),
    brightness=st.none() | st.floats(0, 1.01),
    mired=st.none() | st.integers(0, 1_000),
    transition=st.none() | st.floats(0, 20),
)


def lamp_of(bulb: Bulb = BULB) -> tuple[Lamp, Load, Timeline, list[int]]:
    timeline = Timeline(WINTER)
    load = Load(timeline)
    said: list[int] = []
    return Lamp(bulb, timeline, load, lambda: said.append(1)), load, timeline, said


def test_power_is_in_proportion_to_brightness() -> None:
    lamp, load, _, said = lamp_of()
    assert load.watts == 0.4
    lamp.set(Wish(on=True, brightness=0.5))
    assert lamp.on
    assert (lamp.lumens, load.watts) == pytest.approx((400, 5.4))
    lamp.set(Wish(on=False))
    assert (lamp.on, lamp.lumens, load.watts) == (False, 0, 0.4)
    assert len(said) == 2


def test_brightness_is_kept_over_off_and_nought_means_off() -> None:
    lamp, *_ = lamp_of()
    lamp.set(Wish(brightness=0.3))
    seen = [lamp.on]
    lamp.set(Wish(brightness=0))
    seen.append(lamp.on)
    lamp.toggle()
    assert [*seen, lamp.on] == [True, False, True]
    assert lamp.brightness == 0.3


def test_a_transition_is_gradual_and_its_energy_is_that_of_a_ramp() -> None:
    lamp, load, timeline, _ = lamp_of()
    lamp.set(Wish(on=True, transition=10))
    seen = []
    for second in range(1, 11):
        timeline.run(second)
        seen.append(lamp.shining)
    assert seen == sorted(seen)
    assert 0.4 < seen[4] < 0.65
    assert seen[-1] == 1
    standby = 0.4 * 10
    assert 3.6e6 * load.kwh() - standby == pytest.approx(0.5 * 10 * 10, rel=0.1)


def test_a_newer_wish_ends_an_older_transition() -> None:
    lamp, load, timeline, _ = lamp_of()
    lamp.set(Wish(on=True, transition=60))
    timeline.run(20)
    lamp.set(Wish(on=False, transition=0))
    timeline.run(120)
    assert (lamp.shining, load.watts) == (0, 0.4)


@given(st.lists(wishes, max_size=12))
def test_no_wish_leads_out_of_bounds_and_in_the_end_it_shines_as_set(many: list[Wish]) -> None:
    lamp, load, timeline, _ = lamp_of(Bulb("desk", "office", 10, 800))
    for wish in many:
        lamp.set(wish)
        timeline.run(timeline.now + 3)
        assert 0 <= lamp.shining <= 1
        assert 0.4 <= load.watts <= 10.4 + 1e-9
        assert 0 < lamp.brightness <= 1
        assert COLD <= lamp.mired <= WARM
    timeline.run(timeline.now + 30)
    assert lamp.shining == (lamp.brightness if lamp.on and many else 0)
