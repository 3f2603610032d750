"""Backups of a home that goes on meanwhile: what is in them, that they are of one moment, and what failures leave."""

import errno
import os
import random
import signal
import sqlite3
import stat
import subprocess
import sys
import tarfile
import time
import tracemalloc
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from integrations.backup import making
from integrations.backup.contents import Folders
from integrations.backup.making import Order, make
from integrations.backup.manifest import BackupError, Part
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
    under_load,
    write,
)

WHOLE = sorted(
    [f"data/{name}" for name in PLAIN]
    + ["data/home.db", "data/people/anna/finance.db", "data/people/ben/finance.db"]
    + ["rules/a.yaml", "rules/upstairs/b.yaml"]
)


def test_a_whole_home_is_in_one_file_that_only_its_owner_can_read(tmp_path: Path) -> None:
    folders, place = make_home(tmp_path), tmp_path / "out" / "home.tar.gz"
    manifest = back_up(folders, place)
    assert [part.path for part in manifest.parts] == WHOLE
    assert manifest == verify(place)
    assert stat.S_IMODE(place.stat().st_mode) == 0o600
    assert stat.S_IMODE(place.parent.stat().st_mode) == 0o700
    with tarfile.open(place) as tar:  # any tar can read it
        assert sorted(tar.getnames()) == sorted([*WHOLE, "manifest.json"])
        assert tar.getnames()[-1] == "manifest.json"
    assert os.listdir(place.parent) == ["home.tar.gz"]


def test_a_plain_backup_is_a_folder_of_the_same_parts(tmp_path: Path) -> None:
    folders, place = make_home(tmp_path), tmp_path / "out" / "home"
    manifest = back_up(folders, place, plain=True)
    assert manifest == verify(place)
    for where, _, names in os.walk(place):
        assert stat.S_IMODE(Path(where).stat().st_mode) == 0o700
        assert all(stat.S_IMODE(Path(where, name).stat().st_mode) == 0o600 for name in names)
    assert (place / "data/secrets/process.core").read_text() == "secret-of-core"


def test_one_worker_is_its_own_files_alone(tmp_path: Path) -> None:
    folders = make_home(tmp_path)
    finance = back_up(folders, tmp_path / "finance.tar.gz", worker="finance")
    assert [part.path for part in finance.parts] == ["data/people/anna/finance.db", "data/people/ben/finance.db"]
    rules = back_up(folders, tmp_path / "rules.tar.gz", worker="rules")
    assert [part.path for part in rules.parts] == ["rules/a.yaml", "rules/upstairs/b.yaml"]
    with pytest.raises(BackupError, match=r"nothing .* is kept by a worker 'media'; those that keep something: home"):
        back_up(folders, tmp_path / "media.tar.gz", worker="media")


@pytest.mark.proof
def test_under_load_each_database_is_of_one_moment(tmp_path: Path, portion: Callable[[int], int]) -> None:
    folders, dice = make_home(tmp_path), random.Random(3)
    file = folders.data / "home.db"
    with under_load(file) as count:
        for turn in range(portion(50)):
            time.sleep(dice.uniform(0, 0.1))
            place, root = tmp_path / f"{turn}.tar.gz", tmp_path / f"home-{turn}"
            before = count()
            back_up(folders, place, plain=turn % 2 == 1)
            after = count()
            bring_back(place, root)
            total, transfers = balance(root / "data" / "home.db")
            assert total == 100 * ACCOUNTS
            assert before <= transfers <= after + 1
    assert count() > 0


def test_writers_are_not_held_up_and_do_not_make_the_copy_begin_anew(tmp_path: Path) -> None:
    folders = make_home(tmp_path)
    commits = 0

    def commit() -> None:
        """Between any two steps of the copy somebody else commits."""
        nonlocal commits
        with closing(connect(folders.data / "home.db")) as connection:
            connection.execute("UPDATE account SET amount = amount + 1 WHERE id = 1")
        commits += 1

    with closing(connect(folders.data / "home.db")) as connection:
        connection.execute("CREATE TABLE filler (content BLOB)")
        connection.execute("INSERT INTO filler VALUES (zeroblob(20000000))")
    made = make(Order(folders, tmp_path / "home.tar.gz", NOW, go_on=commit))
    assert verify(tmp_path / "home.tar.gz") == made
    assert commits < 40  # 5,000 pages in steps of 1,000, and a call for each part
    bring_back(tmp_path / "home.tar.gz", tmp_path / "new")
    (total, _) = balance(tmp_path / "new" / "data" / "home.db")
    assert 100 * ACCOUNTS <= total < 100 * ACCOUNTS + commits


def test_memory_stays_the_same_however_large_a_part_is(tmp_path: Path) -> None:
    folders = make_home(tmp_path)
    (folders.data / "large").write_bytes(os.urandom(1_000_000) * 40)
    with closing(connect(folders.data / "home.db")) as connection:
        connection.execute("CREATE TABLE filler (content BLOB)")
        connection.execute("INSERT INTO filler VALUES (zeroblob(40000000))")
    tracemalloc.start()
    try:
        back_up(folders, tmp_path / "home.tar.gz")
        bring_back(tmp_path / "home.tar.gz", tmp_path / "new")
        assert tracemalloc.get_traced_memory()[1] < 8_000_000
    finally:
        tracemalloc.stop()


def test_links_are_followed_to_files_and_named_where_they_are_not(tmp_path: Path) -> None:
    folders, elsewhere = make_home(tmp_path), tmp_path / "elsewhere"
    write(elsewhere, {"big.toml": "content", "folder/x": "y"})
    (folders.data / "linked.toml").symlink_to(elsewhere / "big.toml")
    (folders.data / "gone").symlink_to(elsewhere / "nothing")
    (folders.data / "folder").symlink_to(elsewhere / "folder")
    os.mkfifo(folders.data / "pipe")
    (folders.data / "bad\nname").write_text("x")
    manifest = back_up(folders, tmp_path / "home.tar.gz")
    assert {part.path for part in manifest.parts} - set(WHOLE) == {"data/linked.toml"}
    assert len(manifest.left_out) == 4
    for name, reason in (("gone", "No such file"), ("folder", "a link"), ("pipe", "no file"), ("bad", "control")):
        assert any(line.startswith(f"data/{name}") and reason in line for line in manifest.left_out)


def test_backups_inside_the_home_do_not_hold_each_other(tmp_path: Path) -> None:
    folders = make_home(tmp_path)
    back_up(folders, folders.data / "mine" / "one", plain=True)
    second = back_up(folders, folders.data / "mine" / "two.tar.gz")
    assert [part.path for part in second.parts] == WHOLE


def test_a_damaged_database_is_named_and_nothing_is_left(tmp_path: Path) -> None:
    folders, out = make_home(tmp_path), tmp_path / "out"
    with closing(sqlite3.connect(folders.data / "home.db")) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    content = bytearray((folders.data / "home.db").read_bytes())
    content[8192:60_000] = bytes(60_000 - 8192)
    (folders.data / "home.db").write_bytes(content)
    with pytest.raises(BackupError, match=r"home\.db is damaged"):
        back_up(folders, out / "home.tar.gz")
    (folders.data / "home.db").write_bytes(b"no database at all" * 100)
    with pytest.raises(BackupError, match=r"home\.db is damaged"):
        back_up(folders, out / "home.tar.gz")
    assert os.listdir(out) == []


def test_what_a_young_broker_retains_is_in_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folders = make_home(tmp_path)
    store = folders.data / "broker" / "mosquitto.db"
    store.unlink()
    monkeypatch.setattr(making, "save_retained", lambda data: store.write_text("now"))
    assert "data/broker/mosquitto.db" in [part.path for part in back_up(folders, tmp_path / "home.tar.gz").parts]


def test_what_is_not_whole_gets_no_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folders, add = make_home(tmp_path), making._add_file

    def badly(*given: Any) -> Part | None:
        part = add(*given)
        return replace(part, sha256="0" * 64) if part else None

    monkeypatch.setattr(making, "_add_file", badly)
    with pytest.raises(BackupError, match="was changed after the backup was made"):
        back_up(folders, tmp_path / "out" / "home.tar.gz")
    assert os.listdir(tmp_path / "out") == []


def test_what_is_there_already_is_never_overwritten(tmp_path: Path) -> None:
    folders, place = make_home(tmp_path), tmp_path / "home.tar.gz"
    place.write_text("precious")
    with pytest.raises(BackupError, match="there already"):
        back_up(folders, place)
    assert place.read_text() == "precious"


def test_two_backups_do_not_write_to_one_folder_at_a_time(tmp_path: Path) -> None:
    folders = make_home(tmp_path)

    def another() -> None:
        with pytest.raises(BackupError, match="another backup is being written"):
            back_up(folders, tmp_path / "out" / "second.tar.gz")

    make(Order(folders, tmp_path / "out" / "first.tar.gz", NOW, go_on=another))
    assert os.listdir(tmp_path / "out") == ["first.tar.gz"]


def test_breaking_off_leaves_nothing(tmp_path: Path) -> None:
    folders, calls = make_home(tmp_path), 0

    def stop() -> None:
        nonlocal calls
        calls += 1
        if calls == 8:
            raise BackupError("the home stops")

    with pytest.raises(BackupError, match="the home stops"):
        make(Order(folders, tmp_path / "out" / "home.tar.gz", NOW, go_on=stop))
    assert os.listdir(tmp_path / "out") == []


def test_no_home_no_backup(tmp_path: Path) -> None:
    with pytest.raises(BackupError, match="there is no home"):
        back_up(Folders(tmp_path / "data", tmp_path / "rules"), tmp_path / "out" / "home.tar.gz")


_ON_SMALL_DISK = """
mount -t tmpfs -o size=400k none "$1" && cp "$1.txt" "$1/full" && shift && "$@"; code=$?
ls -A "$OUT" | grep -v '^full$'; exit $code
"""


@pytest.mark.parametrize("form", [[], ["--plain"]])
def test_a_full_disk_is_said_and_leaves_no_half_file(tmp_path: Path, form: list[str]) -> None:
    folders, out = make_home(tmp_path), tmp_path / "out"
    out.mkdir()
    out.with_name("out.txt").write_bytes(os.urandom(300_000))
    command = [sys.executable, "-m", "homeserver", "backup", "--data", str(folders.data), "--to", str(out), *form]
    ran = subprocess.run(
        ["unshare", "-rm", "sh", "-c", _ON_SMALL_DISK, "sh", str(out), *command],
        capture_output=True,
        text=True,
        env={**os.environ, "OUT": str(out)},
    )
    if "unshare" in ran.stderr or "mount:" in ran.stderr:
        pytest.skip(f"no small disk can be mounted here: {ran.stderr.strip()}")
    assert ran.returncode == 1
    assert "is full" in ran.stderr
    assert ran.stdout == ""


def test_a_disk_that_fails_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folders = make_home(tmp_path)

    def fail(handle: int) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(BackupError, match=r"cannot be made: .*Input/output error"):
        back_up(folders, tmp_path / "out" / "home.tar.gz")
    assert os.listdir(tmp_path / "out") == []


@pytest.mark.proof
def test_a_killed_backup_leaves_none_and_the_next_clears_up(tmp_path: Path, portion: Callable[[int], int]) -> None:
    folders, out, dice = make_home(tmp_path), tmp_path / "out", random.Random(5)
    with closing(connect(folders.data / "home.db")) as connection:
        connection.execute("CREATE TABLE filler (content BLOB)")
        connection.execute("INSERT INTO filler VALUES (randomblob(60000000))")
    for _ in range(portion(20)):
        command = [sys.executable, "-m", "homeserver", "backup", "--data", str(folders.data), "--to", str(out)]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        deadline = time.monotonic() + 20
        while not list(out.glob(".*.unfinished*")) and process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.001)
        time.sleep(dice.uniform(0, 0.5))
        process.send_signal(signal.SIGKILL)
        process.wait()
        for name in os.listdir(out):
            if not name.startswith("."):
                verify(out / name)  # what has a name is whole
    back_up(folders, out / "last.tar.gz")
    assert list(out.glob(".*")) == []
