"""The house of the matrix, and how many checks a test made."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.bridge.isolation.checks import Count
from tests.bridge.isolation.house import House, furnished


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with furnished(tmp_path) as house:
        yield house


@pytest.fixture
def count(capsys: pytest.CaptureFixture[str]) -> Any:
    counted = Count()
    yield counted
    with capsys.disabled():
        print(f" {counted.checks} checks", end="")
