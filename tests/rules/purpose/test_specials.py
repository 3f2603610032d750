"""Named triggers that no row of a table can say; facts of Home Assistant 2026.11, `trigger.py` of each domain."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import pytest

from homeserver.rules.purpose.specials import CONDITIONS, OF_A_ZONE, TRIGGERS
from homeserver.rules.reading.fields import Fields
from homeserver.rules.reading.yaml_source import Map
from homeserver.topics.entity import EntityState
from homeserver.view.view import View
from tests.rules.purpose.test_trigger import fired, rule
from tests.rules.stage import Stage

NOW = datetime(2026, 1, 5, tzinfo=UTC)
NO_VIEW = cast(View, None)
"""Most of them look at nothing but the state."""


def state(word: str, **attributes: Any) -> EntityState:
    return EntityState(word, attributes, NOW, NOW)


@pytest.mark.parametrize(
    ("name", "old", "new", "fires"),
    [
        ("counter.incremented", state("1"), state("3"), True),
        ("counter.incremented", state("3"), state("1"), False),
        ("counter.incremented", state("x"), state("1"), False),
        ("counter.decremented", state("3"), state("-1"), True),
        ("counter.decremented", state("3"), state("low"), False),
        ("counter.minimum_reached", state("1", minimum=0), state("0", minimum=0), True),
        ("counter.minimum_reached", state("1"), state("0"), False),
        ("counter.reset", state("7", initial=5), state("5", initial=5), True),
        ("counter.reset", state("7", initial=5), state("6", initial=5), False),
        ("media_player.unmuted", state("on", is_volume_muted=True), state("on", is_volume_muted=False), True),
        ("media_player.muted", state("on", volume_level=0.2), state("on", volume_level=0.1), False),
        ("media_player.unmuted", state("on", is_volume_muted=True), state("off"), False),  # says nothing of volume
        ("water_heater.turned_on", state("eco"), state("gas"), False),
        ("zone.occupancy_cleared", state("1"), state("0"), True),
        ("zone.occupancy_cleared", state("1"), state("x"), False),
        ("text.changed", state("a"), state("b"), True),
        ("text.changed", state("a"), state("a", x=1), False),
    ],
)
def test_between_two_states(name: str, old: EntityState, new: EntityState, fires: bool) -> None:
    kind = TRIGGERS[name](name, Fields(Map()))
    id = f"{next(iter(kind.sources))}.x"
    assert (kind.so(NO_VIEW, id, new) and kind.turn(NO_VIEW, id, old, new)) is fires


def test_players_without_a_volume_do_not_count() -> None:
    for known in (TRIGGERS["media_player.muted"], CONDITIONS["media_player.is_muted"]):
        kind = known("media_player.muted", Fields(Map()))
        assert kind.is_counted(NO_VIEW, "media_player.x", state("on", volume_level=0.0))
        assert not kind.is_counted(NO_VIEW, "media_player.x", state("on"))
        assert not kind.is_counted(NO_VIEW, "media_player.x", state("unavailable", volume_level=0.0))


def test_those_of_a_zone_are_known() -> None:
    assert {*TRIGGERS, *CONDITIONS} >= OF_A_ZONE


async def test_zones(tmp_path: Path) -> None:
    text = rule("zone.entered", "{entity_id: person.x}", "{zone: zone.work}")
    async with Stage(tmp_path, text, {"light.lamp": "off"}) as stage:
        await stage.set("zone.work", "0", latitude=52.52, longitude=13.405, radius=100)
        for latitude, count in ((48.1, 0), (52.52, 1), (52.5201, 0), (48.1, 0)):
            await stage.set("person.x", "not_home", latitude=latitude, longitude=13.405)
            assert fired(stage) == count


async def test_a_zone_is_occupied(tmp_path: Path) -> None:
    text = rule("zone.occupancy_detected", "", "{zone: zone.work}")
    async with Stage(tmp_path, text, {"light.lamp": "off", "zone.work": "0"}) as stage:
        for persons, count in (("1", 1), ("2", 0), ("0", 0), ("1", 1)):
            await stage.set("zone.work", persons)
            assert fired(stage) == count
