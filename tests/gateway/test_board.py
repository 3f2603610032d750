"""What a gateway has said: once, again after each connection, and gone with its device."""

from dataclasses import replace

import orjson
import pytest

from homeserver.gateway.board import Board
from homeserver.gateway.discovery import Dialect, components
from homeserver.gateway.features import TRIGGER, Device, Feature

PLUG = Device(
    "0x01",
    "Plug",
    "Acme",
    "P1",
    features=(
        Feature("switch", "switch", None, {"state_topic": "~", "command_topic": "~/set"}),
        Feature("power", "sensor", "Power", {"state_topic": "~", "unit_of_measurement": "W"}),
    ),
)
CONFIG = "homeassistant/device/radio/0x01/config"


class Broker:
    """What it retains, and what it was told."""

    def __init__(self) -> None:
        self.retained: dict[str, bytes] = {}
        self.told: list[tuple[str, bytes, bool]] = []

    def publish(self, topic: str, payload: bytes, retain: bool) -> None:
        self.told.append((topic, payload, retain))
        if retain and payload:
            self.retained[topic] = payload
        elif retain:
            self.retained.pop(topic, None)


@pytest.fixture
def broker() -> Broker:
    return Broker()


@pytest.fixture
def board(broker: Broker) -> Board:
    return Board(Dialect("radio", "Test radio"), broker.publish)


def test_a_device_with_its_states(broker: Broker, board: Board) -> None:
    board.show(PLUG)
    assert board.available("0x01", True)
    assert board.tell("0x01", "switch", b"ON")
    assert board.tell("0x01", "power", b"12.5")
    assert {topic: data for topic, data in broker.retained.items() if topic != CONFIG} == {
        "radio/0x01/availability": b"online",
        "radio/0x01/switch": b"ON",
        "radio/0x01/power": b"12.5",
    }
    assert components(broker.retained[CONFIG]) == {"switch": "switch", "power": "sensor"}


def test_the_same_is_said_once(broker: Broker, board: Board) -> None:
    board.show(PLUG)
    board.tell("0x01", "power", b"1")
    count = len(broker.told)
    board.show(PLUG)
    assert not board.tell("0x01", "power", b"1")
    assert len(broker.told) == count


def test_after_a_connection_all_of_it_is_said_again_announcements_first(broker: Broker, board: Board) -> None:
    board.tell("0x01", "power", b"1")
    board.show(PLUG)
    before, broker.retained = broker.retained, {}
    broker.told.clear()
    board.say_again()
    assert broker.retained == {"radio/gateway": b"online"} | before
    assert [topic for topic, _, _ in broker.told[:2]] == ["radio/gateway", CONFIG]


def test_a_device_that_goes_takes_its_topics_with_it(broker: Broker, board: Board) -> None:
    board.show(PLUG)
    board.show(replace(PLUG, id="0x012"))
    for device in ("0x01", "0x012"):
        board.available(device, True)
        board.tell(device, "power", b"1")
    board.withdraw("0x01")
    assert set(broker.retained) == {
        "homeassistant/device/radio/0x012/config",
        "radio/0x012/availability",
        "radio/0x012/power",
    }
    board.say_again()
    assert "radio/0x01/power" not in broker.retained
    assert list(board.devices) == ["0x012"]


def test_a_feature_that_goes_is_taken_out_of_the_bundle(broker: Broker, board: Board) -> None:
    board.show(PLUG)
    board.tell("0x01", "power", b"1")
    broker.told.clear()
    board.show(replace(PLUG, features=PLUG.features[:1]))
    configs = [orjson.loads(payload)["components"] for topic, payload, _ in broker.told if topic == CONFIG]
    assert [set(rows) for rows in configs] == [{"switch", "power"}, {"switch"}]
    assert configs[0]["power"] == {"platform": "sensor"}
    assert "radio/0x01/power" not in broker.retained


def test_a_feature_that_becomes_another_kind_ends_first(broker: Broker, board: Board) -> None:
    board.show(PLUG)
    board.tell("0x01", "power", b"1")
    broker.told.clear()
    lamp = Feature("switch", "light", None, {"command_topic": "~/set"})
    board.show(replace(PLUG, features=(lamp, PLUG.features[1])))
    configs = [orjson.loads(payload)["components"] for topic, payload, _ in broker.told if topic == CONFIG]
    assert configs[0]["switch"] == {"platform": "switch"}
    assert configs[1]["switch"]["platform"] == "light"
    assert broker.retained["radio/0x01/power"] == b"1"


def test_what_an_earlier_run_announced_and_is_no_more_is_cleared(broker: Broker, board: Board) -> None:
    earlier = Board(Dialect("radio", "Test radio"), broker.publish)
    for device in ("0x01", "0x02", "0x03"):
        earlier.show(replace(PLUG, id=device))
        earlier.available(device, True)
        earlier.tell(device, "power", b"1")
    for topic, payload in list(broker.retained.items()):
        if topic.endswith("/config") and "0x03" not in topic:
            board.found(topic, payload)
    board.show(PLUG)
    board.complete()
    assert not [topic for topic in broker.retained if "0x02" in topic]
    board.found("homeassistant/device/radio/0x03/config", broker.retained["homeassistant/device/radio/0x03/config"])
    assert not [topic for topic in broker.retained if "0x03" in topic]
    assert broker.retained["radio/0x01/power"] == b"1"


def test_a_feature_that_an_earlier_run_announced_is_taken_out(broker: Broker, board: Board) -> None:
    Board(Dialect("radio", "Test radio"), broker.publish).show(PLUG)
    board.found(CONFIG, broker.retained[CONFIG])
    broker.told.clear()
    board.show(replace(PLUG, features=PLUG.features[:1]))
    told = [orjson.loads(payload)["components"] for topic, payload, _ in broker.told if topic == CONFIG]
    assert told[0]["power"] == {"platform": "sensor"}
    assert "power" not in told[1]


@pytest.mark.parametrize("payload", [b"", b"{", b"[]", b'{"components": [1]}', b'{"components": {"power": 1}}'])
def test_announcements_that_cannot_be_read_are_cleared_as_far_as_they_are_known(
    broker: Broker, board: Board, payload: bytes
) -> None:
    board.complete()
    board.found(CONFIG, payload)
    assert broker.retained == {}
    assert [topic for topic, _, _ in broker.told if topic == CONFIG] == ([CONFIG] if payload else [])


def test_what_happens_is_said_each_time_and_kept_by_nobody(broker: Broker, board: Board) -> None:
    for _ in range(2):
        board.happened("0x01", "action", b"single")
    assert broker.told == [("radio/0x01/action", b"single", False)] * 2


def test_topics_of_the_feature_stand_for_a_tilde_at_any_depth() -> None:
    feature = Feature(
        "climate",
        "climate",
        None,
        {"modes": ["off", "heat"], "mode_command_topic": "~/mode/set", "availability": [{"topic": "~/there"}]},
    )
    said = orjson.loads(Dialect("radio", "R").announcement(replace(PLUG, features=(feature,))))
    row = said["components"]["climate"]
    assert row["mode_command_topic"] == "radio/0x01/climate/mode/set"
    assert row["availability"] == [{"topic": "radio/0x01/climate/there"}]
    assert row["unique_id"] == "radio_0x01_climate"
    assert list(feature.hears) == ["mode/set"]


def test_a_trigger_is_no_entity() -> None:
    press = Feature("press", TRIGGER, None, {"type": "button_short_press", "subtype": "button_1", "topic": "~"})
    said = orjson.loads(Dialect("radio", "R").announcement(replace(PLUG, features=(press,))))
    assert said["components"]["press"] == {
        "platform": "device_automation",
        "automation_type": "trigger",
        "type": "button_short_press",
        "subtype": "button_1",
        "topic": "radio/0x01/press",
    }


@pytest.mark.parametrize(
    ("device", "told"),
    [
        (replace(PLUG, id="a/b"), "cannot be part of a topic"),
        (replace(PLUG, id="+"), "cannot be part of a topic"),
        (replace(PLUG, features=PLUG.features * 2), "power, switch"),
        (replace(PLUG, features=(Feature("A b", "sensor"),)), "A b"),
    ],
)
def test_what_no_topic_can_hold_is_refused(board: Board, broker: Broker, device: Device, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        board.show(device)
    assert broker.told == []
