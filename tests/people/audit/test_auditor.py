"""The audit as `people` keeps it: who is believed, who may read what, what is found, and what stays of somebody."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from homeserver.people.worker import People, setup
from homeserver.runtime.memory_broker import MemoryBroker
from homeserver.runtime.rehearsal import Rehearsal
from homeserver.topics.audit import AUDIT, AuditEvent
from homeserver.topics.call import CallError
from tests.people.audit.conftest import tamper
from tests.people.conftest import Ask

SIGN_IN = AuditEvent("sign_in", "person.anna", "session", where="192.0.2.7", details={"device": "phone"})


def told(found: dict[str, Any]) -> list[tuple[str, str, str, str]]:
    return [(row["kind"], row["who"], row["what"], row["outcome"]) for row in found["rows"]]


async def test_what_persons_do_is_kept_with_what_it_was_about(home: Rehearsal, ask: Ask) -> None:
    await ask("create_user", name="Anna", id="anna", role="owner")
    await ask("create_user", name="Bob", id="bob")
    home.bus.logins |= {"person.anna", "person.bob"}
    await ask("update_user", login="person.anna", user="bob", name="Robert")
    with pytest.raises(CallError):
        await ask("update_user", login="person.bob", user="bob", role="owner")
    await ask("list_users", login="person.anna")
    found = await ask("audit")
    assert told(found) == [
        ("call", "person.bob", "people.update_user", "refused"),
        ("call", "person.anna", "people.update_user", "ok"),
    ]
    assert found["rows"][1]["details"] == {"args": "name user", "user": "person.bob"}
    assert "Robert" not in str(found)
    assert (await ask("verify_audit"))["ok"] is True


async def test_everybody_sees_his_own_rows_and_an_owner_all(home: Rehearsal, ask: Ask) -> None:
    for id in ("anna", "bob"):
        await ask("create_user", name=id, id=id)
        home.bus.logins.add(f"person.{id}")
        home.bus.say(AUDIT, replace(SIGN_IN, who=f"person.{id}"), ("process.core",))
    assert [row["who"] for row in (await ask("audit", login="person.bob"))["rows"]] == ["person.bob"]
    assert (await ask("audit", login="person.bob", who="anna"))["rows"] == []
    assert (await ask("audit", login="person.bob", text="anna"))["rows"] == []
    assert {row["who"] for row in (await ask("audit"))["rows"]} == {"person.anna", "person.bob"}
    with pytest.raises(CallError):
        await ask("verify_audit", login="person.bob")


@pytest.mark.parametrize("sayer", ["person.anna", "device.lamp", "process.cli"])
async def test_only_processes_of_the_home_are_believed(sayer: str) -> None:
    broker = MemoryBroker()
    async with Rehearsal(setup, broker=broker) as home, Rehearsal(broker=broker, process="other") as other:
        other.bus.logins.add(sayer)
        other.bus.say(AUDIT, SIGN_IN, (sayer,))
        other.bus.say(AUDIT, SIGN_IN, ("process.other",))
        await home.clock.advance(0)
        rows = (await home.process.calls.ask("people", "audit", {})).rows
        assert [row.by for row in rows] == ["process.other"]


async def test_what_other_processes_number_arrives_whole() -> None:
    """On the wire each message has a number of its own beside that of the audit."""
    broker = MemoryBroker()
    async with Rehearsal(setup, broker=broker) as home, Rehearsal(broker=broker, process="other") as other:
        for _ in range(3):
            other.process.calls.auditing.say(SIGN_IN)
        await home.clock.advance(0)
        rows = (await home.process.calls.ask("people", "audit", {})).rows
        assert [(row.kind, row.by) for row in rows] == [("sign_in", "process.other")] * 3


async def test_what_did_not_arrive_is_a_row_and_what_came_twice_is_not(home: Rehearsal, ask: Ask) -> None:
    for run, number in (("a", 1), ("a", 2), ("a", 2), ("a", 5), ("b", 1), ("c", 3)):
        home.bus.say(AUDIT, replace(SIGN_IN, run=run, number=number), ("process.core",))
    rows = [row["details"].get("note", "") or row["kind"] for row in (await ask("audit"))["rows"]]
    assert rows[::-1] == [
        *("sign_in", "sign_in", "2 events of process.core may be missing before this", "sign_in", "sign_in"),
        *("2 events of process.core may be missing before this", "sign_in"),
    ]
    verdict = await ask("verify_audit")
    assert (verdict["ok"], len(verdict["notes"])) == (True, 2)


FILTERS: list[tuple[dict[str, Any], list[int]]] = [
    ({}, [5, 4, 3, 2, 1]),
    ({"who": "anna"}, [3, 1]),
    ({"who": "person.anna", "kind": "command"}, [3]),
    ({"kind": "sign_in"}, [2, 1]),
    ({"what": "home.rename"}, [4]),
    ({"entity": "light.hall"}, [4, 3]),
    ({"outcome": "refused"}, [2]),
    ({"text": "phone"}, [2, 1]),
    ({"text": "hal*"}, [5, 4, 3]),
    ({"text": "hal"}, []),
    ({"text": "anna phon*"}, [1]),
    ({"text": '" OR who : *'}, []),
    ({"text": "***"}, []),
    ({"since": "2026-01-05T07:00:02Z"}, [5, 4, 3]),
    ({"until": "2026-01-05T07:00:01Z"}, [2, 1]),
    ({"since": "2026-01-05T07:00:01Z", "until": "2026-01-05T07:00:03Z", "text": "person"}, [4, 3, 2]),
    ({"since": "2027-01-01T00:00:00Z"}, []),
    ({"limit": 2}, [5, 4]),
    ({"limit": 2, "before": 4}, [3, 2]),
    ({"what": "x' OR '1' = '1"}, []),
]


@pytest.mark.parametrize(("asked", "rows"), FILTERS, ids=[str(asked) for asked, _ in FILTERS])
async def test_rows_are_found(home: Rehearsal, ask: Ask, asked: dict[str, Any], rows: list[int]) -> None:
    await ask("create_user", name="Anna", id="anna")
    events = [
        SIGN_IN,
        replace(SIGN_IN, who="person.bob", outcome="refused"),
        AuditEvent("command", "person.anna", "light.hall", details={"entity": "light.hall"}),
        AuditEvent("call", "person.bob", "home.rename", details={"entity": "light.attic light.hall"}),
        AuditEvent("command", "person.bob", "light.hall_2", details={"entity": "light.hall_2"}),
    ]
    for event in events:
        home.bus.say(AUDIT, event, ("process.core",))
        await home.clock.advance(1)
    found = await ask("audit", **asked)
    assert [row["id"] for row in found["rows"]] == rows
    assert found["more"] == (rows[-1] if asked.get("limit") else None)


async def test_a_clock_that_is_set_back_hides_nothing(home: Rehearsal, ask: Ask) -> None:
    begin = home.clock.now()
    for hours in (5, 0, 1):
        home.clock.set(begin + timedelta(hours=hours))
        home.bus.say(AUDIT, SIGN_IN, ("process.core",))
    until = (begin + timedelta(minutes=30)).isoformat()
    assert [row["id"] for row in (await ask("audit", until=until))["rows"]] == [2]
    since = (begin + timedelta(minutes=30)).isoformat()
    assert [row["id"] for row in (await ask("audit", since=since))["rows"]] == [3, 1]


async def test_what_was_lost_while_the_home_was_off_is_told_for_good(home: Rehearsal) -> None:
    folder = home.folder
    async with Rehearsal(setup, folder=folder / "one") as first:
        for _ in range(5):
            first.bus.say(AUDIT, SIGN_IN, ("process.core",))
    tamper(folder / "one", "DELETE FROM audit WHERE id > 3")
    for _ in range(2):
        async with Rehearsal(setup, folder=folder / "one") as again:
            verdict = await again.process.calls.ask("people", "verify_audit", {})
            assert (verdict.ok, verdict.bad, verdict.reason) == (
                False,
                4,
                "broken: rows 4 to 5 are missing at the end",
            )


async def test_what_is_old_is_pruned_and_the_rest_verified(home: Rehearsal, ask: Ask) -> None:
    for _ in range(3):
        home.bus.say(AUDIT, SIGN_IN, ("process.core",))
    await ask("audit")
    home.clock.set(home.clock.now() + timedelta(days=732))
    worker = home.process.hosted["people"].worker
    assert isinstance(worker, People)
    await worker.prune()
    assert [row["kind"] for row in (await ask("audit"))["rows"]] == ["pruned", "sign_in"]
    assert (await ask("verify_audit"))["ok"] is True


async def test_a_new_one_of_the_same_id_is_not_shown_the_rows_of_the_former(home: Rehearsal, ask: Ask) -> None:
    await ask("create_user", name="Anna", id="anna")
    home.bus.say(AUDIT, SIGN_IN, ("process.core",))
    await ask("remove_user", user="anna")
    await ask("create_user", name="Another", id="anna")
    home.bus.logins.add("person.anna")
    assert (await ask("audit", login="person.anna"))["rows"] == []
    assert len((await ask("audit", who="anna"))["rows"]) == 1
