"""What is said for the audit of calls and commands: by whom, about what, and never a value that may be private."""

import pytest

from homeserver.runtime.auditing import came_from
from homeserver.runtime.memory_broker import MemoryBroker
from homeserver.runtime.rehearsal import Rehearsal
from homeserver.topics.audit import AUDIT, AUDIT_TAKEN, AuditEvent, AuditTaken
from homeserver.topics.call import CallError
from homeserver.topics.person import Person
from tests.runtime.sums import asker, sums


@pytest.mark.parametrize("far", [False, True], ids=["in the process", "over the bus"])
async def test_what_a_person_calls_is_said_once_with_its_outcome(far: bool) -> None:
    broker = MemoryBroker()
    async with Rehearsal(sums, broker=broker) as home, Rehearsal(asker, broker=broker, process="other") as other:
        heard: list[AuditEvent] = home.listen(AUDIT)
        home.bus.say(AUDIT_TAKEN, AuditTaken("somebody is there who writes"), ())
        for one in (home, other):
            one.process.calls.people.learn("anna", Person("Anna", "adult"))
            one.bus.logins.add("person.anna")
        calls = (other if far else home).process.calls
        token = came_from.set("192.0.2.7")
        await calls.ask("sums", "double", {"number": 21}, login="person.anna")
        with pytest.raises(CallError):
            await calls.ask("sums", "secret", {"number": 7}, login="person.anna")
        with pytest.raises(CallError):
            await calls.ask("sums", "broken", {"number": 7}, login="person.anna")
        with pytest.raises(CallError):
            await calls.ask("sums", "double", {"number": "my diary", "a secret name": 1}, login="person.anna")
        came_from.reset(token)
        await calls.ask("sums", "double", {"number": 1})  # a program of the home
        assert [(one.kind, one.who, one.what, one.outcome, one.where, one.details) for one in heard] == [
            ("call", "person.anna", "sums.double", "ok", "192.0.2.7", {"args": "number"}),
            ("call", "person.anna", "sums.secret", "refused", "192.0.2.7", {"args": "number", "error": "denied"}),
            ("call", "person.anna", "sums.broken", "failed", "192.0.2.7", {"args": "number", "error": "failed"}),
            ("call", "person.anna", "sums.double", "failed", "192.0.2.7", {"args": "number", "error": "invalid"}),
        ]
        assert [one.number for one in heard] == [1, 2, 3, 4]
        assert len({one.run for one in heard}) == 1
