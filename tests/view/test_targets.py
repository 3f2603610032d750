"""Who is meant by a target."""

import pytest

from homeserver.view.targets import Target, resolve
from tests.view.things import Things

LIGHTS = frozenset({"light"})


@pytest.mark.parametrize(
    ("named", "domains", "meant"),
    [
        ({"entity_id": ("light.lamp", "light.lamp", "light.gone")}, LIGHTS, ["light.lamp", "light.gone"]),
        ({"entity_id": ("none",)}, LIGHTS, []),
        ({"entity_id": ("all",)}, LIGHTS, ["light.lamp", "light.strip"]),
        ({"area_id": ("kitchen",)}, LIGHTS, ["light.strip"]),
        ({"area_id": ("kitchen",)}, None, ["light.strip"]),
        ({"area_id": ("living_room",)}, None, ["light.lamp", "sensor.power"]),
        ({"device_id": ("d1",)}, LIGHTS, ["light.lamp"]),
        ({"floor_id": ("ground",)}, LIGHTS, ["light.lamp", "light.strip"]),
        ({"label_id": ("cosy",)}, None, ["light.lamp", "sensor.power"]),
        ({"label_id": ("bright",), "entity_id": ("light.lamp",)}, LIGHTS, ["light.lamp", "light.strip"]),
        ({"area_id": ("nowhere",)}, LIGHTS, []),
        ({}, LIGHTS, []),
    ],
)
async def test_means(
    things: Things, named: dict[str, tuple[str, ...]], domains: frozenset[str] | None, meant: list[str]
) -> None:
    assert resolve(things.view, Target(named), domains) == meant


async def test_only_entities_are_fixed() -> None:
    assert Target({"entity_id": ("light.lamp",)}).fixed
    assert not Target({"entity_id": ("all",)}).fixed
    assert not Target({"area_id": ("kitchen",)}).fixed
