"""Uploaded files: whole or not at all, bounded, and gone when nobody needs them."""

import os
import shutil
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import pytest

from homeserver.bridge.resumable import Resumable
from homeserver.bridge.staging import AT_ONCE, BATCH, LIFE, MOST_FILES, FullError, Staged, Staging

ANNA, BEN = "person.anna", "person.ben"


@pytest.fixture
def staging(tmp_path: Path) -> Staging:
    return Staging(tmp_path / "staging", 5 * BATCH, 8 * BATCH)


async def put(staging: Staging, login: str, size: int) -> Staged:
    arriving = staging.begin(login, size)
    try:
        for start in range(0, size, 100_000):
            await arriving.add(b"x" * min(100_000, size - start))
        return await arriving.finish("a.txt", "text/plain")
    finally:
        arriving.close()


def names(staging: Staging) -> set[str]:
    return {path.name for path in staging.folder.iterdir()}


async def test_a_file_is_there_when_all_of_it_came(staging: Staging) -> None:
    staged = await put(staging, ANNA, 3 * BATCH + 1)
    assert staging.find(staged.id) == staged
    assert (staging.folder / staged.id).stat().st_size == staged.length == 3 * BATCH + 1
    assert names(staging) == {staged.id, f"{staged.id}.json"}
    assert staging.folder.stat().st_mode & 0o777 == 0o700
    assert (staging.folder / staged.id).stat().st_mode & 0o777 == 0o600


async def test_what_did_not_finish_leaves_nothing(staging: Staging) -> None:
    arriving = staging.begin(ANNA, None)
    await arriving.add(b"x" * 2 * BATCH)
    assert names(staging) == {f"{arriving.id}.part"}
    arriving.close()
    assert names(staging) == set()


async def test_what_a_crash_left_is_removed_at_the_next_start(staging: Staging) -> None:
    staged = await put(staging, ANNA, 10)
    os.close(staging.begin(ANNA, None)._file)
    Staging(staging.folder, 1, 1)
    assert names(staging) == {staged.id, f"{staged.id}.json"}


async def test_limits_are_those_of_a_file_and_of_a_person(staging: Staging) -> None:
    with pytest.raises(FullError, match="at most"):
        staging.begin(ANNA, 5 * BATCH + 1)
    with pytest.raises(FullError, match="larger than"):
        await put_unannounced(staging, ANNA, 5 * BATCH + 1)
    await put(staging, ANNA, 5 * BATCH)
    with pytest.raises(FullError, match=f"{3 * BATCH} bytes at most"):
        staging.begin(ANNA, 4 * BATCH)
    staged = await put(staging, ANNA, 3 * BATCH)
    with pytest.raises(FullError, match="0 bytes at most"):
        staging.begin(ANNA, None)
    await put(staging, BEN, 5 * BATCH)
    assert staging.remove(staged.id, ANNA)
    await put(staging, ANNA, 3 * BATCH)


async def put_unannounced(staging: Staging, login: str, size: int) -> None:
    arriving = staging.begin(login, None)
    try:
        await arriving.add(b"x" * size)
    finally:
        arriving.close()


async def test_what_is_on_its_way_counts_as_a_whole(staging: Staging) -> None:
    first, second = staging.begin(ANNA, None), staging.begin(ANNA, None)
    with pytest.raises(FullError, match="0 bytes at most"):
        staging.begin(ANNA, None)
    with pytest.raises(FullError, match="larger than"):
        await second.add(b"x" * (3 * BATCH + 1))
    second.close()
    third = staging.begin(ANNA, 2 * BATCH)
    with pytest.raises(FullError, match=f"{BATCH} bytes at most"):
        staging.begin(ANNA, 2 * BATCH)
    for one in (first, third):
        one.close()


def test_a_person_sends_a_few_at_once(staging: Staging) -> None:
    arriving = [staging.begin(ANNA, 1) for _ in range(AT_ONCE)]
    with pytest.raises(FullError, match="on their way"):
        staging.begin(ANNA, 1)
    arriving[0].close()
    staging.begin(ANNA, 1).close()
    for one in arriving[1:]:
        one.close()


async def test_empty_files_are_bounded_by_their_number(staging: Staging) -> None:
    staged = [await put(staging, ANNA, 0) for _ in range(MOST_FILES)]
    with pytest.raises(FullError, match="lie here already"):
        staging.begin(ANNA, 0)
    await put(staging, BEN, 0)
    assert staging.remove(staged[0].id, ANNA)
    await put(staging, ANNA, 0)


async def test_only_its_owner_removes_a_file(staging: Staging) -> None:
    staged = await put(staging, ANNA, 10)
    for id in (staged.id, "../secret", "", "x" * 24, "f" * 24):
        assert not staging.remove(id, BEN)
    assert staging.remove(staged.id, ANNA)
    assert not staging.remove(staged.id, ANNA)
    assert names(staging) == set()


async def test_what_nobody_read_for_a_day_goes(staging: Staging) -> None:
    old, fresh = await put(staging, ANNA, 10), await put(staging, ANNA, 10)
    then = time.time() - LIFE - 1
    os.utime(staging.folder / old.id, (then, then))
    (staging.folder / "lonely.json").touch()
    staging.sweep()
    assert names(staging) == {fresh.id, f"{fresh.id}.json"}


async def test_a_full_disk_is_told_and_not_filled_further(staging: Staging, monkeypatch: pytest.MonkeyPatch) -> None:
    class Usage(NamedTuple):
        free: int

    arriving = staging.begin(ANNA, None)
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: Usage(1000))
    with pytest.raises(FullError, match="disk of the home is full"):
        await arriving.add(b"x" * BATCH)
    arriving.close()
    with pytest.raises(FullError, match="disk of the home is full"):
        staging.begin(ANNA, None)


def test_uploads_in_pieces_that_begin_at_once_do_not_share_the_last_room(staging: Staging) -> None:
    uploads = Resumable(staging)

    def begin(_: int) -> bool:
        try:
            uploads.begin(ANNA, 4 * BATCH, "a.txt", "text/plain")
        except FullError:
            return False
        return True

    with ThreadPoolExecutor(12) as threads:
        assert sum(threads.map(begin, range(12))) == 2
