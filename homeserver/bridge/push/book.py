"""What is kept of push in `push.db`: who has switched it on where, what was told, and how far each of it came."""

from sqlite3 import Row
from typing import Final

import orjson

from homeserver.bridge.words import Notify
from homeserver.runtime.people import PREFIX
from homeserver.runtime.store import Ledger
from homeserver.topics.record import record

KEPT: Final = 30 * 86400.0
"""Seconds for which notifications are remembered."""
OPEN: Final = ("queued", "sent")
_OVER: Final = ("delivered", "acted")


@record
class Subscription:
    """One browser of one person. `kind`, `proof` and `epoch` are what let him in when he subscribed; times in seconds
    since 1970; `used`: when it last said that it had shown something."""

    id: str
    login: str
    endpoint: str
    p256dh: str
    auth: str
    device: str
    kind: str
    proof: str
    epoch: int
    created: float
    used: float


@record
class Notification:
    """What one person is told. `content` is what was asked for."""

    id: str
    login: str
    content: Notify
    cause: str
    state: str
    action: str
    created: float
    changed: float


@record
class Delivery:
    """One notification on its way to one browser."""

    id: str
    notification: str
    subscription: str
    device: str
    state: str
    tries: int
    changed: float


class PushBook:
    """The rows."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger

    # -- subscriptions

    def subscribe(self, made: Subscription) -> None:
        """Take one in; the same browser's former one is replaced, whoever's it was."""
        with self.ledger.transaction():
            self.ledger.execute("DELETE FROM subscription WHERE endpoint = ?", (made.endpoint,))
            values = (made.id, made.login, made.endpoint, made.p256dh, made.auth, made.device, made.kind, made.proof)
            marks = "?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?"
            row = (*values, made.epoch, made.created, made.used)
            self.ledger.execute(f"INSERT INTO subscription VALUES ({marks})", row)  # noqa: S608

    def subscriptions(self, login: str) -> list[Subscription]:
        """Those of somebody, the one that was used last first."""
        rows = self.ledger.fetch("SELECT * FROM subscription WHERE login = ? ORDER BY used DESC, id", (login,))
        return [Subscription(**dict(row)) for row in rows]

    def subscribers(self) -> set[str]:
        return {row[0] for row in self.ledger.fetch("SELECT DISTINCT login FROM subscription")}

    def remove(self, id: str) -> None:
        self.ledger.execute("DELETE FROM subscription WHERE id = ?", (id,))

    # -- notifications

    def add(self, made: Notification) -> None:
        content = made.content.model_dump_json()
        row = (made.id, made.login, content, made.cause, made.state, made.action, made.created, made.changed)
        self.ledger.execute("INSERT INTO notification VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)

    def notification(self, id: str) -> Notification | None:
        row = self.ledger.fetch_one("SELECT * FROM notification WHERE id = ?", (id,))
        return _notification(row) if row is not None else None

    def notifications(self, login: str | None, limit: int) -> list[Notification]:
        """Those of somebody, or of all; the newest first."""
        sql = "SELECT * FROM notification WHERE ?1 IS NULL OR login = ?1 ORDER BY created DESC, rowid DESC LIMIT ?2"
        return [_notification(row) for row in self.ledger.fetch(sql, (login, limit))]

    def under_way(self) -> list[Notification]:
        rows = self.ledger.fetch("SELECT * FROM notification WHERE state IN (?, ?) ORDER BY created", OPEN)
        return [_notification(row) for row in rows]

    def move(self, id: str, state: str, now: float, action: str = "") -> bool:
        """On to `state`, unless it is there or beyond; what a device said is never taken back."""
        past = {"sent": ("sent", "undelivered", *_OVER), "undelivered": ("undelivered", *_OVER)}
        beyond = (*past.get(state, _OVER if state == "delivered" else ("acted",)), "", "", "")[:4]
        sql = "UPDATE notification SET state = ?, action = ?, changed = ? WHERE id = ? AND state NOT IN (?, ?, ?, ?)"
        return self.ledger.execute(sql, (state, action, now, id, *beyond)) > 0

    # -- deliveries

    def begin(self, made: Delivery) -> None:
        row = (made.id, made.notification, made.subscription, made.device, made.state, made.tries, made.changed)
        self.ledger.execute("INSERT INTO delivery VALUES (?, ?, ?, ?, ?, ?, ?)", row)

    def delivery(self, id: str) -> Delivery | None:
        row = self.ledger.fetch_one("SELECT * FROM delivery WHERE id = ?", (id,))
        return Delivery(**dict(row)) if row is not None else None

    def deliveries(self, notification: str) -> list[Delivery]:
        rows = self.ledger.fetch("SELECT * FROM delivery WHERE notification = ? ORDER BY rowid", (notification,))
        return [Delivery(**dict(row)) for row in rows]

    def set_delivery(self, id: str, state: str, now: float, tries: int | None = None) -> None:
        """What a device said of itself stays."""
        sql = "UPDATE delivery SET state = ?, tries = coalesce(?, tries), changed = ? WHERE id = ? AND state != 'acted'"
        guard = "" if state in _OVER else " AND state != 'delivered'"
        self.ledger.execute(sql + guard, (state, tries, now, id))

    def used(self, subscription: str, now: float) -> None:
        self.ledger.execute("UPDATE subscription SET used = ? WHERE id = ?", (now, subscription))

    def sweep(self, now: float) -> None:
        """Forget what is old."""
        old = "SELECT id FROM notification WHERE created < ? AND state NOT IN ('queued', 'sent')"
        with self.ledger.transaction():
            self.ledger.execute(f"DELETE FROM delivery WHERE notification IN ({old})", (now - KEPT,))  # noqa: S608
            self.ledger.execute(f"DELETE FROM notification WHERE id IN ({old})", (now - KEPT,))  # noqa: S608

    def erase(self, login: str) -> None:
        """Forget all of somebody."""
        id = login.removeprefix(PREFIX)
        with self.ledger.transaction():
            mine = "SELECT id FROM notification WHERE login = ?"
            self.ledger.execute(f"DELETE FROM delivery WHERE notification IN ({mine})", (login,))  # noqa: S608
            self.ledger.execute("DELETE FROM notification WHERE login = ?", (login,))
            self.ledger.execute("DELETE FROM subscription WHERE login = ?", (login,))
            for row in self.ledger.fetch("SELECT * FROM notification WHERE instr(content, ?) > 0", (f'"{id}"',)):
                told = _notification(row)  # others were told the same
                content = told.content.model_copy(update={"who": tuple(one for one in told.content.who if one != id)})
                values = (content.model_dump_json(), told.id)
                self.ledger.execute("UPDATE notification SET content = ? WHERE id = ?", values)


def _notification(row: Row) -> Notification:
    made = dict(row)
    return Notification(**{**made, "content": Notify.model_validate(orjson.loads(made["content"]))})
