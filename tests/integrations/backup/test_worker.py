"""The worker: a backup every night by the home's own clock, retention, calls, and what it says when it fails."""

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from homeserver.runtime.clock import VirtualClock
from homeserver.runtime.rehearsal import Rehearsal
from homeserver.topics.call import CallError
from homeserver.topics.process import WORKER_STATUS
from integrations.backup import words
from integrations.backup.manifest import Manifest
from integrations.backup.verifying import verify
from integrations.backup.worker import setup
from tests.integrations.backup.sample import make_home
from tests.runtime.ground import until

MINUTE, HOUR, DAY = 60.0, 3600.0, 86400.0
NOON = datetime(2026, 1, 5, 11, 0, tzinfo=UTC)


def rehearsal(root: Path, *settings: str, start: datetime = NOON) -> Rehearsal:
    return Rehearsal(setup, clock=VirtualClock(start), folder=root / "data", settings=list(settings))


def names(root: Path, kind: str) -> list[str]:
    return sorted(name for name in os.listdir(root / "data" / "backups") if name.startswith(kind))


async def pass_night(home: Rehearsal) -> None:
    """Let a backup that is due be made: what runs beside the clock, in a thread, needs its own time."""
    worker: Any = home.process.hosted["backup"].worker
    before = worker._last
    await home.clock.advance(MINUTE)
    await until(lambda: worker._last != before)
    await home.clock.advance(0)


async def test_every_night_by_the_homes_own_clock(tmp_path: Path) -> None:
    make_home(tmp_path)
    async with rehearsal(tmp_path, "home.time_zone=Asia/Kathmandu", "backup.at=04:00", "backup.monthly=0") as home:
        await home.clock.advance(9.5 * MINUTE)
        assert names(tmp_path, "nightly") == []
        await pass_night(home)  # there is none at all: it is made up for once the home has settled
        assert len(names(tmp_path, "nightly")) == 1
        for night in range(1, 4):
            due = datetime(2026, 1, 4 + night, 22, 15, tzinfo=UTC)  # 04:00 in Kathmandu
            await home.clock.advance((due - home.clock.now()).total_seconds() - 30)
            assert len(names(tmp_path, "nightly")) == night
            await pass_night(home)
            assert len(names(tmp_path, "nightly")) == night + 1
            stamp = names(tmp_path, "nightly")[-1].split("-")[1]
            made = datetime.strptime(stamp, "%Y%m%dT%H%M%SZ.tar.gz").replace(tzinfo=UTC)
            assert 0 <= (made - due).total_seconds() <= MINUTE
            verify(tmp_path / "data" / "backups" / names(tmp_path, "nightly")[-1])


async def test_a_start_does_not_repeat_last_nights_backup(tmp_path: Path) -> None:
    make_home(tmp_path)
    async with rehearsal(tmp_path) as home:
        await home.clock.advance(9.5 * MINUTE)
        await pass_night(home)
    async with rehearsal(tmp_path, start=datetime(2026, 1, 5, 20, 0, tzinfo=UTC)) as home:
        await home.clock.advance(5 * HOUR)
        assert len(names(tmp_path, "nightly")) == 1
        found = await ask(home, words.LIST)
        assert found.next == datetime(2026, 1, 6, 2, 0, tzinfo=UTC)


async def test_old_nights_are_let_go_and_what_was_made_by_hand_stays(tmp_path: Path) -> None:
    make_home(tmp_path)
    async with rehearsal(tmp_path, "backup.daily=2", "backup.weekly=0", "backup.monthly=0") as home:
        await ask(home, words.MAKE)
        await home.clock.advance(9.5 * MINUTE)
        for _ in range(4):
            await pass_night(home)
            due = (await ask(home, words.LIST)).next
            await home.clock.advance((due - home.clock.now()).total_seconds() - 30)
        assert [name[:16] for name in names(tmp_path, "nightly")] == ["nightly-20260107", "nightly-20260108"]
        assert len(names(tmp_path, "home-2026")) == 1


async def ask(home: Rehearsal, call: Any, **fields: Any) -> Any:
    return await home.process.calls.ask(call.worker, call.verb, call.request(**fields))


async def test_calls_make_list_and_verify(tmp_path: Path) -> None:
    make_home(tmp_path)
    async with rehearsal(tmp_path, "backup.nightly=false") as home:
        made = await ask(home, words.MAKE)
        await home.clock.advance(2 * DAY)
        assert names(tmp_path, "nightly") == []
        own = await ask(home, words.MAKE, worker="finance")
        assert (own.worker, own.parts) == ("finance", 2)
        found = await ask(home, words.LIST)
        assert [entry.name for entry in found.backups] == [own.name, made.name]
        assert found.next is None
        assert await ask(home, words.VERIFY, name=made.name) == made
        file = tmp_path / "data" / "backups" / made.name
        file.write_bytes(file.read_bytes()[:-1])
        with pytest.raises(CallError, match="cut off"):
            await ask(home, words.VERIFY, name=made.name)
        for name in ("../home.db", "/etc/passwd", "home-1.db", "nothing"):
            with pytest.raises(CallError, match="there is no backup"):
                await ask(home, words.VERIFY, name=name)
        with pytest.raises(CallError, match=r"nothing .*'media'"):
            await ask(home, words.MAKE, worker="media")


async def test_a_failure_is_said_and_tried_again(tmp_path: Path) -> None:
    folders = make_home(tmp_path)
    good = (folders.data / "home.db").read_bytes()
    (folders.data / "home.db").write_bytes(b"damaged" * 1000)
    async with rehearsal(tmp_path) as home:
        said = home.listen(WORKER_STATUS, worker="backup")
        await home.clock.advance(11 * MINUTE)
        await until(lambda: said and said[-1].state == "degraded")
        assert "home.db is damaged" in said[-1].reason
        assert "home.db is damaged" in (await ask(home, words.LIST)).failure
        assert names(tmp_path, "nightly") == []
        (folders.data / "home.db").write_bytes(good)
        await home.clock.advance(50 * MINUTE)
        assert names(tmp_path, "nightly") == []
        await home.clock.advance(10 * MINUTE)
        await until(lambda: said[-1].state == "online")
        assert len(names(tmp_path, "nightly")) == 1
        assert (await ask(home, words.LIST)).failure == ""


async def test_the_home_does_not_wait_for_a_backup_to_stop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_home(tmp_path)
    under_way = False

    async with rehearsal(tmp_path) as home:
        worker: Any = home.process.hosted["backup"].worker
        go_on = worker._go_on

        def slowly() -> None:
            nonlocal under_way
            under_way = True
            while True:
                go_on()

        worker._go_on = slowly
        await home.clock.advance(11 * MINUTE)
        await until(lambda: under_way)
    assert names(tmp_path, "") == ["home-1.db"]


def test_a_manifest_says_what_a_call_says() -> None:
    assert {"version", "worker", "left_out", "made"} <= set(Manifest.__dataclass_fields__) & set(
        words.Verified.model_fields
    )


async def test_the_file_of_a_backup_is_given_as_bytes_to_whom_asked(tmp_path: Path) -> None:
    make_home(tmp_path)
    async with rehearsal(tmp_path) as home:
        made = await ask(home, words.MAKE)
        blob = await ask(home, words.FETCH, name=made.name)
        file = tmp_path / "data" / "backups" / made.name
        assert (blob.length, blob.filename) == (file.stat().st_size, made.name)
        for name in ("../home.db", "home-20200101T000000Z.tar.gz", ""):
            with pytest.raises(CallError, match="there is no backup"):
                await ask(home, words.FETCH, name=name)
