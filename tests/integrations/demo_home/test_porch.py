"""Whoever comes rings, is seen as long as they stand there, and leaves a picture."""

from random import Random

from integrations.demo_home.porch import STAYS, Porch
from integrations.demo_home.sensors import Bell
from integrations.demo_home.sun import Light
from integrations.demo_home.timeline import Timeline
from tests.integrations.demo_home.conftest import WINTER


def test_a_visitor_rings_and_goes_and_the_picture_stays() -> None:
    timeline, rang, changed = Timeline(WINTER), list[float](), list[float]()
    bell = Bell(timeline, lambda: None)
    porch = Porch(
        timeline, Random(1), bell, lambda: (Light(30, 180, 300, 100), 0.2),
        lambda: changed.append(timeline.now), lambda: rang.append(timeline.now),
    )  # fmt: skip
    empty = porch.picture()
    assert not porch.latest
    timeline.run(60)
    porch.visit()
    assert (rang, bell.rings, bell.pressed) == ([60.0], 1, True)
    assert porch.latest == porch.picture() != empty
    timeline.run(60 + STAYS[1])
    assert porch.visitor is None
    assert STAYS[0] <= changed[0] - 60 <= STAYS[1]
    assert porch.latest != porch.picture()
