"""The sun stands where almanacs say, and gives the light that tables give."""

from datetime import UTC, datetime

import pytest

from integrations.demo_home.sun import Place, air_mass, light, position

BERLIN = Place(52.52, 13.405)


@pytest.mark.parametrize(
    ("utc", "place", "elevation", "azimuth"),
    [
        # 90° - latitude + declination at solar noon; the sun's declination is ±23.44° at the solstices
        (datetime(2026, 6, 21, 11, 8, tzinfo=UTC), BERLIN, 60.9, 180),
        (datetime(2026, 12, 21, 11, 4, tzinfo=UTC), BERLIN, 14.0, 180),
        # at an equinox it rises in the east at six o'clock local solar time
        (datetime(2026, 3, 20, 6, 8, tzinfo=UTC), Place(0.0, 0.0), 0.0, 90),
        (datetime(2026, 3, 20, 18, 8, tzinfo=UTC), Place(0.0, 0.0), 0.0, 270),
        # south of the equator it stands in the north at noon
        (datetime(2026, 12, 21, 12, 0, tzinfo=UTC), Place(-40.0, 0.0), 73.4, 0),
    ],
)
def test_position(utc: datetime, place: Place, elevation: float, azimuth: float) -> None:
    there = position(utc, place)
    assert there[0] == pytest.approx(elevation, abs=1.2)
    assert abs((there[1] - azimuth + 180) % 360 - 180) < 5


def test_air_mass_of_kasten_and_young() -> None:
    assert air_mass(90) == pytest.approx(1.0, abs=0.001)
    assert air_mass(30) == pytest.approx(1.994, abs=0.005)
    assert air_mass(0) == pytest.approx(38, abs=1)


def test_clear_summer_noon_is_bright_and_overcast_has_no_beam() -> None:
    noon = datetime(2026, 6, 21, 11, 8, tzinfo=UTC)
    clear, overcast = light(noon, BERLIN, 0.0), light(noon, BERLIN, 1.0)
    assert 800 < clear.on_ground() < 1_000
    assert overcast.beam == 0
    assert overcast.on_ground() == pytest.approx(0.25 * clear.on_ground(), rel=0.02)


def test_a_wall_sees_the_beam_only_from_its_own_side() -> None:
    morning = light(datetime(2026, 6, 21, 5, 0, tzinfo=UTC), BERLIN, 0.0)
    assert morning.on_wall(90) > 400
    assert morning.on_wall(270) == pytest.approx(morning.diffuse / 2)


def test_night_is_dark_and_dusk_is_in_between() -> None:
    night = light(datetime(2026, 1, 14, 1, 0, tzinfo=UTC), BERLIN, 0.3)
    dusk = light(datetime(2026, 1, 14, 15, 35, tzinfo=UTC), BERLIN, 0.3)
    assert night.on_ground() == 0
    assert -3 < dusk.elevation < 0
    assert 0 < dusk.on_ground() <= 2
