"""A page that a worker brings, in a real browser: in the menu of who may open it, loaded then, let go when left."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from homeserver.runtime.worker import Page as OwnPage
from tests.bridge.browser import Browser, Page
from tests.bridge.dashboard.household import Household, inhabited, live_here
from tests.bridge.dashboard.test_access import AXE, violations
from tests.bridge.dashboard.test_rules import press
from tests.bridge.dashboard.whole import WIDE, odd
from tests.bridge.garden import ALLOWED, Garden, set_up_garden
from tests.ports import free_port

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

LINK = "document.querySelector('.menu a[href=\"/page/garden\"]')"


@pytest_asyncio.fixture(loop_scope="module")
async def household(browser: Browser, tmp_path: Path) -> AsyncIterator[Household]:
    (tmp_path / "homeserver.toml").write_text(ALLOWED)
    async with inhabited(tmp_path, free_port(), garden=set_up_garden) as stage:
        await live_here(stage, "anna", "owner")
        await live_here(stage, "bert", "adult")
        await live_here(stage, "carl", "child")
        yield Household(stage, browser)


async def opened(household: Household, words: str) -> Page:
    page = await household.signed_in("bert")
    await page.until(f"!!{LINK}")
    await page.run(f"{LINK}.click()")
    await page.until(f"document.querySelector('main').innerText.includes({words!r})")
    return page


async def test_it_is_a_page_like_any_other(household: Household) -> None:
    page = await household.signed_in("bert")
    await page.until(f"{LINK}?.innerText.trim() === 'Garden'")
    script = "performance.getEntriesByType('resource').filter((one) => one.name.includes('/api/pages/garden')).length"
    assert await page.run(script) == 0, "nothing of it comes before it is opened"
    await page.run(f"{LINK}.click()")
    await page.until("document.querySelector('#garden')?.innerText.includes('en adult')")
    assert await page.run(script) == 1
    assert await page.run(f"{LINK}.getAttribute('aria-current')") == "page"
    await press(page, "Water")
    await page.until("document.querySelector('#garden').innerText.includes('watered by person.bert')")
    household.stage.furniture.become("sensor.kitchen_temperature", "17.5")
    await page.until("document.querySelector('#garden').innerText.includes('17.5')")
    await press(page, "Roses")
    await page.until(
        "location.pathname === '/page/garden/roses' && document.querySelector('#garden').innerText.includes('roses')"
    )
    await page.run("document.querySelector('.menu a[href=\"/calls\"]').click()")
    await page.until("document.querySelector('hs-calls') && window.gardenClosed === 2")
    await page.send("Page.navigate", url=f"{household.base}/page/garden/roses")
    await page.until("document.querySelector('#garden')?.innerText.includes('roses')")
    await page.run(AXE.read_text())
    assert await violations(page) == []
    assert await page.run(WIDE)
    assert odd(page) == []


async def test_who_may_not_open_it_does_not_find_it(household: Household) -> None:
    page = await household.signed_in("carl", "/page/garden")
    await page.until("document.querySelector('main').innerText.includes('Nobody brings this page now.')")
    assert await page.run(f"{LINK} === null")
    assert odd(page) == []


@pytest.mark.parametrize(
    ("module", "told"),
    [
        ("export const show = () => { throw new Error('no roses today'); };", "no roses today"),
        ("export const other = 1;", "exports no show"),
        ("export const show = (place) => { place.innerHTML = '<img src=x onerror=alert(1)>'; };", "TrustedHTML"),
    ],
)
async def test_one_that_fails_says_so_and_the_rest_goes_on(
    browser: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, module: str, told: str
) -> None:
    (tmp_path / "module.js").write_text(module)
    (tmp_path / "homeserver.toml").write_text(ALLOWED)
    monkeypatch.setattr(Garden, "page", OwnPage("Garden", tmp_path / "module.js"))
    async with inhabited(tmp_path, free_port(), garden=set_up_garden) as stage:
        await live_here(stage, "anna", "owner")
        await live_here(stage, "bert", "adult")
        page = await opened(Household(stage, browser), "This page cannot be shown")
        assert told in await page.text("main .fault")
        await page.run("document.querySelector('.menu a[href=\"/room\"]').click()")
        await page.until("document.querySelector('hs-room .tile')")
