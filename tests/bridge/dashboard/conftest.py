"""What the dashboard's tests share: without a built dashboard there is nothing for a browser to see."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from homeserver.bridge import dashboard
from tests.bridge.browser import Browser
from tests.bridge.dashboard.household import ROLES, Household, inhabited, live_here
from tests.ports import free_port


@pytest.fixture(autouse=True)
def built(request: pytest.FixtureRequest) -> None:
    if request.node.get_closest_marker("browser") and not dashboard.built():
        pytest.skip("the dashboard is not built: `make test` builds it")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def household(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Household]:
    """A home with somebody of each role, for the tests of one module."""
    async with inhabited(tmp_path_factory.mktemp("household"), free_port()) as stage:
        for id, role in ROLES.items():
            await live_here(stage, id, role)
        yield Household(stage, browser)
