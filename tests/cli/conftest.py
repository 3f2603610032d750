"""What the tests of commands share: one running demo home, and commands run in this process."""

import json
import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from homeserver.cli import main
from tests.cli.homes import Home, running_home


@dataclass(frozen=True)
class Outcome:
    """What a command did."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Run = Callable[..., Outcome]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Iterator[Run]:
    """Run a command and take what it printed."""
    root, levels = logging.getLogger(), {}
    handlers = root.handlers[:]
    for name in ("", "homeserver", "integrations", "homeserver.runtime.bus"):
        levels[name] = logging.getLogger(name).level

    def command(*arguments: str) -> Outcome:
        capsys.readouterr()
        code = main(list(arguments))
        printed = capsys.readouterr()
        return Outcome(code, printed.out, printed.err)

    yield command
    root.handlers[:] = handlers
    for name, level in levels.items():
        logging.getLogger(name).setLevel(level)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    """A whole home with its simulated house and its rules, for the tests of one module."""
    sets = ("--set", "home.time_zone=Asia/Kathmandu", "--set", "demo_home.seed=3")
    folder, where = tmp_path_factory.mktemp("home"), Path(__file__).parents[2]  # with the rules that are shipped
    with running_home(folder, "--demo", "--broker", "mosquitto", *sets, where=where) as home:
        yield home


@pytest.fixture
def at(home: Home, run: Run) -> Run:
    """Run a command against the running home."""
    return lambda *arguments: run(*arguments, "--data", str(home.data))


@pytest.fixture
def nowhere(tmp_path: Path) -> str:
    """A data folder without a home."""
    return str(tmp_path / "nowhere")
