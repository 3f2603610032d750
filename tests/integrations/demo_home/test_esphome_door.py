"""What the doorbell and the infrared blaster say and do, seen through their announcements."""

import json
from base64 import b64decode
from datetime import datetime

import pytest

from integrations.demo_home.infrared import POWER, nec
from integrations.demo_home.unit import Message
from tests.integrations.demo_home.conftest import BERLIN, Stage

RING = "event.front_door_ring"
VISITOR = "image.front_door_visitor"
CAMERA = "camera.front_door"
DISPLAY = "text.front_door_display"
BLASTER = "infrared.infrared_blaster"


def test_a_visitor_is_an_event_and_a_picture(quiet: Stage) -> None:
    topic = quiet.ear.fields(VISITOR)["image_topic"]
    assert topic not in quiet.ear.last
    quiet.house.world.porch.visit()
    said = quiet.house.step(1)
    rings = [message for message in said if message.topic == quiet.ear.fields(RING)["state_topic"]]
    assert rings == [Message(rings[0].topic, '{"event_type": "ring"}', retain=False)]
    pictures = {message.topic: message for message in said if message.payload.startswith("iVBOR")}
    assert pictures.keys() == {topic, quiet.ear.fields(CAMERA)["topic"]}
    assert all(message.retain and b64decode(message.payload)[1:4] == b"PNG" for message in pictures.values())
    assert quiet.house.reports().count(rings[0]) == 0, "what is over is never said again"


def test_while_nobody_comes_there_are_few_pictures(quiet: Stage) -> None:
    topic = quiet.ear.fields(CAMERA)["topic"]
    assert 3 <= [message.topic for message in quiet.house.step(3_600)].count(topic) <= 5


def test_the_display_says_what_it_is_told(quiet: Stage) -> None:
    quiet.command(DISPLAY, "Please leave it next door")
    assert quiet.ear.state(DISPLAY) == "Please leave it next door"
    quiet.command(DISPLAY, "x" * 61)
    assert quiet.ear.state(DISPLAY) == "Please leave it next door"
    assert quiet.house.ignored == {"too long for the display": 1}


def test_the_power_key_of_the_television_works_from_here_too(quiet: Stage) -> None:
    television = quiet.house.world.appliances["television"]
    for running in (True, False):
        quiet.command(BLASTER, json.dumps({"timings": list(POWER), "modulation": 38_000}))
        assert television.running is running


@pytest.mark.parametrize(
    ("signal", "reason"),
    [
        (json.dumps({"timings": list(nec(4, 9))}), "nothing knows this signal"),
        (json.dumps({"timings": ["x"]}), "not a signal"),
        (json.dumps({"timings": [560] * 2_000})[:4_000], "not JSON"),
        ("{}", "not a signal"),
    ],
)
def test_other_signals_do_nothing(quiet: Stage, signal: str, reason: str) -> None:
    quiet.command(BLASTER, signal)
    assert quiet.house.ignored == {reason: 1}
    assert not quiet.house.world.appliances["television"].used


def test_the_receiver_sees_the_remote_in_somebodys_hand() -> None:
    evening = Stage(datetime(2026, 1, 14, 19, 30, tzinfo=BERLIN))
    topic = evening.ear.fields("infrared.infrared_blaster_receiver")["state_topic"]
    signals = [message for message in evening.house.step(2 * 3_600) if message.topic == topic]
    assert signals
    assert all(json.loads(one.payload)["timings"] == list(POWER) and not one.retain for one in signals)
