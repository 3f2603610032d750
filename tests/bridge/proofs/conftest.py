"""A store of proofs under a clock that is moved by hand, and the home of the neighbouring room."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from homeserver.bridge.proofs.vault import MIGRATIONS
from homeserver.runtime.clock import VirtualClock
from homeserver.runtime.store import Ledger
from tests.bridge.auth.conftest import household

__all__ = ["household"]


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock()


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with Ledger.open(tmp_path / "bridge.db", MIGRATIONS) as opened:
        yield opened
