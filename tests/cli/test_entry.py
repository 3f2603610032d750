"""The entry: help, exit codes, nearest commands, and no more imported than needed."""

import os
import subprocess
import sys

import pytest

from homeserver import __version__
from homeserver.cli.entry import COMMANDS
from homeserver.cli.failures import exit_code
from homeserver.runtime.wire import UnreachableError
from tests.cli.conftest import Run


def test_help_names_every_command(run: Run) -> None:
    shown = run("--help")
    assert shown.code == 0
    assert [name for name in COMMANDS if f" {name} " not in shown.out] == []


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_its_own_help(run: Run, name: str) -> None:
    shown = run(name, "--help")
    assert shown.code == 0
    assert f"homeserver {name}" in shown.out
    assert "Usage" in shown.out


def test_version(run: Run) -> None:
    assert run("--version").out == f"{__version__}\n"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("sttus",), "did you mean 'status'?"),
        (("status", "--colour"), "--colour"),
        (("run",), "WORKER"),
        (("set", "light.hall"), "SERVICE"),
    ],
)
def test_wrong_usage_is_explained(run: Run, arguments: tuple[str, ...], words: str) -> None:
    failed = run(*arguments)
    assert (failed.code, words in failed.err) == (2, True), failed.err


def test_a_kind_of_failure_counts_as_its_parent_and_a_bug_stays_a_bug() -> None:
    assert exit_code(UnreachableError("x")) == 3
    assert exit_code(KeyError("x")) is None
    assert exit_code(KeyboardInterrupt()) == 130


def test_a_command_imports_no_other(tmp_path: object) -> None:
    code = (
        "import sys; from homeserver.cli import main; main(['--version']); "
        "print(sorted(m for m in sys.modules if m in ('aiomqtt', 'fastapi', 'amqtt', 'sqlite3', 'jinja2')))"
    )
    environment = {name: value for name, value in os.environ.items() if not name.startswith("COV")}  # it uses sqlite3
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment)
    shown = ran.stdout
    assert shown.splitlines()[-1] == "[]"
