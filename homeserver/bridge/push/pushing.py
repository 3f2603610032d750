"""The bridge's part for web push: the calls `bridge.notify` and `bridge.notifications`, and what devices say.

Needs the door's proofs, for a device counts as long as what it signed in with. Keeps `push.db` and the home's own keys
(`keys`). Why the bridge delivers, and no worker of its own: docs/decisions/0038.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, cast

from homeserver.bridge import words
from homeserver.bridge.access import Access
from homeserver.bridge.identity import Identity, ProofKind
from homeserver.bridge.mobile_app.channels import PHONE, Channels
from homeserver.bridge.mobile_app.phones import KIND
from homeserver.bridge.options import BridgeOptions
from homeserver.bridge.push.book import Delivery, Notification, PushBook, Subscription
from homeserver.bridge.push.delivery import Courses, excess
from homeserver.bridge.push.keys import KeyFileError, Keys
from homeserver.bridge.push.sending import Sender
from homeserver.bridge.push.ways import Ways
from homeserver.runtime.auditing import came_from
from homeserver.runtime.given import nearest
from homeserver.runtime.house import House
from homeserver.runtime.people import PREFIX
from homeserver.runtime.store import Ledger
from homeserver.runtime.worker import Part, answers, every
from homeserver.topics.audit import AuditEvent
from homeserver.topics.call import Caller, CallError
from homeserver.topics.cause import Cause
from homeserver.topics.event import EVENT, Event
from homeserver.view.view import View

MIGRATIONS: Final = Path(__file__).with_name("migrations")
EVERYBODY: Final = "everybody"
AT_HOME: Final = "home"
ALL: Final = "all"
_LOOKED_AT: Final = 100
"""Notifications of one person among which a button that was pressed is looked for, the latest first."""
_MOST: Final = 200
"""Notifications of one person that may be under way."""
_AGAIN: Final = (5.0, 30.0, 120.0, 600.0)
"""Seconds after which the rules are asked again to keep a notification that nobody saw."""
_HA_EVENT: Final = "mobile_app_notification_action"


class Push:
    """What the bridge has of push; `sender` can be replaced before it is opened."""

    def __init__(self, house: House, view: View, access: Access, options: BridgeOptions, channels: Channels) -> None:
        self.house = house
        self.view = view
        self.access = access
        self.options = options
        self.keys = Keys(house.folder, options.push_contact)
        self.book = PushBook(house.keep(Ledger.open(house.folder / "push.db", MIGRATIONS)))
        self.sender = Sender(self.keys, house.clock)
        self.channels = channels
        self.courses: Courses

    def open(self) -> None:
        ways = Ways(self.sender, self.channels)
        self.courses = Courses(self.house, self.book, self.keys, ways, self.may, self.escalate)
        self.courses.resume()
        self.channels.joined, self.channels.opened, self.channels.confirmed = self.join, self.reached, self.confirm
        self.channels.pressed = self.pressed

    # -- phones

    def join(self, phone: str, login: str) -> None:
        """A phone can be told by the WebSocket that it opens."""
        person, proof, now = self.house.people.person(login), self.access.proof(phone), self.now()
        if person is None or proof is None or self._of_phone(phone, login) is not None:
            return
        places = (self.house.new_id(), login, PHONE + phone, "", "", proof.name)
        self.book.subscribe(Subscription(*places, KIND, phone, person.epoch, now, now))

    def reached(self, phone: str) -> None:
        """A phone has a connection again."""
        if (proof := self.access.proof(phone)) and (one := self._of_phone(phone, proof.login)):
            self.courses.nudge(one.id)

    def confirm(self, phone: str, delivery_id: str) -> bool:
        """A phone has shown a notification; whether it was told of it."""
        delivery, proof = self.book.delivery(delivery_id), self.access.proof(phone)
        one = self._of_phone(phone, proof.login) if proof is not None else None
        if delivery is None or one is None or delivery.subscription != one.id:
            return False
        if (notification := self.book.notification(delivery.notification)) is not None:
            self._shown(notification, delivery)
        return True

    def _of_phone(self, phone: str, login: str) -> Subscription | None:
        return next((one for one in self.book.subscriptions(login) if one.endpoint == PHONE + phone), None)

    async def close(self) -> None:
        await self.sender.close()

    def now(self) -> float:
        return self.house.clock.now().timestamp()

    def may(self, one: Subscription) -> bool:
        """Whether a browser still counts: its person may come in, and what it signed in with has not ended."""
        person = self.house.people.person(one.login)
        if person is None or person.epoch > one.epoch:
            return False
        return self.access.alive(Identity(one.login, one.proof, cast(ProofKind, one.kind)))

    # -- who

    def meant(self, who: Iterable[str]) -> list[str]:
        """The logins that are meant; raises `CallError`."""
        found: dict[str, None] = {}
        for name in who:
            found |= dict.fromkeys(self._meant(name))
        if not found:
            text = "nobody who is meant has switched notifications on: that is done in the page, on each device"
            raise CallError("unavailable", text, "who")
        return list(found)

    def _meant(self, name: str) -> Iterator[str]:
        logins = set(self.house.people.logins())
        if name in (EVERYBODY, AT_HOME):
            able = sorted(self.book.subscribers() & logins)
            yield from (login for login in able if name == EVERYBODY or self._is_home(login))
            return
        login = f"{PREFIX}{name.removeprefix(PREFIX)}"
        if login not in logins:
            names = [EVERYBODY, AT_HOME, *(each.removeprefix(PREFIX) for each in logins)]
            raise CallError("not_found", f"there is nobody called {name!r}{nearest(name, names)}", "who")
        yield login

    def _is_home(self, login: str) -> bool:
        state = self.view.states.get(login)
        return state is not None and state.state == AT_HOME

    # -- what devices say

    async def acknowledge(self, delivery_id: str, token: str, action: str) -> None:
        """A device has shown a notification, or one of its buttons was pressed. Who does not have the token is told
        nothing, and nothing happens."""
        delivery = self.book.delivery(delivery_id)
        if delivery is None or not self.keys.is_token(delivery_id, token):
            return
        notification = self.book.notification(delivery.notification)
        if notification is None:
            return
        self._shown(notification, delivery)
        if action in {offered.action for offered in notification.content.actions}:
            await self._acted(notification, delivery, action)

    def _shown(self, notification: Notification, delivery: Delivery) -> None:
        now = self.now()
        self.book.set_delivery(delivery.id, "delivered", now)
        self.book.used(delivery.subscription, now)
        self.book.move(notification.id, "delivered", now)
        self.courses.shown(notification.id)

    async def _acted(self, notification: Notification, delivery: Delivery, action: str) -> None:
        """One press counts, the first on any device: a token is good for one."""
        if self.house.people.person(notification.login) is None:
            return
        if not self.book.move(notification.id, "acted", self.now(), action):
            return
        self.book.set_delivery(delivery.id, "acted", self.now())
        data = {"action": action, **_of(notification)}
        who, details = notification.login, {"action": action}
        self.house.audit(AuditEvent("event", who, words.ACTION_EVENT, where=came_from.get(), details=details))
        for type in (words.ACTION_EVENT, _HA_EVENT):
            cause = Cause(self.house.new_id(), notification.login, notification.cause)
            await self.house.say_as(notification.login, EVENT, Event(type, data, self.house.clock.now(), cause))

    def pressed(self, login: str, action: str) -> dict[str, str] | None:
        """A phone tells that a button was pressed; see `Channels`."""
        for one in self.book.notifications(login, _LOOKED_AT):
            offered = action in {button.action for button in one.content.actions}
            if offered and self.book.move(one.id, "acted", self.now(), action):
                self.courses.shown(one.id)
                return {"action": action, **_of(one)}
        return None

    # -- what nobody saw

    def escalate(self, notification: Notification) -> None:
        cause = Cause(self.house.new_id(), f"worker:{self.house.worker}", notification.cause)
        said = Event(words.UNDELIVERED_EVENT, _of(notification), self.house.clock.now(), cause)
        self.house.say(EVENT, said)
        self.house.start(self._keep(notification, cause), "keep what nobody saw")

    async def _keep(self, notification: Notification, cause: Cause) -> None:
        """Let the rules keep it as a notification that stays."""
        content, person = notification.content, self.house.people.person(notification.login)
        name = person.name if person is not None else notification.login.removeprefix(PREFIX)
        data = {
            "title": f"{name}: {content.title}" if content.title else name,
            "message": content.message,
            "notification_id": f"push_{notification.id}",
        }
        args = {"action": "persistent_notification.create", "data": data}
        for wait in (*_AGAIN, 0.0):
            try:
                await self.house.ask("rules", "perform", args, cause=cause)
            except CallError as error:
                self.house.log.warning("a notification that nobody saw could not be kept by the rules: %s", error)
                await self.house.clock.sleep(wait)
            else:
                return


def _of(notification: Notification) -> dict[str, str]:
    """What events tell of it: never its text, for others hear events."""
    person = notification.login.removeprefix(PREFIX)
    return {"notification_id": notification.id, "person": person, "tag": notification.content.tag}


class Pushing(Part):
    """The marked methods; the worker has `push`."""

    push: Push

    @answers(words.NOTIFY)
    async def notify(self, request: words.Notify, caller: Caller) -> words.Notified:
        push = self.push
        if (over := excess(request)) > 0:
            raise CallError("too_large", f"it is {over} bytes too long for a push service: shorten it", "message")
        try:
            push.keys.make()
        except KeyFileError as error:
            raise CallError("unavailable", str(error)) from error
        logins = push.meant(request.who)
        for login in logins:
            waiting = sum(1 for one in push.book.under_way() if one.login == login)
            if waiting >= _MOST:
                text = f"{waiting} notifications are on their way to {login.removeprefix(PREFIX)} already"
                raise CallError("too_many", text, "who")
        return words.Notified(notifications=[self._begin(login, request, caller) for login in logins])

    @answers(words.TRY_NOTIFICATION)
    async def try_notification(self, request: words.TryNotification, caller: Caller) -> words.Notified:
        if not self.push.book.subscriptions(caller.login):
            raise CallError("unavailable", "you have no device with notifications: switch them on in the page first")
        who = (caller.login.removeprefix(PREFIX),)
        asked = words.Notify(who=who, message=request.message, title=request.title, tag="try", ttl=300)
        return await self.notify(asked, caller)

    def _begin(self, login: str, request: words.Notify, caller: Caller) -> words.NotificationInfo:
        push, now = self.push, self.push.now()
        made = Notification(push.house.new_id(), login, request, caller.cause.id, "queued", "", now, now)
        push.book.add(made)
        push.courses.start(made)
        return self._info(made)

    @answers(words.NOTIFICATIONS)
    async def notifications(self, request: words.AskNotifications, caller: Caller) -> words.NotificationList:
        login: str | None = caller.login
        if request.who is not None:
            login = None if request.who == ALL else f"{PREFIX}{request.who.removeprefix(PREFIX)}"
        if login != caller.login and caller.role != "owner":
            raise CallError("denied", "only an owner may see what others were told", "who")
        rows = self.push.book.notifications(login, request.limit)
        return words.NotificationList(notifications=[self._info(row) for row in rows])

    def _info(self, one: Notification) -> words.NotificationInfo:
        content = one.content
        devices = [
            words.DeviceDelivery.model_validate({"device": row.device, "state": row.state, "tries": row.tries})
            for row in self.push.book.deliveries(one.id)
        ]
        return words.NotificationInfo.model_validate(
            {
                "id": one.id,
                "person": one.login.removeprefix(PREFIX),
                "title": content.title,
                "message": content.message,
                "tag": content.tag,
                "state": one.state,
                "action": one.action,
                "created": datetime.fromtimestamp(one.created, UTC),
                "changed": datetime.fromtimestamp(one.changed, UTC),
                "devices": devices,
            }
        )

    @every(hours=6)
    async def forget_notifications(self) -> None:
        self.push.book.sweep(self.push.now())
