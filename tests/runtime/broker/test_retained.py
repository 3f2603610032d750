"""The embedded broker's retained store on real files: commits together, survives, repairs itself."""

import asyncio
import sqlite3
import stat
from pathlib import Path

import pytest

from homeserver.runtime.broker import retained
from homeserver.runtime.broker.retained import Retained, RetainedStore

Commits = asyncio.Queue[tuple[int, bool]]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "retained.db"


def stored(path: Path) -> dict[str, tuple[bytes, int]]:
    database = sqlite3.connect(path)
    try:
        return {topic: (data, qos) for topic, data, qos in database.execute("SELECT topic, data, qos FROM retained")}
    finally:
        database.close()


@pytest.fixture
async def commits(monkeypatch: pytest.MonkeyPatch) -> Commits:
    """Commits come soon, and each says here how many changes it held and whether it went well."""
    monkeypatch.setattr(retained, "INTERVAL", 0.01)
    done: Commits = asyncio.Queue()
    loop = asyncio.get_running_loop()
    commit = RetainedStore._commit

    def counted(store: RetainedStore, batch: dict[str, Retained | None]) -> bool:
        well = commit(store, batch)
        loop.call_soon_threadsafe(done.put_nowait, (len(batch), well))
        return well

    monkeypatch.setattr(RetainedStore, "_commit", counted)
    return done


def test_kept_after_close_and_only_for_the_owner(path: Path) -> None:
    store = RetainedStore(path)
    store.set("home/größe", b"\x00\xff", 1)
    store.set("home/cleared", b"x", 0)
    store.set("home/cleared", b"", 0)
    assert len(store) == 1
    for file in path.parent.iterdir():
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    store.close()
    again = RetainedStore(path)
    assert dict(again.matching("#")) == {"home/größe": Retained(b"\x00\xff", 1)}
    again.close()


def test_matching(path: Path) -> None:
    store = RetainedStore(path)
    for topic in ("a", "a/b", "a/b/c", "b", "$x"):
        store.set(topic, b"1", 0)
    expected = {"a": ["a"], "nothing": [], "a/#": ["a", "a/b", "a/b/c"], "+": ["a", "b"], "+/b": ["a/b"], "$x": ["$x"]}
    assert {pattern: [topic for topic, _ in store.matching(pattern)] for pattern in expected} == expected
    store.close()


async def test_flood_costs_one_commit(path: Path, commits: Commits) -> None:
    store = RetainedStore(path)
    keeping = asyncio.create_task(store.keep())
    for number in range(5000):
        store.set(f"t/{number % 1000}", b"%d" % number, 0)
    assert await asyncio.wait_for(commits.get(), 10) == (1000, True)
    assert stored(path)["t/999"] == (b"4999", 0)
    store.set("t/999", b"", 0)
    assert await asyncio.wait_for(commits.get(), 10) == (1, True)
    assert "t/999" not in stored(path)
    assert commits.empty()
    keeping.cancel()
    store.close()


async def test_failed_commit_is_repeated_and_newer_values_win(path: Path, commits: Commits) -> None:
    store = RetainedStore(path)
    store._database.execute("PRAGMA busy_timeout = 1")
    blocker = sqlite3.connect(path, isolation_level=None)
    blocker.execute("BEGIN IMMEDIATE")
    store.set("a", b"old", 0)
    store.set("b", b"kept", 0)
    keeping = asyncio.create_task(store.keep())
    assert await asyncio.wait_for(commits.get(), 10) == (2, False)
    store.set("a", b"new", 0)
    blocker.execute("ROLLBACK")
    blocker.close()
    while not (await asyncio.wait_for(commits.get(), 10))[1]:
        pass
    assert stored(path) == {"a": (b"new", 0), "b": (b"kept", 0)}
    keeping.cancel()
    store.close()


@pytest.mark.parametrize("content", [b"this is no database" * 100, b"SQLite format 3\0" + bytes(2000)])
def test_broken_file_is_put_aside(path: Path, content: bytes, caplog: pytest.LogCaptureFixture) -> None:
    path.write_bytes(content)
    store = RetainedStore(path)
    store.set("a", b"1", 0)
    store.close()
    assert stored(path) == {"a": (b"1", 0)}
    assert path.with_suffix(".broken").read_bytes()[:50] == content[:50]
    assert "put aside" in caplog.text
