"""Pseudonyms: under what persons stand in the rows of the audit, which can never be changed.

`person.anna` is written `person:3f9a0c1e5b7d`, and a table beside the chain tells who that is. Erasing somebody takes
him out of that table: his rows stay, the chain holds, and nobody is named. A token is random, so it cannot be guessed
from a name; of an erased id nothing stays but its keyed mark, by which what is heard of it late is kept nameless too.
"""

import hmac
import re
import secrets
from collections.abc import Iterable
from typing import Final

from homeserver.runtime.people import OWNER, PREFIX

TOKEN: Final = "person:"
_BYTES: Final = 6
_MOST: Final = 20_000
"""Pseudonyms that are kept; strangers who make up more names are counted as one each by their mark."""
_TOKENS: Final = re.compile(r"person:[0-9a-f]{12}")


class Names:
    """The table in memory. `fresh` collects what is to be written with the next rows."""

    def __init__(self, key: bytes, rows: Iterable[tuple[str, str, int]], erased: Iterable[str]) -> None:
        self._key = key
        self._person: dict[str, str] = {}
        self._current: dict[str, str] = {}
        self._erased = set(erased)
        self.fresh: list[tuple[str, str]] = []
        for token, person, current in rows:
            self._person[token] = person
            if current:
                self._current[person] = token

    def veil(self, login: str) -> str:
        """What stands in a row for a login or an entity of a person; anything else stands for itself."""
        if not login.startswith(PREFIX) or login == OWNER:
            return login
        person = login.removeprefix(PREFIX)
        return self._current.get(person) or self._new(person)

    def _new(self, person: str) -> str:
        mark = self.mark(person)
        if mark in self._erased or len(self._person) >= _MOST:
            return TOKEN + mark[: 2 * _BYTES]
        token = TOKEN + secrets.token_hex(_BYTES)
        self._person[token], self._current[person] = person, token
        self.fresh.append((token, person))
        return token

    def is_erased(self, person: str) -> bool:
        """Whether whoever had this id was erased."""
        return bool(self._erased) and self.mark(person) in self._erased

    def mark(self, person: str) -> str:
        """The keyed mark of an id."""
        return hmac.digest(self._key, b"erased " + person.encode(), "sha256").hex()

    def unveil(self, text: str) -> str:
        """The same with the logins of those who are known."""
        return _TOKENS.sub(lambda found: self._login(found[0]), text)

    def _login(self, token: str) -> str:
        person = self._person.get(token)
        return token if person is None else f"{PREFIX}{person}"

    def tokens(self, login: str) -> list[str]:
        """All that may stand for a login, of a former one of the same id too."""
        if not login.startswith(PREFIX) or login == OWNER:
            return [login]
        person = login.removeprefix(PREFIX)
        return [token for token, known in self._person.items() if known == person] or [login]

    def own(self, login: str) -> str:
        """What stands for whoever has the login now."""
        token = self._current.get(login.removeprefix(PREFIX)) if login.startswith(PREFIX) else None
        return token or login

    def carried(self, key: bytes) -> "Names":
        """The same for a chain that begins anew: all of it is still to be written."""
        made = Names(key, [], ())
        made._person = dict(self._person)
        made._current = dict(self._current)
        made._erased = set(self._erased)
        made.fresh = [(token, person) for person, token in self._current.items()]
        return made

    @property
    def erased(self) -> frozenset[str]:
        """The marks of those who were erased."""
        return frozenset(self._erased)

    def renew(self, person: str) -> None:
        """From now on somebody else has this id."""
        self._current.pop(person, None)
        self._erased.discard(self.mark(person))

    def forget(self, person: str) -> str:
        """Nobody is to be called so any more; the mark that stays."""
        self._current.pop(person, None)
        self._person = {token: known for token, known in self._person.items() if known != person}
        self.fresh = [(token, known) for token, known in self.fresh if known != person]
        mark = self.mark(person)
        self._erased.add(mark)
        return mark
