"""Classes and units that nobody knows are kept, and named."""

from typing import Any

import pytest

from homeserver.home.device_classes import remarks
from homeserver.home.words import Explain
from homeserver.topics.call import Caller
from homeserver.topics.cause import Cause
from tests.home.stage import Stage


@pytest.mark.parametrize(
    ("domain", "device_class", "unit", "named"),
    [
        ("sensor", "temperature", "°C", ()),
        ("sensor", "concentration_of_thoughts", "W", ("concentration_of_thoughts",)),
        ("sensor", "energy", "W", ("'W'", "kWh")),
        ("sensor", "humidity", None, ("missing", "%")),
        ("sensor", "volatile_organic_compounds", "µg/m³", ()),
        ("number", "humidity", "%", ()),
        ("binary_sensor", "door", None, ()),
        ("binary_sensor", "temperature", None, ("temperature",)),
        ("light", "chandelier", None, ()),  # lights have no classes
        ("cover", "blind", None, ()),
        ("sensor", None, "W", ()),
    ],
)
def test_what_is_odd(domain: str, device_class: str | None, unit: str | None, named: tuple[str, ...]) -> None:
    found = " ".join(remarks(domain, device_class, unit))
    assert all(name in found for name in named)
    assert bool(found) == bool(named)


async def test_what_is_odd_is_kept_and_told_to_whoever_asks(stage: Stage) -> None:
    fields: dict[str, Any] = {"name": "T", "unique_id": "t", "state_topic": "t", "device_class": "temperatur"}
    await stage.announce("sensor", fields | {"unit_of_measurement": "°F"})
    await stage.report("t", "warm")
    config = stage.configs["sensor.t"]
    assert (config.device_class, config.unit) == ("temperatur", "°F")
    caller = Caller("person.anna", "owner", Cause("test", "person.anna"))
    found = await stage.home.explain(Explain(topic="homeassistant/sensor/thing/config"), caller)
    [remark] = found.remarks["sensor.t"]
    assert "'temperatur', which no sensor is known to have" in remark
    assert found.reasons == {"sensor.t": "'warm' is no number"}
