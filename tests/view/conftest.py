"""A furnished home in memory."""

from collections.abc import AsyncIterator

import pytest

from homeserver.runtime.clock import settle
from homeserver.runtime.rehearsal import Rehearsal
from tests.view.things import Things, setup


@pytest.fixture
async def things() -> AsyncIterator[Things]:
    async with Rehearsal(setup) as home:
        worker = home.process.hosted["things"].worker
        assert isinstance(worker, Things)
        worker.furnish()
        await settle()
        yield worker
