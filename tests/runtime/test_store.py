"""Stores and ledgers: what is committed stays, migrations run once and forward, damage is named."""

import asyncio
import multiprocessing
import os
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from homeserver.runtime.migrations import statements
from homeserver.runtime.store import Ledger, Store, StoreError

FIRST = "CREATE TABLE thing (id INTEGER PRIMARY KEY, name TEXT NOT NULL) STRICT;\n"
SECOND = "ALTER TABLE thing ADD COLUMN colour TEXT NOT NULL DEFAULT 'red';\n"


@pytest.fixture
def migrations(tmp_path: Path) -> Path:
    folder = tmp_path / "migrations"
    folder.mkdir()
    (folder / "0001_thing.sql").write_text(FIRST)
    return folder


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "thing.db"


def names(path: Path) -> list[str]:
    with sqlite3.connect(path) as connection:
        found = [str(row[0]) for row in connection.execute("SELECT name FROM thing ORDER BY id")]
    connection.close()
    return found


async def test_a_store_keeps_what_was_committed(path: Path, migrations: Path) -> None:
    async with Store.open(path, migrations) as store:
        assert await store.execute("INSERT INTO thing (name) VALUES (?)", ("lamp",)) == 1
        row = await store.fetch_one("SELECT id, name FROM thing")
        assert row is not None
        assert row["name"] == "lamp"
    async with Store.open(path, migrations) as store:
        assert [row["name"] for row in await store.fetch("SELECT name FROM thing")] == ["lamp"]
        assert await store.fetch_one("SELECT name FROM thing WHERE id = ?", (99,)) is None
    assert path.stat().st_mode & 0o777 == 0o600


async def add_all(store: Store, wanted: list[str | None]) -> None:
    async with store.transaction() as change:
        for name in wanted:
            await change.execute("INSERT INTO thing (name) VALUES (?)", (name,))


async def test_a_transaction_is_whole_or_not_at_all(path: Path, migrations: Path) -> None:
    async with Store.open(path, migrations) as store:
        async with store.transaction() as change:
            await change.execute_many("INSERT INTO thing (name) VALUES (?)", [("a",), ("b",)])
            assert len(await change.fetch("SELECT 1 FROM thing")) == 2
            assert await store.fetch("SELECT 1 FROM thing") == [], "others see it only when it is committed"
        with pytest.raises(sqlite3.IntegrityError):
            await add_all(store, ["c", None])
        assert [row["name"] for row in await store.fetch("SELECT name FROM thing ORDER BY id")] == ["a", "b"]


async def test_transactions_of_many_tasks_take_turns(path: Path, migrations: Path) -> None:
    async def add_two(store: Store, name: str) -> None:
        async with store.transaction() as change:
            seen = len(await change.fetch("SELECT 1 FROM thing"))
            await asyncio.sleep(0)
            assert seen == len(await change.fetch("SELECT 1 FROM thing"))
            await change.execute_many("INSERT INTO thing (name) VALUES (?)", [(name,), (name,)])

    async with Store.open(path, migrations) as store:
        await asyncio.gather(*(add_two(store, str(n)) for n in range(20)))
        found = [row["name"] for row in await store.fetch("SELECT name FROM thing ORDER BY id")]
    assert found[::2] == found[1::2]
    assert len(found) == 40


async def test_a_cancelled_transaction_leaves_nothing_and_frees_the_store(path: Path, migrations: Path) -> None:
    began = asyncio.Event()

    async def hang(store: Store) -> None:
        async with store.transaction() as change:
            await change.execute("INSERT INTO thing (name) VALUES ('half')")
            began.set()
            await asyncio.Event().wait()

    async with Store.open(path, migrations) as store:
        task = asyncio.create_task(hang(store))
        await began.wait()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await store.execute("INSERT INTO thing (name) VALUES ('whole')")
        assert [row["name"] for row in await store.fetch("SELECT name FROM thing")] == ["whole"]


async def test_reads_cannot_write(path: Path, migrations: Path) -> None:
    async with Store.open(path, migrations) as store:
        with pytest.raises(sqlite3.OperationalError, match="readonly"):
            await store.fetch("INSERT INTO thing (name) VALUES ('x') RETURNING id")


def test_a_ledger_commits_each_statement_and_takes_failed_transactions_back(path: Path, migrations: Path) -> None:
    with Ledger.open(path, migrations) as ledger:
        assert ledger.execute("INSERT INTO thing (name) VALUES (?)", ("a",)) == 1
        assert names(path) == ["a"]
        with pytest.raises(sqlite3.IntegrityError), ledger.transaction():
            ledger.execute_many("INSERT INTO thing (name) VALUES (?)", [("b",), (None,)])
        with ledger.transaction():
            ledger.execute_many("INSERT INTO thing (name) VALUES (?)", [("c",), ("d",)])
        assert [row["name"] for row in ledger.fetch("SELECT name FROM thing ORDER BY id")] == ["a", "c", "d"]
        row = ledger.fetch_one("SELECT count(*) AS n FROM thing")
        assert row is not None
        assert row["n"] == 3


KILLED = """
import os, signal, sys
from pathlib import Path
from homeserver.runtime.store import Ledger
with Ledger.open(Path(sys.argv[1]), Path(sys.argv[2])) as ledger:
    for number in range(100):
        ledger.execute("INSERT INTO thing (name) VALUES (?)", (str(number),))
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_what_a_ledger_committed_survives_kill_9(path: Path, migrations: Path) -> None:
    killed = subprocess.run([sys.executable, "-c", KILLED, str(path), str(migrations)], check=False, timeout=30)
    assert killed.returncode == -signal.SIGKILL
    with Ledger.open(path, migrations) as ledger:  # the lock of the dead process is gone as well
        assert len(ledger.fetch("SELECT 1 FROM thing")) == 100


def test_references_are_enforced(path: Path, migrations: Path) -> None:
    (migrations / "0002_part.sql").write_text("CREATE TABLE part (thing INTEGER REFERENCES thing (id)) STRICT;")
    with Ledger.open(path, migrations) as ledger, pytest.raises(sqlite3.IntegrityError):
        ledger.execute("INSERT INTO part VALUES (5)")


# -- migrations


def test_a_new_migration_is_applied_once_and_backed_up_before(path: Path, migrations: Path) -> None:
    with Ledger.open(path, migrations) as ledger:
        ledger.execute("INSERT INTO thing (name) VALUES ('lamp')")
    assert not (path.parent / "backups").exists(), "a new file has nothing to back up"
    (migrations / "0002_colour.sql").write_text(SECOND)
    for _ in range(2):
        with Ledger.open(path, migrations) as ledger:
            assert [tuple(row) for row in ledger.fetch("SELECT name, colour FROM thing")] == [("lamp", "red")]
    backup = path.parent / "backups" / "thing-1.db"
    assert names(backup) == ["lamp"]
    assert backup.stat().st_mode & 0o777 == 0o600


def test_a_failing_migration_leaves_the_file_as_it_was(path: Path, migrations: Path) -> None:
    with Ledger.open(path, migrations) as ledger:
        ledger.execute("INSERT INTO thing (name) VALUES ('lamp')")
    broken = migrations / "0002_broken.sql"
    broken.write_text(SECOND + "UPDATE thing SET colour = 'blue';\nINSERT INTO nothing VALUES (1);\n")
    with pytest.raises(StoreError, match=r"0002_broken\.sql failed and was taken back.*nothing"):
        Ledger.open(path, migrations).__enter__()
    broken.write_text(SECOND)
    with Ledger.open(path, migrations) as ledger:
        assert [tuple(row) for row in ledger.fetch("SELECT name, colour FROM thing")] == [("lamp", "red")]


@pytest.mark.parametrize(
    ("sql", "reason"),
    [
        ("COMMIT;", "no BEGIN, COMMIT or ROLLBACK"),
        ("CREATE TABLE x (y)", "no semicolon"),
        ("CREATE TABLE p (t INTEGER REFERENCES thing (id)); INSERT INTO p VALUES (9);", "refers to"),
    ],
)
def test_what_a_migration_may_not_do(path: Path, migrations: Path, sql: str, reason: str) -> None:
    (migrations / "0002_bad.sql").write_text(sql)
    with pytest.raises(StoreError, match=reason):
        Ledger.open(path, migrations).__enter__()


def test_a_table_that_others_refer_to_can_be_replaced(path: Path, migrations: Path) -> None:
    (migrations / "0002_part.sql").write_text(
        "CREATE TABLE part (thing INTEGER REFERENCES thing (id) ON DELETE CASCADE) STRICT;\n"
        "INSERT INTO thing VALUES (1, 'lamp'); INSERT INTO part VALUES (1);\n"
    )
    (migrations / "0003_replace.sql").write_text(
        "CREATE TABLE fresh (id INTEGER PRIMARY KEY, name TEXT NOT NULL, room TEXT) STRICT;\n"
        "INSERT INTO fresh SELECT id, name, NULL FROM thing;\nDROP TABLE thing;\nALTER TABLE fresh RENAME TO thing;\n"
    )
    with Ledger.open(path, migrations) as ledger:
        assert len(ledger.fetch("SELECT 1 FROM part")) == 1, "dropping the old table must not take its parts along"


def test_a_migration_that_was_changed_later_is_found(path: Path, migrations: Path) -> None:
    with Ledger.open(path, migrations):
        pass
    (migrations / "0001_thing.sql").write_text(FIRST + "-- changed\n")
    with pytest.raises(StoreError, match=r"0001_thing\.sql was changed"):
        Ledger.open(path, migrations).__enter__()


async def test_a_newer_file_is_refused_in_words(path: Path, migrations: Path) -> None:
    newer = migrations / "0002_colour.sql"
    newer.write_text(SECOND)
    async with Store.open(path, migrations):
        pass
    newer.unlink()
    with pytest.raises(StoreError, match=r"newer version of homeserver.*restore .*thing-1\.db"):
        async with Store.open(path, migrations):
            pass


@pytest.mark.parametrize("numbers", [("0002",), ("0001", "0003"), ("1",)])
def test_migrations_must_be_numbered_without_gaps(path: Path, tmp_path: Path, numbers: tuple[str, ...]) -> None:
    folder = tmp_path / "gaps"
    folder.mkdir()
    for number in numbers:
        (folder / f"{number}_x.sql").write_text(FIRST)
    with pytest.raises(StoreError, match="0001"):
        Ledger.open(path, folder).__enter__()


def test_statements_keep_triggers_and_comments_together() -> None:
    script = "-- one; with a semicolon\nCREATE TABLE a (b);\nCREATE TRIGGER t AFTER INSERT ON a BEGIN\n"
    script += "  DELETE FROM a;\n  SELECT ';';\nEND;\n-- last words\n"
    assert len(list(statements(script))) == 2


# -- damage and company


@pytest.mark.parametrize("content", [b"rubbish" * 1000, b"SQLite format 3\0" + b"\xff" * 5000])
def test_a_damaged_file_is_named_with_a_remedy(path: Path, migrations: Path, content: bytes) -> None:
    path.parent.mkdir()
    path.write_bytes(content)
    with pytest.raises(StoreError, match=r"thing\.db is damaged.*backup"):
        Ledger.open(path, migrations).__enter__()
    assert path.read_bytes() == content, "what is damaged may still be saved by somebody"


def _hold(path: Path, migrations: Path, ready: "multiprocessing.synchronize.Event") -> None:
    with Ledger.open(path, migrations):
        ready.set()
        signal.pause()


def test_another_process_cannot_open_the_same_file(path: Path, migrations: Path) -> None:
    context = multiprocessing.get_context("spawn")
    ready = context.Event()
    holder = context.Process(target=_hold, args=(path, migrations, ready))
    holder.start()
    try:
        assert ready.wait(20)
        with pytest.raises(StoreError, match=f"in use by process {holder.pid}"):
            Ledger.open(path, migrations).__enter__()
    finally:
        holder.kill()
        holder.join(5)
    with Ledger.open(path, migrations):
        pass


async def test_store_and_ledger_may_share_a_file_within_one_process(path: Path, migrations: Path) -> None:
    async with Store.open(path, migrations) as store:
        with Ledger.open(path, migrations) as ledger:
            ledger.execute("INSERT INTO thing (name) VALUES ('lamp')")
        await store.execute("INSERT INTO thing (name) VALUES ('fan')")
        assert len(await store.fetch("SELECT 1 FROM thing")) == 2


async def test_a_backup_is_whole_while_writing_goes_on(path: Path, migrations: Path, tmp_path: Path) -> None:
    copy = tmp_path / "elsewhere" / "copy.db"
    async with Store.open(path, migrations) as store:
        await store.execute("INSERT INTO thing (name) VALUES ('lamp')")
        writing = asyncio.gather(*(store.execute("INSERT INTO thing (name) VALUES ('x')") for _ in range(50)))
        await store.back_up(copy)
        await writing
    assert names(copy)[0] == "lamp"
    with sqlite3.connect(copy) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
    connection.close()


def test_a_folder_that_cannot_be_written_is_named(path: Path, migrations: Path) -> None:
    if os.geteuid() == 0:
        path.mkdir(parents=True)  # root may write everywhere, but not into a folder as if it were a file
    else:
        path.parent.mkdir(mode=0o500)
    with pytest.raises((StoreError, PermissionError), match=r"thing\.db"):
        Ledger.open(path, migrations).__enter__()
