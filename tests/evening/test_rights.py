"""Who may say and hear what, in a whole home, tried with a raw client that obeys nobody."""

import asyncio
import json
from contextlib import ExitStack
from pathlib import Path

import orjson
import pytest

from homeserver.runtime.logins import Logins
from homeserver.topics.entity import COMMAND, ENTITY_CONFIG
from homeserver.topics.process import WORKER_CALLS
from tests.evening.lab import Lab
from tests.evening.whole_home import ONLY_IN_FULL, BrokerKind, WholeHome, collect, connected, whole_home
from tests.runtime.ground import until
from tests.runtime.raw_client import RawClient

COMMAND_TEXT = json.dumps({"id": "forged", "service": "set_value", "data": {"value": 1}})


def raw(home: WholeHome, login: str, secret: str) -> RawClient:
    client = RawClient(home.mqtt_port)
    assert client.connect(f"raw-{login}", login, secret) == (False, 0)
    return client


@pytest.mark.parametrize("broker", ["mosquitto", "amqtt", "compose"])
async def test_a_device_stays_in_its_own_rooms(broker: BrokerKind, tmp_path: Path) -> None:
    with whole_home(tmp_path, broker) as home, ExitStack() as closing:
        home.device_login("lab")
        home.device_login("spy")
        home.start()
        await home.until_up()
        lab = Lab(home.device_wire("lab"), 3, 0)
        async with connected(home.client()) as bus:
            configs = collect(bus, ENTITY_CONFIG)
            commands: list[object] = []
            bus.replay(bus.hear(COMMAND, commands.append, "test"))
            await bus.sync()
            await lab.open()
            await until(lambda: len(configs) == 3)
            spy = closing.enter_context(raw(home, "device.spy", home.device_secrets["spy"]))
            assert spy.subscribe("homeserver/#", "lab/#", "spy/#") == [0, 0, 0], "granted, as Mosquitto does"
            for speaker in ("person.owner", "process.cli", "device.lab", "device.spy"):
                spy.publish(f"homeserver/entity/number/lab_number_0/command/{speaker}", COMMAND_TEXT.encode(), qos=1)
                spy.publish(f"homeserver/call/home/refusals/{speaker}", b'{"id": "1", "args": {}}', qos=1)
                spy.publish(f"homeserver/reply/process.cli/test/{speaker}", b'{"id": "1", "ok": true}', qos=1)
                spy.publish(f"homeserver/event/tag_scanned/{speaker}", b"{}", qos=1)
            spy.publish("homeserver/entity/number/lab_number_0/state", b'{"state": "13"}', qos=1, retain=True)
            spy.publish("lab/number/0/set", b"13", qos=1)
            spy.publish("homeassistant/number/lab/number_9/config", b"{}", qos=1, retain=True)
            spy.publish("spy/heartbeat", b"1", qos=1)
            await asyncio.sleep(0.3)
            assert {message.topic for message in spy.messages()} == {"spy/heartbeat"}
            assert commands == []
            assert lab.values == {}
            assert bus.present["entity/number/lab_number_0/config"].message is not None
        await lab.link.close()


@pytest.mark.parametrize("broker", ["mosquitto", "amqtt", ONLY_IN_FULL])
async def test_a_config_that_points_into_the_house_is_refused(broker: BrokerKind, tmp_path: Path) -> None:
    with whole_home(tmp_path, broker) as home, ExitStack() as closing:
        home.device_login("lab")
        home.start()
        await home.until_up()
        async with connected(home.client()) as bus:
            configs = collect(bus, ENTITY_CONFIG)
            calls = collect(bus, WORKER_CALLS)
            await bus.sync()
            await until(lambda: any(address.startswith("worker/home/") for address in calls))
            client = closing.enter_context(raw(home, "device.lab", home.device_secrets["lab"]))
            for name, command_topic in (
                ("house", "homeserver/call/keeper/stop/device.lab"),
                ("broker", "$SYS/x"),
                ("honest", "lab/set"),
            ):
                config = {"unique_id": name, "object_id": name, "command_topic": command_topic}
                client.publish(f"homeassistant/button/lab/{name}/config", orjson.dumps(config), qos=1, retain=True)
            await until(lambda: "entity/button/honest/config" in configs)
            assert set(configs) == {"entity/button/honest/config"}


async def test_the_command_line_speaks_as_nobody_else(tmp_path: Path) -> None:
    with whole_home(tmp_path, "mosquitto") as home, ExitStack() as closing:
        home.start()
        await home.until_up()
        async with connected(home.client()) as bus:
            commands: list[object] = []
            bus.replay(bus.hear(COMMAND, commands.append, "test"))
            await bus.sync()
            client = closing.enter_context(raw(home, "process.cli", Logins(home.data).secret("process.cli")))
            for speaker in ("person.owner", "process.core", "process.bridge"):
                client.publish(f"homeserver/entity/light/hall/command/{speaker}", COMMAND_TEXT.encode(), qos=1)
            client.publish("homeserver/entity/light/hall/command/process.cli", COMMAND_TEXT.encode(), qos=1)
            await until(lambda: commands)
            await asyncio.sleep(0.2)
            assert len(commands) == 1
