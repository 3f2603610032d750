"""The last wish wins for each attribute; toggles and steps count from what is wished; every id gets its true end."""

import json
import random
from typing import Any

import pytest

from homeserver.topics.entity import COMMAND, COMMAND_ENDED, Command, CommandOutcome
from tests.home.stage import LOGIN, Stage

DEVICE = {"identifiers": ["d"], "name": "D"}
LAMP: dict[str, Any] = {
    "name": "Lamp",
    "unique_id": "lamp",
    "object_id": "lamp",
    "schema": "json",
    "brightness": True,
    "supported_color_modes": ["rgb"],
    "command_topic": "lamp/set",
    "state_topic": "lamp",
    "device": DEVICE,
}
FAN: dict[str, Any] = {
    "name": "Fan",
    "unique_id": "fan",
    "command_topic": "fan/set",
    "state_topic": "fan",
    "percentage_command_topic": "fan/speed/set",
    "percentage_state_topic": "fan/speed",
    "preset_modes": ["breeze"],
    "preset_mode_command_topic": "fan/preset/set",
    "preset_mode_state_topic": "fan/preset",
}
SWITCH: dict[str, Any] = {"name": "Plug", "unique_id": "plug", "command_topic": "plug/set", "state_topic": "plug"}


class Ends:
    """How commands ended, in order."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.said: list[CommandOutcome] = []
        stage.bus.replay(stage.bus.hear(COMMAND_ENDED, self.said.append, "ends"))

    async def command(self, entity_id: str, service: str, id: str, ttl: float = 30.0, **data: Any) -> None:
        """Send a command that is to be told of."""
        domain, object_id = entity_id.split(".")
        self.stage.bus.say(COMMAND, Command(id, service, data, ttl, tell=True), (domain, object_id, LOGIN))
        await self.stage.quiet()

    @property
    def all(self) -> list[tuple[str, str]]:
        return [(one.id, one.outcome) for one in (*self.said, *self.stage.failed)]


async def paced(stage: Stage, pace: int) -> None:
    device = stage.home.registry.find_device("d")
    assert device is not None
    await stage.process.calls.ask("home", "edit_device", {"device": device.id, "pace": pace})


def sent(stage: Stage) -> list[dict[str, Any]]:
    return [json.loads(text) for text in stage.told_on("lamp/set")]


async def test_a_slider_that_is_dragged_sends_the_first_at_once_then_one_in_each_interval_and_the_last(
    stage: Stage,
) -> None:
    await stage.announce("light", LAMP)
    await paced(stage, 200)
    ends, times = Ends(stage), []
    for value in range(1, 51):
        await ends.command("light.lamp", "turn_on", f"drag {value}", brightness=value * 5)
        times.append(len(sent(stage)))
        await stage.virtual.advance(0.02)
    assert times[0] == 1
    await stage.virtual.advance(0.3)
    values = [one["brightness"] for one in sent(stage)]
    assert (values[0], values[-1]) == (5, 250)
    assert len(values) == 6, "a second and a bit, five in a second"
    await stage.report("lamp", '{"state": "ON", "brightness": 250}')
    await stage.virtual.advance(60)
    assert len(sent(stage)) == 6
    assert ends.all == [(f"drag {value}", "superseded") for value in range(1, 50)] + [("drag 50", "confirmed")]


async def test_a_brightness_and_a_colour_both_arrive_and_are_asked_for_until_they_did(stage: Stage) -> None:
    await stage.announce("light", LAMP)
    ends = Ends(stage)
    await ends.command("light.lamp", "turn_on", "dim", brightness=90, rgb_color=[0, 0, 255])
    await ends.command("light.lamp", "turn_on", "red", rgb_color=[255, 0, 0])
    stage.told.clear()
    await stage.virtual.advance(1.5)
    red, dim = {"state": "ON", "color": {"r": 255, "g": 0, "b": 0}}, {"state": "ON", "brightness": 90}
    assert sorted(sent(stage), key=len) == [dim, red], "the blue that nobody wants any more is not asked for again"
    await stage.report("lamp", '{"state": "ON", "color_mode": "rgb", "color": {"r": 255, "g": 0, "b": 0}}')
    assert ends.all == [("red", "confirmed")]
    await stage.report("lamp", '{"state": "ON", "brightness": 90}')
    assert ends.all == [("red", "confirmed"), ("dim", "confirmed")]


@pytest.mark.parametrize(
    ("first", "then", "left"),
    [
        (("set_percentage", {"percentage": 50}), ("set_preset_mode", {"preset_mode": "breeze"}), {"50", "breeze"}),
        (("turn_on", {"percentage": 50}), ("set_percentage", {"percentage": 20}), {"ON", "20"}),
        (("set_percentage", {"percentage": 50}), ("turn_off", {}), {"OFF"}),
        (("turn_off", {}), ("turn_on", {"percentage": 50}), {"ON", "50"}),
        (("turn_off", {}), ("set_percentage", {"percentage": 50}), {"50"}),
    ],
)
async def test_what_is_asked_for_again_when_a_newer_wish_has_come(
    stage: Stage, first: tuple[str, dict[str, Any]], then: tuple[str, dict[str, Any]], left: set[str]
) -> None:
    await stage.announce("fan", FAN)
    for service, data in (first, then):
        await stage.command("fan.fan", service, **data)
    stage.told.clear()
    await stage.virtual.advance(1.5)
    assert set(stage.told_on("fan/#")) == left


async def test_off_ends_what_was_wished_of_a_lamp(stage: Stage) -> None:
    await stage.announce("light", LAMP)
    ends = Ends(stage)
    await ends.command("light.lamp", "turn_on", "on", brightness=10)
    await ends.command("light.lamp", "turn_off", "off")
    stage.told.clear()
    await stage.virtual.advance(20)
    assert {one["state"] for one in sent(stage)} == {"OFF"}
    await stage.report("lamp", '{"state": "OFF"}')
    assert ends.all == [("on", "superseded"), ("off", "confirmed")]


async def test_toggles_and_steps_that_follow_each_other_all_count(stage: Stage) -> None:
    await stage.announce("light", LAMP)
    await stage.report("lamp", '{"state": "ON", "brightness": 100}')
    for number in range(3):
        stage.bus.say(COMMAND, Command(f"up {number}", "turn_on", {"brightness_step": 10}), ("light", "lamp", LOGIN))
    await stage.quiet()
    assert [one["brightness"] for one in sent(stage)] == [110, 120, 130]
    await stage.report("lamp", '{"state": "ON", "brightness": 130}')
    stage.told.clear()
    for _ in range(3):
        await stage.command("light.lamp", "toggle")
    assert [one["state"] for one in sent(stage)] == ["OFF", "ON", "OFF"]


async def test_steps_wait_for_their_turn_and_none_is_lost(stage: Stage) -> None:
    await stage.announce("light", LAMP)
    await stage.report("lamp", '{"state": "ON", "brightness": 100}')
    await paced(stage, 500)
    for step in (10, 10, -40):
        await stage.command("light.lamp", "turn_on", brightness_step=step)
    await stage.command("light.lamp", "turn_on", rgb_color=[1, 2, 3])
    assert [one["brightness"] for one in sent(stage)] == [110]
    await stage.virtual.advance(1.6)
    assert [one.get("brightness") for one in sent(stage)] == [110, 120, 80, None]


async def test_a_toggle_goes_by_what_the_device_said_since(stage: Stage) -> None:
    await stage.announce("switch", SWITCH)
    await stage.command("switch.plug", "turn_on")
    await stage.report("plug", "OFF")  # somebody was there first
    await stage.command("switch.plug", "toggle")
    assert stage.told_on("plug/set") == ["ON", "ON"]
    await stage.report("plug", "ON")
    await stage.command("switch.plug", "turn_on", id="so already")
    await stage.command("switch.plug", "toggle")
    await stage.report("plug", "OFF")
    await stage.command("switch.plug", "turn_on")
    await stage.virtual.advance(3)  # it never says that it is on: for a person it is off
    await stage.command("switch.plug", "toggle")
    assert stage.told_on("plug/set")[-1] == "ON"


async def test_every_end_has_its_own_word(stage: Stage) -> None:
    await stage.announce("switch", SWITCH)
    await stage.announce("switch", {"name": "Mute", "unique_id": "mute", "command_topic": "mute/set"}, "m")
    await stage.announce("button", {"name": "Bell", "unique_id": "bell", "command_topic": "bell/set"}, "b")
    await stage.report("plug", "OFF")
    ends = Ends(stage)
    await ends.command("switch.plug", "turn_off", "already")
    await ends.command("switch.mute", "turn_on", "acknowledged")
    await ends.command("button.bell", "press", "sent")
    await ends.command("switch.plug", "turn_on", "confirmed")
    await stage.report("plug", "ON")
    await ends.command("switch.plug", "turn_off", "expired", ttl=1)
    await stage.virtual.advance(2)
    await ends.command("switch.plug", "turn_off", "failed")
    await stage.announce("switch", "")
    assert [id for id, outcome in ends.all] == [outcome for id, outcome in ends.all]
    assert len(ends.all) == 6


async def test_nobody_is_told_of_good_ends_who_did_not_ask(stage: Stage) -> None:
    await stage.announce("switch", SWITCH)
    ends = Ends(stage)
    await stage.command("switch.plug", "turn_on")
    await stage.report("plug", "ON")
    assert ends.all == []


COLOURS = ([255, 0, 0], [0, 255, 0], [0, 0, 255], [255, 255, 0])


class Lossy:
    """A lamp behind a bad radio: loses some of what it is told and of what it says, and answers late."""

    def __init__(self, stage: Stage, chance: random.Random) -> None:
        self.stage, self.chance = stage, chance
        self.state: dict[str, Any] = {"state": "OFF", "brightness": 1, "color_mode": "rgb", "color": {}}
        self.lost = {"heard": False, "said": False}
        self.read = 0
        self.calm = False

    def loses(self, what: str) -> bool:
        """Never two in a row, and nothing while the radio is `calm`."""
        gone = not (self.calm or self.lost[what]) and self.chance.random() < 0.45
        self.lost[what] = gone
        return gone

    def live(self) -> None:
        """Obey what has come since."""
        told = self.stage.told_on("lamp/set")
        for text in told[self.read :]:
            if not self.loses("heard"):
                self.state |= json.loads(text)
                if not self.loses("said"):
                    self.stage.virtual.call_later(self.chance.uniform(0.01, 0.3), self.tell)
        self.read = len(told)

    def tell(self) -> None:
        body = self.state if self.state["state"] == "ON" else {"state": "OFF"}
        self.stage.device.publish("lamp", json.dumps(body).encode(), 1, False)

    async def while_passing(self, seconds: float) -> None:
        for _ in range(round(seconds / 0.05)):
            self.live()
            await self.stage.virtual.advance(0.05)


@pytest.mark.parametrize("pace", [None, 300])
async def test_whatever_is_wished_in_whatever_order_over_a_bad_radio_the_last_wish_comes_true(
    stage: Stage, pace: int | None
) -> None:
    await stage.announce("light", LAMP)
    if pace is not None:
        await paced(stage, pace)
    ends, chance, asked = Ends(stage), random.Random(7), 0
    lamp = Lossy(stage, chance)
    for _ in range(12):
        wished: dict[str, Any] = {}
        for _ in range(chance.randint(1, 6)):
            wish: dict[str, Any] = chance.choice(
                (
                    {"brightness": chance.randrange(10, 251, 20)},
                    {"rgb_color": chance.choice(COLOURS)},
                    {"brightness": chance.randrange(10, 251, 20), "rgb_color": chance.choice(COLOURS)},
                    {},
                    {"off": True},
                )
            )
            off = bool(wish.pop("off", False))
            wished = {"state": "OFF"} if off else {**wished, **wish, "state": "ON"}
            asked += 1
            await ends.command("light.lamp", "turn_off" if off else "turn_on", f"{asked}", **wish)
            await lamp.while_passing(chance.choice((0, 0.05, 0.4, 1.5)))
        lamp.calm = True
        await lamp.while_passing(25)
        lamp.calm = False
        assert lamp.state["state"] == wished["state"], wished
        assert lamp.state["brightness"] == wished.get("brightness", lamp.state["brightness"]), wished
        colour = list(lamp.state["color"].values())
        assert colour == wished.get("rgb_color", colour), wished
        assert "wanted" not in stage.states["light.lamp"].attributes
    assert stage.failed == []
    assert sorted(int(id) for id, _ in ends.all) == list(range(1, asked + 1)), "each has one end"
    assert {outcome for _, outcome in ends.all} <= {"confirmed", "superseded", "already"}
