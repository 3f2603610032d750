"""The course of a notification: to the device that was used last, then to the others, then it is told that nobody saw
it.

What counts is what a device says itself: that a push service has taken a message says nothing of who saw it. All of it
stands in `push.db` before it is done, so that a restart goes on with what was under way.
"""

import asyncio
import hashlib
from collections.abc import Callable, Sequence
from typing import Final

import orjson

from homeserver.bridge.push.book import Delivery, Notification, PushBook, Subscription
from homeserver.bridge.push.keys import Keys
from homeserver.bridge.push.sending import Outcome, Sender
from homeserver.bridge.push.ways import Ways
from homeserver.bridge.words import Notify
from homeserver.runtime.house import House
from homeserver.runtime.tls.push import LARGEST, b64

LONGEST_WAIT: Final = 300.0
"""Seconds between two tries, where the push service does not ask for more."""


def payload(content: Notify, delivery: str, token: str) -> bytes:
    """What the service worker is given."""
    said = {
        "id": delivery,
        "token": token,
        "title": content.title or content.message,
        "message": content.message if content.title else "",
        "actions": [action.model_dump() for action in content.actions],
        "tag": content.tag,
        "url": content.url,
        "urgent": content.urgency == "high",
    }
    return orjson.dumps({name: value for name, value in said.items() if value or name == "message"})


def excess(content: Notify) -> int:
    """Bytes by which it is too long to be pushed; nothing or less where it fits."""
    return len(payload(content, "x" * 32, "x" * 43)) - LARGEST


def topic_of(tag: str) -> str:
    """The `Topic` of a push service, which replaces what it has not yet delivered: 32 letters for any tag."""
    return b64(hashlib.sha256(tag.encode()).digest())[:32] if tag else ""


class Courses:
    """All that is under way. `may` says whether a subscription still counts, `escalate` what comes at the end."""

    def __init__(
        self,
        house: House,
        book: PushBook,
        keys: Keys,
        sender: Sender | Ways,
        may: Callable[[Subscription], bool],
        escalate: Callable[[Notification], None],
    ) -> None:
        self._house = house
        self._book = book
        self._keys = keys
        self._sender = sender
        self._may = may
        self._escalate = escalate
        self._shown: dict[str, asyncio.Event] = {}
        self._nudged: dict[str, set[asyncio.Event]] = {}

    def start(self, notification: Notification) -> None:
        self._shown[notification.id] = asyncio.Event()
        self._house.start(self._course(notification), "notification")

    def resume(self) -> None:
        """Go on with what an earlier process had under way."""
        for notification in self._book.under_way():
            self.start(notification)

    def shown(self, notification: str) -> None:
        """A device has said so."""
        if (event := self._shown.get(notification)) is not None:
            event.set()

    def nudge(self, subscription: str) -> None:
        """A device can be reached again: what waits for it is sent at once."""
        for event in self._nudged.get(subscription, ()):
            event.set()

    async def _course(self, notification: Notification) -> None:
        shown, sends = self._shown[notification.id], list[asyncio.Task[None]]()
        try:
            for wave in self._waves(notification):
                sends += [self._house.start(self._bring(notification, one), "push") for one in wave]
                await self._wait(notification, shown, sends)
                if shown.is_set():
                    break
            else:
                if self._book.move(notification.id, "undelivered", self._now()):
                    self._escalate(notification)
        finally:
            del self._shown[notification.id]
            if shown.is_set():
                for task in sends:
                    task.cancel()

    def _waves(self, notification: Notification) -> Sequence[Sequence[Subscription]]:
        """Who is told first, and who then; after a restart those come first who were asked already."""
        able = [one for one in self._book.subscriptions(notification.login) if self._counts(one)]
        able.sort(key=lambda one: not self._sender.reaches(one))
        asked = {delivery.subscription for delivery in self._book.deliveries(notification.id)}
        first = [one for one in able if one.id in asked] or able[:1]
        return [wave for wave in (first, [one for one in able if one not in first]) if wave]

    def _counts(self, subscription: Subscription) -> bool:
        if self._may(subscription):
            return True
        if self._house.people.person(subscription.login) is not None:
            self._book.remove(subscription.id)  # he may come in, but this browser of his may no longer
        return False

    async def _wait(self, notification: Notification, shown: asyncio.Event, sends: list[asyncio.Task[None]]) -> None:
        """Until it is shown, the time is over, or no device is left that it could reach."""
        within = notification.content.acknowledge_within
        waits = [
            asyncio.ensure_future(self._house.clock.sleep(within)),
            asyncio.ensure_future(shown.wait()),
            asyncio.ensure_future(self._lost(notification, sends)),
        ]
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()

    async def _lost(self, notification: Notification, sends: list[asyncio.Task[None]]) -> None:
        """Return when no push service has it and none is asked any more."""
        await asyncio.wait(sends)
        if any(one.state == "sent" for one in self._book.deliveries(notification.id)):
            await asyncio.Event().wait()

    # -- one device

    async def _bring(self, notification: Notification, to: Subscription) -> None:
        """Ask its push service until it has taken it, refuses it, or the notification counts no more."""
        delivery = self._delivery(notification, to)
        until = notification.created + max(notification.content.ttl, 1)
        tries = delivery.tries
        while self._book_state(delivery) == "queued":
            outcome = await self._send(notification, to, delivery.id, until)
            tries += 1
            if outcome.said != "later":
                self._ended(notification, to, delivery, outcome, tries)
                return
            wait = max(outcome.after, min(2.0**tries, LONGEST_WAIT))
            over = self._now() + wait >= until
            self._book.set_delivery(delivery.id, "failed" if over else "queued", self._now(), tries)
            if over:
                self._house.log.warning("a push service could not be reached in time (%s)", outcome.reason)
                return
            await self._pause(to, wait)

    async def _pause(self, to: Subscription, seconds: float) -> None:
        """Until the time is over, or the device can be reached again."""
        nudged, waiting = asyncio.Event(), self._nudged.setdefault(to.id, set())
        waiting.add(nudged)
        timer = self._house.clock.call_later(seconds, nudged.set)
        try:
            await nudged.wait()
        finally:
            timer.cancel()
            waiting.discard(nudged)
            if not waiting and self._nudged.get(to.id) is waiting:
                del self._nudged[to.id]

    async def _send(self, notification: Notification, to: Subscription, delivery: str, until: float) -> Outcome:
        content = notification.content
        message = payload(content, delivery, self._keys.token(delivery))
        left = max(0, int(until - self._now())) if content.ttl else 0
        return await self._sender.send(to, message, left, content.urgency, topic_of(content.tag))

    def _delivery(self, notification: Notification, to: Subscription) -> Delivery:
        for known in self._book.deliveries(notification.id):
            if known.subscription == to.id:
                return known
        made = Delivery(self._house.new_id(), notification.id, to.id, to.device, "queued", 0, self._now())
        self._book.begin(made)
        return made

    def _book_state(self, delivery: Delivery) -> str:
        found = self._book.delivery(delivery.id)
        return found.state if found is not None else "gone"

    def _ended(
        self, notification: Notification, to: Subscription, delivery: Delivery, outcome: Outcome, tries: int
    ) -> None:
        self._book.set_delivery(delivery.id, outcome.said, self._now(), tries)
        if outcome.said == "sent":
            self._book.move(notification.id, "sent", self._now())
        elif outcome.said == "gone":
            self._book.remove(to.id)
        else:
            self._house.log.warning("a push service refused a notification (%s)", outcome.reason)

    def _now(self) -> float:
        return self._house.clock.now().timestamp()
