"""Who may try a password now. What a right one and a wrong one cost, by whom, and from where.

Three counts, each a bucket that empties with time. From a browser that has signed in as this person before (it shows a
signed cookie) only the browser's own count: whatever goes on elsewhere, he comes in. From a network he is known to sign
in from: the address, and he from there. From anywhere else: the address, and he from anywhere else, which is what an
attack by many machines fills. So nobody can be locked out of his own home by strangers. Persons who do not exist are
counted in the same way. Needs the table `familiar`; keeps the counts in memory.
"""

from datetime import timedelta
from typing import Any, Final

from homeserver.bridge.limits import Failures, group_of
from homeserver.bridge.proofs.secret import new_secret
from homeserver.bridge.proofs.tokens import Tokens
from homeserver.runtime.clock import Clock
from homeserver.runtime.store import Ledger

DEVICE_LIFE: Final = timedelta(days=365)
FAMILIAR: Final = timedelta(days=60)
"""For how long a network stays known after somebody signed in from it."""
TOLD: Final = 60.0
"""Seconds after which it is told again that an address has to wait: who asks for nothing else fills no audit."""
PERSON_BURST: Final = 10.0
PERSON_SECONDS: Final = 60.0
"""A person: ten wrong ones, then one a minute."""


class Attempts:
    """`begin` before a password is looked at, `succeeded` where it was right."""

    def __init__(self, ledger: Ledger, clock: Clock, tokens: Tokens) -> None:
        self._ledger = ledger
        self._clock = clock
        self._tokens = tokens
        self._addresses = Failures(clock)
        self._persons = Failures(clock, PERSON_BURST, PERSON_SECONDS)
        self._told = Failures(clock, 1, TOLD)

    def begin(self, who: str, address: str, device: str) -> tuple[float, list[tuple[Failures, str]]]:
        """Count a try beforehand, so that a thousand at once are a thousand; the seconds to wait, 0 where it may go on,
        and what was counted."""
        counts = self._counts(who, address, device)
        wait = max(failures.wait(name) for failures, name in counts)
        if not wait:
            for failures, name in counts:
                failures.count(name)
        return wait, counts

    def is_news(self, address: str) -> bool:
        """Whether it is worth telling that an address has to wait: not each time that it asks meanwhile."""
        if self._told.wait(address):
            return False
        self._told.count(address)
        return True

    def forgive(self, counts: list[tuple[Failures, str]]) -> None:
        """The password was right: it was no failure."""
        for failures, name in counts:
            failures.forgive(name)

    def learn(self, login: str, address: str) -> None:
        """Somebody signed in from here."""
        now = self._now()
        self._ledger.execute("DELETE FROM familiar WHERE used < ?", (now - FAMILIAR.total_seconds(),))
        sql = "INSERT OR REPLACE INTO familiar (login, network, used) VALUES (?, ?, ?)"
        self._ledger.execute(sql, (login, group_of(address), now))

    def device(self, login: str) -> str:
        """What a browser keeps after somebody signed in with it."""
        return self._tokens.make("device", {"sub": login, "jti": new_secret()[:16]}, self._clock.now(), DEVICE_LIFE)

    def _counts(self, who: str, address: str, device: str) -> list[tuple[Failures, str]]:
        claims = self._tokens.read("device", device, self._clock.now()) if device else None
        if claims is not None and claims.get("sub") == who:
            return [(self._persons, f"device {claims['jti']} {who}")]
        network = group_of(address)
        place = network if self._is_familiar(who, network) else "elsewhere"
        return [(self._addresses, address), (self._persons, f"{place} {who}")]

    def _is_familiar(self, login: str, network: str) -> bool:
        sql = "SELECT 1 FROM familiar WHERE login = ? AND network = ? AND used > ?"
        values: tuple[Any, ...] = (login, network, self._now() - FAMILIAR.total_seconds())
        return self._ledger.fetch_one(sql, values) is not None

    def _now(self) -> float:
        return self._clock.now().timestamp()
