"""What keys of remotes are called when they are pressed, and the triggers that are announced for them."""

import json

import pytest

from homeserver.gateway.discovery import Dialect
from homeserver.gateway.features import TRIGGER, Device
from integrations.zigbee.part import Ending
from integrations.zigbee.remotes import event, remote

REMOTE = Ending(0x0104, 0x0820, frozenset({0, 1}), frozenset({0x0005, 0x0006, 0x0008, 0x0300}))


@pytest.mark.parametrize(
    ("cluster", "command", "fields", "name"),
    [
        (0x0006, 1, (), "on"),
        (0x0006, 2, (), "toggle"),
        (0x0006, 0x40, (0, 0), "off_with_effect"),
        (0x0008, 1, (0, 83), "move_up"),
        (0x0008, 5, (1, 83), "move_down"),
        (0x0008, 2, (1, 43, 5), "step_down"),
        (0x0008, 3, (), "stop"),
        (0x0300, 0x4C, (1, 69, 5), "step_color_temperature_up"),
        (0x0300, 0x4C, (3, 69, 5), "step_color_temperature_down"),
        (0x0005, 5, (0, 4), "recall_4"),
        (0x0005, 7, (1, 13), "arrow_left"),
    ],
)
def test_what_is_pressed_has_a_name_that_was_announced(
    cluster: int, command: int, fields: tuple[int, ...], name: str
) -> None:
    action, *triggers = remote(1, REMOTE, "action", None, "button")
    assert action.heard is not None
    assert action.heard(cluster, command, fields) == name
    assert name in action.feature.config["event_types"]
    assert json.loads(event(name)) == {"event_type": name}
    (trigger,) = [one for one in triggers if one.feature.config["type"] == name]
    assert trigger.feature.config["payload"].encode() == event(name)


@pytest.mark.parametrize(("cluster", "command", "fields"), [(0x0006, 99, ()), (0x0402, 0, ()), (0x0005, 5, ())])
def test_what_means_nothing_is_none(cluster: int, command: int, fields: tuple[int, ...]) -> None:
    action, *_ = remote(1, REMOTE, "action", None, "button")
    assert action.heard is not None
    assert action.heard(cluster, command, fields) is None


def test_triggers_listen_where_the_event_is_told() -> None:
    features = tuple(part.feature for part in remote(1, REMOTE, "action", None, "button"))
    said = json.loads(Dialect("zigbee", "Test").announcement(Device("0x01", "Remote", features=features)))
    rows = said["components"]
    assert rows["action"]["state_topic"] == "zigbee/0x01/action"
    assert {row["topic"] for row in rows.values() if row["platform"] == TRIGGER} == {"zigbee/0x01/action"}


def test_who_uses_nothing_has_no_keys() -> None:
    assert not list(remote(1, Ending(0x0104, 0, frozenset(), frozenset({0x0019})), "action", None, "button"))
