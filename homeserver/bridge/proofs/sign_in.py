"""Signing in with a name and a password, and with a code where somebody asked for one.

Needs to hear of persons. Says what happened to the audit. Keeps nothing.
"""

import asyncio
from collections.abc import Callable
from typing import Final

from homeserver.bridge.limits import Failures
from homeserver.bridge.proofs.vault import Vault
from homeserver.bridge.refusals import Refusal
from homeserver.runtime.people import OWNER, PREFIX, People
from homeserver.topics.audit import AuditEvent, Outcome
from homeserver.topics.record import record

Audit = Callable[[AuditEvent], None]
CODE_NEEDED: Final = "code_needed"
"""The code of the refusal that asks for the second factor."""


@record
class Where:
    """From where somebody asks. `device` is the cookie that a browser keeps after a sign-in."""

    address: str
    agent: str = ""
    device: str = ""


class SignIn:
    """`with_password` says who it is, or raises `Refusal`."""

    def __init__(self, vault: Vault, people: People, audit: Audit) -> None:
        self._vault = vault
        self._people = people
        self._audit = audit

    def login_of(self, username: str) -> str:
        """Whose name or id this is, of those who may come in; empty for nobody's, and for one of several."""
        given = username.strip().casefold()
        if (login := f"{PREFIX}{given}") != OWNER and self._people.person(login):
            return login
        named = []
        for login in self._people.logins():
            person = self._people.person(login)
            if login != OWNER and person is not None and person.name.casefold() == given:
                named.append(login)
        return named[0] if len(named) == 1 else ""

    async def with_password(self, username: str, password: str, code: str | None, where: Where) -> str:
        """The login. The refusal's code is `CODE_NEEDED` where a password was right and the code is missing."""
        login = self.login_of(username)
        return await self._checked(login, login or f"?{username.strip().casefold()[:64]}", password, code, where)

    async def again(self, login: str, password: str, where: Where) -> None:
        """Make sure that it is still him who is signed in; raises `Refusal`."""
        await self._checked(login, login, password, None, where, with_code=False)

    async def _checked(
        self, login: str, who: str, password: str, code: str | None, where: Where, *, with_code: bool = True
    ) -> str:
        attempts, counts = self._vault.attempts, self._counted(login, who, where)
        try:
            right = await self._vault.passwords.verify(login, password)
        except (Refusal, asyncio.CancelledError):
            attempts.forgive(counts)  # nothing was looked at
            raise
        if not right:
            self._say("sign_in_failed", login, "refused", where, reason="password")
            raise Refusal("unauthorized", "The name or the password is wrong.")
        if with_code and self._vault.factors.is_on(login):
            self._check_code(login, code, where, lambda: attempts.forgive(counts))
        attempts.forgive(counts)
        return login

    def with_code(self, login: str, code: str | None, where: Where) -> None:
        """Check the second factor, if there is one, of somebody who showed something else than a password; wrong codes
        fill the same buckets as wrong passwords. Raises `Refusal`."""
        if not self._vault.factors.is_on(login):
            return
        attempts, counts = self._vault.attempts, self._counted(login, login, where)
        self._check_code(login, code, where, lambda: attempts.forgive(counts))
        attempts.forgive(counts)

    def _counted(self, login: str, who: str, where: Where) -> list[tuple[Failures, str]]:
        """Count a try beforehand; raises `Refusal` where there were too many."""
        wait, counts = self._vault.attempts.begin(who, where.address, where.device)
        if not wait:
            return counts
        if self._vault.attempts.is_news(where.address):
            self._say("locked_out", login, "refused", where, seconds=str(int(wait) + 1))
        raise Refusal(
            "too_many",
            "Too many wrong attempts; try again later, or with a device that you have used here before.",
            headers={"retry-after": str(int(wait) + 1)},
        )

    def _check_code(self, login: str, code: str | None, where: Where, forgive: Callable[[], None]) -> None:
        if code is None:
            forgive()
            message = "So far it is right; now the code of your authenticator app, or a recovery code."
            raise Refusal(CODE_NEEDED, message, "code", status=401)
        how = self._vault.factors.check(login, code)
        if not how:
            self._say("sign_in_failed", login, "refused", where, reason="code")
            raise Refusal("unauthorized", "That code does not fit, or was used already.", "code")
        if how == "recovery":
            left = self._vault.factors.left(login)
            self._say("second_factor_recovery_used", login, "ok", where, left=str(left))

    def _say(self, kind: str, login: str, outcome: Outcome, where: Where, **details: str) -> None:
        self._audit(AuditEvent(kind, login, login, outcome, where.address, details))
