"""Who may say and hear what, in a whole home, tried with a raw client that obeys nobody."""

import asyncio
import json
from collections import Counter
from contextlib import ExitStack
from pathlib import Path

import orjson
import pytest

from homeserver.runtime.logins import Logins
from homeserver.topics.entity import COMMAND, ENTITY_CONFIG, ENTITY_STATE, Command
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
            await until(lambda: sum("/number/" in address for address in configs) == 3)
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


LAB_DEVICE = {"identifiers": ["lab"], "name": "Lab"}
ATTACKS: list[dict[str, object]] = [
    {"command_topic": "homeserver/call/keeper/stop/device.rogue"},
    {"command_topic": "$SYS/x"},
    {"command_topic": "homeassistant/status"},
    {"command_topic": "homeassistant/number/lab/number_0/config"},
    {"command_topic": "lab/number/0/set"},
    {"command_topic": "rogue/#"},
    {"state_topic": "lab/number/0/state"},
    {"state_topic": "lab/#", "json_attributes_topic": "lab/#"},
    {"state_topic": "homeserver/entity/#"},
    {"availability_topic": "lab/number/0/state"},
    {"unique_id": "lab_number_0"},
    {"device": LAB_DEVICE},
]
"""What a rogue login asks of the home in configs of its own: each alone is to be refused."""
HEAVY: list[bytes] = [
    b'{"components": {' + b",".join(b'"c%d": {"p": "switch"}' % number for number in range(10_000)) + b"}}",
    b'{"unique_id": "big", "command_topic": "rogue/set", "name": "' + b"x" * 200_000 + b'"}',
    b'{"unique_id": "deep", "command_topic": "rogue/set", "device": ' + b"[" * 5_000 + b"]" * 5_000 + b"}",
    b'{"unique_id": "loop", "command_topic": "rogue/set", "state_topic": "rogue/state", "value_template": '
    b'"{% for a in range(999999) %}{% for b in range(999999) %}{{ a * b }}{% endfor %}{% endfor %}"}',
]


def attack(client: RawClient) -> None:
    """All that a rogue may try with configs, its own and others'."""
    for number, fields in enumerate(ATTACKS):
        config = {"unique_id": f"rogue_{number}", "state_topic": "rogue/state", "command_topic": "rogue/set"} | fields
        client.publish(f"homeassistant/number/rogue/a{number}/config", orjson.dumps(config), qos=1, retain=True)
    for number, payload in enumerate(HEAVY):
        client.publish(f"homeassistant/switch/rogue/h{number}/config", payload, qos=1, retain=True)
        client.publish("homeassistant/device/rogue/config", payload, qos=1, retain=True)
    for topic in ("homeassistant/number/lab/number_0/config", "homeassistant/status", "lab/number/0/state"):
        client.publish(topic, b"", qos=1, retain=True)
        client.publish(topic, b"offline", qos=1, retain=True)
    client.publish("rogue/state", b"1", qos=1, retain=True)


@pytest.mark.parametrize("broker", ["mosquitto", "amqtt", ONLY_IN_FULL])
async def test_a_rogue_login_gets_nothing_from_the_home(broker: BrokerKind, tmp_path: Path) -> None:
    with whole_home(tmp_path, broker) as home, ExitStack() as closing:
        for name in ("lab", "rogue"):
            home.device_login(name)
        home.start()
        await home.until_up()
        lab = Lab(home.device_wire("lab"), 2, 0)
        async with connected(home.client()) as bus:
            configs, states = collect(bus, ENTITY_CONFIG), collect(bus, ENTITY_STATE)
            await bus.sync()
            await lab.open()
            wanted = {f"entity/number/lab_number_{number}/config" for number in range(2)}
            await until(lambda: wanted <= set(configs))
            before = {address: configs[address] for address in wanted}
            watcher = closing.enter_context(raw(home, "process.cli", Logins(home.data).secret("process.cli")))
            watcher.subscribe("lab/#", "homeassistant/#", "homeserver/call/#", "$SYS/x")
            watcher.messages()
            rogue = closing.enter_context(raw(home, "device.rogue", home.device_secrets["rogue"]))
            attack(rogue)
            honest = {"unique_id": "honest", "object_id": "honest", "command_topic": "rogue/set"}
            rogue.publish("homeassistant/button/rogue/honest/config", orjson.dumps(honest), qos=1, retain=True)
            await until(lambda: "entity/button/honest/config" in configs)
            for address in list(configs):  # whatever came of it all is told to do what it can
                domain, object_id = address.split("/")[1:3]
                service = {"button": "press", "number": "set_value"}.get(domain, "turn_on")
                data = {"value": 7} if service == "set_value" else {}
                if domain in ("button", "number", "switch"):
                    bus.say(COMMAND, Command(f"try-{object_id}", service, data, 5.0), (domain, object_id, bus.login))
            await until(lambda: lab.values == {0: "7", 1: "7"})
            assert {address: configs[address] for address in wanted} == before
            devices = {config.device.id for config in configs.values() if config and config.device}
            assert not devices & {"lab_2"}
            await until(lambda: all(states[f"entity/number/lab_number_{n}/state"].state == "7" for n in range(2)))
            heard = watcher.messages()
            assert Counter(m.topic for m in heard if m.topic.endswith("/set")) == {
                f"lab/number/{number}/set": 1 for number in range(2)
            }
            assert not [
                m for m in heard if m.topic.startswith(("$", "homeserver/call/keeper", "homeassistant/number/lab"))
            ]
            assert [m.data for m in heard if m.topic == "homeassistant/status"] == []
            assert len([address for address in configs if "/number/" in address]) == 2, "no attack made an entity"
        await lab.link.close()


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
