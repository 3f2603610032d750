"""The first start: asked at a terminal and nowhere else, once, with answers that will do."""

import os
import pty
import select
import signal
import subprocess
import sys
import time
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from homeserver.cli import first_start
from homeserver.runtime.settings import Settings
from tests.ports import free_port

ENVIRONMENT = {"TZ": "Europe/Vienna", "LANG": "de_AT.UTF-8", "LC_ALL": "", "LC_MESSAGES": "", "TERM": "dumb"}


class Terminal:
    """A program at a terminal: what it said so far, and a person who answers."""

    def __init__(self, argv: list[str]) -> None:
        self._ours, theirs = pty.openpty()
        env = {**os.environ, **ENVIRONMENT}
        self.process = subprocess.Popen(argv, stdin=theirs, stdout=theirs, stderr=theirs, env=env)
        os.close(theirs)
        self.said = ""
        self._heard = 0

    def until(self, words: str) -> None:
        """Read on until it says these words, after those that were waited for last."""
        deadline = time.monotonic() + 40
        while (found := self.said.find(words, self._heard)) < 0:
            assert time.monotonic() < deadline, self.said
            if select.select([self._ours], [], [], 0.5)[0]:
                self.said += os.read(self._ours, 4096).decode()
        self._heard = found + len(words)

    def answer(self, text: str) -> None:
        os.write(self._ours, f"{text}\n".encode())

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            self.process.wait(10)
        os.close(self._ours)


@contextmanager
def up(folder: Path, *options: str) -> Iterator[Terminal]:
    argv = [sys.executable, "-m", "homeserver", "up", "--data", str(folder), "--broker", "amqtt"]
    terminal = Terminal([*argv, "--mqtt-port", str(free_port()), "--http-port", str(free_port()), *options])
    try:
        yield terminal
    finally:
        terminal.close()


def test_four_questions_at_a_terminal_make_the_settings_file(tmp_path: Path) -> None:
    with up(tmp_path) as terminal:
        terminal.until("Time zone [Europe/Vienna]: ")
        terminal.answer("Lisbon")
        terminal.until("did you mean 'Europe/Lisbon'?")
        terminal.until("Time zone [Europe/Vienna]: ")
        terminal.answer("Europe/Lisbon")
        terminal.until("[38.72, -9.13]: ")
        for wrong in ("somewhere", "91, 0", "1", "1, 2, 3"):
            terminal.answer(wrong)
            terminal.until("write it like 52.52, 13.4")
            terminal.until("[38.72, -9.13]: ")
        terminal.answer("")
        terminal.until("Currency [")
        terminal.answer("CHF")
        terminal.until("Language [de]: ")
        terminal.answer("")
        terminal.until("Ctrl+C stops everything")
        welcome = (tmp_path / "http-welcome").read_text().strip()
        assert f"/auth/welcome#welcome={welcome}" in terminal.said, "at a terminal the link is whole"
        assert f"{tmp_path}/homeserver.toml: Europe/Lisbon, CHF, de" in terminal.said
    assert tomllib.loads((tmp_path / "homeserver.toml").read_text()) == {
        "time_zone": "Europe/Lisbon",
        "latitude": 38.72,
        "longitude": -9.13,
        "currency": "CHF",
        "language": "de",
        "country": "PT",
    }


def test_yes_asks_nothing(tmp_path: Path) -> None:
    with up(tmp_path, "--yes") as terminal:
        terminal.until("Ctrl+C stops everything")
        assert "Europe/Berlin, EUR, en, as nobody was asked" in terminal.said
        assert "Time zone" not in terminal.said
    assert not (tmp_path / "homeserver.toml").exists()


def asked(
    folder: Path, monkeypatch: pytest.MonkeyPatch, env: dict[str, str] | None = None, *, terminal: bool = True
) -> list[str]:
    """The questions of a first start, all of them answered with Enter."""
    questions: list[str] = []

    def prompt(question: str, proposed: str, value_proc: first_start.Read) -> dict[str, object]:
        questions.append(question)
        return value_proc(proposed)

    monkeypatch.setattr(first_start, "_is_terminal", lambda: terminal)
    monkeypatch.setattr("typer.prompt", prompt)
    assert first_start.ask(Settings.load({"data": folder}, [], env or {})) == bool(questions)
    return questions


def test_it_asks_once_and_only_what_nobody_has_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert asked(tmp_path, monkeypatch, terminal=False) == []
    env = {"HOMESERVER_TIME_ZONE": "Asia/Kathmandu", "HOMESERVER_CURRENCY": "NPR"}
    assert asked(tmp_path, monkeypatch, env) == ["Place, latitude and longitude in degrees", "Language"]
    home = Settings.load({"data": tmp_path}, [], env).home
    assert (home.latitude, home.longitude) == (27.72, 85.32)
    assert asked(tmp_path, monkeypatch) == [], "the file is there"


@pytest.mark.parametrize(
    ("zone", "units"),
    [("America/Chicago", "us_customary"), ("America/Toronto", "metric"), ("Pacific/Guam", "us_customary")],
)
def test_the_units_follow_from_the_country(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, zone: str, units: str
) -> None:
    asked(tmp_path, monkeypatch, {"HOMESERVER_TIME_ZONE": zone})
    assert Settings.load({"data": tmp_path}, [], {"HOMESERVER_TIME_ZONE": zone}).home.unit_system == units


def test_units_that_were_given_stay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    env = {"HOMESERVER_TIME_ZONE": "America/Chicago", "HOMESERVER_UNIT_SYSTEM": "metric"}
    asked(tmp_path, monkeypatch, env)
    assert "unit_system" not in tomllib.loads((tmp_path / "homeserver.toml").read_text())


@pytest.mark.parametrize(
    "names", [{}, {"TZ": "UTC", "LANG": "C"}, {"TZ": "Nowhere", "LANG": "C.UTF-8", "LC_ALL": "POSIX"}]
)
def test_a_machine_that_says_nothing_of_itself_leaves_the_defaults(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, names: dict[str, str]
) -> None:
    for name in ("TZ", "LANG", "LC_ALL", "LC_MESSAGES", "LC_MONETARY"):
        monkeypatch.setenv(name, names.get(name, ""))
    monkeypatch.setattr(os, "readlink", lambda path: "/usr/share/zoneinfo/Etc/UTC")
    assert len(asked(tmp_path, monkeypatch)) == 4
    file = tomllib.loads((tmp_path / "homeserver.toml").read_text())
    assert (file["time_zone"], file["currency"], file["language"]) == ("Europe/Berlin", "EUR", "en")
    assert (file["latitude"], file["longitude"]) == (52.5, 13.37)
