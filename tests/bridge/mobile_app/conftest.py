"""A home in which phones can be registered."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from homeserver.rules.worker import setup as set_up_rules
from homeserver.runtime.rehearsal import Rehearsal
from integrations.clients.worker import setup as set_up_clients
from tests.bridge.conftest import Home


@pytest.fixture
async def lived(home: Home, tmp_path: Path) -> AsyncIterator[Home]:
    """A home with the worker of programs, and the rules."""
    folder = tmp_path / "elsewhere"
    (folder / "rules").mkdir(parents=True)
    workers = (set_up_clients, set_up_rules)
    async with Rehearsal(*workers, broker=home.core.broker, clock=home.clock, folder=folder, process="rest"):
        await home.settle()
        yield home
