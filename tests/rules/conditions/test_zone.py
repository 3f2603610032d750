"""Condition zone, by https://www.home-assistant.io/docs/scripts/conditions/#zone-condition"""

from pathlib import Path

import pytest

from tests.rules.conditions.test_state import met
from tests.rules.conditions.test_table import rule
from tests.rules.stage import Stage


@pytest.mark.parametrize(
    ("conditions", "holds"),
    [
        ("entity_id: person.near\n  zone: zone.work", True),
        ("entity_id: person.far\n  zone: zone.work", False),
        # each entity in one of the zones
        ("entity_id: [person.near, person.home]\n  zone: zone.work", False),
        ("entity_id: [person.near, person.home]\n  zone: [zone.work, zone.home]", True),
        ("entity_id: person.near, person.home\n  zone: zone.work, zone.home", True),
        # what cannot be said of one zone does not matter where another holds
        ("entity_id: person.near\n  zone: [zone.gone, zone.work]", True),
        ("entity_id: person.near\n  zone: zone.gone", False),
        ("entity_id: person.gone\n  zone: zone.work", False),
        # a tracker without coordinates is where its state says
        ("entity_id: device_tracker.router\n  zone: zone.home", True),
        ("entity_id: device_tracker.router\n  zone: zone.work", False),
    ],
)
async def test_holds(tmp_path: Path, conditions: str, holds: bool) -> None:
    async with Stage(tmp_path, rule(f"- condition: zone\n  {conditions}"), {"light.lamp": "off"}) as stage:
        assert stage.rules.book.problems == []
        await stage.set("zone.work", "0", latitude=52.52, longitude=13.405, radius=100)
        await stage.set("zone.home", "0", latitude=48.1, longitude=11.6, radius=100)
        await stage.set("person.near", "not_home", latitude=52.5201, longitude=13.405)
        await stage.set("person.far", "not_home", latitude=52.53, longitude=13.405)
        await stage.set("person.home", "home", in_zones=["zone.home"])
        await stage.set("device_tracker.router", "home")
        assert await met(stage) is holds
