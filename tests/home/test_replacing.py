"""Which entity takes the place of which."""

from homeserver.home.registry import EntityRow
from homeserver.home.replacing import plan


def row(unique_id: str, domain: str = "sensor", *, key: str = "", name: str = "", kind: str | None = None) -> EntityRow:
    id = f"{domain}.{unique_id}"
    return EntityRow(id, id, domain, unique_id, key, None, True, name=name, device_class=kind)


def matched(old: list[EntityRow], new: list[EntityRow]) -> dict[str, str]:
    return {one.unique_id: two.unique_id for one, two in plan(old, new).matched}


def test_the_same_model_matches_by_the_ends_of_unique_ids() -> None:
    parts = ("temperature", "humidity", "linkquality")
    old, new = ([row(f"{address}_{part}") for part in parts] for address in ("0x01", "0x02"))
    assert matched(old, new) == {f"0x01_{part}": f"0x02_{part}" for part in parts}


def test_another_model_matches_by_part_or_name_within_domain_and_class() -> None:
    old = [
        row("a1", key="homeassistant/device/a/config power", kind="power"),
        row("a2", key="homeassistant/sensor/a/energy/config", kind="energy"),
        row("a3", name="Voltage"),
        row("a4", "switch"),
        row("a5", name="Battery", kind="battery"),
    ]
    new = [
        row("b9", key="homeassistant/device/b/config power", kind="power"),
        row("b8", key="homeassistant/sensor/b/energy/config", kind="energy"),
        row("b7", name="voltage"),
        row("b6", name="Total", kind="energy"),
        row("b5", "switch", name="Relay"),
        row("b4", "binary_sensor", name="Battery", kind="battery"),
    ]
    assert matched(old, new) == {"a1": "b9", "a2": "b8", "a3": "b7", "a4": "b5"}
    left = plan(old, new)
    assert [one.unique_id for one in left.left] == ["a5"], "a sensor does not become a binary sensor"
    assert [one.unique_id for one in left.added] == ["b4", "b6"]


def test_what_could_be_either_is_left_alone() -> None:
    old = [row("x", "switch"), row("y", "switch")]
    new = [row("p", "switch"), row("q", "switch")]
    assert matched(old, new) == {}
