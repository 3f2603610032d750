"""Broker and core are killed while commands are on their way: nothing accepted is lost, nothing happens twice."""

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import psutil
import pytest

from homeserver.runtime.bus import Bus
from homeserver.topics.call import REPLY, Reply
from homeserver.topics.entity import COMMAND, COMMAND_FAILED, ENTITY_CONFIG, ENTITY_STATE, Command, CommandOutcome
from tests.evening.lab import Lab
from tests.evening.whole_home import ONLY_IN_FULL, BrokerKind, WholeHome, collect, connected, until_online, whole_home
from tests.runtime.ground import until

RATE = 100
TTL = 12.0
"""Seconds; longer than any of the outages here, so that commands live through them."""
BETWEEN_KILLS = 2.0
PATIENCE = 3.0
"""Seconds without an answer after which a command is said again."""
NUMBERS = 301
"""Not a multiple of ten, so that each number has its turn."""
AGAIN = 200
"""Commands said again in one go: a home that has just come back is not to drown."""


class Sender:
    """Sends commands with ids of its own and keeps account of the answers."""

    def __init__(self, bus: Bus) -> None:
        self.bus = bus
        self.sent: dict[str, tuple[str, int, int]] = {}
        self.accepted: set[str] = set()
        self.refused: dict[str, str] = {}
        self.failed: dict[str, str] = {}
        self._said: dict[str, float] = {}
        self._reply_to = f"homeserver/reply/{bus.login}/{bus.process}"
        bus.replay(bus.hear(REPLY, self._replied, "sender", client=bus.process))
        bus.replay(bus.hear(COMMAND_FAILED, self._outcome, "sender"))

    def _replied(self, reply: Reply) -> None:
        if reply.ok:
            self.accepted.add(reply.id)
        else:
            self.refused[reply.id] = str(reply.error)

    def _outcome(self, outcome: CommandOutcome) -> None:
        self.failed[outcome.id] = outcome.outcome

    def send(self, kind: str, index: int, value: int) -> None:
        id_ = f"{self.bus.run}-{kind}-{index}-{value}"
        self.sent[id_] = (kind, index, value)
        self._say(id_, kind, index, value)

    def unanswered(self) -> int:
        return len(self.sent) - len(self.accepted) - len(self.refused)

    async def insist(self) -> None:
        """Say again, under its id, what nobody has answered: the broker keeps nothing for a home that is down."""
        while True:
            await asyncio.sleep(0.5)
            now = time.monotonic()
            waiting = [id_ for id_ in self.sent if id_ not in self.accepted and id_ not in self.refused]
            for id_ in [id_ for id_ in waiting if now - self._said[id_] > PATIENCE][:AGAIN]:
                self._say(id_, *self.sent[id_])

    def _say(self, id_: str, kind: str, index: int, value: int) -> None:
        service, data = ("set_value", {"value": float(value)}) if kind == "number" else ("press", {})
        self._said[id_] = time.monotonic()
        command = Command(id_, service, data, TTL, None, self._reply_to)
        self.bus.say(COMMAND, command, (kind, f"lab_{kind}_{index}", self.bus.login))


async def send_all(sender: Sender, commands: int) -> None:
    """`RATE` a second: numbers in turn with rising values, and every tenth the press of a fresh button."""
    began = time.monotonic()
    for count in range(commands):
        if count % 10:
            sender.send("number", count % NUMBERS, count)
        else:
            sender.send("button", count // 10, 0)
        await asyncio.sleep(max(0.0, began + (count + 1) / RATE - time.monotonic()))


async def hurt(home: WholeHome, bus: Bus, kills: int) -> None:
    """Kill broker and core in turn, `kills` times each, each time when the home has just come back."""
    for _ in range(kills):
        await asyncio.sleep(BETWEEN_KILLS)
        await home.kill("broker")
        await asyncio.sleep(BETWEEN_KILLS)
        await asyncio.wait_for(bus.up.wait(), 20)
        run = await until_online(bus, "core")
        await home.kill("core")
        await until_online(bus, "core", run)


def number_states(states: dict[str, Any]) -> dict[int, str]:
    return {
        int(address.split("/")[2].rpartition("_")[2]): message.state
        for address, message in states.items()
        if message is not None
    }


@pytest.mark.proof
@pytest.mark.timeout(600)
@pytest.mark.parametrize("broker", ["mosquitto", "amqtt", ONLY_IN_FULL])
async def test_commands_survive_kills_of_broker_and_core(
    broker: BrokerKind, tmp_path: Path, portion: Callable[[int], int]
) -> None:
    kills = max(3, portion(20))
    seconds = kills * (2 * BETWEEN_KILLS + 4)
    commands = int(seconds * RATE)
    buttons = commands // 10 + 1
    with whole_home(tmp_path, broker) as home:
        home.device_login("lab")
        home.start()
        await home.until_up()
        lab = Lab(home.device_wire("lab"), NUMBERS, buttons)
        async with connected(home.client()) as bus:
            configs = collect(bus, ENTITY_CONFIG)
            states = collect(bus, ENTITY_STATE, domain="number")
            sender = Sender(bus)
            await bus.sync()
            await lab.open()
            await until(lambda: sum("/lab_" in address for address in configs) == NUMBERS + buttons, 60)
            insisting = asyncio.create_task(sender.insist())
            await asyncio.gather(send_all(sender, commands), hurt(home, bus, kills))
            began = time.monotonic()
            again = sender.unanswered() / AGAIN  # seconds: half of what is said again in that time is answered already
            await until(lambda: not sender.unanswered(), 30 + again)
            insisting.cancel()
            await until(lambda: not lost(sender, lab), TTL + 15)
            settled = time.monotonic()
            with contextlib.suppress(TimeoutError):
                await until(lambda: not differing(number_states(states), lab.values), 5)
            left = differing(number_states(states), lab.values)
            print(f"{broker}: {len(sender.sent)} sent, {len(sender.accepted)} accepted, {len(sender.failed)} expired,")
            print(f"  settled {settled - began:.1f} s after the last, alike {time.monotonic() - settled:.1f} s later")
        await lab.link.close()
    assert not sender.refused
    assert len(sender.accepted) == len(sender.sent), "whoever insists is heard"
    assert all(count == 1 for count in lab.pressed.values()), "a button was pressed twice"
    assert not left, "entities do not show what the device has"


def lost(sender: Sender, lab: Lab) -> set[str]:
    """Accepted absolute commands that neither reached the device, nor a newer one in their place, nor were reported."""
    reached: dict[int, int] = {}
    for index, value in lab.told:
        reached[index] = max(reached.get(index, -1), int(float(value)))
    return {
        id_
        for id_, (kind, index, value) in sender.sent.items()
        if kind == "number" and id_ in sender.accepted and id_ not in sender.failed and reached.get(index, -1) < value
    }


def differing(states: dict[int, str], values: dict[int, str]) -> dict[int, tuple[str | None, str]]:
    """Numbers whose entity does not show what the device has."""
    known = {number: state for number, state in states.items() if state not in ("unknown", "unavailable")}
    return {
        number: (states.get(number), value)
        for number, value in values.items()
        if number not in known or float(known[number]) != float(value)
    }


@pytest.mark.parametrize("broker", ["mosquitto", "amqtt"])
async def test_nothing_outlives_a_killed_supervisor(broker: BrokerKind, tmp_path: Path) -> None:
    with whole_home(tmp_path, broker) as home:
        home.start()
        await home.until_up()
        children = home.descendants()
        assert len(children) >= 3
        assert home.process is not None
        home.process.send_signal(signal.SIGKILL)
        home.process.wait(5)
        await until(lambda: not any(alive(child) for child in children), 5)


@pytest.mark.parametrize("broker", ["mosquitto", "amqtt"])
async def test_ctrl_c_ends_everything_within_two_seconds(broker: BrokerKind, tmp_path: Path) -> None:
    with whole_home(tmp_path, broker) as home:
        home.start()
        await home.until_up()
        children = home.descendants()
        assert home.process is not None
        home.process.send_signal(signal.SIGINT)
        await until(lambda: home.process is not None and home.process.poll() is not None, 2)
        assert home.process.returncode == 0
        assert not any(alive(child) for child in children)


OF_THE_HOME: Final = tuple(f"entity/{domain}/" for domain in ("zone", "sun", "automation"))
"""Entities that are no device's."""


@pytest.mark.parametrize("broker", ["mosquitto", "amqtt", ONLY_IN_FULL])
async def test_devices_that_are_killed_are_unavailable_until_they_are_back(broker: BrokerKind, tmp_path: Path) -> None:
    with whole_home(tmp_path, broker, "--demo") as home:
        home.start()
        await home.until_up()
        async with connected(home.client()) as bus:
            states = collect(bus, ENTITY_STATE)

            def reached() -> int:
                there = {address for address, state in states.items() if state and state.state != "unavailable"}
                return sum(not address.startswith(OF_THE_HOME) for address in there)

            await until(lambda: reached() > 150, PATIENCE)
            await home.kill("demo")
            await until(lambda: reached() == 0, PATIENCE)
            await until(lambda: reached() > 150, PATIENCE)


def alive(process: psutil.Process) -> bool:
    return process.is_running() and process.status() != psutil.STATUS_ZOMBIE


async def test_two_homes_run_side_by_side_and_a_second_one_in_the_same_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    with whole_home(tmp_path / "one", "mosquitto") as one, whole_home(tmp_path / "two", "mosquitto") as two:
        one.start()
        two.start()
        await one.until_up()
        await two.until_up()
        argv = [sys.executable, "-m", "homeserver", "up", "--data", str(one.data)]
        third = subprocess.run(argv, capture_output=True, text=True, timeout=20, env={**os.environ}, check=False)
        assert third.returncode != 0
        assert "a home runs in" in third.stderr + third.stdout
        assert "Traceback" not in third.stderr
