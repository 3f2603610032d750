"""The household: who lives here, as rows of `people.db`. The last owner who may come in for good stays one."""

import json
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from homeserver.people.words import HouseholdMember, UserInfo
from homeserver.runtime.given import nearest
from homeserver.runtime.store import Ledger
from homeserver.topics.call import CallError
from homeserver.topics.names import slug
from homeserver.topics.person import PersonRole
from homeserver.topics.record import record

STAY: Final = timedelta(days=7)
"""How long a guest stays of whom nothing else is said."""
RESERVED: Final = frozenset(("owner",))
"""`person.owner` is whoever has the data folder's key."""
_LONGEST: Final = 32


@record
class User:
    """Somebody. See `migrations/0001_people.sql`."""

    id: str
    name: str
    role: PersonRole
    epoch: int
    created: datetime
    active: bool = True
    expires: datetime | None = None
    trackers: tuple[str, ...] = ()
    picture: str | None = None
    icon: str | None = None
    mqtt: bool = False
    source: str | None = None

    @property
    def login(self) -> str:
        return f"person.{self.id}"

    @property
    def object_id(self) -> str:
        """Of his entity `person.*`, whose ids hold no hyphen."""
        return self.id.replace("-", "_")

    def is_in(self, now: datetime) -> bool:
        """Whether he may come in now."""
        return self.active and (self.expires is None or self.expires > now)

    @property
    def is_lasting_owner(self) -> bool:
        return self.role == "owner" and self.active and self.expires is None

    def info(self, now: datetime) -> UserInfo:
        return UserInfo(
            id=self.id,
            name=self.name,
            role=self.role,
            active=self.active,
            let_in=self.is_in(now),
            expires=self.expires,
            epoch=self.epoch,
            trackers=self.trackers,
            picture=self.picture,
            icon=self.icon,
            mqtt=self.mqtt,
            source=self.source,
            created=self.created,
        )


class Household:
    """All users, in memory as in the file. What may not be raises `CallError`; nothing has changed then."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        ledger.execute("PRAGMA secure_delete = ON")
        self.users: dict[str, User] = {row["id"]: _user(row) for row in ledger.fetch("SELECT * FROM user ORDER BY id")}

    def find(self, id: str, field: str = "user") -> User:
        """Somebody by his id; raises `CallError`."""
        user = self.users.get(id)
        if user is None:
            known = nearest(id, list(self.users), "there is nobody yet: make the first with people.create_user")
            raise CallError("not_found", f"there is nobody {id!r} here; {known}", field)
        return user

    def members(self, now: datetime) -> list[HouseholdMember]:
        """The names of all who may come in now."""
        return [HouseholdMember(id=user.id, name=user.name) for user in self.users.values() if user.is_in(now)]

    def create(self, id: str | None, fields: Mapping[str, Any], now: datetime) -> User:
        """Let somebody in."""
        new = id or slug(fields["name"])[:_LONGEST]
        self._check_free(new)
        self._check_source(fields.get("source"))
        with writing(self._ledger):
            user = User(id=new, epoch=self._next_epoch(), created=now, **fields)
            self._write(user)
        self.users[new] = user
        return user

    def _check_free(self, id: str) -> None:
        if id in RESERVED:
            raise CallError("invalid", "`owner` is the key in the data folder, and nobody: choose another id", "id")
        if taken := next((user for user in self.users.values() if user.object_id == id.replace("-", "_")), None):
            raise CallError("conflict", f"{taken.id} is {taken.name} already: give another `id`", "id")

    def _check_source(self, source: str | None) -> None:
        if source is not None and (known := next((u for u in self.users.values() if u.source == source), None)):
            raise CallError("conflict", f"{source} was brought over already: that is {known.id}", "source")

    def update(self, user: User, fields: Mapping[str, Any], now: datetime) -> User:
        """Change somebody. Who was kept out, or had come to his end, comes back without his former proofs."""
        wanted = replace(user, **fields)
        self.check_owner_left(user, wanted)
        with writing(self._ledger):
            if user.is_in(now) != wanted.is_in(now):
                wanted = replace(wanted, epoch=self._next_epoch())
            self._write(wanted)
        self.users[user.id] = wanted
        return wanted

    def end_sessions(self, user: User) -> User:
        """Raise his epoch."""
        with writing(self._ledger):
            wanted = replace(user, epoch=self._next_epoch())
            self._write(wanted)
        self.users[user.id] = wanted
        return wanted

    def remove(self, user: User) -> int:
        """Forget somebody and all that was said of him; how many policies that were."""
        self.check_owner_left(user, None)
        with writing(self._ledger):
            policies = self._ledger.execute("DELETE FROM policy WHERE who = ?", (user.id,))
            self._ledger.execute("DELETE FROM user WHERE id = ?", (user.id,))
        del self.users[user.id]
        return policies

    def wipe(self) -> None:
        """Nothing of what was removed is left in the file; an older copy of its pages may be read still."""
        self._ledger.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def check_owner_left(self, user: User, wanted: User | None) -> None:
        """Once there is an owner who may come in for good, there always is one."""
        if not user.is_lasting_owner or (wanted is not None and wanted.is_lasting_owner):
            return
        if any(other.is_lasting_owner for other in self.users.values() if other.id != user.id):
            return
        why = f"{user.id} is the last owner: make somebody else an owner without an end first"
        raise CallError("conflict", why, "user")

    def _next_epoch(self) -> int:
        self._ledger.execute("UPDATE epoch SET last = last + 1")
        row = self._ledger.fetch_one("SELECT last FROM epoch")
        return int(row["last"]) if row is not None else 0

    def _write(self, user: User) -> None:
        values = (
            user.id,
            user.name,
            user.role,
            int(user.active),
            user.expires and user.expires.timestamp(),
            user.epoch,
            json.dumps(user.trackers),
            user.picture,
            user.icon,
            int(user.mqtt),
            user.source,
            user.created.timestamp(),
        )
        self._ledger.execute(
            "INSERT OR REPLACE INTO user (id, name, role, active, expires, epoch, trackers, picture, icon, mqtt, "
            "source, created) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            values,
        )


@contextmanager
def writing(ledger: Ledger) -> Iterator[None]:
    """All that is written in here, or nothing of it; a file that cannot be written raises `CallError`."""
    try:
        with ledger.transaction():
            yield
    except sqlite3.Error as error:
        raise CallError("failed", f"the home cannot write people.db: {error}") from error


def moment(seconds: float | None) -> datetime | None:
    """A time as the file holds it."""
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)


def _user(row: sqlite3.Row) -> User:
    return User(
        id=row["id"],
        name=row["name"],
        role=row["role"],
        epoch=row["epoch"],
        created=datetime.fromtimestamp(row["created"], UTC),
        active=bool(row["active"]),
        expires=moment(row["expires"]),
        trackers=tuple(json.loads(row["trackers"])),
        picture=row["picture"],
        icon=row["icon"],
        mqtt=bool(row["mqtt"]),
        source=row["source"],
    )
