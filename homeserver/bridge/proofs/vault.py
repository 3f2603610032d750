"""All that is known of proofs, opened together: `bridge.db` and the keys in the data folder.

Keeps `bridge.db`, `http-signing-key`; see the parts for what stands where.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from homeserver.bridge.credentials import Credentials
from homeserver.bridge.proofs.attempts import Attempts
from homeserver.bridge.proofs.invitations import Invitations
from homeserver.bridge.proofs.passwords import Passwords
from homeserver.bridge.proofs.proofs import Proofs
from homeserver.bridge.proofs.second_factor import SecondFactors
from homeserver.bridge.proofs.secret import signing_key
from homeserver.bridge.proofs.tokens import Tokens
from homeserver.runtime.house import House
from homeserver.runtime.store import Ledger
from homeserver.topics.record import record

MIGRATIONS: Final = Path(__file__).parents[1] / "migrations"
_TABLES: Final = ("password", "second_factor", "recovery_code", "proof", "invitation", "familiar", "phone")
_OLD_SESSIONS: Final = "http-sessions.json"
"""Where sessions stood before there was a store; whoever had one signs in again."""


@record
class Vault:
    """The parts, by what they are."""

    ledger: Ledger
    credentials: Credentials
    tokens: Tokens
    proofs: Proofs
    passwords: Passwords
    factors: SecondFactors
    invitations: Invitations
    attempts: Attempts

    def known(self) -> set[str]:
        """Everybody of whom something is kept here."""
        queries = (f"SELECT DISTINCT login FROM {table}" for table in _TABLES)  # noqa: S608 - our own tables
        return {row["login"] for query in queries for row in self.ledger.fetch(query)}

    def password_age(self, login: str) -> float | None:
        """When his password was set, in seconds since 1970; None without one."""
        row = self.ledger.fetch_one("SELECT changed FROM password WHERE login = ?", (login,))
        return None if row is None else float(row["changed"])

    def erase(self, login: str) -> None:
        """Forget everything of somebody."""
        self.proofs.end_all(login)
        with self.ledger.transaction():
            for table in _TABLES:
                self.ledger.execute(f"DELETE FROM {table} WHERE login = ?", (login,))  # noqa: S608 - our own tables


@contextmanager
def opened(house: House, told: Callable[[str], None]) -> Iterator[Vault]:
    """The vault of this home, as long as the block lasts. `told`: with the login of whom a proof ended."""
    clock, folder, people = house.clock, house.folder, house.people

    def epoch_of(login: str) -> int | None:
        person = people.person(login)
        return None if person is None else person.epoch

    (folder / _OLD_SESSIONS).unlink(missing_ok=True)
    with Ledger.open(folder / "bridge.db", MIGRATIONS) as ledger:
        credentials, tokens = Credentials(folder), Tokens(signing_key(folder))
        passwords = Passwords(ledger, clock)
        try:
            yield Vault(
                ledger=ledger,
                credentials=credentials,
                tokens=tokens,
                proofs=Proofs(ledger, clock, epoch_of, credentials.mark, told),
                passwords=passwords,
                factors=SecondFactors(ledger, clock, house.settings.home.name),
                invitations=Invitations(ledger, clock),
                attempts=Attempts(ledger, clock, tokens),
            )
        finally:
            passwords.close()
