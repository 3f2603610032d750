"""A home in memory, opened for one test; people may command what there is."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.home.stage import Stage, memory_stage
from tests.household import household as household


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with memory_stage(tmp_path) as opened:
        yield opened
