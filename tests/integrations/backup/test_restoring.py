"""Restoring: an empty folder becomes the same home, an existing one is put aside, and a failure changes nothing."""

import os
import random
import shutil
import signal
import sqlite3
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from homeserver.runtime.running import OccupiedError, occupy
from homeserver.runtime.store import Ledger
from integrations.backup import restoring
from integrations.backup.manifest import BackupError, Manifest
from integrations.backup.verifying import verify
from tests.integrations.backup.sample import (
    ACCOUNTS,
    NOW,
    PLAIN,
    back_up,
    balance,
    bring_back,
    connect,
    make_home,
    snapshot,
    write,
)

REPLACED = f".replaced/{NOW:%Y%m%dT%H%M%SZ}"


def databases(root: Path) -> dict[str, list[str]]:
    """The content of every database as SQL."""
    found = {}
    for file in sorted(root.rglob("*.db")):
        if file.name != "mosquitto.db" and "backups" not in file.parts and ".replaced" not in file.parts:
            with closing(sqlite3.connect(file)) as connection:
                found[str(file.relative_to(root))] = list(connection.iterdump())
    return found


@pytest.mark.parametrize("plain", [False, True])
def test_an_empty_machine_gets_the_same_home(tmp_path: Path, plain: bool) -> None:
    folders, place, new = make_home(tmp_path / "old"), tmp_path / "backup.tar.gz", tmp_path / "new"
    manifest = back_up(folders, place, plain=plain)
    done = bring_back(place, new)
    assert done.manifest == manifest
    assert done.kept == ()
    assert databases(new / "data") == databases(folders.data)
    assert {name: (new / "data" / name).read_text() for name in PLAIN} == PLAIN
    assert sorted(name for name, content in snapshot(new / "rules").items() if content) == [
        "a.yaml",
        "upstairs/b.yaml",
    ]
    for where, _, names in os.walk(new / "data"):
        assert stat.S_IMODE(Path(where).stat().st_mode) == 0o700
        assert all(stat.S_IMODE(Path(where, name).stat().st_mode) == 0o600 for name in names)
    assert not list(new.rglob(".restoring"))


def test_an_existing_home_is_refused_and_with_force_put_aside(tmp_path: Path) -> None:
    folders, place = make_home(tmp_path / "old"), tmp_path / "backup.tar.gz"
    back_up(folders, place)
    new = tmp_path / "new"
    existing = make_home(new)
    (existing.rules / "a.yaml").write_text("# another\n")
    (existing.data / "media").mkdir()
    with closing(connect(existing.data / "home.db")) as connection:
        connection.execute("UPDATE account SET amount = 7")
        before = snapshot(new)
        with pytest.raises(BackupError, match=r"holds broker, home\.db, home\.db-shm, \.\.\. already; --force keeps"):
            bring_back(place, new)
        assert snapshot(new) == before
        done = bring_back(place, new, force=True)  # the side files of SQLite are there, and go aside with it
    assert done.kept == (existing.rules / REPLACED, existing.data / REPLACED)
    assert databases(new / "data") == databases(folders.data)
    assert not (existing.data / "media").exists()
    assert (existing.data / REPLACED / "media").is_dir()
    assert balance(existing.data / REPLACED / "home.db") == (7 * ACCOUNTS, 0)
    assert (existing.rules / REPLACED / "a.yaml").read_text() == "# another\n"
    assert (existing.rules / ".git" / "HEAD").exists()
    assert (existing.data / "backups" / "home-1.db").exists()


def test_rules_that_are_there_already_need_no_force(tmp_path: Path) -> None:
    folders, place = make_home(tmp_path / "old"), tmp_path / "backup.tar.gz"
    back_up(folders, place)
    shutil.copytree(folders.rules, tmp_path / "new" / "rules")
    assert bring_back(place, tmp_path / "new").kept == ()
    (tmp_path / "newer" / "rules").mkdir(parents=True)
    (tmp_path / "newer" / "rules" / "other.yaml").write_text("[]")
    with pytest.raises(BackupError, match=r"rules holds other\.yaml already"):
        bring_back(place, tmp_path / "newer")
    assert not (tmp_path / "newer" / "data").exists()


def test_one_worker_comes_back_alone(tmp_path: Path) -> None:
    folders, whole, own = make_home(tmp_path), tmp_path / "whole.tar.gz", tmp_path / "own.tar.gz"
    back_up(folders, whole)
    back_up(folders, own, worker="finance")
    for place, worker in ((whole, "finance"), (own, "")):
        for name in ("home.db", "people/anna/finance.db"):
            with closing(connect(folders.data / name)) as connection:
                connection.execute("UPDATE account SET amount = 5")
        with pytest.raises(BackupError, match="already"):
            bring_back(place, tmp_path, worker=worker)
        shutil.rmtree(folders.data / ".replaced", ignore_errors=True)
        done = bring_back(place, tmp_path, worker=worker, force=True)
        assert [part.path for part in done.parts] == ["data/people/anna/finance.db", "data/people/ben/finance.db"]
        assert balance(folders.data / "people/anna/finance.db")[0] == 100 * ACCOUNTS
        assert balance(folders.data / REPLACED / "people/anna/finance.db")[0] == 5 * ACCOUNTS
        assert balance(folders.data / "home.db")[0] == 5 * ACCOUNTS
    with pytest.raises(BackupError, match="of the worker 'finance' alone"):
        bring_back(own, tmp_path, worker="home", force=True)
    with pytest.raises(BackupError, match="holds nothing of a worker 'media'"):
        bring_back(whole, tmp_path, worker="media", force=True)


def test_a_running_home_is_left_alone(tmp_path: Path) -> None:
    folders, place = make_home(tmp_path), tmp_path / "backup.tar.gz"
    back_up(folders, place)
    before = snapshot(tmp_path)
    with occupy(folders.data, "mqtt://127.0.0.1", "", login=True), pytest.raises(OccupiedError, match="stop it first"):
        bring_back(place, tmp_path, force=True)
    migrations = tmp_path / "migrations"
    write(migrations, {"0001_x.sql": "CREATE TABLE x (y);"})
    shutil.rmtree(folders.data / "people")
    with Ledger.open(folders.data / "people" / "anna" / "notes.db", migrations):
        before = snapshot(tmp_path)
        with pytest.raises(OccupiedError, match=r"notes\.db is in use"):
            bring_back(place, tmp_path, force=True)
        assert snapshot(tmp_path) == before


@pytest.mark.parametrize("failing", range(1, 12))
def test_a_rename_that_fails_is_taken_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failing: int) -> None:
    folders, place = make_home(tmp_path), tmp_path / "backup.tar.gz"
    back_up(folders, place)
    (folders.rules / "a.yaml").write_text("# another\n")
    before, rename, count = snapshot(tmp_path), Path.rename, 0

    def fail(source: Path, target: Path) -> Path:
        nonlocal count
        count += 1
        if count == failing:
            raise OSError(5, "Input/output error", str(source))
        return rename(source, target)

    monkeypatch.setattr(Path, "rename", fail)
    with pytest.raises(BackupError, match=r"nothing was restored: .*Input/output error"):
        bring_back(place, tmp_path, force=True)
    assert snapshot(tmp_path) == before


def test_too_little_room_is_said_before_anything_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = tmp_path / "backup.tar.gz"
    back_up(make_home(tmp_path / "old"), place)
    monkeypatch.setattr(restoring, "_FREE", 10**18)
    with pytest.raises(BackupError, match="make room"):
        bring_back(place, tmp_path / "new")
    assert not (tmp_path / "new").exists()


def test_a_backup_that_changes_after_it_was_verified_is_noticed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "backup"
    back_up(make_home(tmp_path / "old"), place, plain=True)

    def then_change(where: Path) -> Manifest:
        manifest = verify(where)
        (place / "data" / "http-token").write_text("u" * 43 + "\n")
        return manifest

    monkeypatch.setattr(restoring, "verify", then_change)
    with pytest.raises(BackupError, match="changed while it was restored"):
        bring_back(place, tmp_path / "new")
    assert not (tmp_path / "new").exists()


@pytest.mark.proof
def test_a_killed_restore_can_be_done_again(tmp_path: Path, portion: Callable[[int], int]) -> None:
    folders, place, dice = make_home(tmp_path / "old"), tmp_path / "backup.tar.gz", random.Random(6)
    with closing(connect(folders.data / "home.db")) as connection:
        connection.execute("CREATE TABLE filler (content BLOB)")
        connection.execute("INSERT INTO filler VALUES (randomblob(20000000))")
    back_up(folders, place)
    new = tmp_path / "new"
    for _ in range(portion(30)):
        where = ["--data", str(new / "data"), "--rules", str(new / "rules"), "--force"]
        process = subprocess.Popen(
            [sys.executable, "-m", "homeserver", "restore", str(place), *where], stdout=subprocess.DEVNULL
        )
        deadline = time.monotonic() + 20
        while not (new / "data" / ".restoring").exists() and process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.001)
        time.sleep(dice.uniform(0, 0.4))
        process.send_signal(signal.SIGKILL)
        process.wait()
        shutil.rmtree(new / "data" / ".replaced", ignore_errors=True)
        shutil.rmtree(new / "rules" / ".replaced", ignore_errors=True)
    bring_back(place, new, force=True)
    assert databases(new / "data") == databases(folders.data)
    assert not (new / "data" / ".restoring").exists()
