"""Commands to one entity coalesce, and those to several keep their order: for whatever is wished of whichever lamp.

Each wish is a brightness that is its number, so that what the lamps are told can be held against what was wished.
"""

import json
import random
from collections.abc import Callable
from typing import Any

import pytest

from homeserver.topics.entity import COMMAND, Command
from tests.home.stage import LOGIN, Stage

LAMPS = 5
ROUNDS = 300
"""In `make proof`."""


def lamp(number: int, *, radio: bool) -> dict[str, Any]:
    made: dict[str, Any] = {
        "name": f"Lamp {number}",
        "unique_id": f"lamp{number}",
        "object_id": f"lamp{number}",
        "schema": "json",
        "brightness": True,
        "command_topic": f"zigbee2mqtt/lamp{number}/set",
        "state_topic": f"zigbee2mqtt/lamp{number}",
        "device": {"identifiers": [f"lamp{number}"], "name": f"Lamp {number}"},
    }
    if radio:
        made["device"]["via_device"] = "bridge"
        made["origin"] = {"name": "Zigbee2MQTT", "sw": "2.1"}
    return made


class Lamps:
    """Do at once what they are told, and say so."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.read = 0
        self.told: list[tuple[int, int]] = []
        """Lamp and brightness, in the order in which they came."""

    async def live(self, seconds: float) -> None:
        for _ in range(max(1, round(seconds / 0.05))):
            await self.stage.quiet()
            told = [one for one in self.stage.told if one[0].endswith("/set")]
            for topic, raw in told[self.read :]:
                wish = json.loads(raw)
                self.told.append((int(topic.split("/")[1][4:]), wish["brightness"]))
                self.stage.device.publish(topic.removesuffix("/set"), raw, 1, False)
            self.read = len(told)
            await self.stage.virtual.advance(0.05)


Wish = tuple[int, int]


def assert_in_order(wished: list[Wish], told: list[Wish]) -> None:
    """Of each lamp wishes are told in their order, the last one in any case, none twice; and no lamp gets its turn
    before one that was wished for earlier: a wish that replaces a waiting one takes over its turn."""
    assert set(told) <= set(wished), "nothing is told that nobody wished"
    assert len(set(told)) == len(told), "nothing is told twice that was done"
    for which in range(LAMPS):
        own = [one for one in wished if one[0] == which]
        order = [own.index(one) for one in told if one[0] == which]
        assert order == sorted(order), (own, told)
    assert dict(told) == dict(wished), "the last wish of each comes true"
    first_wished, first_told = (list(dict.fromkeys(which for which, _ in rows)) for rows in (wished, told))
    assert first_told == first_wished, (wished, told)


@pytest.mark.proof
@pytest.mark.parametrize("radio", [False, True])
async def test_no_command_overtakes_another(stage: Stage, radio: bool, portion: Callable[[int], int]) -> None:
    for number in range(LAMPS):
        config = json.dumps(lamp(number, radio=radio)).encode()
        stage.device.publish(f"homeassistant/light/lamp{number}/config", config, 1, True)
    await stage.quiet()
    stage.told.clear()
    lamps, chance, id, merged = Lamps(stage), random.Random(11), 0, 0
    for _ in range(portion(ROUNDS)):
        wished: list[tuple[int, int]] = []
        lamps.told.clear()
        for value in chance.sample(range(1, 255), chance.randint(2, 40)):
            which, id = chance.randrange(LAMPS), id + 1
            wished.append((which, value))
            command = Command(f"{id}", "turn_on", {"brightness": value})
            stage.bus.say(COMMAND, command, ("light", f"lamp{which}", LOGIN))
            if chance.random() < 0.2:
                await lamps.live(chance.choice((0, 0.05, 0.3)))
        await lamps.live(8)
        assert_in_order(wished, lamps.told)
        assert radio or lamps.told == wished, "nothing waits where nothing has to"
        merged += len(wished) - len(lamps.told)
    assert (merged > 0) is radio, "what waits for a slow radio is not told where a newer wish has come"
    assert stage.failed == []
