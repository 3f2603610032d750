"""The camera shows day and night, and who stands there; the same moment gives the same picture."""

from datetime import datetime

import pytest

from integrations.demo_home.house import BERLIN as PLACE
from integrations.demo_home.scenery import VISITORS, Scene, draw
from integrations.demo_home.sun import light
from tests.integrations.demo_home.conftest import BERLIN

NOON, NIGHT = (datetime(2026, 7, 15, hour, tzinfo=BERLIN) for hour in (13, 1))


def test_the_same_moment_gives_the_same_picture_and_another_visitor_another() -> None:
    noon = light(NOON, PLACE, 0.4)
    pictures = {draw(NOON, noon, 0.4, visitor) for visitor in (*VISITORS, None) for _ in range(2)}
    assert len(pictures) == len(VISITORS) + 1
    assert all(len(picture) < 6_000 for picture in pictures)


@pytest.mark.parametrize("visitor", [None, *VISITORS])
def test_night_is_darker_than_day(visitor: str | None) -> None:
    who = VISITORS[visitor] if visitor else None
    day, night = (Scene(light(moment, PLACE, 0.4), 0.4, who) for moment in (NOON, NIGHT))
    assert len(day.palette) == len(night.palette) < 256
    assert sum(map(sum, night.palette)) < 0.6 * sum(map(sum, day.palette))
