"""The sun comes when almanacs say, at any place, on any day, and where it does not come, that is what is said."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from homeserver.rules.sun import (
    HORIZON,
    MIDNIGHT,
    NOON,
    RISE,
    SET,
    Crossing,
    Extreme,
    Season,
    Sun,
    SunEvent,
    SunMoment,
    refraction,
)

LONDON, NEW_YORK, TROMSO, POLE = (51.5074, -0.1278), (40.7128, -74.0060), (69.65, 18.96), (90.0, 0.0)
DUSK = Crossing(-6.0, False)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("place", "event", "after", "almanac"),
    [
        # HM Nautical Almanac Office and U.S. Naval Observatory, to the minute
        (LONDON, RISE, "2026-06-21 00:00", "2026-06-21 03:43"),
        (LONDON, SET, "2026-06-21 00:00", "2026-06-21 20:21"),
        (LONDON, RISE, "2026-12-21 00:00", "2026-12-21 08:04"),
        (LONDON, SET, "2026-12-21 00:00", "2026-12-21 15:53"),
        (NEW_YORK, RISE, "2026-12-21 05:00", "2026-12-21 12:17"),
        (NEW_YORK, SET, "2026-12-21 05:00", "2026-12-21 21:32"),
        (LONDON, NOON, "2026-11-03 00:00", "2026-11-03 11:44"),
    ],
)
def test_as_in_the_almanac(place: tuple[float, float], event: Crossing, after: str, almanac: str) -> None:
    found = Sun(*place).next(event, at(after))
    assert found is not None
    assert abs(found - at(almanac)) <= timedelta(seconds=60)


@pytest.mark.parametrize(
    ("place", "event", "after", "day"),
    [
        # Tromsø: no sun from the end of November to the middle of January, none but sun from May to July
        (TROMSO, SET, "2026-11-30 00:00", date(2027, 1, 15)),
        (TROMSO, RISE, "2026-11-30 00:00", date(2027, 1, 15)),
        (TROMSO, SET, "2026-06-01 00:00", date(2026, 7, 26)),
        (TROMSO, Season("noon", False), "2026-06-01 00:00", date(2026, 11, 28)),
        (TROMSO, Season("noon", True), "2026-06-01 00:00", date(2027, 1, 15)),
        (TROMSO, Season("midnight", True), "2026-02-01 00:00", date(2026, 5, 17)),
        # at the pole there is one sunrise a year, some days before the equinox
        (POLE, RISE, "2026-01-01 00:00", date(2026, 3, 18)),
        (POLE, SET, "2026-01-01 00:00", date(2026, 9, 25)),
        # what never comes
        (LONDON, Season("noon", False), "2026-06-01 00:00", None),
        (LONDON, Crossing(75.0, True), "2026-06-01 00:00", None),
        (TROMSO, Crossing(-60.0, False), "2026-06-01 00:00", None),
        # London has no night in June: the sun goes to 15 degrees below the horizon
        (LONDON, Crossing(-18.0, False), "2026-06-10 00:00", date(2026, 7, 20)),
    ],
)
def test_where_the_sun_does_not_come_every_day(
    place: tuple[float, float], event: Crossing | Season, after: str, day: date | None
) -> None:
    found = Sun(*place).next(event, at(after))
    if day is None:
        assert found is None
    else:
        assert found is not None
        assert abs(found.date() - day) <= timedelta(days=2)


PLACES = st.tuples(st.floats(-90, 90), st.floats(-180, 180))
MOMENTS = st.floats(0, 20 * 365.25).map(lambda days: datetime(2020, 1, 1, tzinfo=UTC) + timedelta(days=days))


@settings(max_examples=40)
@given(place=PLACES, moment=MOMENTS, height=st.sampled_from([HORIZON, -6.0, -18.0, 6.0, 30.0]), up=st.booleans())
def test_crossings_follow_one_another_and_are_where_they_are_said_to_be(
    place: tuple[float, float], moment: datetime, height: float, up: bool
) -> None:
    sun, event = Sun(*place), Crossing(height, up)
    found = sun.next(event, moment)
    for _ in range(3):
        if found is None:
            break
        assert found > moment
        assert found.microsecond == 0
        assert (sun.height(found) >= height) is up
        assert (sun.height(found - timedelta(seconds=2)) >= height) is not up
        moment, found = found, sun.next(event, found)
    # whoever asks another sun of the same place, or asks anew, is told the same
    assert Sun(*place).next(event, moment) == found


@settings(max_examples=20)
@given(place=PLACES, moment=MOMENTS)
def test_nothing_that_is_asked_of_any_place_fails(place: tuple[float, float], moment: datetime) -> None:
    sun = Sun(*place)
    noon, midnight = sun.next(NOON, moment), sun.next(MIDNIGHT, moment)
    assert noon is not None
    assert midnight is not None
    assert abs(noon - midnight) < timedelta(hours=13)
    assert sun.climbs(moment) is (noon < midnight)
    assert sun.last("noon", moment) <= moment < sun.last("noon", moment) + timedelta(hours=25)
    assert -91 < sun.shown(moment) < 91
    assert 0 <= sun.azimuth(moment) <= 360
    for which in ("noon", "midnight"):
        for above in (True, False):
            turn = sun.next(Season(which, above), moment)
            if turn is not None:
                assert sun.is_up(turn) is above
                assert sun.is_up(turn - timedelta(hours=24)) is not above


@settings(max_examples=40)
@given(place=st.tuples(st.floats(-60, 60), st.floats(-180, 180)), moment=MOMENTS)
def test_no_sunrise_is_left_out(place: tuple[float, float], moment: datetime) -> None:
    """Outside of the polar circles the sun rises and sets once between two noons."""
    sun, count, end = Sun(*place), 0, moment + timedelta(days=10)
    while (found := sun.next(RISE, moment)) is not None and found < end:
        moment, count = found, count + 1
    assert count in (9, 10, 11)


@pytest.mark.parametrize(("height", "lifted"), [(90.0, 0.0), (45.0, 0.016), (10.0, 0.09), (0.0, 0.48), (-6.0, 0.055)])
def test_the_air_lifts_the_sun(height: float, lifted: float) -> None:
    assert refraction(height) == pytest.approx(lifted, abs=0.006)


def test_an_offset_reaches_back_to_what_was() -> None:
    sun = Sun(*LONDON)
    rise = sun.next(RISE, at("2026-06-21 00:00"))
    assert rise is not None
    late = SunMoment(sun, RISE, timedelta(hours=2))
    early = SunMoment(sun, RISE, timedelta(hours=-2))
    assert late.after(rise + timedelta(hours=1), UTC) == rise + timedelta(hours=2)
    following = early.after(rise - timedelta(hours=1), UTC)
    assert following is not None
    assert following.date() == date(2026, 6, 22)


def test_many_rules_ask_once(monkeypatch: pytest.MonkeyPatch) -> None:
    sun, asked = Sun(*LONDON), 0
    find = sun._find

    def count(event: Crossing, start: datetime) -> datetime | None:
        nonlocal asked
        asked += 1
        return find(event, start)

    monkeypatch.setattr(sun, "_find", count)
    start = at("2026-06-21 04:00")
    assert len({sun.next(DUSK, start + timedelta(minutes=minute)) for minute in range(0, 900, 10)}) == 1
    assert asked == 1
    assert sun.next(DUSK, start - timedelta(days=3)) != sun.next(DUSK, start)


@pytest.mark.parametrize("event", [RISE, SET, Crossing(-6.0, True), Season("noon", True), Season("midnight", False)])
def test_a_polar_night_or_day_is_passed_over_quickly(event: SunEvent, monkeypatch: pytest.MonkeyPatch) -> None:
    """Months without the event, and what is found is what the search day by day finds."""
    turns: list[Extreme] = []
    find = Sun._turn

    def counted(sun: Sun, which: Extreme, moment: datetime) -> datetime:
        turns.append(which)
        return find(sun, which, moment)

    monkeypatch.setattr(Sun, "_turn", counted)
    start = datetime(2026, 5, 20, 12, tzinfo=UTC) if event != RISE else datetime(2026, 11, 20, 12, tzinfo=UTC)
    found = Sun(78.2, 15.6).next(event, start)
    quick = len(turns)
    monkeypatch.setattr(Sun, "_near", lambda sun, height, at, end, which=None: at)
    assert Sun(78.2, 15.6).next(event, start) == found is not None
    slow = len(turns) - quick
    assert quick < 60 < slow
