"""Rights: a login may do what its workers declare, and speak as nobody else."""

from typing import Any

import pytest
from pydantic import BaseModel

from homeserver.runtime.filters import FilterSet
from homeserver.runtime.heard import Heard
from homeserver.runtime.plan import Post, guest_post
from homeserver.runtime.rights import CLIENT, NotForGuestsError, client_rights, rights_of
from homeserver.runtime.worker import ANY_DEVICE_TOPIC, Hears, Worker, answers, hears
from homeserver.topics.call import REPLY, REQUEST, Call, Caller
from homeserver.topics.entity import COMMAND, ENTITY_STATE, Command, EntityState
from homeserver.topics.process import PROCESS_WANTED
from homeserver.topics.topic import Retained, Topic


class Ask(BaseModel):
    """Anything."""


PRICE = Call("prices", "price", Ask, Ask)
NOTE = Topic[Command]("event/note/{login}", Command)
TARIFF = Retained("tariff/{name}", EntityState)


class Prices(Worker):
    """Hears, says and answers one thing of each kind."""

    name = "prices"
    says = (NOTE, TARIFF)

    @hears(ENTITY_STATE)
    def state(self, state: EntityState | None) -> None: ...

    @hears(COMMAND, domain="light")
    def command(self, command: Command, heard: Heard) -> None: ...

    @answers(PRICE)
    async def price(self, request: Ask, caller: Caller) -> Ask:
        return request


class Door(Worker):
    """Speaks for a person."""

    name = "door"
    says = (COMMAND,)
    speaks_for = ("person.owner",)


class Radio(Worker):
    """Uses topics of devices."""

    name = "radio"
    says = (ANY_DEVICE_TOPIC,)


def rights(post: Post, *kinds: type[Worker]) -> tuple[FilterSet, FilterSet]:
    read, write = rights_of(post, {kind.name: kind for kind in kinds}, "homeserver")
    return FilterSet(read), FilterSet(write)


PRICES = Post("tariffs", ("prices",))


@pytest.mark.parametrize(
    "address",
    [
        "entity/light/hall/state",
        "entity/light/hall/command/person.anna",
        "call/prices/price/person.anna",
        "reply/process.tariffs/tariffs/process.core",
        "process/core/status",
        "process/tariffs/fence",
        "process/tariffs/wanted",
        "worker/home/core/calls",
        "registry/area/kitchen",
    ],
)
def test_it_reads_what_its_workers_hear(address: str) -> None:
    read, _ = rights(PRICES, Prices)
    assert read.matches(f"homeserver/{address}")


@pytest.mark.parametrize(
    "address",
    [
        "entity/switch/fan/command/person.anna",  # it hears those of lights
        "call/home/forget/person.anna",
        "reply/person.anna/bridge/process.core",
        "reply/process.core/core/process.tariffs",
        "process/core/wanted",
        "event/note/process.tariffs",
    ],
)
def test_it_reads_nothing_else(address: str) -> None:
    read, _ = rights(PRICES, Prices)
    assert not read.matches(f"homeserver/{address}")
    assert not read.matches(address)


@pytest.mark.parametrize(
    "address",
    [
        "event/note/process.tariffs",
        "tariff/night",
        "call/home/devices/process.tariffs",
        "reply/person.anna/bridge/process.tariffs",
        "process/tariffs/status",
        "process/tariffs/fence",
        "worker/prices/tariffs/status",
        "worker/prices/tariffs/calls",
        "event/refused/process.tariffs",
        "event/failure/process.tariffs",
    ],
)
def test_it_says_what_its_workers_declare(address: str) -> None:
    _, write = rights(PRICES, Prices)
    assert write.matches(f"homeserver/{address}")


@pytest.mark.parametrize(
    "address",
    [
        "event/note/process.core",  # as another
        "event/note/person.anna",
        "call/home/devices/person.anna",
        "reply/person.anna/bridge/process.core",
        "entity/light/hall/command/process.tariffs",  # not declared
        "entity/light/hall/state",
        "process/core/status",
        "process/core/fence",
        "process/tariffs/wanted",
        "worker/home/tariffs/status",  # another worker's name
        "worker/prices/core/status",
    ],
)
def test_it_says_nothing_as_another(address: str) -> None:
    _, write = rights(PRICES, Prices)
    assert not write.matches(f"homeserver/{address}")


def test_who_speaks_for_persons_gets_their_replies_and_their_voice() -> None:
    read, write = rights(Post("entrance", ("door",)), Door)
    assert write.matches("homeserver/entity/light/hall/command/person.owner")
    assert write.matches("homeserver/call/home/devices/person.owner")
    assert not write.matches("homeserver/entity/light/hall/command/person.anna")
    assert read.matches("homeserver/reply/person.owner/entrance/process.core")
    assert not read.matches("homeserver/reply/person.owner/elsewhere/process.core")


def test_the_right_to_device_topics_is_the_right_to_everything() -> None:
    assert rights_of(Post("core", ("radio",)), {"radio": Radio}, "homeserver") == (("#",), ("#",))


@pytest.mark.parametrize("kind", [Radio, Door])
def test_an_outside_package_gets_neither(kind: type[Worker]) -> None:
    with pytest.raises(NotForGuestsError, match=f"{kind.name} asks for"):
        rights_of(guest_post(kind.name), {kind.name: kind}, "homeserver")


def test_the_root_prefix_is_that_of_the_home() -> None:
    for one in rights_of(PRICES, {"prices": Prices}, "villa"):
        assert all(text.startswith("villa/") for text in one)


def test_the_command_line_sees_all_and_speaks_as_itself() -> None:
    read, write = (FilterSet(filters) for filters in client_rights("homeserver"))
    assert read.matches("homeserver/reply/x/y/z")
    assert read.matches("plug1/state")
    assert write.matches(f"homeserver/call/keeper/stop/{CLIENT}")
    assert write.matches(f"homeserver/entity/light/hall/command/{CLIENT}")
    for forbidden in ("call/keeper/stop/person.owner", "entity/light/hall/state", "process/core/status"):
        assert not write.matches(f"homeserver/{forbidden}")
    assert not write.matches("plug1/set")


FORGED = (
    Topic[Command]("call/{worker}/{verb}/{who}", Command),
    Topic[Command]("entity/{domain}/{object_id}/command/{who}", Command),
    Topic[Command]("event/{kind}/{who}", Command),
    Topic[Command]("{a}/{b}/{c}/{d}", Command),
    Topic[Command]("#", Command),
    PROCESS_WANTED,
    Topic[Command]("reply/{caller}/{client}/{who}", Command),
)


@pytest.mark.parametrize("topic", FORGED, ids=lambda topic: topic.template)
def test_an_outside_package_gets_no_voice_of_others_by_declaring_it(topic: Topic[Any]) -> None:
    forger = type("Forger", (Worker,), {"name": "forger", "says": (topic,)})
    with pytest.raises(NotForGuestsError, match="forger says"):
        rights(guest_post("forger"), forger)


@pytest.mark.parametrize("topic", [REPLY, REQUEST, Topic[Command]("#", Command), Topic[Command]("+/+", Command)])
def test_an_outside_package_reads_nobodys_calls_by_declaring_it(topic: Topic[Any]) -> None:
    class Spy(Worker):
        name = "spy"

    Spy.table.hears.append(Hears(topic, "listen", {}))
    with pytest.raises(NotForGuestsError, match="spy hears"):
        rights(guest_post("spy"), Spy)


def test_an_outside_package_gets_what_it_may_declare() -> None:
    read, write = rights(guest_post("prices"), Prices)
    assert write.matches("homeserver/tariff/night")
    assert write.matches("homeserver/event/note/process.x-prices")
    assert read.matches("homeserver/entity/light/hall/command/person.anna")
