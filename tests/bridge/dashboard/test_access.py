"""The dashboard can be used by everybody: axe finds nothing on any page, in light and in dark."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from homeserver.bridge import dashboard
from tests.bridge.browser import Browser, Page
from tests.bridge.dashboard.visit import opened
from tests.bridge.staging import staged
from tests.ports import free_port

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

AXE = Path(dashboard.__file__).parent / "node_modules/axe-core/axe.min.js"
LOOK = """axe.run(document, { resultTypes: ["violations"] }).then(({ violations }) =>
    violations.map(({ id, nodes }) => `${id}: ${nodes.slice(0, 3).map(({ html }) => html).join(" | ")}`))"""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def page(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Page]:
    if not AXE.exists():
        pytest.skip("the dashboard's libraries are not there: `make test` fetches them")
    async with staged(tmp_path_factory.mktemp("access"), free_port()) as stage:
        seen = await opened(browser, stage)
        await seen.run(AXE.read_text())
        yield seen


async def violations(page: Page) -> Any:
    await page.run("drawAll()")  # what is out of sight keeps the colours of before
    await asyncio.sleep(0.4)  # colours and the sheet take a moment
    return await page.run(LOOK)


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("path", ["/", "/room", "/devices", "/rules", "/people", "/system", "/calls"])
async def test_axe_finds_nothing(page: Page, path: str, dark: bool) -> None:
    await page.look(width=390, height=844, dark=dark, phone=True)
    await page.run(f"document.querySelector('.menu a[href=\"{path}\"]').click()")
    await page.until(f"location.pathname === '{path}' && document.querySelector('main .page h1')")
    assert await violations(page) == []


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize(
    "entity_id", ["climate.living_heater", "light.living_shelf", "alarm_control_panel.hall_alarm", "sensor.living_co2"]
)
async def test_axe_finds_nothing_in_details(page: Page, entity_id: str, dark: bool) -> None:
    await page.look(width=390, height=844, dark=dark, phone=True)
    await page.run("document.querySelector('.menu a[href=\"/room\"]').click()")
    await page.until("document.querySelector('hs-room .tile')")
    await page.run(f"detailsOf('{entity_id}')")
    await page.until(f"document.querySelector('#detail')?.innerText.includes('{entity_id}')")
    try:
        assert await violations(page) == []
    finally:
        await page.run("document.querySelector('#detail').close()")
