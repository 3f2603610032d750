"""A furnished home in which people live: the real workers `home`, `people` and `bridge`, and how one signs in there.

Passwords are cheap to check. Run as a program it stays up, with somebody of each role, to be looked at:
`python -m tests.bridge.dashboard.household FOLDER PORT`.
"""

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

import httpx
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from homeserver.bridge.proofs import passwords
from homeserver.home.worker import setup as set_up_home
from homeserver.people.worker import setup as set_up_people
from homeserver.runtime.hosting import Setup
from tests.bridge.browser import Browser, Page
from tests.bridge.dashboard.visit import PROBE
from tests.bridge.staging import Stage, staged

PASSWORD = "correct horse battery"
TOOLS = """
window.named = (scope, word) => [...document.querySelectorAll(`${scope} button, ${scope} a, ${scope} summary`)]
  .find((node) => node.checkVisibility() && !node.disabled && [node.innerText.trim(), node.ariaLabel].includes(word));
window.press = (scope, word) => {
  const found = named(scope, word);
  if (!found) throw new Error(`no ${word} in ${scope}: ${document.querySelector(scope)?.innerText}`);
  found.focus();
  found.click();
};
window.fill = (scope, values) => {
  for (const [name, value] of Object.entries(values)) {
    const node = document.querySelector(`${scope} [name="${name}"]`);
    if (!node) throw new Error(`no field ${name} in ${scope}`);
    node.value = value;
    node.dispatchEvent(new Event("input", { bubbles: true }));
    node.dispatchEvent(new Event("change", { bubbles: true }));
  }
};
window.submit = (scope) => document.querySelector(`${scope} form`).requestSubmit();
window.shows = (scope, words) => document.querySelector(scope)?.innerText.includes(words);
"""
ROLES = {"anna": "owner", "bert": "adult", "carl": "child", "gina": "guest", "serv": "service"}
KITCHEN = ("light.kitchen_ceiling", "switch.kitchen_coffee", "sensor.kitchen_temperature")
"""What is in the one room of which lines can speak: it stands in the registry."""


async def live_here(stage: Stage, id: str, role: str = "adult", **more: Any) -> None:
    """Somebody with a password."""
    await stage.process.calls.ask("people", "create_user", {"id": id, "name": id.title(), "role": role, **more})
    await stage.bridge.vault.passwords.set(f"person.{id}", PASSWORD)


class Household:
    """The home and a browser; each visitor has a context of his own."""

    def __init__(self, stage: Stage, browser: Browser) -> None:
        self.stage = stage
        self.browser = browser
        self.base = f"http://127.0.0.1:{stage.port}"

    async def ask(self, verb: str, /, **args: Any) -> Any:
        """A call of `people` as the data folder's owner."""
        found = await self.stage.process.calls.ask("people", verb, args)
        return found.model_dump(mode="json")

    async def visits(self, id: str) -> None:
        """Somebody signs in, without a browser."""
        async with httpx.AsyncClient(base_url=self.base) as client:
            answer = await client.post("/api/session", json={"username": id, "password": PASSWORD})
            assert answer.status_code == 200, answer.text

    async def visitor(self, path: str = "/", **look: Any) -> Page:
        """Somebody before the door."""
        page = await self.browser.page(**look)
        await page.send("Page.addScriptToEvaluateOnNewDocument", source=PROBE + TOOLS)
        await page.goto(f"{self.base}{path}")
        return page

    async def signed_in(self, id: str, path: str = "/", **look: Any) -> Page:
        """Somebody who lives here, through the door and on a page."""
        page = await self.visitor(path, **look)
        await page.until("document.querySelector('hs-door form')")
        await page.run(f"fill('hs-door', {json.dumps({'username': id, 'password': PASSWORD})}); submit('hs-door')")
        await page.until("document.querySelector('main .page h1')")
        page.faults.clear()  # that one had to sign in is told by a 401
        return page

    async def by_key(self, path: str = "/", **look: Any) -> Page:
        """Whoever has the data folder."""
        page = await self.visitor(**look)
        await page.goto(self.stage.address.replace("/#", f"{path}#"))
        await page.until("document.querySelector('main .page h1')")
        return page


@asynccontextmanager
async def inhabited(folder: Path, port: int, **more: Setup) -> AsyncIterator[Stage]:
    """`more` are other workers."""
    cheap = PasswordHash((Argon2Hasher(time_cost=1, memory_cost=8, parallelism=1),))
    with patch.object(passwords, "stretching", lambda: cheap):
        async with staged(folder, port, home=set_up_home, people=set_up_people, **more) as stage:
            ask = stage.process.calls.ask
            await ask("home", "edit_area", {"name": "Kitchen"})
            for entity_id in KITCHEN:
                await ask("home", "edit_entity", {"entity": entity_id, "area": "kitchen"})
            yield stage


async def _stay(folder: Path, port: int) -> None:
    async with inhabited(folder, port) as stage:
        for id, role in ROLES.items():
            await live_here(stage, id, role)
        print(stage.address, flush=True)
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(_stay(Path(sys.argv[1]), int(sys.argv[2])))
