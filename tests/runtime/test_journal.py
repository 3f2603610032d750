"""The journal: every line is kept, and people see what matters."""

import io
import json
import logging
from pathlib import Path

import pytest

from homeserver.runtime.journal import Journal, log_to


class Screen(io.StringIO):
    """A terminal."""

    def isatty(self) -> bool:
        return True


def kept(folder: Path, process: str) -> list[dict[str, str]]:
    return [json.loads(line) for line in (folder / f"{process}.jsonl").read_text().splitlines()]


QUIET = '{"level":"info","name":"homeserver.runtime.bus","message":"connected"}'
LOUD = '{"level":"error","name":"homeserver.worker.rules","message":"no such file","error":"Traceback: x"}'


def test_a_terminal_shows_what_matters_and_the_file_holds_all(tmp_path: Path) -> None:
    screen = Screen()
    journal = Journal(tmp_path, "warning", screen)
    journal.take("core", QUIET)
    journal.take("core", LOUD)
    journal.close()
    assert "connected" not in screen.getvalue()
    assert "rules: no such file\nTraceback: x" in screen.getvalue()
    assert [line["message"] for line in kept(tmp_path, "core")] == ["connected", "no such file"]


def test_without_a_terminal_every_line_goes_on_as_json(tmp_path: Path) -> None:
    pipe = io.StringIO()
    journal = Journal(tmp_path, "warning", pipe)
    journal.take("core", QUIET)
    journal.take("broker", "1795312932: plain words")
    journal.close()
    first, second = (json.loads(line) for line in pipe.getvalue().splitlines())
    assert first == json.loads(QUIET)
    assert (second["process"], second["message"]) == ("broker", "1795312932: plain words")


def test_nobody_else_reads_the_files_whatever_their_folder_allows(tmp_path: Path) -> None:
    (tmp_path / "home.jsonl").touch(mode=0o644)
    journal = Journal(tmp_path, "warning", Screen())
    for process in ("home", "rules"):
        journal.take(process, QUIET)
    journal.close()
    assert {path.stat().st_mode & 0o777 for path in tmp_path.iterdir()} == {0o600}
    assert kept(tmp_path, "home") == [json.loads(QUIET)]


def test_last_words_are_those_of_the_present_run(tmp_path: Path) -> None:
    journal = Journal(tmp_path, stream=Screen())
    for number in range(50):
        journal.take("core", f"line {number}")
    assert journal.last_words("core")[-1] == "line 49"
    assert len(journal.last_words("core")) < 50
    journal.forget("core")
    assert journal.last_words("core") == []
    assert journal.last_words("nobody") == []
    journal.close()


def test_files_are_turned_over_before_they_fill_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("homeserver.runtime.journal._SIZE", 1000)
    journal = Journal(tmp_path, stream=Screen())
    for _ in range(200):
        journal.take("core", QUIET)
    journal.close()
    files = sorted(path.name for path in tmp_path.iterdir())
    assert files == ["core.jsonl", *(f"core.jsonl.{number}" for number in range(1, 5))]
    assert all(path.stat().st_size <= 1000 for path in tmp_path.iterdir())


def test_our_own_log_goes_into_the_journal(tmp_path: Path) -> None:
    root = logging.getLogger()
    handlers, levels = root.handlers[:], (root.level, logging.getLogger("homeserver").level)
    journal = Journal(tmp_path, stream=Screen())
    try:
        log_to(journal, "keeper", "info")
        logging.getLogger("homeserver.runtime.child").info("core is %s", "up")
        logging.getLogger("homeserver.runtime.child").debug("not asked for")
    finally:
        root.handlers[:] = handlers
        root.setLevel(levels[0])
        logging.getLogger("homeserver").setLevel(levels[1])
        journal.close()
    (line,) = kept(tmp_path, "keeper")
    assert (line["message"], line["process"], line["level"]) == ("core is up", "keeper", "info")
