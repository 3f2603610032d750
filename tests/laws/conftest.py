"""Prints, after the tests of the laws, what is legal but longer than the house aims at."""

import pytest

from tests.laws.house import ROOT, House
from tests.laws.shape import LONG_FILE, LONG_FUNCTION, long_ones

SHOWN = 15


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    found = list(long_ones(House(ROOT)))
    if not found:
        return
    terminalreporter.section(f"{len(found)} files over {LONG_FILE} and functions over {LONG_FUNCTION} lines")
    for line in found[:SHOWN]:
        terminalreporter.line(line)
    if len(found) > SHOWN:
        terminalreporter.line(f"     and {len(found) - SHOWN} more")
