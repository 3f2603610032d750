"""A device reports what moved, what happened, and that it is still there; and nothing while it is not."""

from integrations.demo_home.devices import DEVICES
from integrations.demo_home.house import BERLIN as PLACE
from integrations.demo_home.house import KINDS
from integrations.demo_home.timeline import Timeline
from integrations.demo_home.unit import Message, Unit
from integrations.demo_home.voice import Voice
from integrations.demo_home.world import World
from tests.integrations.demo_home.conftest import WINTER


def unnoticed(key: str) -> None:
    """Nobody listens for what happens; the tests look for themselves."""


def voice_of(key: str) -> tuple[Voice, World, dict[str, Message]]:
    world = World(1, Timeline(WINTER), PLACE, unnoticed)
    device = next(device for device in DEVICES if device.key == key)
    last: dict[str, Message] = {}
    return Voice(Unit(device, world, unnoticed), KINDS[device.kind], last), world, last


def test_it_says_all_when_asked_and_nothing_new_when_nothing_moved() -> None:
    voice, _, last = voice_of("living_room_window")
    assert len(voice.look(changed=True)) == 1
    assert voice.look() == []
    assert len(voice.look(changed=True)) == 1
    assert list(last) == ["demo/zigbee/living_room_window"]


def test_it_reports_a_change_and_then_is_still() -> None:
    voice, world, _ = voice_of("living_room_window")
    voice.look(changed=True)
    world.openings["living_room_window"].set(True)
    assert '"contact": false' in voice.look()[0].payload
    assert voice.look() == []


def test_it_gives_a_sign_of_life_after_its_heartbeat() -> None:
    voice, world, _ = voice_of("bathroom_window")
    voice.look(changed=True)
    world.timeline.now = voice.kind.heartbeat - 1
    assert voice.look() == []
    world.timeline.now = voice.kind.heartbeat
    assert len(voice.look()) == 1


def test_single_topics_carry_only_what_moved() -> None:
    voice, world, _ = voice_of("front_door_chime")
    everything = {message.topic for message in voice.look(changed=True)}
    assert len(everything) == 5
    world.bell.volume = 25
    assert [message.topic for message in voice.look()] == ["demo/esphome/front_door_chime/number/volume/state"]


def test_a_lost_device_says_nothing_but_is_said_to_be_away() -> None:
    voice, world, last = voice_of("bedroom_window")
    voice.unit.radio.drop(100)
    assert voice.look(changed=True) == []
    assert voice.availability()[0].payload == '{"state": "offline"}'
    world.timeline.run(101)
    assert len(voice.look(changed=True)) == 1
    assert voice.availability()[0].payload == '{"state": "online"}'
    assert len(last) == 2


def test_what_happens_is_said_once_and_not_while_it_is_away() -> None:
    voice, world, last = voice_of("living_room_remote")
    voice.look(changed=True)
    for online, said in ((True, ["1_single"]), (False, []), (True, [])):
        voice.unit.radio.online = online
        if said or not online:
            world.tell("living_room_remote", "action", "1_single")
        assert [message.payload for message in voice.look() if message.topic.endswith("/action")] == said
    assert not any(topic.endswith("/action") for topic in last)
