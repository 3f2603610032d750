"""A furnished home for the browser with the real rules behind its pages, and whatever else a test brings."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from homeserver.bridge.worker import setup as set_up_bridge
from homeserver.rules.worker import setup as set_up_rules
from homeserver.runtime.hosting import Setup
from homeserver.runtime.memory_broker import MemoryBroker, MemoryWire
from tests.bridge.browser import Browser, Page
from tests.bridge.dashboard.visit import PROBE
from tests.bridge.staging import Stage, process_on, set_up_doorman, set_up_furniture, set_up_gallery

RULES = """- id: hall_light
  alias: Hall light
  triggers:
    - trigger: state
      entity_id: binary_sensor.front_door
      to: "on"
  conditions:
    - condition: state
      entity_id: light.living_corner
      state: "off"
  actions:
    - action: light.turn_on
      target:
        entity_id: light.living_corner
"""


@asynccontextmanager
async def whole(folder: Path, port: int, more: dict[str, Setup] | None = None, **options: Any) -> AsyncIterator[Stage]:
    """`rules` holds one file, hall.yaml."""
    rules = folder / "rules"
    rules.mkdir()
    (rules / "hall.yaml").write_text(RULES)
    wire = MemoryWire(MemoryBroker(), "stage", "process.stage")
    setups: dict[str, Setup] = {
        "furniture": set_up_furniture,
        "home": set_up_gallery,
        "people": set_up_doorman,
        "rules": set_up_rules,
        **(more or {}),
        "bridge": set_up_bridge,
    }
    options = {"http_port": port, "name": "Lindenhof 4", "rules": rules, **options}
    process = process_on(wire, "stage", folder, setups, **options)
    await process.open(setups)
    await process.until_open()
    stage = Stage(process, folder, port)
    await stage.bridge.listener.up.wait()
    try:
        yield stage
    finally:
        await process.close()


async def seen(browser: Browser, stage: Stage, path: str, ready: str, **look: Any) -> Page:
    """A tab that has come in and gone to a page, which is there."""
    page = await browser.page(**look)
    await page.send("Page.addScriptToEvaluateOnNewDocument", source=PROBE)
    await page.goto(stage.address)
    await page.until("document.querySelector('#live')?.dataset.live === 'live'")
    await walk(page, path, ready)
    return page


async def walk(page: Page, path: str, ready: str) -> None:
    """Go to another page without a reload."""
    await page.run(f"history.pushState(null, '', {path!r}); dispatchEvent(new PopStateEvent('popstate')); 0")
    await page.until(ready)


WIDE = "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
"""Whether nothing sticks out at the side."""


def odd(page: Page) -> list[str]:
    """What went wrong in a page, refusals left out: a browser logs each, and the page tells them."""
    return [fault for fault in page.faults if not re.search(r"status of (409|422|403)", fault)]
