"""Those who may come in no longer: their proofs end at once, and of who is gone nothing is kept.

A person's message tells that he is out, not whether he is gone: that is asked of `people` itself, as soon as it
answers. So nothing is erased because it is late. Keeps who was in a second ago.
"""

from collections.abc import Callable, Iterable
from typing import Final

from homeserver.bridge.proofs.invitations import owner_exists
from homeserver.bridge.proofs.sign_in import Audit
from homeserver.bridge.proofs.vault import Vault
from homeserver.people.words import LIST_USERS, AskUsers, UserInfo
from homeserver.runtime.house import House
from homeserver.runtime.people import OWNER, PREFIX
from homeserver.topics.audit import AuditEvent
from homeserver.topics.call import CallError

_TTL: Final = 5.0


class Departed:
    """`look` once a second. `tell` is called with the login of whoever went out by the clock alone, `erased` with that
    of whoever is gone."""

    def __init__(
        self,
        house: House,
        vault: Vault,
        tell: Callable[[str], None],
        audit: Audit,
        erased: Callable[[str], object] = lambda login: None,
    ) -> None:
        self._house = house
        self._vault = vault
        self._tell = tell
        self._audit = audit
        self._erased = erased
        self._to_ask = True
        self._in: set[str] = set()
        self.close = house.people.watch(self._changed)

    def _changed(self, login: str) -> None:
        person = self._house.people.person(login)
        if person is None:
            self._to_ask = True
        elif person.role == "owner":
            owner_exists(self._house.folder, True)

    async def look(self) -> None:
        """Tell of those whose time is over, and ask `people` who is gone where somebody may be."""
        present = set(self._house.people.logins())
        for login in self._in - present:
            self._tell(login)
            self._to_ask = True
        self._in = present
        if self._to_ask:
            self._to_ask = not await self._asked()

    async def _asked(self) -> bool:
        """Ask, and forget; False where there was no answer."""
        try:
            found = await self._house.call(LIST_USERS, AskUsers(), ttl=_TTL)
        except CallError:
            return False
        users = {f"{PREFIX}{user.id}": user for user in found.users}
        owner_exists(self._house.folder, any(user.role == "owner" for user in found.users))
        self._forget(users, self._vault.known() - {OWNER})
        self._vault.proofs.sweep()
        return True

    def _forget(self, users: dict[str, UserInfo], known: Iterable[str]) -> None:
        for login in known:
            user, age = users.get(login), self._vault.password_age(login)
            if user is None or (age is not None and age < user.created.timestamp()):
                self._erased(login)
                self._vault.erase(login)  # also where somebody else was given the name of one who is gone
                self._audit(AuditEvent("proofs_erased", "", login))
            elif not user.let_in and (ended := self._vault.proofs.end_all(login)):
                self._audit(AuditEvent("token_ended", "", login, details={"count": str(ended), "reason": "person"}))
