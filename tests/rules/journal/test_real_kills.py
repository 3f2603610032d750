"""The process of the rules is killed, `kill -9`, while it does all that can wait: nothing is lost or done twice.

A real process on a real Mosquitto; the home is played here and carries out each command id once. Events that were said
just before a kill may not have been heard: then none of what follows from them happens, rather than a part.
"""

import asyncio
import contextlib
import os
import random
import re
import shutil
import subprocess
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import pytest

from homeserver.runtime.bus import Bus
from homeserver.topics.entity import COMMAND, ENTITY_CONFIG, ENTITY_STATE, Command, EntityConfig, EntityState
from homeserver.topics.process import WORKER_STATUS, WorkerStatus
from tests.runtime.ground import EVERYTHING, Buses, RealGround, ground_of, until

KILLS: Final = 100
"""In `make proof`."""
LOGINS: Final = ("rules", "rival", "outside")
NOTE: Final = "text.note"
UNHEARD: Final = 1.0
"""Seconds before a kill in which an event may not have been heard."""
PATIENCE: Final = 60.0
KINDS: Final = {"steps": 4, "rounds": 4, "lasting": 2, "queue": 2, "branches": 4, "patience": 2}
"""Rules, and how many effects each of their runs has."""
pytestmark = pytest.mark.skipif(
    shutil.which("mosquitto", path=f"{os.environ['PATH']}:/usr/sbin") is None, reason="needs mosquitto"
)


def note(text: str) -> str:
    return f'{{action: text.set_value, target: {{entity_id: {NOTE}}}, data: {{value: "{{{{ who }}}} {text}"}}}}'


def rule(id: str, rounds: int, *actions: str, mode: str = "parallel", more: str = "") -> str:
    sensors = ", ".join(f"binary_sensor.{id}_{number}" for number in range(rounds))
    steps = "".join(f"    - {action}\n" for action in actions)
    return f"""
- id: {id}
  mode: {mode}
  max: 1000
  variables: {{who: "{{{{ trigger.entity_id }}}}"}}
  triggers: [{{trigger: state, entity_id: [{sensors}], to: "on"{more}}}]
  actions:
{steps}"""


def rules(rounds: int) -> str:
    wait = "{wait_for_trigger: [{trigger: event, event_type: never}], timeout: 0.8}"
    left = f"{{sequence: [{{delay: 0.4}}, {note('1')}]}}"
    right = f"{{sequence: [{{delay: 0.7}}, {note('2')}, {{delay: 0.4}}, {note('3')}]}}"
    passes = f"{{repeat: {{count: 4, sequence: [{{delay: 0.3}}, {note('{{ repeat.index }}')}]}}}}"
    return "".join(
        (
            rule("steps", rounds, "delay: 0.3", note("1"), "delay: 0.4", note("2"), note("3"), "delay: 0.5", note("4")),
            rule("rounds", rounds, passes),
            rule("lasting", rounds, note("1"), "delay: 0.4", note("2"), more=", for: {milliseconds: 900}"),
            rule("queue", rounds, "delay: 0.2", note("1"), "delay: 0.2", note("2"), mode="queued"),
            rule("branches", rounds, f"{{parallel: [{left}, {right}]}}", note("4")),
            rule("patience", rounds, wait, note("1"), "delay: 0.3", note("2")),
        )
    )


class House:
    """All that is not the rules: sensors, a note that keeps what it was told, and what tells how the rules are."""

    def __init__(self, bus: Bus) -> None:
        self.bus = bus
        self.effects: list[str] = []
        self.ids: set[str] = set()
        self.said: dict[str, float] = {}
        self.online: dict[str, WorkerStatus | None] = {}

    async def begin(self, sensors: list[str]) -> None:
        self.bus.replay(self.bus.hear(WORKER_STATUS, self._status, "test", name="rules"))
        self.bus.replay(self.bus.hear(COMMAND, self._obey, "test"))
        self.bus.announce({ENTITY_CONFIG.template, ENTITY_STATE.template})
        for entity_id in (*sensors, NOTE):
            services = ("set_value",) if entity_id == NOTE else ()
            self.bus.say(ENTITY_CONFIG, EntityConfig(entity_id, "outside", services), tuple(entity_id.split(".")))
            self.become(entity_id, "off")
        await self.bus.sync()

    def _status(self, status: WorkerStatus | None, heard: Any) -> None:
        self.online[heard.where[1]] = status

    def _obey(self, command: Command, heard: Any) -> None:
        if command.id not in self.ids:
            self.ids.add(command.id)
            self.effects.append(command.data["value"])

    def become(self, entity_id: str, word: str) -> None:
        now = datetime.now(UTC)
        self.bus.say(ENTITY_STATE, EntityState(word, {}, now, now), tuple(entity_id.split(".")))

    def switch_on(self, entity_id: str) -> None:
        self.said[entity_id] = time.monotonic()
        self.become(entity_id, "on")

    def of(self, entity_id: str) -> list[str]:
        return [effect.rpartition(" ")[2] for effect in self.effects if effect.startswith(f"{entity_id} ")]


class Rules:
    """The process of the rules."""

    def __init__(self, ground: RealGround, data: Path, rules: Path, name: str = "rules") -> None:
        address = f"mqtt://process.{name}@127.0.0.1:{ground.port}"
        argv = [sys.executable, "-m", "homeserver", "run", "rules", "--process", name, "--broker", address]
        self._argv = [*argv, "--data", str(data), "--rules", str(rules)]
        self.output = data / f"{name}.txt"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        environment = {name: value for name, value in os.environ.items() if not name.startswith("COV")}
        with self.output.open("ab") as output:
            self.process = subprocess.Popen(self._argv, env=environment, stdout=output, stderr=output)

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait(10)


@contextlib.asynccontextmanager
async def played(folder: Path, rounds: int) -> AsyncIterator[tuple[House, Rules, RealGround]]:
    """A house with a process of rules that is not begun yet."""
    (folder / "rules").mkdir()
    (folder / "rules" / "test.yaml").write_text(rules(rounds))
    async with ground_of("mosquitto", folder, {f"process.{name}": EVERYTHING for name in LOGINS}) as ground:
        assert isinstance(ground, RealGround)
        buses = Buses(ground)
        house = House(await buses.open("outside"))
        process = Rules(ground, folder / "logins", folder / "rules")
        try:
            await house.begin([f"binary_sensor.{kind}_{number}" for kind in KINDS for number in range(rounds)])
            yield house, process, ground
        finally:
            process.kill()
            await buses.close()


async def until_it_says(rules: Rules, text: bytes) -> None:
    await until(lambda: text in rules.output.read_bytes(), PATIENCE)


async def until_they_run(house: House) -> None:
    """Until the rules are online, by what was heard since the begin."""

    def online() -> bool:
        status = house.online.get("rules")
        return status is not None and status.state == "online"

    await until(online, PATIENCE)


@pytest.mark.proof
@pytest.mark.timeout(240)
async def test_kill_9_loses_nothing_and_repeats_nothing(
    tmp_path: Path, portion: Callable[[int], int], capsys: pytest.CaptureFixture[str]
) -> None:
    kills, chance, kill_times = portion(KILLS), random.Random(4), list[float]()
    async with played(tmp_path, kills) as (house, process, _):
        for number in range(kills):
            house.online.clear()
            process.start()
            await until_they_run(house)
            for kind in chance.sample(list(KINDS), len(KINDS)):
                house.switch_on(f"binary_sensor.{kind}_{number}")
                await asyncio.sleep(chance.uniform(0, 0.3))
            await asyncio.sleep(chance.uniform(0, 1.5))
            kill_times.append(time.monotonic())
            process.kill()
        house.online.clear()
        process.start()
        await until_they_run(house)
        expected = sum(KINDS.values()) * kills
        with contextlib.suppress(TimeoutError):
            await until(lambda: len(house.effects) >= expected, 10)
        await asyncio.sleep(2)
        assert_exact(house, kill_times, capsys)
        assert "Traceback" not in process.output.read_text()


def assert_exact(house: House, kill_times: list[float], capsys: pytest.CaptureFixture[str]) -> None:
    """Each run did everything once, save for those of events that a kill came too soon after."""
    unheard = Counter[str]()
    for entity_id, said in house.said.items():
        kind = re.split(r"[._]", entity_id)[2]
        came, wanted = house.of(entity_id), [str(number) for number in range(1, KINDS[kind] + 1)]
        is_late = any(0 <= killed - said < UNHEARD for killed in kill_times)
        if not came and is_late:
            unheard[kind] += 1
            continue
        assert sorted(came) == wanted, (entity_id, came)
        if kind != "branches":
            assert came == wanted, (entity_id, came)
    with capsys.disabled():
        print(
            f"\n{len(kill_times)} kills, {len(house.said)} runs, {sum(unheard.values())} events were not heard in time"
        )
    assert sum(unheard.values()) < len(house.said) / 3


@pytest.mark.timeout(120)
async def test_two_processes_never_run_the_same_rules(tmp_path: Path) -> None:
    async with played(tmp_path, 3) as (house, first, ground):
        first.start()
        await until_they_run(house)
        # One in the same folder, which has no right to the file either, and one that has all files for itself.
        elsewhere = tmp_path / "elsewhere"
        shutil.copytree(tmp_path / "logins", elsewhere, ignore=shutil.ignore_patterns("rules*"))
        here = Rules(ground, tmp_path / "logins", tmp_path / "rules", "rival")
        there = Rules(ground, elsewhere, tmp_path / "rules", "rival")
        for number, rival in enumerate((here, there)):
            rival.start()
            try:
                await until_it_says(rival, b"rules already runs in process rules")
                house.switch_on(f"binary_sensor.steps_{number}")
                await asyncio.sleep(2)
            finally:
                rival.kill()
        assert house.of("binary_sensor.steps_0") == house.of("binary_sensor.steps_1") == ["1", "2", "3", "4"]
