"""The audit loses nothing: while `people` is away, while its file cannot be written, and where that is damaged."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from homeserver.people.audit import auditor
from homeserver.people.worker import setup
from homeserver.runtime.memory_broker import MemoryBroker
from homeserver.runtime.rehearsal import Rehearsal
from homeserver.topics.audit import AuditEvent
from homeserver.topics.call import CallError
from homeserver.topics.process import WORKER_STATUS
from tests.people.audit.conftest import tamper

KINDS = ("sign_in", "call", "command", "sign_in_failed", "token_made", "blob_read")


def say(home: Rehearsal, *kinds: str, who: str = "person.anna") -> None:
    for kind in kinds:
        home.process.calls.auditing.say(AuditEvent(kind, who))


async def rows(home: Rehearsal) -> list[str]:
    """The kinds of all rows, the first one first."""
    await home.clock.advance(0)
    found = await home.process.calls.ask("people", "audit", {})
    return [row.kind for row in reversed(found.rows)]


async def verdict(home: Rehearsal) -> Any:
    return await home.process.calls.ask("people", "verify_audit", {})


async def test_what_is_said_while_people_is_away_is_written_when_it_is_back(tmp_path: Path) -> None:
    broker = MemoryBroker()
    async with Rehearsal(broker=broker, process="bridge", folder=tmp_path / "bridge") as bridge:
        async with Rehearsal(setup, broker=broker, folder=tmp_path / "core") as core:
            say(bridge, *KINDS[:2])
            assert await rows(core) == list(KINDS[:2])
        say(bridge, *KINDS[2:4])
        async with Rehearsal(setup, broker=broker, folder=tmp_path / "core") as core:
            assert await rows(core) == list(KINDS[:4])
            say(bridge, *KINDS[4:])
            assert await rows(core) == list(KINDS)
            assert (await verdict(core)).model_dump(include={"ok", "notes"}) == {"ok": True, "notes": []}


async def test_who_says_it_may_end_too(tmp_path: Path) -> None:
    broker = MemoryBroker()
    (tmp_path / "bridge").mkdir()
    for kinds in (KINDS[:2], KINDS[2:4]):
        async with Rehearsal(broker=broker, process="bridge", folder=tmp_path / "bridge") as bridge:
            say(bridge, *kinds)
    async with (
        Rehearsal(setup, broker=broker, folder=tmp_path / "core") as core,
        Rehearsal(broker=broker, process="bridge", folder=tmp_path / "bridge") as bridge,
    ):
        say(bridge, *KINDS[4:])
        assert await rows(core) == list(KINDS)
        assert (await verdict(core)).notes == []


async def test_what_overtakes_comes_again(tmp_path: Path) -> None:
    """A message that the broker lost is said again with those behind it, and nothing counts as missing."""
    broker = MemoryBroker()
    async with (
        Rehearsal(setup, broker=broker) as core,
        Rehearsal(broker=broker, process="bridge", clock=core.clock) as bridge,
    ):
        book, lost = bridge.process.calls.auditing.book, list[AuditEvent]()
        passed, book._say = book._say, lost.append
        say(bridge, "sign_in")
        book._say = passed
        say(bridge, "call", "command")
        assert await rows(core) == []
        await core.clock.advance(31)
        assert await rows(core) == ["sign_in", "call", "command"]
        assert (await verdict(core)).notes == []
        assert len(lost) == 1


def _spoil(path: Path) -> None:
    path.write_bytes(b"this is no database at all" * 200)


async def test_a_damaged_file_is_set_aside_and_the_home_goes_on(tmp_path: Path) -> None:
    async with Rehearsal(setup, folder=tmp_path) as home:
        say(home, "sign_in", "call")
        assert await rows(home) == ["sign_in", "call"]
        mark = (await verdict(home)).last
    for side in ("-wal", "-shm"):
        (tmp_path / f"audit.db{side}").unlink(missing_ok=True)
    _spoil(tmp_path / "audit.db")
    async with Rehearsal(setup, folder=tmp_path) as home:
        said = home.listen(WORKER_STATUS, name="people")
        say(home, "command")
        assert await rows(home) == ["broken", "command"]
        found = await verdict(home)
        assert (found.ok, found.first, found.last) == (False, mark + 1, mark + 2)
        assert found.reason.startswith("broken: rows until 2 are in audit.db.broken-")
        assert any("audit.db.broken-" in note and "cannot be read" in note for note in found.notes)
        assert said[-1].state == "degraded"
        assert "set aside" in said[-1].reason
    for path in tmp_path.glob("audit.db.broken-*"):
        path.unlink()
    async with Rehearsal(setup, folder=tmp_path) as home:
        assert await rows(home) == ["broken", "command"]
        assert (await verdict(home)).ok is False
        say(home, "sign_in")
        assert await rows(home) == ["broken", "command", "sign_in"]


async def test_a_file_that_is_damaged_as_it_is_written_is_set_aside_too(tmp_path: Path) -> None:
    async with Rehearsal(setup, folder=tmp_path) as home:
        await home.process.calls.ask("people", "create_user", {"name": "Anna", "id": "anna"})
        say(home, "sign_in")
        assert await rows(home) == ["sign_in"]
        tamper(tmp_path, "PRAGMA wal_checkpoint(TRUNCATE)")
        with (tmp_path / "audit.db").open("r+b") as file:
            size = file.seek(0, 2)
            file.seek(4096)
            file.write(b"\xff" * (size - 4096))
        for _ in range(200):
            say(home, "call")
            await asyncio.sleep(0.01)
            await home.clock.advance(0)
            if list(tmp_path.glob("audit.db.broken-*")):
                break
        kinds = await rows(home)
        assert kinds[0] == "broken"
        assert set(kinds[1:]) <= {"call"}
        found = await home.process.calls.ask("people", "audit", {"kind": "call"})
        assert {row.who for row in found.rows} == {"person.anna"}, "pseudonyms go on"
        assert (await verdict(home)).ok is False


async def test_a_file_that_cannot_be_opened_keeps_nobody_out_and_waits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(auditor, "PATIENCE", 0.1)
    (tmp_path / "audit.db").mkdir()
    async with Rehearsal(setup, folder=tmp_path) as home:
        say(home, "sign_in")
        await home.process.calls.ask("people", "create_user", {"name": "Anna", "id": "anna"})
        assert home.process.calls.people.person("person.anna") is not None
        asking = asyncio.create_task(home.process.calls.ask("people", "audit", {}))
        with pytest.raises(CallError, match="cannot be"):
            await asking
        with pytest.raises(CallError, match="cannot be read"):
            await home.process.calls.ask("people", "erase_user", {"user": "anna", "confirm": "anna"})
        (tmp_path / "audit.db").rmdir()
        monkeypatch.undo()
        await home.clock.advance(6)
        assert await rows(home) == ["sign_in"]
