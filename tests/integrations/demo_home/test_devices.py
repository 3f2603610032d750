"""The table of devices agrees with the world and is what a family house has."""

from collections import Counter
from pathlib import Path

from integrations.demo_home.devices import AREAS, DEVICES, DRAIN
from integrations.demo_home.house import KINDS
from integrations.demo_home.rooms import PLANS
from integrations.demo_home.world import BULBS, WINDOWS


def test_keys_and_serials_are_unique_and_every_kind_is_known() -> None:
    assert len({device.key for device in DEVICES}) == len({device.serial for device in DEVICES}) == len(DEVICES)
    assert {device.kind for device in DEVICES} == set(KINDS)
    assert all(len(device.serial) == 12 and int(device.serial, 16) for device in DEVICES)


def test_eight_rooms_have_motion_and_light() -> None:
    assert len(AREAS) == len(PLANS) == 8
    assert 30 <= len(DEVICES) <= 60
    for kinds in (
        {"motion", "motion_and_warmth"},
        {"dimmable_bulb", "tunable_bulb", "scene_bulb", "text_lamp", "dimmer", "relay_lamp"},
    ):
        assert {device.room for device in DEVICES if device.kind in kinds} == set(AREAS)


def test_each_lamp_and_window_of_the_world_has_its_device() -> None:
    things = Counter(device.thing for device in DEVICES)
    assert all(things[bulb.key] == 1 for bulb in BULBS)
    assert all(things[f"{room}_window"] == 1 for room in WINDOWS)


def test_what_has_a_battery_has_a_drain() -> None:
    for device in DEVICES:
        assert (device.battery is None) == (device.product not in DRAIN), device.key


TELLERS = {"device_automation": "key presses", "tag": "tag reader"}


def house_table() -> list[str]:
    """The table of docs/how-to/demo-house.md, from the tables of the code."""
    rows = ["| room | device | product | entities |", "| --- | --- | --- | --- |"]
    for device in DEVICES:
        parts = [
            entity for entity in KINDS[device.kind].entities if not {"entity_category", "ent_cat"} & set(entity.config)
        ]
        shown = [f"`{part.component}.{part.id_for(device)}`" for part in parts if part.component not in TELLERS]
        told = Counter(TELLERS[part.component] for part in parts if part.component in TELLERS)
        shown += [f"{count} {what}" for what, count in told.items()]
        product = f"{device.product.maker} {device.product.model}"
        rows.append(f"| {device.area} | {device.name} | {product} | {', '.join(shown) or '(none)'} |")
    return rows


def test_the_manual_lists_the_house_as_it_is() -> None:
    manual = (Path(__file__).parents[3] / "docs/how-to/demo-house.md").read_text().splitlines()
    rows = house_table()
    assert [line for line in manual if line in rows] == rows, "replace the table by:\n" + "\n".join(rows)
