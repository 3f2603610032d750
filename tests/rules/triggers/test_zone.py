"""Who comes and goes: https://www.home-assistant.io/docs/automation/trigger/#zone-trigger"""

from pathlib import Path
from typing import Any

import pytest

from tests.rules.triggers.telling import problems_of, telling

ANNA, BEN = "person.anna", "device_tracker.ben"
HERE, NEAR, FAR = (52.0, 13.0), (52.0005, 13.0), (52.1, 13.0)
TRIGGER = f"trigger: zone\nentity_id: [{ANNA}, {BEN}]\nzone: zone.home\n"


async def play(folder: Path, trigger: str, steps: list[tuple[Any, ...]], shown: str = "trigger.entity_id") -> list[str]:
    """What fired; a step is an entity, its state, and perhaps its place and how exact that is."""
    fired: list[str] = []
    states = {ANNA: "not_home", BEN: "not_home", "zone.home": "0", "zone.office": "0"}
    async with telling(folder, trigger, shown, states=states) as home:
        await home.set("zone.home", "0", latitude=HERE[0], longitude=HERE[1], radius=100, friendly_name="Home")
        for number, (entity, state, *place) in enumerate(steps):
            fired += [f"{number} {said}" for said in await home.set(entity, state, **_place(*place))]
    return fired


def _place(place: tuple[float, float] | None = None, accuracy: float = 0) -> dict[str, Any]:
    return {} if place is None else {"latitude": place[0], "longitude": place[1], "gps_accuracy": accuracy}


@pytest.mark.parametrize(
    ("trigger", "steps", "fired"),
    [
        # "event: enter is the default"; by coordinates
        ("", [(ANNA, "not_home", FAR), (ANNA, "home", NEAR), (ANNA, "home", HERE)], ["1 person.anna"]),
        ("event: enter", [(ANNA, "x", FAR), (ANNA, "x", NEAR)], ["1 person.anna"]),
        ("event: leave", [(ANNA, "x", NEAR), (ANNA, "x", HERE), (ANNA, "x", FAR)], ["2 person.anna"]),
        # who is known to some metres only may be in the zone
        ("", [(ANNA, "x", FAR, 10), (ANNA, "x", FAR, 20_000)], ["1 person.anna"]),
        # by the state alone, where there are no coordinates
        ("", [(BEN, "home"), (BEN, "not_home"), (BEN, "home")], ["0 device_tracker.ben", "2 device_tracker.ben"]),
        ("event: leave", [(BEN, "home"), (BEN, "office")], ["1 device_tracker.ben"]),
        # somebody who was away for a moment has not moved
        ("", [(BEN, "home"), (BEN, "unavailable"), (BEN, "home")], ["0 device_tracker.ben"]),
    ],
)
async def test_what_fires(tmp_path: Path, trigger: str, steps: list[tuple[Any, ...]], fired: list[str]) -> None:
    assert await play(tmp_path, TRIGGER + trigger, steps) == fired


async def test_what_the_trigger_holds(tmp_path: Path) -> None:
    shown = (
        "[trigger.platform, trigger.event, trigger.zone.entity_id, trigger.zone.attributes.radius,"
        " trigger.from_state.state, trigger.to_state.state] | join(' ')"
    )
    steps = [(ANNA, "not_home", FAR), (ANNA, "home", NEAR)]
    assert await play(tmp_path, TRIGGER, steps, shown) == ["1 zone enter zone.home 100 not_home home"]


async def test_a_zone_that_is_not_there_is_told_of(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    trigger = f"trigger: zone\nentity_id: {ANNA}\nzone: zone.none\n"
    assert await play(tmp_path, trigger, [(ANNA, "home")]) == []
    assert "there is no zone zone.none" in caplog.text


async def test_what_has_no_place_fires_nothing(tmp_path: Path) -> None:
    trigger = "trigger: zone\nentity_id: sensor.x\nzone: zone.home"
    async with telling(tmp_path, trigger, states={"sensor.x": "1"}) as home:
        assert await home.set("sensor.x", "home") == []


@pytest.mark.parametrize(
    ("trigger", "text"),
    [
        ("trigger: zone\nentity_id: person.a", "zone is missing"),
        ("trigger: zone\nzone: zone.home", "entity_id is missing"),
        ("trigger: zone\nentity_id: person.a\nzone: light.x", "must be one zone"),
        ("trigger: zone\nentity_id: person.a\nzone: zone.home\nevent: arrive", "one of enter, leave"),
    ],
)
async def test_what_is_wrong(tmp_path: Path, trigger: str, text: str) -> None:
    [problem] = await problems_of(tmp_path, trigger)
    assert text in problem.text
