"""Meters with cycles and tariffs, held to Home Assistant's documentation of utility_meter."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from homeserver.rules.owned.utility_meter import CYCLES, Meter
from homeserver.rules.reading.fields import Fields
from homeserver.rules.reading.yaml_source import read
from homeserver.runtime.clock import VirtualClock
from homeserver.runtime.memory_broker import MemoryBroker
from tests.rules.owned.desk import Desk
from tests.rules.owned.test_owner import state, tell
from tests.rules.stage import Stage

DAILY = """
utility_meter:
  energy_today: {source: sensor.energy, cycle: daily}
automation:
  - triggers: {trigger: state, entity_id: binary_sensor.door, to: "on"}
    actions: {action: utility_meter.reset, target: {entity_id: sensor.energy_today}}
  - triggers: {trigger: state, entity_id: binary_sensor.door, to: "off"}
    actions: {action: utility_meter.calibrate, target: {entity_id: sensor.energy_today}, data: {value: 42}}
"""


async def test_it_counts_and_begins_anew_at_midnight(tmp_path: Path) -> None:
    broker, clock = MemoryBroker(), VirtualClock(datetime(2026, 1, 5, 23, 0, tzinfo=UTC))
    async with Stage(tmp_path, DAILY, {"sensor.energy": "100"}, broker=broker, clock=clock) as stage:
        assert state(stage, "sensor.energy_today") == "0"
        await stage.set("sensor.energy", "103.5", unit_of_measurement="kWh")
        await stage.set("sensor.energy", "unavailable")
        await stage.set("sensor.energy", "104")
        shown = stage.rules.engine.view.states["sensor.energy_today"]
        assert (shown.state, shown.attributes["status"], shown.attributes["meter_period"]) == (
            "4",
            "collecting",
            "daily",
        )
        await stage.wait(3599)
        assert state(stage, "sensor.energy_today") == "4"
        await stage.wait(1)
        shown = stage.rules.engine.view.states["sensor.energy_today"]
        assert (shown.state, shown.attributes["last_period"]) == ("0", 4.0)
        await stage.set("sensor.energy", "105")
    async with Stage(tmp_path, DAILY, {"sensor.energy": "106"}, broker=broker, clock=clock) as stage:
        assert state(stage, "sensor.energy_today") == "2"
    await clock.advance(2 * 86_400)
    async with Stage(tmp_path, DAILY, {"sensor.energy": "110"}, broker=broker, clock=clock) as stage:
        assert state(stage, "sensor.energy_today") == "0"  # midnight passed while nothing ran


async def test_it_is_reset_and_set_by_rules(tmp_path: Path) -> None:
    async with Stage(tmp_path, DAILY, {"sensor.energy": "100", "binary_sensor.door": "off"}) as stage:
        await stage.set("sensor.energy", "110")
        await stage.set("binary_sensor.door", "on")
        assert state(stage, "sensor.energy_today") == "0"
        await stage.set("binary_sensor.door", "off")
        assert state(stage, "sensor.energy_today") == "42"


@pytest.mark.parametrize(
    ("more", "expected"), [("", "5"), (", net_consumption: true", "2"), (", delta_values: true", "12")]
)
async def test_what_goes_down(tmp_path: Path, more: str, expected: str) -> None:
    """A source that falls was reset, and is not counted; with net_consumption it counts down."""
    rules = f"utility_meter: {{used: {{source: sensor.a{more}}}}}"
    async with Stage(tmp_path, rules, {"sensor.a": "0"}) as stage:
        for value in ("5", "2", "5" if "delta" in more else "2"):
            await stage.set("sensor.a", value)
        assert state(stage, "sensor.used") == expected


async def test_tariffs_count_in_turn(tmp_path: Path) -> None:
    rules = "utility_meter: {energy: {source: sensor.a, tariffs: [peak, offpeak]}}"
    async with Stage(tmp_path, rules, {"sensor.a": "0"}) as stage:
        await stage.set("sensor.a", "3")
        await tell(stage, "select.energy", "select_option", option="offpeak")
        await stage.set("sensor.a", "10")
        assert [state(stage, f"sensor.energy_{tariff}") for tariff in ("peak", "offpeak")] == ["3", "7"]
        assert stage.rules.engine.view.states["sensor.energy_peak"].attributes["status"] == "paused"
        await tell(stage, "select.energy", "select_next")
        await stage.set("sensor.a", "11")
        assert [state(stage, f"sensor.energy_{tariff}") for tariff in ("peak", "offpeak")] == ["4", "7"]


@pytest.mark.parametrize(
    ("cycle", "expected"),
    [
        ("quarter-hourly", "2026-03-28T10:15:00+00:00"),
        ("hourly", "2026-03-28T11:00:00+00:00"),
        ("daily", "2026-03-28T23:00:00+00:00"),
        ("weekly", "2026-03-29T22:00:00+00:00"),
        ("monthly", "2026-03-31T22:00:00+00:00"),
        ("bimonthly", "2026-04-30T22:00:00+00:00"),
        ("quarterly", "2026-03-31T22:00:00+00:00"),
        ("yearly", "2026-12-31T23:00:00+00:00"),
    ],
)
def test_when_a_cycle_ends(cycle: str, expected: str) -> None:
    assert cycle in CYCLES
    meter = Meter(Fields(read(f"{{source: sensor.a, cycle: {cycle}}}").root), "m", "M")
    meter.desk = Desk(zone="Europe/Berlin")
    assert meter.next_after(datetime(2026, 3, 28, 10, 1, tzinfo=UTC)).isoformat() == expected


def test_an_offset_moves_the_begin() -> None:
    meter = Meter(Fields(read("{source: sensor.a, cycle: monthly, offset: {days: 14}}").root), "m", "M")
    meter.desk = Desk()
    assert meter.next_after(datetime(2026, 3, 14, tzinfo=UTC)).isoformat() == "2026-03-15T00:00:00+00:00"
    assert meter.next_after(datetime(2026, 3, 15, tzinfo=UTC)).isoformat() == "2026-04-15T00:00:00+00:00"
