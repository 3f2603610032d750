"""A whole home is backed up while it works, and comes back on an empty machine as the same home."""

import asyncio
import random
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import orjson
import pytest

from homeserver.rules.words import RULE_CONFIG
from homeserver.runtime.clock import RealClock
from homeserver.runtime.device_link import DeviceLink
from homeserver.runtime.logins import Logins
from homeserver.topics.entity import ENTITY_CONFIG, ENTITY_STATE
from tests.evening.whole_home import BrokerKind, WholeHome, collect, connected, whole_home
from tests.runtime.ground import until
from tests.runtime.raw_client import RawClient

PATIENCE = 30.0
LAMP = "entity/light/hall_ceiling/state"
STARTED = 10
"""Every so many restored homes one is started, too: the others are looked at on disk."""
RULE = """
- id: hall
  alias: Hall light
  triggers: [{trigger: state, entity_id: binary_sensor.nobody}]
  actions: [{action: light.turn_on, target: {entity_id: light.hall_ceiling}}]
"""


async def command(*arguments: object) -> subprocess.CompletedProcess[str]:
    """One command of the command line, as a process of its own; it must succeed."""
    argv = [sys.executable, "-m", "homeserver", *map(str, arguments)]
    ran = await asyncio.to_thread(subprocess.run, argv, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    return ran


async def restored(place: Path, home: WholeHome) -> None:
    await command("restore", place, "--data", home.data, "--rules", home.rules)


@pytest.mark.timeout(150)
@pytest.mark.parametrize("broker", ["mosquitto", "amqtt"])
async def test_an_empty_machine_runs_the_same_home(broker: BrokerKind, tmp_path: Path) -> None:
    (tmp_path / "old").mkdir()
    (tmp_path / "new").mkdir()
    place = tmp_path / "home.tar.gz"
    with whole_home(tmp_path / "old", broker, "--demo") as old:
        (old.rules / "hall.yaml").write_text(RULE)
        (old.data).mkdir()
        (old.data / "homeserver.toml").write_text('name = "Our house"\n')
        old.device_login("plug")
        old.start()
        await old.until_up()
        async with connected(old.client()) as bus:
            configs, states = collect(bus, ENTITY_CONFIG), collect(bus, ENTITY_STATE)
            await until(lambda: LAMP in states and len(states) == len(configs) > 150, PATIENCE)
            await command("set", "light.hall_ceiling", "turn_on", "brightness_pct=40", "--data", old.data)
            await until(lambda: states[LAMP].state == "on", PATIENCE)
            lamp = states[LAMP]
            await asyncio.sleep(1.0)  # the embedded broker commits twice a second
            await command("backup", "--to", place, "--data", old.data, "--rules", old.rules)
            before = dict(configs)
        logins = Logins(old.data)
        hashes, secrets = logins.hashes(), old.device_secrets
        token = (old.data / "http-token").read_text()

    with whole_home(tmp_path / "new", broker) as new:  # without the devices: only what was kept can tell of them
        await restored(place, new)
        assert Logins(new.data).hashes() == hashes
        assert (new.data / "http-token").read_text() == token
        new.start()
        await new.until_up()
        assert {name: stored for name, stored in Logins(new.data).hashes().items() if name in hashes} == hashes
        async with connected(new.client()) as bus:
            configs, states = collect(bus, ENTITY_CONFIG), collect(bus, ENTITY_STATE)
            rules = collect(bus, RULE_CONFIG)
            await until(lambda: set(configs) == set(before) and len(states) == len(before), PATIENCE)
            assert configs == before
            assert (states[LAMP].state, states[LAMP].attributes) == (lamp.state, lamp.attributes)
            await until(lambda: "rule/hall/config" in rules, PATIENCE)
            assert not rules["rule/hall/config"].error
        device = RawClient(new.mqtt_port)
        assert device.connect("plug", "device.plug", secrets["plug"]) == (False, 0)
        device.disconnect()
        named = (await command("settings", "--data", new.data)).stdout
        assert "Our house" in named


@pytest.mark.proof
@pytest.mark.timeout(180)
async def test_a_backup_at_any_moment_under_load_is_of_one_moment(
    tmp_path: Path, portion: Callable[[int], int]
) -> None:
    """New devices appear all the time, in the order of their numbers; the demo house lives a hundred times as fast.

    A home of one moment knows the first so many of them and no others, whole.
    """
    (tmp_path / "old").mkdir()
    dice, rounds = random.Random(8), portion(50)
    with whole_home(tmp_path / "old", "mosquitto", "--demo", "--set", "demo_home.speed=100") as old:
        old.device_login("lab")
        old.start()
        await old.until_up()
        link = DeviceLink(old.device_wire("lab"), RealClock())
        said = 0

        async def announce() -> None:
            """Connected."""

        await link.open(lambda topic, payload: None, announce)

        async def appear() -> None:
            nonlocal said
            while True:
                config = {"unique_id": f"lab_{said}", "object_id": f"lab_{said}", "state_topic": f"lab/{said}/state"}
                device = {"device": {"identifiers": [f"lab_{said}"], "name": f"Lab {said}"}}
                link.publish(f"homeassistant/sensor/lab/{said}/config", orjson.dumps(config | device), True)
                said += 1
                await asyncio.sleep(0.02)

        appearing = asyncio.create_task(appear())
        try:
            counts = []
            for turn in range(rounds):
                await asyncio.sleep(dice.uniform(0, 1.0))
                known = _labs(old.data / "home.db")
                place, folder = tmp_path / f"{turn}.tar.gz", tmp_path / f"new-{turn}"
                await command("backup", "--to", place, "--data", old.data, "--rules", old.rules)
                after = _labs(old.data / "home.db")
                await command("restore", place, "--data", folder / "data", "--rules", folder / "rules")
                found = _labs(folder / "data" / "home.db")
                assert known <= found <= after
                counts.append(found)
                if turn % STARTED == 0:
                    await _starts(place, tmp_path / f"started-{turn}", found)
        finally:
            appearing.cancel()
            await link.close()
    assert len(set(counts)) > rounds // 2


def _labs(file: Path) -> int:
    """How many of the lab's devices a home knows: each whole, and without a gap in their numbers."""
    with closing(sqlite3.connect(file)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        rows = connection.execute("SELECT unique_id, device_id FROM entity WHERE unique_id LIKE 'lab\\_%' ESCAPE '\\'")
        found = {int(unique_id.partition("_")[2]): device for unique_id, device in rows}
    assert sorted(found) == list(range(len(found)))
    assert all(found.values())
    return len(found)


async def _starts(place: Path, folder: Path, labs: int) -> None:
    folder.mkdir()
    with whole_home(folder, "mosquitto") as home:
        await restored(place, home)
        home.start()
        await home.until_up()
        async with connected(home.client()) as bus:
            configs = collect(bus, ENTITY_CONFIG)
            wanted = {f"entity/sensor/lab_{number}/config" for number in range(labs)}
            await until(lambda: wanted <= set(configs), PATIENCE)
            assert sum(address.startswith("entity/light/") for address in configs) > 5
