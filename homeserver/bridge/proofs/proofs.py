"""What people have to show: sessions of browsers, refresh tokens of programs, keys that stay, webhooks of phones. The
table `proof`.

All of them are in memory as well, so that a request costs no query. One counts while the person may come in, while his
epoch is the one under which it was made, and until it expires. Keeps hashes, never what was handed out.
"""

import sqlite3
from collections.abc import Callable, Iterable
from dataclasses import astuple, fields, replace
from datetime import timedelta
from typing import Final, Literal

from homeserver.bridge.proofs.secret import mark_of, new_secret
from homeserver.runtime.clock import Clock
from homeserver.runtime.people import OWNER
from homeserver.runtime.store import Ledger
from homeserver.topics.record import record

Kind = Literal["session", "refresh", "api_key", "mobile_app"]
KINDS: Final[tuple[Kind, ...]] = ("session", "refresh", "api_key", "mobile_app")
LIFE: Final = timedelta(days=90)
"""Without use, after which a session or a refresh token ends; each use begins it anew."""
MOST: Final = 100
"""Of one kind that somebody may have; the one unused for longest makes room."""
API_KEY: Final = "hsk_"
"""How an API key begins."""
_NOTED: Final = 300.0
"""Seconds after which another use is written down."""
_COLUMNS: Final = "id, hash, login, kind, epoch, mark, name, client, address, agent, created, used, expires"


@record
class Proof:
    """One row; times are seconds since 1970. `expires` None: no end."""

    id: str
    hash: str
    login: str
    kind: Kind
    epoch: int
    mark: str
    name: str
    client: str
    address: str
    agent: str
    created: float
    used: float
    expires: float | None


class Proofs:
    """`epoch_of` gives a person's epoch, None where he may not come in. `key_mark` is what stands for the folder's key:
    what it opened ends with it. `told` is called with the login of whom something ended."""

    def __init__(
        self,
        ledger: Ledger,
        clock: Clock,
        epoch_of: Callable[[str], int | None],
        key_mark: str,
        told: Callable[[str], None],
    ) -> None:
        self._ledger = ledger
        self._clock = clock
        self._epoch_of = epoch_of
        self._key_mark = key_mark
        self._told = told
        ledger.execute("DELETE FROM proof WHERE login = ? AND mark != ?", (OWNER, key_mark))
        ledger.execute("DELETE FROM proof WHERE expires <= ?", (self._now(),))
        rows = ledger.fetch(f"SELECT {_COLUMNS} FROM proof")  # noqa: S608 - our own columns
        self._by_id = {proof.id: proof for proof in map(_proof, rows)}
        self._ids = {proof.hash: proof.id for proof in self._by_id.values()}
        self._noted = {proof.id: proof.used for proof in self._by_id.values()}

    # -- making and finding

    def make(
        self,
        login: str,
        kind: Kind,
        *,
        name: str = "",
        client: str = "",
        address: str = "",
        agent: str = "",
        life: timedelta | None = LIFE,
    ) -> tuple[Proof, str]:
        """A new one, and the secret, which is shown this once."""
        secret, now = new_secret(API_KEY if kind == "api_key" else ""), self._now()
        self._make_room(login, kind)
        proof = Proof(
            id=new_secret()[:16],
            hash=mark_of(secret),
            login=login,
            kind=kind,
            epoch=self._epoch_of(login) or 0,
            mark=self._key_mark if login == OWNER else "",
            name=name[:200],
            client=client[:500],
            address=address,
            agent=agent[:300],
            created=now,
            used=now,
            expires=None if life is None else now + life.total_seconds(),
        )
        self.keep(proof)
        return proof, secret

    def find(self, secret: str, kind: Kind) -> Proof | None:
        """The one with this secret, while it counts."""
        proof = self._by_id.get(self._ids.get(mark_of(secret), ""))
        return proof if proof is not None and proof.kind == kind and self.is_alive(proof.id) else None

    def get(self, id: str) -> Proof | None:
        """The one with this id, while it counts."""
        return self._by_id.get(id) if self.is_alive(id) else None

    def is_alive(self, id: str) -> bool:
        proof = self._by_id.get(id)
        if proof is None or self._epoch_of(proof.login) != proof.epoch:
            return False
        return proof.expires is None or self._now() < proof.expires

    def of(self, login: str) -> list[Proof]:
        """All that somebody has now, the one used last first."""
        found = [proof for proof in self._by_id.values() if proof.login == login and self.is_alive(proof.id)]
        return sorted(found, key=lambda proof: -proof.used)

    def use(self, proof: Proof, address: str, agent: str) -> None:
        """It was shown just now, from there; what slides begins its life anew."""
        now = self._now()
        slides = proof.kind != "api_key"
        expires = now + LIFE.total_seconds() if slides else proof.expires
        used = replace(proof, used=now, address=address, agent=agent[:300], expires=expires)
        self._by_id[proof.id] = used
        if now - self._noted[proof.id] >= _NOTED or address != proof.address:
            self.keep(used)

    # -- ending

    def end(self, id: str) -> Proof | None:
        """End one at once; what it was."""
        proof = self._by_id.pop(id, None)
        if proof is not None:
            self._forget([proof])
        return proof

    def end_all(self, login: str, kinds: Iterable[Kind] = KINDS, but: str = "") -> int:
        """End all of these kinds that somebody has but one; how many they were."""
        mine = (proof for proof in self._by_id.values() if proof.login == login)
        ended = [proof for proof in mine if proof.kind in kinds and proof.id != but]
        self._forget(ended)
        return len(ended)

    def sweep(self) -> None:
        """Forget what has expired, or belongs to an earlier epoch of somebody who may come in."""
        over = [one for one in self._by_id.values() if self._epoch_of(one.login) is not None]
        self._forget([one for one in over if not self.is_alive(one.id)])

    def logins(self) -> set[str]:
        """Everybody who has something."""
        return {proof.login for proof in self._by_id.values()}

    def _make_room(self, login: str, kind: Kind) -> None:
        same = [proof for proof in self._by_id.values() if (proof.login, proof.kind) == (login, kind)]
        oldest = sorted(same, key=lambda proof: proof.used)
        self._forget(oldest[: max(0, len(same) - MOST + 1)])

    def keep(self, proof: Proof) -> None:
        """Write one down as it is now."""
        marks = ", ".join("?" for _ in fields(Proof))
        sql = f"INSERT OR REPLACE INTO proof ({_COLUMNS}) VALUES ({marks})"  # noqa: S608 - our own columns
        self._ledger.execute(sql, astuple(proof))
        self._by_id[proof.id], self._ids[proof.hash], self._noted[proof.id] = proof, proof.id, proof.used

    def _forget(self, ended: list[Proof]) -> None:
        if not ended:
            return
        with self._ledger.transaction():
            self._ledger.execute_many("DELETE FROM proof WHERE id = ?", [(proof.id,) for proof in ended])
        for proof in ended:
            self._by_id.pop(proof.id, None)
            self._ids.pop(proof.hash, None)
            self._noted.pop(proof.id, None)
        for login in {proof.login for proof in ended}:
            self._told(login)

    def _now(self) -> float:
        return self._clock.now().timestamp()


def _proof(row: sqlite3.Row) -> Proof:
    return Proof(**{name: row[name] for name in row.keys()})  # noqa: SIM118 - a row iterates over its values
