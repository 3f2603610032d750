"""What the programs and phones of one person told: told for an archive, and taken away when he is erased. Answers two
calls.
"""

from typing import Any

from homeserver.runtime.people import PREFIX
from homeserver.runtime.personal import scrub
from homeserver.runtime.store import Ledger
from homeserver.runtime.worker import answers
from homeserver.topics.call import Caller
from homeserver.topics.personal import OfPerson, PersonData, PersonErased, person_calls
from integrations.clients.phones import Phones

EXPORT, ERASE = person_calls("clients")


class Personal(Phones):
    """The part of `clients` that is about one person's own things."""

    ledger: Ledger

    def forget(self, entity_id: str) -> None:
        """Take an entity away."""
        raise NotImplementedError

    @answers(EXPORT)
    async def export_person(self, request: OfPerson, caller: Caller) -> PersonData:
        login = f"{PREFIX}{request.user}"
        told = [dict(row) for row in self.ledger.fetch("SELECT * FROM told WHERE login = ?", (login,))]
        found: dict[str, list[Any]] = {"told": told, "phones": self.exported(login)}
        return PersonData(data={name: rows for name, rows in found.items() if rows})

    @answers(ERASE)
    async def erase_person(self, request: OfPerson, caller: Caller) -> PersonErased:
        login = f"{PREFIX}{request.user}"
        rows = self.ledger.fetch("SELECT entity FROM told WHERE login = ?", (login,))
        for row in rows:
            self.forget(row["entity"])
        phones = self.forget_all(login)
        scrub(self.ledger)
        return PersonErased(erased=len(rows) + phones)
