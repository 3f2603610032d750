"""A small home on disk to back up, and means to look at it, to write to it under load, and to spoil its backups."""

import gzip
import io
import os
import sqlite3
import tarfile
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

from integrations.backup.archive import seal
from integrations.backup.contents import Folders
from integrations.backup.making import Order, make
from integrations.backup.manifest import Manifest
from integrations.backup.restoring import Restored, Wish, restore

NOW = datetime(2026, 1, 5, 2, 0, tzinfo=UTC)
ACCOUNTS = 2000
PLAIN = {
    "homeserver.toml": 'time_zone = "Europe/Berlin"\n',
    "logins.json": '{"version": 1, "logins": {}}\n',
    "http-token": "t" * 43 + "\n",
    "secrets/process.core": "secret-of-core",
    "broker/mosquitto.db": "in a format of its own",
}
PASSING = ["home.lock", ".lock", "home.db.lock", "logs/core.jsonl", "backups/home-1.db", "broker/passwd", "broker/acl"]


def write(root: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        file = root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)


def connect(file: Path) -> sqlite3.Connection:
    file.parent.mkdir(parents=True, exist_ok=True)
    connection = sqlite3.connect(file, isolation_level=None, timeout=10)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = OFF")
    return connection


def make_home(root: Path) -> Folders:
    """Two workers' databases, one of them for each of two people, plain files, rules, and what no backup holds."""
    data, rules = root / "data", root / "rules"
    write(data, PLAIN)
    write(data, dict.fromkeys(PASSING, "not in a backup"))
    write(rules, {"a.yaml": "[]\n", "upstairs/b.yaml": "[]\n", ".git/HEAD": "not in a backup"})
    for name in ("home.db", "people/anna/finance.db", "people/ben/finance.db"):
        with closing(connect(data / name)) as connection:
            connection.execute("CREATE TABLE account (id INTEGER PRIMARY KEY, amount INTEGER, note TEXT)")
            connection.execute("CREATE TABLE transfer (id INTEGER PRIMARY KEY, amount INTEGER)")
            connection.execute("BEGIN")
            rows = ((number, 100, name + "x" * 500) for number in range(ACCOUNTS))
            connection.executemany("INSERT INTO account VALUES (?, ?, ?)", rows)
            connection.execute("COMMIT")
    return Folders(data, rules)


def back_up(folders: Folders, place: Path, *, worker: str = "", plain: bool = False) -> Manifest:
    return make(Order(folders, place, NOW, worker, plain))


def bring_back(place: Path, root: Path, *, worker: str = "", force: bool = False) -> Restored:
    """Into `root/data` and `root/rules`."""
    return restore(Wish(place, root / "data", lambda _: root / "rules", NOW, worker, force))


def snapshot(root: Path) -> dict[str, bytes | None]:
    """Every file below with its content, and every folder; the lock that a look at a folder leaves does not count."""
    found: dict[str, bytes | None] = {}
    for where, folders, names in os.walk(root):
        for name in folders:
            found[str(Path(where, name).relative_to(root))] = None
        for name in names:
            file = Path(where, name)
            if name != "home.lock" and not name.endswith(("-wal", "-shm")):
                found[str(file.relative_to(root))] = file.read_bytes()
    return found


@contextmanager
def under_load(file: Path) -> Iterator[Callable[[], int]]:
    """Transfers as fast as they go, each two changes and a record in one transaction; gives how many there were."""
    stop, count = threading.Event(), 0

    def transfer() -> None:
        nonlocal count
        with closing(connect(file)) as connection:
            while not stop.is_set():
                connection.execute("BEGIN IMMEDIATE")
                one, other = (count * 7919) % ACCOUNTS, (count * 104729 + 1) % ACCOUNTS
                connection.execute("UPDATE account SET amount = amount - 1 WHERE id = ?", (one,))
                connection.execute("UPDATE account SET amount = amount + 1 WHERE id = ?", (other,))
                connection.execute("INSERT INTO transfer (amount) VALUES (1)")
                connection.execute("COMMIT")
                count += 1

    thread = threading.Thread(target=transfer)
    thread.start()
    try:
        yield lambda: count
    finally:
        stop.set()
        thread.join()


def balance(file: Path) -> tuple[int, int]:
    """The sum over all accounts, which no transfer changes, and how many transfers there were."""
    with closing(sqlite3.connect(file)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
        (total,) = connection.execute("SELECT sum(amount) FROM account").fetchone()
        (transfers,) = connection.execute("SELECT count(*) FROM transfer").fetchone()
    return total, transfers


Member = tuple[tarfile.TarInfo, bytes]


def unpack(place: Path) -> list[Member]:
    """The members of an archive, as Python's own tar reads them."""
    with tarfile.open(place, "r:gz") as tar:
        return [(info, opened.read() if (opened := tar.extractfile(info)) else b"") for info in tar]


def repack(place: Path, members: list[Member]) -> None:
    """Write an archive of these members, in the spelling in which ours are written."""
    raw = io.BytesIO()
    with tarfile.open(fileobj=raw, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        for info, content in members:
            info.size = len(content) if info.isreg() else 0
            tar.addfile(info, io.BytesIO(content))
    with place.open("wb") as file, gzip.GzipFile("", "wb", 3, file, mtime=0) as packed:
        length = sum(512 + -(-len(content) // 512) * 512 * info.isreg() for info, content in members)
        packed.write(raw.getvalue()[:length] + bytes(1024))
    with place.open("r+b") as sealed:
        seal(sealed)
