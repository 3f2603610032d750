"""Notifications over the WebSocket of a phone: told, confirmed, kept for later, and what comes when nobody confirms."""

from typing import Any

from homeserver.bridge.mobile_app.channels import Channel, Channels
from homeserver.topics.event import EVENT
from homeserver.topics.person import Person
from tests.bridge.conftest import Home
from tests.bridge.homeassistant.talking import Talk
from tests.bridge.mobile_app.app import App, register
from tests.bridge.push.service import Browser

CHANNEL, CONFIRM = "mobile_app/push_notification_channel", "mobile_app/push_notification_confirm"


async def notify(home: Home, **said: Any) -> Any:
    body = {"who": ["owner"], "message": "The door is open", **said}
    answer = await home.post("/api/calls/bridge/notify", body)
    await home.settle()
    return answer


async def states(home: Home) -> list[str]:
    answer = await home.post("/api/calls/bridge/notifications", {"who": "all"})
    return [row["state"] for row in answer.json()["notifications"]]


async def channel(home: Home, app: App, **more: Any) -> Talk:
    talk = await Talk(home).let_in()
    assert await talk.result(CHANNEL, webhook_id=app.told["webhook_id"], **more) is None
    return talk


async def test_told_confirmed_and_delivered(lived: Home) -> None:
    app = await register(lived)
    talk = await channel(lived, app, support_confirm=True)
    actions = [{"action": "close", "title": "Close it"}]
    assert (
        await notify(lived, title="Garage", actions=actions, tag="g", url="/rooms", urgency="high")
    ).status_code == 200
    (event,) = talk.events(1)
    id = event.pop("hass_confirm_id")
    assert event.pop("data") == {
        **{"tag": "g", "actions": actions, "url": "/rooms", "clickAction": "/rooms", "priority": "high", "ttl": 0},
        "push": {"interruption-level": "time-sensitive"},
    }
    assert event == {"title": "Garage", "message": "The door is open"}
    assert await states(lived) == ["sent"]
    hook = {"webhook_id": app.told["webhook_id"]}
    assert await talk.error(CONFIRM, **hook, confirm_id="another") == "not_found"
    assert await talk.result(CONFIRM, **hook, confirm_id=id) is None
    assert await states(lived) == ["delivered"]
    assert await talk.result(CONFIRM, **hook, confirm_id=id) is None
    await notify(lived)
    assert talk.events(1)[-1].keys() == {"message", "hass_confirm_id"}
    await talk.leave()


async def test_what_nobody_confirms_is_undelivered(lived: Home) -> None:
    app, told = await register(lived), lived.core.listen(EVENT)
    talk = await channel(lived, app)
    await notify(lived, acknowledge_within=5)
    (event,) = talk.events(1)
    assert event == {"message": "The door is open"}
    await lived.clock.advance(5)
    await lived.settle()
    assert await states(lived) == ["undelivered"]
    assert [event.type for event in told] == ["notification_undelivered"]
    notes = (await lived.get("/api/states")).json()
    assert notes
    await talk.leave()


async def test_a_phone_without_a_connection_is_told_when_it_has_one(lived: Home) -> None:
    app = await register(lived)
    await notify(lived, acknowledge_within=600)
    await lived.clock.advance(40)
    assert await states(lived) == ["queued"]
    talk = await channel(lived, app, support_confirm=True)
    await lived.settle()
    (event,) = talk.events(1)
    await talk.result(CONFIRM, webhook_id=app.told["webhook_id"], confirm_id=event["hass_confirm_id"])
    assert await states(lived) == ["delivered"]
    await talk.result("unsubscribe_events", subscription=1)
    await notify(lived, acknowledge_within=600)
    assert len(talk.events(1)) == 1
    assert await states(lived) == ["queued", "delivered"]
    await talk.leave()


async def test_whoever_can_be_reached_is_told_first(lived: Home) -> None:
    """A phone that has no connection does not keep a browser waiting."""
    await register(lived)
    browser, push = Browser("laptop"), lived.bridge.push
    said, now = browser.subscription(), push.now()
    row = ("s1", "person.owner", browser.endpoint, said["keys"]["p256dh"], said["keys"]["auth"], "laptop")
    push.book.subscribe(type(push.book.subscriptions("person.owner")[0])(*row, "key", "", 0, now - 9, now - 9))
    asked = list[str]()

    async def send(to: Any, *more: Any) -> Any:
        asked.append(to.endpoint)
        raise ValueError

    push.sender.send = send  # type: ignore[assignment, method-assign]
    await notify(lived)
    assert asked == [browser.endpoint]


async def test_a_channel_is_for_the_phones_own_person(lived: Home) -> None:
    app = await register(lived)
    hook = {"webhook_id": app.told["webhook_id"]}
    talk = await Talk(lived).let_in()
    assert await talk.error(CHANNEL, webhook_id="x" * 43) == "not_found"
    for process in (lived.core.process, lived.bridge_process.process):
        process.calls.people.learn("anna", Person("Anna", "adult"))
    session = next(iter(lived.bridge.homeassistant.sockets._open))._session
    assert session is not None
    object.__setattr__(session.identity, "login", "person.anna")
    for type, more in ((CHANNEL, {}), (CONFIRM, {"confirm_id": "x"})):
        assert await talk.error(type, **hook, **more) == "not_found"
    await talk.leave()


async def test_an_app_that_wants_none_is_no_target(lived: Home) -> None:
    await register(lived, app_data={})
    assert (await notify(lived)).status_code == 200  # it is on its way to somebody who has nothing to be told on
    await lived.settle()
    assert await states(lived) == ["undelivered"]


def test_the_last_channel_counts() -> None:
    channels, told = Channels(), list[str]()
    first = channels.open("p", Channel(lambda _: told.append("first"), confirms=False))
    second = channels.open("p", Channel(lambda _: told.append("second"), confirms=False))
    assert channels.tell("p", {}, "x")
    first()
    assert channels.is_open("p")
    second()
    assert not channels.tell("p", {}, "x")
    assert told == ["second"]
