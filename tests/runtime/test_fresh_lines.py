"""Lines that are safe from the end of the process, and what happens where there is no room for them."""

import os
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from homeserver.runtime.fresh_lines import FreshLines

WRITER = """
import os, signal, sys
from pathlib import Path
from homeserver.runtime.fresh_lines import FreshLines
lines = FreshLines(Path(sys.argv[1]))
for number in range(3):
    assert lines.add(b"line %d" % number)
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_what_was_added_is_there_after_a_kill(tmp_path: Path) -> None:
    file = tmp_path / "lines"
    killed = subprocess.run([sys.executable, "-c", WRITER, str(file)], check=False, cwd=Path.cwd())
    assert killed.returncode == -9
    with file.open("ab") as torn:
        torn.write(b"half a li")
    assert file.stat().st_mode & 0o077 == 0
    with closing(FreshLines(file)) as lines:
        assert lines.of_before() == [b"line 0", b"line 1", b"line 2"]


def test_what_comes_after_a_torn_line_is_kept_too(tmp_path: Path) -> None:
    (tmp_path / "lines").write_bytes(b"one\nhalf a li")
    with closing(FreshLines(tmp_path / "lines")) as lines:
        assert lines.add(b"two")
    with closing(FreshLines(tmp_path / "lines")) as lines:
        assert lines.of_before() == [b"one", b"two"]


def test_cleared_is_empty(tmp_path: Path) -> None:
    with closing(FreshLines(tmp_path / "lines")) as lines:
        lines.add(b"one")
        lines.clear()
        lines.add(b"two")
        assert (tmp_path / "lines").read_bytes() == b"two\n"


def test_no_more_than_so_much(tmp_path: Path) -> None:
    with closing(FreshLines(tmp_path / "lines", 20)) as lines:
        assert [lines.add(b"12345678") for _ in range(3)] == [True, True, False]
        lines.clear()
        assert lines.add(b"12345678")


@pytest.mark.parametrize("taken", [0, 3])
def test_a_full_disk_takes_no_line_and_leaves_no_half(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, taken: int
) -> None:
    with closing(FreshLines(tmp_path / "lines")) as lines:
        lines.add(b"one")
        real = os.write

        def full(file: int, data: bytes) -> int:
            if not taken:
                raise OSError(28, "No space left on device")
            return real(file, data[:taken])

        with monkeypatch.context() as patched:
            patched.setattr(os, "write", full)
            assert not lines.add(b"two lines")
        assert lines.add(b"three")
        assert (tmp_path / "lines").read_bytes() == b"one\nthree\n"


def test_half_a_line_that_cannot_be_cut_off_spoils_no_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with closing(FreshLines(tmp_path / "lines")) as lines:
        lines.add(b"one")
        write = os.write

        def refused(*args: object) -> None:
            raise OSError(5, "Input/output error")

        with monkeypatch.context() as patched:
            patched.setattr(os, "write", lambda file, data: write(file, data[:3]))
            patched.setattr(os, "ftruncate", refused)
            assert not lines.add(b"two lines")
        assert lines.add(b"three")
        assert lines.add(b"four")
    with closing(FreshLines(tmp_path / "lines")) as lines:
        assert lines.of_before() == [b"one", b"two", b"three", b"four"]
