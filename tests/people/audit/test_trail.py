"""The chain of the audit: whatever is done to its file behind its back is found, and nothing written is lost."""

import asyncio
import shutil
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from homeserver.people.audit.chain import BEGINNING, COLUMNS, link
from homeserver.people.audit.seal import Seal
from tests.people.audit.conftest import BEGIN, fill, opened, tamper

ROWS = 12
UP = ("UPDATE audit SET id = -id WHERE id > 6", "UPDATE audit SET id = -id - 1 WHERE id < 0")
DOWN = ("UPDATE audit SET id = -id WHERE id > 6", "UPDATE audit SET id = -id + 1 WHERE id < 0")
REST = ", ".join([*COLUMNS[1:], "tide", "hash"])
COPY = f"INSERT INTO audit (id, {REST}) SELECT {{0}}, {REST} FROM audit WHERE id = {{1}}"
ORDER = (
    "UPDATE audit SET id = 99 WHERE id = 4",
    "UPDATE audit SET id = 4 WHERE id = 5",
    "UPDATE audit SET id = 5 WHERE id = 99",
)
TAMPERINGS = {
    "a field": (["UPDATE audit SET who = 'person.nobody' WHERE id = 5"], 5),
    "a time": (["UPDATE audit SET at = at + 1 WHERE id = 7"], 7),
    "an outcome": (["UPDATE audit SET outcome = 'refused' WHERE id = 1"], 1),
    "a detail": (["UPDATE audit SET details = '{}' WHERE id = 12"], 12),
    "a hash": (["UPDATE audit SET hash = zeroblob(32) WHERE id = 3"], 3),
    "a row in the middle": (["DELETE FROM audit WHERE id = 6"], 6),
    "a row in the middle, the rest moved up": (["DELETE FROM audit WHERE id = 6", *UP], 6),
    "the first row": (["DELETE FROM audit WHERE id = 1"], 1),
    "the tail": (["DELETE FROM audit WHERE id > 9"], 10),
    "all rows": (["DELETE FROM audit"], 1),
    "the order": ([*ORDER], 4),
    "a row put in": ([*DOWN, COPY.format(7, 2)], 7),
    "a row put behind": ([COPY.format(13, 12)], 13),
    "a checkpoint": (["DELETE FROM audit WHERE id < 4", "INSERT INTO checkpoint VALUES (1, 3, x'00', x'00')"], 4),
    "an old checkpoint": (["DELETE FROM checkpoint"], 1),
}


async def verdict(folder: Path) -> tuple[int, int | None]:
    """How far the chain holds, and the first row that does not."""
    async with opened(folder) as trail:
        _, mark, fault = await trail.verify()
        lost = trail.lost
    return mark.id, fault.id if fault else (mark.id if lost else None)


@pytest.mark.parametrize("what", [name for name in TAMPERINGS if name != "an old checkpoint"])
async def test_what_was_tampered_with_is_found_at_its_first_row(what: str, tmp_path: Path) -> None:
    async with opened(tmp_path) as trail:
        await fill(trail, ROWS)
        assert (await trail.verify())[2] is None
    assert await verdict(tmp_path) == (ROWS, None)
    statements, row = TAMPERINGS[what]
    tamper(tmp_path, *statements)
    assert (await verdict(tmp_path))[1] == row


async def test_tampering_is_found_while_the_home_runs(tmp_path: Path) -> None:
    async with opened(tmp_path) as trail:
        await fill(trail, ROWS)
        tamper(tmp_path, "DELETE FROM audit WHERE id > 9")
        _, _, fault = await trail.verify()
        assert fault is not None
        assert fault.id == 10


async def test_hashing_everything_anew_without_the_key_is_found(tmp_path: Path) -> None:
    async with opened(tmp_path) as trail:
        await fill(trail, ROWS)
    connection = sqlite3.connect(tmp_path / "audit.db", isolation_level=None)
    connection.row_factory = sqlite3.Row
    connection.execute("UPDATE audit SET who = 'person.nobody' WHERE id = 2")
    before = BEGINNING
    for row in connection.execute("SELECT * FROM audit ORDER BY id").fetchall():
        before = link(b"a guess", before, row)
        connection.execute("UPDATE audit SET hash = ? WHERE id = ?", (before, row["id"]))
    connection.close()
    assert await verdict(tmp_path) == (0, 1)


async def test_without_key_or_head_the_chain_is_not_believed(tmp_path: Path) -> None:
    async with opened(tmp_path) as trail:
        await fill(trail, ROWS)
    key, head = tmp_path / "audit.key", tmp_path / "audit.head"
    assert key.stat().st_mode & 0o777 == head.stat().st_mode & 0o777 == 0o600
    told = head.read_bytes()
    head.unlink()
    assert (await verdict(tmp_path))[1] == ROWS
    head.write_bytes(told.replace(b'"id":12', b'"id":11'))
    assert (await verdict(tmp_path))[1] == ROWS
    head.write_bytes(told)
    assert await verdict(tmp_path) == (ROWS, None)
    key.unlink()
    assert (await verdict(tmp_path))[1] == 1


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    column=st.sampled_from(COLUMNS[1:]),
    row=st.integers(1, ROWS),
    text=st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=20),
    number=st.integers(-(2**40), 2**40),
)
def test_no_single_change_goes_unnoticed(
    whole: Path, tmp_path: Path, column: str, row: int, text: str, number: int
) -> None:
    copy = tmp_path / "copy"
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(whole, copy)
    connection = sqlite3.connect(copy / "audit.db", isolation_level=None)
    value = number if column in ("at", "seq") else text
    (before,) = connection.execute(f"SELECT {column} FROM audit WHERE id = ?", (row,)).fetchone()
    connection.execute(f"UPDATE audit SET {column} = ? WHERE id = ?", (value, row))
    connection.close()
    assert asyncio.run(verdict(copy))[1] == (None if before == value else row)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a chain that holds."""
    folder = tmp_path_factory.mktemp("whole")

    async def make() -> None:
        async with opened(folder) as trail:
            await fill(trail, ROWS)

    asyncio.run(make())
    return folder


async def test_pruned_from_the_old_end_the_rest_still_holds(tmp_path: Path) -> None:
    async with opened(tmp_path) as trail:
        await fill(trail, ROWS)
        assert await trail.prune(BEGIN + 4 * 1_000_000) == 4
        begin, mark, fault = await trail.verify()
        assert (begin.id, mark.id, fault) == (4, ROWS, None)
        await fill(trail, 1)
    assert await verdict(tmp_path) == (ROWS + 1, None)
    tamper(tmp_path, *TAMPERINGS["an old checkpoint"][0])
    assert (await verdict(tmp_path))[1] == 1


KILLED = """
import asyncio, sys
from pathlib import Path
from tests.people.audit.conftest import fill, opened

async def main():
    async with opened(Path(sys.argv[1])) as trail:
        while True:
            await fill(trail, 7)
            print(trail.mark.id, flush=True)

asyncio.run(main())
"""


async def test_what_was_acknowledged_outlives_a_kill_and_the_chain_goes_on(tmp_path: Path) -> None:
    for _ in range(4):
        command = [sys.executable, "-c", KILLED, str(tmp_path)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[3]) as child:
            assert child.stdout is not None
            for _ in range(5):
                acknowledged = int(child.stdout.readline())
            child.send_signal(signal.SIGKILL)
            acknowledged = max([acknowledged, *(int(line) for line in child.stdout if line.endswith("\n"))])
        end, bad = await verdict(tmp_path)
        assert bad is None
        assert end >= acknowledged


def test_the_key_is_made_once(tmp_path: Path) -> None:
    first, again = Seal(tmp_path), Seal(tmp_path)
    assert (first.is_new, again.is_new) == (True, False)
    assert first.key == again.key
    assert len(first.key) == 32
