"""Visits to the page: a tab that has opened it, a real press on a tile, and waiting for what comes of it."""

import asyncio
import json
from pathlib import Path
from typing import Any

from tests.bridge.browser import Browser, Page
from tests.bridge.staging import Stage

PAGES = {"/": "hs-home", "/room": "hs-room"}
"""What stands on the page of an address, once its code has come."""
READY = "document.querySelectorAll('.room').length === 6"
TOLD = """![...document.querySelectorAll('main .tile .line, main .reading strong')]
    .some((node) => node.textContent.startsWith('…'))
    && (!document.querySelector('hs-glance') || document.querySelector('.glance li'))"""
"""Whether the states of all that is shown were told."""
HURRY = """(() => {
    const slow = window.setTimeout;
    window.setTimeout = (call, ms) => slow(call, ms > 4000 && ms < 7000 ? ms / 40 : ms);
})();"""
"""Run before the page's own scripts, it makes the page's long waits short."""
PROBE = (Path(__file__).parent / "probe.js").read_text()
MORE = """[...document.querySelectorAll('{kind}')].find((node) => node.textContent.includes('{word}'))
    .querySelector('.tile-more').click()"""


async def opened(browser: Browser, stage: Stage, *, before: str = "", path: str = "/room", **look: Any) -> Page:
    page = await browser.page(**look)
    await page.send("Page.addScriptToEvaluateOnNewDocument", source=before + PROBE)
    await page.goto(stage.address)
    await page.until(READY)
    await page.run(f"document.querySelector('.menu a[href=\"{path}\"]').click()")
    await page.until(f"document.querySelector('{PAGES[path]}') && {READY} && {TOLD}")
    return page


async def tap(page: Page, name: str, part: str = ".tile-main") -> None:
    await page.run(f"mark({json.dumps(name)}, {json.dumps(part)})")
    await page.click(f"[data-test={json.dumps(name)}]")


async def until(condition: Any) -> None:
    async with asyncio.timeout(10):
        while not condition():  # noqa: ASYNC110 - what is waited for happens in the browser
            await asyncio.sleep(0.01)
