"""What the rules keep of somebody: that he was behind a run, a hold, a note or a change of a file. It is told for an
archive, and loses his name when he is erased. What people wrote into rules stays as they wrote it. Answers two calls.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from homeserver.rules.engine import Engine
from homeserver.rules.owned.owner import Owner
from homeserver.rules.rule import Rule
from homeserver.rules.words import NOTE
from homeserver.runtime.house import House
from homeserver.runtime.personal import GONE, logins_of, rows_of, take_out
from homeserver.runtime.turn import Turn
from homeserver.runtime.worker import Part, answers
from homeserver.topics.call import Caller, CallError
from homeserver.topics.cause import Cause
from homeserver.topics.personal import OfPerson, PersonData, PersonErased, person_calls

EXPORT, ERASE = person_calls("rules")


class Personal(Part):
    """The part of `rules` that is about one person's own things."""

    house: House
    turn: Turn
    engine: Engine
    owner: Owner
    rules: dict[str, Rule]

    def all_rules(self, rules: Mapping[str, Rule]) -> dict[str, Rule]:
        """Rules that are on, and scripts."""
        raise NotImplementedError

    @answers(EXPORT)
    async def export_person(self, request: OfPerson, caller: Caller) -> PersonData:
        self._settle()
        return PersonData(data=rows_of(self.turn.ledger, request.user))

    @answers(ERASE)
    async def erase_person(self, request: OfPerson, caller: Caller) -> PersonErased:
        logins = logins_of(request.user)
        for rule in self.all_rules(self.rules).values():
            for run in rule.all_runs():
                run.fired.cause = _without(run.fired.cause, logins)
        self._settle()
        erased = take_out(self.turn.ledger, request.user) + sum(1 for _ in self._notes(logins))
        self.owner.holding.read()
        return PersonErased(erased=erased)

    def _settle(self) -> None:
        """What waits in memory is in the file."""
        self.engine.traces.write()
        if fault := self.turn.end():
            raise CallError("failed", fault)

    def _notes(self, logins: tuple[str, ...]) -> Iterator[str]:
        """Say notes again that he was behind."""
        notes = self.engine.notes.notes
        for id, note in list(notes.items()):
            cause = _without(note.cause, logins)
            if cause is not note.cause:
                notes[id] = replace(note, cause=cause)
                self.house.say(NOTE, notes[id], id)
                yield id


def _without(cause: Cause | None, logins: tuple[str, ...]) -> Cause | None:
    return cause if cause is None or cause.by not in logins else replace(cause, by=GONE)
