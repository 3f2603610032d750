"""Notifications by push, from the call to what the device says, against a push service of the tests."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from homeserver.bridge import words
from homeserver.bridge.push.book import Subscription
from homeserver.bridge.push.delivery import Courses
from homeserver.bridge.worker import Bridge
from homeserver.bridge.worker import setup as set_up_bridge
from homeserver.rules.words import PERFORM, Perform, Performed
from homeserver.runtime.clock import VirtualClock
from homeserver.runtime.house import House
from homeserver.runtime.memory_broker import MemoryBroker
from homeserver.runtime.people import OWNER
from homeserver.runtime.rehearsal import Rehearsal
from homeserver.runtime.worker import Worker, answers
from homeserver.topics.call import Caller, CallError
from homeserver.topics.cause import Cause
from homeserver.topics.entity import EntityState
from homeserver.topics.event import EVENT, Event
from homeserver.topics.person import PERSON, Person
from tests.bridge.conftest import Home, client_of
from tests.bridge.push.service import Browser, PushService
from tests.ports import free_port


class Rules(Worker):
    """Stands for the rules: keeps what they are asked to keep."""

    name = "rules"
    fails = False

    def __init__(self, house: House) -> None:
        super().__init__(house)
        self.asked: list[Perform] = []

    @answers(PERFORM)
    async def perform(self, request: Perform, caller: Caller) -> Performed:
        if self.fails:
            raise CallError("unavailable", "not now")
        self.asked.append(request)
        return Performed()


class People(Worker):
    """Stands for `people`: says who may come in."""

    name = "people"
    says = (PERSON,)

    async def open(self) -> None:
        self.house.say(PERSON, Person("Anna", "adult"), "anna")
        self.house.say(PERSON, Person("Ben", "adult"), "ben")


def set_up_rules(house: House) -> Rules:
    return Rules(house)


def set_up_people(house: House) -> People:
    return People(house)


class Stage:
    """The home, the push service, and shorthands."""

    def __init__(self, core: Rehearsal, service: PushService, folder: Path, port: int) -> None:
        self.core = core
        self.clock = core.clock
        self.service = service
        self.folder = folder
        self.port = port
        self.events: list[Event] = core.listen(EVENT)
        self.bridge: Bridge
        self.client: httpx.AsyncClient

    @property
    def rules(self) -> Rules:
        worker = self.core.process.hosted["rules"].worker
        assert isinstance(worker, Rules)
        return worker

    @property
    def people(self) -> People:
        worker = self.core.process.hosted["people"].worker
        assert isinstance(worker, People)
        return worker

    def start(self) -> Rehearsal:
        """The bridge's process, as often as it is started."""
        sets = [f"home.http_port={self.port}"]
        broker, clock = self.core.broker, self.clock
        return Rehearsal(set_up_bridge, broker=broker, clock=clock, folder=self.folder, process="bridge", settings=sets)

    def take(self, process: Rehearsal) -> None:
        worker = process.process.hosted["bridge"].worker
        assert isinstance(worker, Bridge)
        self.bridge = worker
        self.bridge.push.sender._client = httpx.AsyncClient(transport=self.service.transport())
        self.service.key = self.bridge.push.keys.public

    def subscribe(self, login: str, *browsers: Browser) -> None:
        """As the route does it for somebody who is signed in."""
        for browser in browsers:
            said = browser.subscription()

            push, now = self.bridge.push, self.clock.now().timestamp()
            keys = said["keys"]
            row = (push.house.new_id(), login, browser.endpoint, keys["p256dh"], keys["auth"], browser.name)
            push.book.subscribe(Subscription(*row, "key", "", 0, now, now))

    async def notify(self, **said: Any) -> list[dict[str, Any]]:
        house = self.rules.house
        args = {"who": ["anna"], "message": "The door is open", **said}
        answer = await self.during(house.ask("bridge", "notify", args))
        await self.clock.advance(0.1)
        found: list[dict[str, Any]] = answer["notifications"]
        return found

    async def during(self, work: Any) -> Any:
        home = Home(self.core, self.core, httpx.AsyncClient(), "")
        return await home.during(work)

    async def all(self) -> list[dict[str, Any]]:
        answer = await self.during(self.rules.house.ask("bridge", "notifications", {"who": "all"}))
        rows: list[dict[str, Any]] = answer["notifications"]
        return rows

    async def acknowledge(self, said: dict[str, Any], action: str = "", **changed: str) -> int:
        """As a service worker without a session does it."""
        body = {"id": said["id"], "token": said["token"], "action": action, **changed}
        async with client_of(self.bridge, f"http://127.0.0.1:{self.port}") as client:
            answer = await self.during(client.post("/api/push/acknowledge", json=body))
        assert answer.content == b"" or answer.status_code >= 400
        status: int = answer.status_code
        return status


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    broker, clock = MemoryBroker(), VirtualClock()
    core = Rehearsal(set_up_rules, set_up_people, broker=broker, clock=clock, folder=tmp_path)
    async with core:
        made = Stage(core, PushService(), tmp_path, free_port())
        async with made.start() as process:
            made.take(process)
            await clock.advance(0.5)
            yield made


PHONE, TABLET, LAPTOP = Browser("phone"), Browser("tablet"), Browser("laptop")


async def test_sent_shown_and_acted(stage: Stage) -> None:
    stage.subscribe("person.anna", PHONE)
    actions = [{"action": "close", "title": "Close it"}, {"action": "leave", "title": "Leave it"}]
    [begun] = await stage.notify(title="Garage", actions=actions, tag="garage", url="/rooms", urgency="high", ttl=600)
    assert (begun["person"], begun["state"]) == ("anna", "queued")
    [taken] = stage.service.of(PHONE)
    assert (taken.headers["ttl"], taken.headers["urgency"], len(taken.headers["topic"])) == ("600", "high", 32)
    assert taken.headers["content-encoding"] == "aes128gcm"
    assert b"Garage" not in taken.body
    [said] = stage.service.read(PHONE)
    assert (said["title"], said["message"], said["url"]) == ("Garage", "The door is open", "/rooms")
    assert (said["tag"], said["actions"]) == ("garage", actions)
    assert [row["state"] for row in await stage.all()] == ["sent"]
    assert await stage.acknowledge(said) == 204
    [row] = await stage.all()
    assert (row["state"], row["devices"]) == ("delivered", [{"device": "phone", "state": "delivered", "tries": 1}])
    assert not stage.events
    assert await stage.acknowledge(said, "close") == 204
    [row] = await stage.all()
    assert (row["state"], row["action"]) == ("acted", "close")
    data = {"action": "close", "notification_id": begun["id"], "person": "anna", "tag": "garage"}
    await stage.clock.advance(0.3)
    assert [(event.type, event.data) for event in stage.events] == [
        ("notification_action", data),
        ("mobile_app_notification_action", data),
    ]
    assert {event.cause.by for event in stage.events if event.cause} == {"person.anna"}
    await stage.acknowledge(said, "leave")
    await stage.clock.advance(90)
    assert len(stage.events) == 2, "one press counts, and what was shown is not escalated"
    assert not stage.rules.asked


async def test_who_does_not_have_the_token_acknowledges_nothing(stage: Stage) -> None:
    stage.subscribe("person.anna", PHONE)
    stage.subscribe("person.ben", TABLET)
    await stage.notify(who=["anna", "ben"], actions=[{"action": "yes", "title": "Yes"}])
    [to_anna], [to_ben] = stage.service.read(PHONE), stage.service.read(TABLET)
    assert await stage.acknowledge(to_anna, "yes", token=to_ben["token"]) == 204
    assert await stage.acknowledge(to_anna, token="") == 204
    assert await stage.acknowledge(to_anna, token="é") == 204
    assert await stage.acknowledge(to_anna, id="nothing") == 204
    assert {row["state"] for row in await stage.all()} == {"sent"}
    assert await stage.acknowledge(to_anna, "format_disk") == 204
    states = {row["person"]: row["state"] for row in await stage.all()}
    assert states == {"anna": "delivered", "ben": "sent"}
    await stage.clock.advance(0.3)
    assert not stage.events, "a button that was not offered is none"


async def test_unseen_it_goes_to_the_other_devices_and_then_stays(stage: Stage) -> None:
    stage.subscribe("person.anna", TABLET, LAPTOP)
    await stage.clock.advance(10)
    stage.subscribe("person.anna", PHONE)
    [begun] = await stage.notify(title="Water", acknowledge_within=30)
    assert len(stage.service.of(PHONE)) == 1, "first the device that was used last"
    assert not stage.service.of(TABLET)
    await stage.clock.advance(30)
    assert [len(stage.service.of(one)) for one in (PHONE, TABLET, LAPTOP)] == [1, 1, 1]
    await stage.clock.advance(29)
    assert not stage.events
    await stage.clock.advance(2)
    [row] = await stage.all()
    assert row["state"] == "undelivered"
    assert [event.type for event in stage.events] == ["notification_undelivered"]
    assert stage.events[0].data == {"notification_id": begun["id"], "person": "anna", "tag": ""}
    [kept] = stage.rules.asked
    assert kept.action == "persistent_notification.create"
    assert kept.data == {
        "title": "Anna: Water",
        "message": "The door is open",
        "notification_id": f"push_{begun['id']}",
    }
    [late] = stage.service.read(TABLET)
    await stage.acknowledge(late)
    assert [row["state"] for row in await stage.all()] == ["delivered"], "late is better than never"


async def test_seen_on_the_second_device_nothing_is_escalated(stage: Stage) -> None:
    stage.subscribe("person.anna", TABLET)
    await stage.clock.advance(1)
    stage.subscribe("person.anna", PHONE)
    await stage.notify(acknowledge_within=20)
    await stage.clock.advance(21)
    await stage.acknowledge(stage.service.read(TABLET)[0])
    await stage.clock.advance(60)
    assert not stage.events
    await stage.notify(message="Again")
    assert len(stage.service.of(TABLET)) == 2, "the tablet was used last now"
    assert len(stage.service.of(PHONE)) == 1


@pytest.mark.parametrize("status", [404, 410])
async def test_a_subscription_that_is_gone_is_removed_and_the_next_device_is_asked_at_once(
    stage: Stage, status: int
) -> None:
    stage.subscribe("person.anna", TABLET)
    await stage.clock.advance(1)
    stage.subscribe("person.anna", PHONE)
    stage.service.answers["phone"] = (status, {})
    await stage.notify()
    await stage.clock.advance(1)
    assert [one.device for one in stage.bridge.push.book.subscriptions("person.anna")] == ["tablet"]
    assert len(stage.service.read(TABLET)) == 1
    [row] = await stage.all()
    assert {one["device"]: one["state"] for one in row["devices"]} == {"phone": "gone", "tablet": "sent"}


async def test_a_busy_service_is_asked_again_when_it_wants(stage: Stage) -> None:
    stage.subscribe("person.anna", PHONE)
    stage.service.answers["phone"] = (429, {"retry-after": "40"})
    await stage.notify(acknowledge_within=300)
    await stage.clock.advance(38)
    assert len(stage.service.of(PHONE)) == 1
    stage.service.answers["phone"] = (500, {})
    await stage.clock.advance(3)
    assert len(stage.service.of(PHONE)) == 2
    del stage.service.answers["phone"]
    await stage.clock.advance(5)
    assert [one.status for one in stage.service.of(PHONE)] == [429, 500, 201]
    [row] = await stage.all()
    assert row["devices"] == [{"device": "phone", "state": "sent", "tries": 3}]


async def test_a_service_that_is_down_until_it_counts_no_more(stage: Stage) -> None:
    stage.subscribe("person.anna", PHONE)
    stage.service.down = True
    await stage.notify(ttl=60, acknowledge_within=600)
    await stage.clock.advance(61)
    [row] = await stage.all()
    assert row["state"] == "undelivered"
    assert row["devices"][0]["state"] == "failed"
    assert 3 < row["devices"][0]["tries"] < 10
    assert len(stage.rules.asked) == 1


async def test_a_refusing_service_is_not_asked_again(stage: Stage) -> None:
    stage.subscribe("person.anna", PHONE)
    stage.service.answers["phone"] = (400, {})
    await stage.notify()
    await stage.clock.advance(120)
    assert len(stage.service.of(PHONE)) == 1
    [row] = await stage.all()
    assert (row["state"], row["devices"][0]["state"]) == ("undelivered", "refused")


async def test_it_stays_although_the_rules_are_not_there_at_once(stage: Stage) -> None:
    stage.rules.fails = True
    await stage.notify(who=["ben"])  # who has no device at all
    await stage.clock.advance(3)
    assert [event.type for event in stage.events] == ["notification_undelivered"]
    stage.rules.fails = False
    await stage.clock.advance(10)
    assert [asked.data["title"] for asked in stage.rules.asked] == ["Ben"]


async def test_a_restart_goes_on_with_what_is_under_way(stage: Stage) -> None:
    stage.subscribe("person.anna", PHONE)
    stage.service.down = True
    await stage.notify(message="Before", acknowledge_within=50)
    await stage.bridge.close()
    push = stage.bridge.push
    again = Courses(push.house, push.book, push.keys, push.sender, push.may, push.escalate)
    push.sender._client = httpx.AsyncClient(transport=stage.service.transport())
    stage.service.down = False
    again.resume()
    await stage.clock.advance(5)
    assert [said["title"] for said in stage.service.read(PHONE)][:1] == ["Before"]
    assert [row["state"] for row in await stage.all()] == ["sent"]


async def test_everybody_and_who_is_at_home(stage: Stage) -> None:
    stage.subscribe("person.anna", PHONE)
    stage.subscribe("person.ben", TABLET)
    now = stage.clock.now()
    states = stage.bridge.push.view.states
    states["person.anna"] = EntityState("home", {}, now, now)
    states["person.ben"] = EntityState("not_home", {}, now, now)
    assert [row["person"] for row in await stage.notify(who=["home"])] == ["anna"]
    assert [row["person"] for row in await stage.notify(who=["everybody", "anna"])] == ["anna", "ben"]
    states["person.anna"] = replace(states["person.anna"], state="not_home")
    with pytest.raises(CallError, match="switched notifications on"):
        await stage.notify(who=["home"])
    with pytest.raises(CallError, match="nobody called 'ana'") as wrong:
        await stage.notify(who=["ana"])
    assert wrong.value.error.field == "who"


async def test_what_is_too_long_is_refused(stage: Stage) -> None:
    stage.subscribe("person.anna", PHONE)
    with pytest.raises(CallError, match="too long for a push service") as wrong:
        await stage.notify(message="ü" * 2500)
    assert (wrong.value.error.code, wrong.value.error.field) == ("too_large", "message")
    assert not await stage.all()
    await stage.notify(message="n" * 3000, title="t" * 200)
    assert len(stage.service.of(PHONE)[0].body) <= 4096


async def test_who_may_come_in_no_longer_is_told_nothing(stage: Stage) -> None:
    stage.subscribe("person.anna", PHONE)
    stage.people.house.say(PERSON, Person("Anna", "adult", epoch=1), "anna")
    await stage.clock.advance(1)
    await stage.notify()
    await stage.clock.advance(5)
    assert not stage.service.taken
    assert not stage.bridge.push.book.subscriptions("person.anna"), "all that he had signed in with has ended"
    stage.people.house.say(PERSON, None, "anna")
    await stage.clock.advance(1)
    with pytest.raises(CallError, match="nobody called"):
        await stage.notify()


async def test_one_sees_ones_own_and_an_owner_all(stage: Stage) -> None:
    stage.subscribe("person.anna", PHONE)
    await stage.notify()
    worker = stage.bridge

    async def seen(login: str, role: Any, who: str | None = None) -> int:
        caller = Caller(login, role, Cause("c", login))
        return len((await worker.notifications(words.AskNotifications(who=who), caller)).notifications)

    assert await seen("person.anna", "adult") == 1
    assert await seen("person.ben", "adult") == 0
    assert await seen(OWNER, "owner", "all") == 1
    assert await seen(OWNER, "owner", "anna") == 1
    for who in ("all", "anna"):
        with pytest.raises(CallError, match="only an owner"):
            await seen("person.ben", "adult", who)


async def test_what_is_old_is_forgotten_and_what_is_under_way_is_not(stage: Stage) -> None:
    stage.subscribe("person.anna", PHONE)
    await stage.notify(ttl=2419200)
    await stage.acknowledge(stage.service.read(PHONE)[0])
    book, now = stage.bridge.push.book, stage.clock.now().timestamp()
    book.sweep(now + 29 * 86400)
    assert len(book.notifications(None, 10)) == 1
    book.sweep(now + 31 * 86400)
    assert not book.notifications(None, 10)
    stage.bridge.push.book.erase("person.anna")
    assert not stage.bridge.push.book.subscriptions("person.anna")
