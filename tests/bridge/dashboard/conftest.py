"""What the dashboard's tests share: without a built dashboard there is nothing for a browser to see."""

import pytest

from homeserver.bridge import dashboard


@pytest.fixture(autouse=True)
def built(request: pytest.FixtureRequest) -> None:
    if request.node.get_closest_marker("browser") and not dashboard.built():
        pytest.skip("the dashboard is not built: `make test` builds it")
