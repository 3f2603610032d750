"""Sensors that look at how another went, held to Home Assistant's documentation of derivative, integration, trend and
statistics."""

from pathlib import Path
from typing import Any

import pytest

from homeserver.rules.owned.measured import CHARACTERISTICS
from homeserver.runtime.clock import VirtualClock
from homeserver.runtime.memory_broker import MemoryBroker
from tests.rules.owned.test_owner import state
from tests.rules.stage import Stage


def attributes(stage: Stage, entity_id: str) -> dict[str, Any]:
    return stage.rules.engine.view.states[entity_id].attributes


async def test_a_rate(tmp_path: Path) -> None:
    rules = "sensor: [{platform: derivative, name: Rate, source: sensor.a, unit_time: h, round: 1}]"
    async with Stage(tmp_path, rules, {"sensor.a": "10"}) as stage:
        assert state(stage, "sensor.rate") == "0.0"
        await stage.wait(1800)
        await stage.set("sensor.a", "12", unit_of_measurement="°C")
        assert (state(stage, "sensor.rate"), attributes(stage, "sensor.rate")["unit_of_measurement"]) == ("4.0", "°C/h")
        await stage.set("sensor.a", "unavailable")
        assert state(stage, "sensor.rate") == "4.0"


async def test_a_rate_over_a_while_is_weighed(tmp_path: Path) -> None:
    """derivative: "time_window: the derivative is a weighted moving average over the time window." """
    rules = "sensor: [{platform: derivative, name: Rate, source: sensor.a, unit_time: s, time_window: 100}]"
    async with Stage(tmp_path, rules, {"sensor.a": "0"}) as stage:
        await stage.wait(50)
        await stage.set("sensor.a", "100")
        assert state(stage, "sensor.rate") == "1.0"
        await stage.wait(50)
        await stage.set("sensor.a", "100", same=True)
        assert state(stage, "sensor.rate") == "1.0"
        await stage.wait(50)
        await stage.set("sensor.a", "150")
        assert state(stage, "sensor.rate") == "0.5"


@pytest.mark.parametrize(("method", "expected"), [("trapezoidal", "0.15"), ("left", "0.1"), ("right", "0.2")])
async def test_an_integral(tmp_path: Path, method: str, expected: str) -> None:
    rules = f"sensor: [{{platform: integration, name: Sum, source: sensor.p, unit_prefix: k, method: {method}}}]"
    broker, clock = MemoryBroker(), VirtualClock()
    async with Stage(tmp_path, rules, {"sensor.p": "100"}, broker=broker, clock=clock) as stage:
        assert state(stage, "sensor.sum") == "unknown"
        await stage.wait(3600)
        await stage.set("sensor.p", "200", unit_of_measurement="W")
        assert state(stage, "sensor.sum") == expected
    async with Stage(tmp_path, rules, {"sensor.p": "300"}, broker=broker, clock=clock) as stage:
        assert state(stage, "sensor.sum") == expected  # kept, and the time away is not counted
        await stage.wait(3600)
        await stage.set("sensor.p", "unavailable")
        await stage.wait(3600)
        await stage.set("sensor.p", "300")
        assert state(stage, "sensor.sum") == expected  # of the time it was away nothing is known


async def test_an_integral_goes_on_while_its_source_is_steady(tmp_path: Path) -> None:
    rules = "sensor: [{platform: integration, name: Sum, source: sensor.p, max_sub_interval: {minutes: 15}}]"
    async with Stage(tmp_path, rules, {"sensor.p": "100"}) as stage:
        await stage.wait(3601)
        assert state(stage, "sensor.sum") == "100.0"


async def test_a_trend(tmp_path: Path) -> None:
    rules = """
    binary_sensor:
      - platform: trend
        sensors:
          warming: {entity_id: sensor.a, min_gradient: 0.01, max_samples: 3, sample_duration: 600}
          cooling: {entity_id: sensor.a, min_gradient: -0.01}
    """
    async with Stage(tmp_path, rules, {"sensor.a": "20"}) as stage:
        assert state(stage, "binary_sensor.warming") == "unknown"
        for value in ("21", "23"):
            await stage.wait(60)
            await stage.set("sensor.a", value)
        assert (state(stage, "binary_sensor.warming"), state(stage, "binary_sensor.cooling")) == ("on", "off")
        assert attributes(stage, "binary_sensor.warming")["gradient"] == pytest.approx(0.025)
        await stage.wait(60)
        await stage.set("sensor.a", "15")
        assert (state(stage, "binary_sensor.warming"), state(stage, "binary_sensor.cooling")) == ("off", "on")


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("mean", "4.0"),
        ("median", "4.0"),
        ("value_min", "2.0"),
        ("value_max", "6.0"),
        ("change", "4.0"),
        ("count", "3"),
        ("sum", "12.0"),
        ("standard_deviation", "2.0"),
        ("variance", "4.0"),
        ("change_sample", "2.0"),
        ("change_second", "0.2"),
        ("distance_absolute", "4.0"),
        ("average_linear", "4.0"),
        ("average_step", "3.0"),
        ("noisiness", "2.0"),
    ],
)
async def test_statistics(tmp_path: Path, kind: str, expected: str) -> None:
    assert kind in CHARACTERISTICS
    rules = f"""
    sensor:
      - {{platform: statistics, name: Figure, entity_id: sensor.a, state_characteristic: {kind}, sampling_size: 3}}
    """
    async with Stage(tmp_path, rules, {"sensor.a": "99"}) as stage:
        for value in ("2", "4", "6"):
            await stage.wait(10)
            await stage.set("sensor.a", value)
        assert state(stage, "sensor.figure") == expected


async def test_old_samples_are_forgotten_without_news(tmp_path: Path) -> None:
    rules = """
    sensor:
      - {platform: statistics, name: Figure, entity_id: sensor.a, state_characteristic: mean, max_age: {minutes: 1}}
    """
    async with Stage(tmp_path, rules, {"sensor.a": "10"}) as stage:
        await stage.wait(30)
        await stage.set("sensor.a", "20")
        assert state(stage, "sensor.figure") == "15.0"
        await stage.wait(31)
        assert state(stage, "sensor.figure") == "20.0"
        await stage.wait(31)
        assert state(stage, "sensor.figure") == "unknown"


@pytest.mark.parametrize(
    ("rules", "told"),
    [
        ("{platform: derivative, source: sensor.a, unit_time: week}", "unit_time must be one of s, min, h, d"),
        ("{platform: integration, source: sensor.a, unit_prefix: x}", "unit_prefix must be one of"),
        (
            "{platform: statistics, entity_id: sensor.a, state_characteristic: mean}",
            "give sampling_size, max_age or both",
        ),
        ("{platform: statistics, entity_id: sensor.a, sampling_size: 5}", "state_characteristic must be one of"),
    ],
)
async def test_what_is_wrong_is_said(tmp_path: Path, rules: str, told: str) -> None:
    async with Stage(tmp_path, f"sensor: [{rules}]") as stage:
        assert any(told in str(problem) for problem in stage.rules.book.problems), stage.rules.book.problems
