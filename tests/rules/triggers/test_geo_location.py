"""Things that sources tell of: https://www.home-assistant.io/docs/automation/trigger/#geolocation-trigger"""

from pathlib import Path
from typing import Any

import pytest

from tests.rules.triggers.telling import problems_of, telling

TRIGGER = "trigger: geo_location\nsource: Quakes\nzone: zone.home\n"
QUAKE = "geo_location.quake"


def at(latitude: float, source: str = "quakes") -> dict[str, Any]:
    return {"latitude": latitude, "longitude": 13.0, "source": source}


@pytest.mark.parametrize(
    ("event", "steps", "fired"),
    [
        # what comes up within the zone has entered it; what is taken away has left it
        ("", [("5", at(52.0)), ("6", at(52.0)), (None, {}), ("5", at(52.0))], [0, 3]),
        ("event: enter", [("5", at(53.0)), ("5", at(52.0))], [1]),
        ("event: leave", [("5", at(52.0)), ("5", at(53.0)), ("5", at(52.0)), (None, {})], [1, 3]),
        # other sources do not count
        ("", [("5", at(52.0, "fires"))], []),
    ],
)
async def test_what_fires(tmp_path: Path, event: str, steps: list[tuple[Any, Any]], fired: list[int]) -> None:
    async with telling(tmp_path, TRIGGER + event, states={"zone.home": "0"}) as home:
        await home.set("zone.home", "0", latitude=52.0, longitude=13.0, radius=1000)
        found = [n for n, (state, more) in enumerate(steps) if await home.set(QUAKE, state, **more)]
        home.stage.rules.rules["test"].disable()
        assert await home.set("geo_location.two", "5", **at(52.0)) == []
    assert found == fired


async def test_what_the_trigger_holds(tmp_path: Path) -> None:
    shown = "[trigger.platform, trigger.source, trigger.event, trigger.entity_id, trigger.zone.entity_id] | join(' ')"
    async with telling(tmp_path, TRIGGER, shown, states={"zone.home": "0"}) as home:
        await home.set("zone.home", "0", latitude=52.0, longitude=13.0, radius=1000)
        assert await home.set(QUAKE, "5", **at(52.0)) == [f"geo_location quakes enter {QUAKE} zone.home"]


@pytest.mark.parametrize(
    ("trigger", "text"),
    [
        ("trigger: geo_location\nzone: zone.home", "source is missing"),
        ("trigger: geo_location\nsource: a", "zone is missing"),
        ("trigger: geo_location\nsource: a\nzone: light.a", "must be one zone"),
        (TRIGGER + "event: come", "one of enter, leave"),
    ],
)
async def test_what_is_wrong(tmp_path: Path, trigger: str, text: str) -> None:
    [problem] = await problems_of(tmp_path, trigger)
    assert text in problem.text
