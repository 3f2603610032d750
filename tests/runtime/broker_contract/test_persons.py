"""Persons at real brokers: who may be spoken for, and what a login of their own may, as they come, change and go."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import pytest

from homeserver.people.worker import setup as people
from homeserver.runtime.bus import Bus
from homeserver.runtime.child import Child
from homeserver.runtime.clock import RealClock
from homeserver.runtime.device_link import DeviceLink
from homeserver.runtime.hosting import Setup, worker_class
from homeserver.runtime.house import House
from homeserver.runtime.keeper import Keeper
from homeserver.runtime.mqtt_wire import Address, MqttWire
from homeserver.runtime.plan import Plan, Post
from homeserver.runtime.process import Process
from homeserver.runtime.reach import NOTHING
from homeserver.runtime.rights import rights_of
from homeserver.runtime.settings import Settings
from homeserver.runtime.worker import EVERYBODY, Worker
from homeserver.topics.call import CallError
from homeserver.topics.entity import COMMAND, ENTITY_CONFIG, ENTITY_STATE, EntityConfig, EntityState
from tests.runtime.broker_contract.conftest import RunningBroker
from tests.runtime.ground import until
from tests.runtime.raw_client import RawClient, Received

NOW = datetime(2026, 1, 5, 7, 0, tzinfo=UTC)
SECOND = 1.0


class Door(Worker):
    """Speaks for everybody, as the bridge does."""

    name = "door"
    says = (COMMAND,)
    speaks_for = ("person.owner", EVERYBODY)


def door(house: House) -> Door:
    return Door(house)


class Lamps(Worker):
    """Has a lamp and a lock."""

    name = "lamps"
    says = (ENTITY_CONFIG, ENTITY_STATE)

    async def open(self) -> None:
        for domain, name in (("light", "hall"), ("lock", "door")):
            self.house.say(ENTITY_CONFIG, EntityConfig(name, "lamps"), domain, name)
            self.house.say(ENTITY_STATE, EntityState("on", {}, NOW, NOW), domain, name)


def lamps(house: House) -> Lamps:
    return Lamps(house)


def worker_kind(name: str) -> type[Worker]:
    raise LookupError(name)


class Staff:
    """What the keeper directs: the logins of the broker that runs."""

    def __init__(self, broker: RunningBroker) -> None:
        self.logins = broker.logins
        self._broker = broker
        self.plan = Plan([], worker_kind)
        self.children: dict[str, Child] = {}
        self.wanted: dict[str, tuple[str, ...]] = {}
        self.trouble = ""

    def address(self, login: str | None = None) -> str:
        return ""

    def apply_logins(self) -> int:
        self._broker.reload()
        return 0

    def apply_listeners(self) -> bool:
        return False

    async def renew(self) -> None: ...
    async def launch(self, post: Post) -> None: ...
    async def end(self, process: str) -> None: ...


class Late(RealClock):
    """The real clock, some time ahead."""

    def __init__(self, at: datetime) -> None:
        self._ahead = at - datetime.now(UTC)

    def now(self) -> datetime:
        return super().now() + self._ahead


@dataclass
class Home:
    """Core with `people`, a door and a keeper, each a process of its own on one broker."""

    broker: RunningBroker
    core: Process
    door: Process

    async def ask(self, call: str, **args: Any) -> Any:
        return await self.core.calls.ask("people", call, args)

    async def who(self, login: str) -> Any:
        hosted = self.door.hosted["door"].worker
        assert hosted is not None
        return (await hosted.house.ask("people", "whoami", {}, login=login))["login"]

    def raw(self, login: str, secret: str) -> RawClient:
        client = RawClient(self.broker.port)
        assert client.connect(f"raw-{login}", login, secret)[1] == 0
        return client


async def process(broker: RunningBroker, name: str, folder: Path, clock: RealClock, **setups: Setup) -> Process:
    kinds = {worker: worker_class(setup) for worker, setup in setups.items()}
    post = Post(name, tuple(setups))
    rights = (("#",), ("#",)) if name in ("core", "keeper") else rights_of(post, kinds, "homeserver")
    secret = broker.logins.ensure(post.login, *rights)
    broker.reload()
    bus = Bus(
        MqttWire(Address("127.0.0.1", broker.port, post.login, secret), name), clock, process=name, login=post.login
    )
    settings = Settings.load({"data": folder / name, "rules": folder / "rules"}, ["home.time_zone=Europe/Berlin"], {})
    return Process(bus, clock, settings, setups.__getitem__, cast(Callable[[str], DeviceLink], None))


async def start(stack: AsyncExitStack, broker: RunningBroker, folder: Path, clock: RealClock) -> Home:
    def keeper(house: House) -> Keeper:
        return Keeper(house, Staff(broker))

    made = [
        await process(broker, "core", folder, clock, people=people, lamps=lamps),
        await process(broker, "door", folder, clock, door=door),
        await process(broker, "keeper", folder, clock, keeper=keeper),
    ]
    for one in made:
        await one.open(list(one._load.__self__))  # type: ignore[attr-defined]
        stack.push_async_callback(one.close)
    await asyncio.gather(*(one.until_open() for one in made))
    return Home(broker, made[0], made[1])


@pytest.fixture
async def home(own_broker: RunningBroker, tmp_path: Path) -> AsyncIterator[Home]:
    async with AsyncExitStack() as stack:
        yield await start(stack, own_broker, tmp_path, RealClock())


async def test_somebody_new_can_be_spoken_for_within_a_second(home: Home) -> None:
    assert await home.who("person.owner") == "person.owner"
    with pytest.raises(CallError, match="nobody who may come in"):
        await home.who("person.anna")
    await home.ask("create_user", name="Anna")
    began = asyncio.get_running_loop().time()
    await until(lambda: home.door.calls.people.person("person.anna"))
    assert await home.who("person.anna") == "person.anna"
    assert asyncio.get_running_loop().time() - began < SECOND


async def test_for_who_is_gone_the_broker_lets_nobody_speak(home: Home) -> None:
    await home.ask("create_user", name="Anna")
    await until(lambda: home.door.calls.people.person("person.anna"))
    await home.who("person.anna")
    said: list[str] = []
    home.core.bus.replay(home.core.bus.hear(COMMAND, lambda _, heard: said.append(heard.login), "test"))
    await home.core.bus.sync()
    wire = home.door.bus.publish

    def command(login: str) -> None:
        body = json.dumps({"id": f"{login}{len(said)}{id(object())}", "service": "turn_on"}).encode()
        wire(f"homeserver/entity/light/hall/command/{login}", body, 1)

    command("person.anna")
    await until(lambda: said == ["person.anna"])
    command("process.core")  # never, whoever exists
    await home.ask("remove_user", user="anna")
    await until(lambda: home.door.calls.people.person("person.anna") is None)
    with pytest.raises(CallError, match="nobody who may come in"):
        await home.who("person.anna")
    await until(lambda: "person.anna" not in home.broker.logins.persons())
    await asyncio.sleep(0.3)  # a signal to another process
    del said[:]
    command("person.anna")
    command("person.owner")  # the broker keeps the order of one connection
    await until(lambda: bool(said))
    assert said == ["person.owner"]


async def granted(home: Home, login: str) -> tuple[str, ...]:
    """What the login may read, once the keeper has granted it."""
    await until(lambda: (home.broker.logins.all()[login].read, ()) != NOTHING)
    return home.broker.logins.all()[login].read


async def test_a_login_of_ones_own_sees_what_one_may_and_nothing_else(home: Home) -> None:
    await home.ask("create_user", name="Carl", role="child")
    secret = home.broker.logins.add("person.carl", (), ())
    home.broker.reload()
    await home.ask("mqtt_login", user="carl")
    keeper_heard = home.core.calls.ask("keeper", "apply_logins", {})
    await keeper_heard
    await granted(home, "person.carl")
    await asyncio.sleep(0.3)  # a signal to another process
    heard: list[str] = []
    home.core.bus.replay(home.core.bus.hear(COMMAND, lambda _, heard_: heard.append("/".join(heard_.where)), "test"))
    await home.core.bus.sync()
    with home.raw("person.carl", secret) as carl:
        seen = await asyncio.to_thread(_seen, carl)
        topics = {message.topic for message in seen}
        assert topics == {
            "homeserver/entity/light/hall/config",
            "homeserver/entity/light/hall/state",
        }
        body = json.dumps({"id": "1", "service": "turn_on"}).encode()
        for target in ("lock/door/command/person.carl", "light/hall/command/person.owner", "lock/door/state"):
            carl.publish(f"homeserver/entity/{target}", body)
        request = {"id": "2", "args": {"name": "Eve"}, "reply_to": "homeserver/reply/person.carl/raw"}
        for verb, login in (("create_user", "person.carl"), ("whoami", "process.cli"), ("whoami", "person.carl")):
            carl.publish(f"homeserver/call/people/{verb}/{login}", json.dumps({**request, "args": {}}).encode())
        carl.publish("homeserver/entity/light/hall/command/person.carl", body)
        answer = await asyncio.to_thread(carl.message)
        assert answer.topic == "homeserver/reply/person.carl/raw/process.core"
        assert json.loads(answer.data)["result"]["user"]["id"] == "carl"
        await until(lambda: bool(heard))
        assert heard == ["light/hall/person.carl"]


def _seen(client: RawClient) -> list[Received]:
    assert client.subscribe("#") == [0]
    return client.messages()


async def test_when_its_hours_are_over_the_login_may_nothing(own_broker: RunningBroker, tmp_path: Path) -> None:
    evening = datetime(2026, 1, 5, 20, 59, 57, tzinfo=UTC)  # 21:59:57 in Berlin
    async with AsyncExitStack() as stack:
        home = await start(stack, own_broker, tmp_path, Late(evening))
        await home.ask("create_user", name="Gus", role="guest", expires=(evening + timedelta(days=1)).isoformat())
        await home.ask(
            "set_policy", who="gus", scope="entity", what="light.hall", verb="control", begins="20:00", ends="22:00"
        )
        secret = home.broker.logins.add("person.gus", (), ())
        home.broker.reload()
        await home.ask("mqtt_login", user="gus")
        await home.core.calls.ask("keeper", "apply_logins", {})
        await granted(home, "person.gus")
        await asyncio.sleep(0.3)
        with home.raw("person.gus", secret) as gus:
            assert len(await asyncio.to_thread(_seen, gus)) == 2
            lights = "homeserver/entity/light/hall/command/person.gus"
            await until(lambda: lights not in home.broker.logins.all()["person.gus"].write)
            await asyncio.sleep(0.3)
            assert await asyncio.to_thread(_seen, gus) == []
        await home.ask("remove_user", user="gus")
        await until(lambda: "person.gus" not in home.broker.logins.all())
