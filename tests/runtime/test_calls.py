"""Calls: answers, errors, roles, and where a reply may go."""

import asyncio

import pytest

from homeserver.runtime.calls import reply_address
from homeserver.runtime.clock import settle
from homeserver.runtime.heard import Heard
from homeserver.runtime.house import House, UndeclaredError
from homeserver.runtime.memory_broker import MemoryBroker
from homeserver.runtime.rehearsal import Rehearsal
from homeserver.runtime.worker import Worker, hears
from homeserver.topics.call import REPLY, REQUEST, CallError, Reply, ReplyError, Request
from homeserver.topics.cause import Cause
from homeserver.topics.entity import COMMAND, Command
from homeserver.topics.person import Person
from tests.runtime.sums import DOUBLE, Double, Doubled, asker, slow, sums, the_house, the_sums


async def test_a_call_in_the_same_process_is_answered_with_the_object() -> None:
    async with Rehearsal(sums, asker) as home:
        answer = await the_house(home, "asker").call(DOUBLE, Double(number=21))
        assert answer == Doubled(result=42)
        assert the_sums(home).calls == 1


async def test_a_call_to_another_process_is_answered_over_the_bus() -> None:
    broker = MemoryBroker()
    async with Rehearsal(sums, broker=broker), Rehearsal(asker, broker=broker, process="other") as other:
        answer = await the_house(other, "asker").call(DOUBLE, Double(number=4))
        assert answer == Doubled(result=8)


async def test_nobody_answers_and_the_call_ends_after_its_ttl() -> None:
    async with Rehearsal(asker) as home:
        asking = asyncio.create_task(the_house(home, "asker").call(DOUBLE, Double(number=1), ttl=5))
        await home.clock.advance(6)
        with pytest.raises(CallError, match=r"sums\.double did not answer within 5 s"):
            await asking


async def test_nobody_answers_in_anothers_place_by_guessing_the_id() -> None:
    broker = MemoryBroker()
    async with Rehearsal(asker, broker=broker) as home, Rehearsal(asker, broker=broker, process="forger") as forger:
        asking = asyncio.create_task(the_house(home, "asker").call(DOUBLE, Double(number=1), ttl=5))
        await settle()
        for count in range(100):
            forged = Reply(f"{home.bus.run}-{count:x}", True, {"result": 7})
            forger.bus.say(REPLY, forged, ("process.core", "core", "process.forger"))
        await home.clock.advance(6)
        with pytest.raises(CallError, match="did not answer"):
            await asking


@pytest.mark.parametrize(
    ("verb", "args", "code", "field"),
    [
        ("double", {"number": "many"}, "invalid", "number"),
        ("double", {}, "invalid", "number"),
        ("nothing", {}, "not_found", None),
        ("broken", {"number": 1}, "failed", None),
    ],
)
async def test_what_is_wrong_with_a_call_is_said(verb: str, args: dict[str, object], code: str, field: str) -> None:
    broker = MemoryBroker()
    async with Rehearsal(sums, broker=broker), Rehearsal(asker, broker=broker, process="other") as other:
        with pytest.raises(CallError) as caught:
            await the_house(other, "asker").ask("sums", verb, args)
        assert (caught.value.error.code, caught.value.error.field) == (code, field)
        assert "Traceback" not in str(caught.value)


async def test_roles_are_those_of_the_login_and_a_device_calls_nothing() -> None:
    async with Rehearsal(sums) as home:
        calls = home.process.calls
        calls.people.learn("anna", Person("Anna", "adult"))
        for login, verb, code in (
            ("person.anna", "double", None),
            ("person.anna", "secret", "denied"),
            ("person.owner", "secret", None),
            ("person.nobody", "double", "denied"),
            ("device.plug", "double", "denied"),
        ):
            try:
                await calls.ask("sums", verb, {"number": 1}, login=login)
                outcome = None
            except CallError as error:
                outcome = error.error.code
            assert outcome == code, (login, verb)


async def test_a_reply_goes_only_under_the_callers_own_replies_and_each_id_is_carried_out_once() -> None:
    broker = MemoryBroker()
    async with Rehearsal(sums, broker=broker) as home, Rehearsal(asker, broker=broker, process="other") as other:
        replies = other.listen(REPLY)
        victim = Request("1", {"number": 1}, "homeserver/reply/person.anna/phone")
        other.bus.say(REQUEST, victim, ("sums", "double", "process.other"))
        proper = Request("2", {"number": 1}, "homeserver/reply/process.other/probe")
        for _ in range(3):
            other.bus.say(REQUEST, proper, ("sums", "double", "process.other"))
        await settle(40)
        assert {reply.id for reply in replies} == {"2"}
        assert the_sums(home).calls == 2


async def test_time_and_size_limits_hold_wherever_the_worker_is() -> None:
    broker = MemoryBroker()
    async with Rehearsal(slow, asker, broker=broker) as home, Rehearsal(asker, broker=broker, process="other") as other:
        for house in (the_house(home, "asker"), the_house(other, "asker")):
            for verb, ttl, code in (("wait", 0.01, "timeout"), ("wait", 0.0, "expired"), ("wait", -1.0, "expired")):
                with pytest.raises(CallError) as caught:
                    await house.ask("slow", verb, {"number": 1}, ttl=ttl)
                assert caught.value.error.code == code
        with pytest.raises(CallError, match="ask for less"):
            await the_house(other, "asker").ask("slow", "much", {"number": 300_000})
        with pytest.raises(CallError, match=r"slow\.odd failed"):
            await the_house(other, "asker").ask("slow", "odd", {"number": 1})


# -- commands


class Lamp(Worker):
    """Owns entities: `light.good` accepts, `light.bad` and `light.worse` refuse, any other is silent."""

    name = "lamp"
    says = (REPLY,)

    def __init__(self, house: House) -> None:
        super().__init__(house)
        self.commands: list[Command] = []

    @hears(COMMAND)
    def obey(self, command: Command, heard: Heard) -> None:
        self.commands.append(command)
        address = reply_address(self.house.root, heard.login, command.reply_to)
        if address is None or heard.where[1] not in ("good", "bad", "worse"):
            return
        told = {"bad": "the bulb is broken", "worse": "light.worse: the bulb is gone"}.get(heard.where[1])
        fault = ReplyError("unavailable", told, "brightness") if told else None
        self.house.say(REPLY, Reply(command.id, fault is None, error=fault), *address)


def lamp(house: House) -> Lamp:
    return Lamp(house)


class Finger(Worker):
    """Commands."""

    name = "finger"
    says = (COMMAND,)


def finger(house: House) -> Finger:
    return Finger(house)


@pytest.mark.parametrize("together", [True, False])
async def test_a_command_waits_for_the_word_of_its_owner(together: bool) -> None:
    broker = MemoryBroker()
    async with (
        Rehearsal(*((lamp, finger) if together else (lamp,)), broker=broker) as home,
        Rehearsal(finger, broker=broker, process="other") as other,
    ):
        house = the_house(home if together else other, "finger")
        cause = await house.command("light.good", "turn_on", {"brightness": 8}, parent=Cause("p", "person.anna"), ttl=7)
        owner = home.process.hosted["lamp"].worker
        assert isinstance(owner, Lamp)
        (command,) = owner.commands
        assert (command.service, command.data, command.ttl) == ("turn_on", {"brightness": 8}, 7)
        assert command.cause == cause
        assert (cause.by, cause.parent) == (house.login, "p")
        with pytest.raises(CallError, match=r"light\.bad: the bulb is broken") as caught:
            await house.command("light.bad", "turn_on", {})
        assert (caught.value.error.code, caught.value.error.field) == ("unavailable", "brightness")
        with pytest.raises(CallError, match=r"^light\.worse: the bulb is gone$"):
            await house.command("light.worse", "turn_on", {})
        asking = asyncio.create_task(house.command("light.silent", "turn_on", {}, ttl=5))
        await home.clock.advance(6)
        await other.clock.advance(6)
        with pytest.raises(CallError, match=r"light\.silent: nobody took it within 5 s") as caught:
            await asking
        assert caught.value.error.code == "timeout"


async def test_commands_are_for_those_who_declare_them_and_in_nobody_elses_name() -> None:
    async with Rehearsal(lamp, finger) as home:
        with pytest.raises(UndeclaredError, match="not in its `says`"):
            await the_house(home, "lamp").command("light.good", "turn_on", {})
        with pytest.raises(UndeclaredError, match=r"does not speak for person\.anna"):
            await the_house(home, "finger").command("light.good", "turn_on", {}, login="person.anna")


@pytest.mark.parametrize(
    ("reply_to", "client"),
    [
        ("homeserver/reply/person.anna/phone", "phone"),
        ("homeserver/reply/person.anna/", None),
        ("homeserver/reply/person.anna", None),
        ("homeserver/reply/person.anna/phone/x", None),
        ("homeserver/reply/person.anna/+", None),
        ("homeserver/reply/person.anna/#", None),
        ("homeserver/reply/person.anna/\0", None),
        ("homeserver/reply/person.ben/phone", None),
        ("elsewhere/reply/person.anna/phone", None),
        ("phone", None),
        ("", None),
        (None, None),
    ],
)
def test_where_a_reply_may_go(reply_to: str | None, client: str | None) -> None:
    assert reply_address("homeserver", "person.anna", reply_to) == (client and ("person.anna", client))
