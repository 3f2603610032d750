"""What every test may rely on: how much of a long run is wanted, what `proof` and `browser` mean.

`make test` runs a seeded tenth of each long run, `make proof` all of it (environment HOMESERVER_PROOF=1).
Needs nothing; keeps nothing.
"""

import logging
import os
import shutil
from collections.abc import Callable, Iterator

import pytest
from hypothesis import settings

FULL = os.environ.get("HOMESERVER_PROOF") == "1"
PROOF_PATIENCE = 20  # times the time-out of a test marked `proof`, when it runs in full
LOGGERS = ("homeserver", "homeserver.runtime.bus", "integrations")
BROWSERS = ("chromium", "chromium-browser", "google-chrome")

settings.register_profile("tenth", deadline=None, derandomize=True, print_blob=True)
settings.register_profile("full", deadline=None, max_examples=1_000, print_blob=True)
settings.load_profile("full" if FULL else "tenth")


@pytest.fixture(autouse=True)
def logs() -> Iterator[None]:
    """A command that runs within a test sets up the logs of its process, which is that of other tests too."""
    root, ours = logging.getLogger(), [logging.getLogger(name) for name in LOGGERS]
    handlers, levels = list(root.handlers), [(logger, logger.level) for logger in (root, *ours)]
    yield
    root.handlers[:] = [handler for handler in root.handlers if handler in handlers]
    for logger, level in levels:
        logger.setLevel(level)


@pytest.fixture(scope="session")
def portion() -> Callable[[int], int]:
    """How many of `full` rounds to run: `portion(20)` is 20 in `make proof`, 2 in `make test`, never 0."""
    return lambda full: full if FULL else max(1, full // 10)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    no_browser = pytest.mark.skip(reason="needs Chromium: sudo apt-get install chromium")
    browser = any(map(shutil.which, BROWSERS))
    usual = float(config.getini("timeout"))
    for item in items:
        if item.get_closest_marker("browser") and not browser:
            item.add_marker(no_browser)
        if FULL and item.get_closest_marker("proof"):
            own = item.get_closest_marker("timeout")
            seconds = float(own.args[0]) if own and own.args else usual
            item.add_marker(pytest.mark.timeout(seconds * PROOF_PATIENCE), append=False)
