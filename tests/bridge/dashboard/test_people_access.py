"""The pages about people can be used by everybody: axe, 360 pixels to a desktop, light and dark, English and German, by
keys alone."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from tests.bridge.browser import Page
from tests.bridge.dashboard.household import Household
from tests.bridge.dashboard.test_access import AXE, violations

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

PARTS = ("", "/security", "/sessions", "/keys", "/notifications", "/data")
SHOWN = {
    **{
        f"/account{part}": "document.querySelector('hs-account section .card, hs-account section form')"
        for part in PARTS
    },
    "/people": "document.querySelector('hs-people .list a')",
    "/people/gina": "document.querySelector('hs-person hs-policies .list li')",
    "/people/anna": "document.querySelector('hs-leaving .card')",
    "/people/role/child": "document.querySelector('hs-policies .list li')",
    "/audit": "document.querySelector('.rows-of-audit li')",
}
OPEN: dict[str, tuple[str, str]] = {
    # what is open besides on a page: what does it, what shows that it is
    "a line": ("press('hs-policies', 'Allow or forbid something')", "document.querySelector('hs-line form')"),
    "what is seen": ("press('hs-sight', 'Show what this person sees')", "document.querySelector('hs-sight h3')"),
    "erasing": ("press('hs-leaving', 'Erase for good …')", "document.querySelector('hs-leaving .danger')"),
    "a link": ("press('hs-person', 'New password by a link')", "document.querySelector('hs-person .qr')"),
}
TOO_SMALL = "tooSmall().filter((one) => !one.includes('checkbox'))"
"""A box is pressed by its whole line."""


async def go(page: Page, path: str) -> None:
    await page.run(f"history.pushState(null, '', '{path}'); dispatchEvent(new PopStateEvent('popstate'))")
    await page.until(f"location.pathname === '{path}' && {SHOWN[path]}")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def page(household: Household) -> AsyncIterator[Page]:
    if not AXE.exists():
        pytest.skip("the dashboard's libraries are not there: `make test` fetches them")
    window: dict[str, Any] = {"weekdays": ["mon", "tue"], "begins": "08:00", "ends": "18:00"}
    await household.ask("set_policy", who="gina", scope="area", what="kitchen", verb="control", **window)
    await household.ask("set_policy", who="gina", scope="domain", what="light", verb="see")
    seen = await household.signed_in("anna", "/people")
    await seen.run(AXE.read_text())
    yield seen


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("path", SHOWN)
async def test_axe_finds_nothing_on_the_pages(page: Page, path: str, dark: bool) -> None:
    await page.look(width=390, height=844, dark=dark, phone=True)
    await go(page, path)
    assert await violations(page) == []
    assert await page.run("faintTexts()") == []


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("what", OPEN)
async def test_axe_finds_nothing_in_what_opens(page: Page, what: str, dark: bool) -> None:
    await page.look(width=390, height=844, dark=dark, phone=True)
    await go(page, "/people")
    await go(page, "/people/gina")
    press, shown = OPEN[what]
    await page.until(f"(() => {{ try {{ {press}; return true; }} catch {{ return false; }} }})()")
    await page.until(shown)
    assert await violations(page) == []
    assert await page.run(TOO_SMALL) == []


@pytest.mark.parametrize("language", ["en", "de"])
async def test_everything_fits_on_the_smallest_phone_and_a_desktop(household: Household, language: str) -> None:
    page = await household.signed_in("anna", width=360, height=740)
    await page.run(f"localStorage.setItem('homeserver.language', '{language}')")
    await page.send("Page.reload")
    await page.until(f"document.documentElement.lang === '{language}' && document.querySelector('main .page h1')")
    pictures = Path("build/pages")
    pictures.mkdir(parents=True, exist_ok=True)
    for width, phone in ((360, True), (1280, False)):
        await page.look(width=width, height=800, dark=False, phone=phone)
        for path in SHOWN:
            await go(page, path)
            assert await page.run("document.documentElement.scrollWidth") <= width, (path, width)
            assert await page.run(TOO_SMALL) == [], path
            name = f"people{path.replace('/', '-')}-{language}-{width}.png"
            await page.screenshot(pictures / name, whole=True)
    assert page.faults == []


async def test_an_invitation_is_made_by_keys_alone(page: Page) -> None:
    await page.look(width=1100, height=800, dark=False, phone=False)
    await go(page, "/people")
    await page.run("document.querySelector('hs-invite [name=name]').focus()")
    await page.send("Input.insertText", text="Zoe")
    for _ in range(2):
        await page.key("Tab", 9)
    assert await page.run("document.activeElement.innerText") == "Invite"
    for kind in ("keyDown", "keyUp"):
        key: dict[str, Any] = {"key": "Enter", "code": "Enter", "windowsVirtualKeyCode": 13, "text": "\r"}
        await page.send("Input.dispatchKeyEvent", type=kind, **key)
    await page.until(f"shows('hs-invite .made', {json.dumps('This is the link for Zoe')})")
    assert await page.text("#said") == "Zoe is invited."
