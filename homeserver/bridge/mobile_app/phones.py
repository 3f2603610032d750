"""Phones by the ids of their webhooks: each id is a proof of its person, which ends like his others.

What was registered with an API key ends with it. Keeps rows of `bridge.db`: hashes, and the secrets of those that
encrypt.
"""

import secrets
import sqlite3
from dataclasses import replace
from typing import Final, Literal

from homeserver.bridge.identity import Identity
from homeserver.bridge.proofs.proofs import Proof
from homeserver.bridge.proofs.secret import mark_of
from homeserver.bridge.proofs.vault import Vault
from homeserver.runtime.people import People
from homeserver.topics.record import record

KIND: Final = "mobile_app"
Standing = Literal["in", "out", "ended"]
"""in: it may speak. out: its person may not come in now. ended: it may never again."""


@record
class Phone:
    """One phone. `id` is that of its proof; `secret` in hex."""

    id: str
    login: str
    secret: str | None


class Phones:
    """All phones of the home."""

    def __init__(self, vault: Vault, people: People) -> None:
        self._vault = vault
        self._people = people

    def register(self, identity: Identity, name: str, address: str, agent: str, *, encrypts: bool) -> tuple[Phone, str]:
        """A new phone of whoever asks, and the id of its webhook, which is shown this once."""
        made, hook = self._vault.proofs.make(identity.login, KIND, name=name, address=address, agent=agent)
        secret = secrets.token_hex(32) if encrypts else None
        parent = identity.proof if identity.kind == "api_key" else ""
        row = (mark_of(hook), made.id, identity.login, parent, secret)
        self._vault.ledger.execute("INSERT INTO phone VALUES (?, ?, ?, ?, ?)", row)
        return Phone(made.id, identity.login, secret), hook

    def find(self, hook: str) -> Phone | None:
        """The phone with this webhook, whether or not it may still speak."""
        row = self._vault.ledger.fetch_one("SELECT * FROM phone WHERE hash = ?", (mark_of(hook),))
        return None if row is None else _phone(row)

    def standing(self, phone: Phone) -> Standing:
        if self._vault.proofs.is_alive(phone.id):
            return "in"
        return "out" if self._people.person(phone.login) is None else "ended"

    def use(self, phone: Phone, address: str, agent: str) -> None:
        """It has just spoken, from there."""
        if (proof := self._vault.proofs.get(phone.id)) is not None:
            self._vault.proofs.use(proof, address, agent)

    def encrypt(self, phone: Phone) -> str:
        """From now on both encrypt; the secret."""
        secret = secrets.token_hex(32)
        self._vault.ledger.execute("UPDATE phone SET secret = ? WHERE proof = ?", (secret, phone.id))
        return secret

    def name(self, phone: Phone, name: str) -> None:
        """What people see it called among their proofs."""
        proof = self._vault.proofs.get(phone.id)
        if proof is not None and proof.name != name[:200]:
            self._vault.proofs.keep(replace(proof, name=name[:200]))

    def end(self, id: str) -> Proof | None:
        """It may speak no longer."""
        return self._vault.proofs.end(id)

    def check(self, login: str) -> None:
        """Something of somebody has ended: what was registered with it ends too."""
        rows = self._vault.ledger.fetch("SELECT proof, parent FROM phone WHERE login = ? AND parent != ''", (login,))
        for row in rows:
            if not self._vault.proofs.is_alive(row["parent"]) and self._people.person(login) is not None:
                self.end(row["proof"])


def _phone(row: sqlite3.Row) -> Phone:
    return Phone(row["proof"], row["login"], row["secret"])
