"""What `home` keeps of somebody: his deeds, commands and holds. They are told for an archive, and lose his name when he
is erased; what people said of his entity goes with him. Answers two calls.
"""

from typing import Final

from homeserver.home.commands import Commands
from homeserver.home.entries import Entries
from homeserver.home.journal import Journal
from homeserver.home.outbox import Outbox
from homeserver.runtime.personal import logins_of, rows_of, take_out
from homeserver.runtime.turn import Turn
from homeserver.runtime.worker import Worker, answers
from homeserver.topics.call import Caller, CallError
from homeserver.topics.personal import OfPerson, PersonData, PersonErased, person_calls

EXPORT, ERASE = person_calls("home")
_DONE: Final = "UPDATE outbox SET state = 'done' WHERE substr(id, 1, ?) = ?"


class Personal(Worker):
    """The part of `home` that is about one person's own things."""

    turn: Turn
    journal: Journal
    entries: Entries
    outbox: Outbox
    commands: Commands

    @answers(EXPORT)
    async def export_person(self, request: OfPerson, caller: Caller) -> PersonData:
        self.outbox.write_notes()
        return PersonData(data=rows_of(self.turn.ledger, request.user))

    @answers(ERASE)
    async def erase_person(self, request: OfPerson, caller: Caller) -> PersonErased:
        self.outbox.write_notes()  # from now on no line beside the file names him
        for login in logins_of(request.user):
            self.turn.note(_DONE, (len(login) + 1, f"{login} "))
            self.journal.forget("entity", login)
            self.entries.renew("entity", login)
        if fault := self.turn.end():
            raise CallError("failed", fault)
        erased = take_out(self.turn.ledger, request.user)
        self.commands.holding.read()
        return PersonErased(erased=erased)
