"""A real browser: the first start, signing in, a program's way in, in two languages."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from homeserver.bridge.auth.addresses import FILES
from homeserver.bridge.auth.page import page_file
from homeserver.bridge.proofs.invitations import new_welcome
from homeserver.bridge.worker import Bridge
from homeserver.bridge.worker import setup as set_up_bridge
from homeserver.people.worker import setup as set_up_people
from homeserver.runtime.hosting import Setup
from homeserver.runtime.memory_broker import MemoryBroker, MemoryWire
from tests.bridge.browser import Browser, Page
from tests.bridge.staging import process_on
from tests.ports import free_port

pytestmark = pytest.mark.asyncio(loop_scope="module")
SENTENCE = "correct horse battery"


class Start:
    """A home in which nobody lives yet, on a real listener."""

    def __init__(self, bridge: Bridge, folder: Path, port: int) -> None:
        self.bridge = bridge
        self.folder = folder
        self.address = f"http://127.0.0.1:{port}"


@pytest_asyncio.fixture(loop_scope="module")
async def start(tmp_path: Path) -> AsyncIterator[Start]:
    port = free_port()
    setups: dict[str, Setup] = {"people": set_up_people, "bridge": set_up_bridge}
    process = process_on(
        MemoryWire(MemoryBroker(), "stage", "process.stage"), "stage", tmp_path, setups, http_port=port
    )
    await process.open(setups)
    await process.until_open()
    bridge = process.hosted["bridge"].worker
    assert isinstance(bridge, Bridge)
    await bridge.listener.up.wait()
    try:
        yield Start(bridge, tmp_path, port)
    finally:
        await process.close()


async def fill(page: Page, **values: str) -> None:
    for name, value in values.items():
        await page.until(f"document.getElementById('{name}')")
        await page.run(f"document.getElementById('{name}').focus()")
        await page.send("Input.insertText", text=value)
    await page.click("#go")


async def at(page: Page, path: str) -> None:
    """Wait until the page is there; a page that is left in the middle of a look is looked at again."""
    while True:
        try:
            await page.until(f"location.pathname === '{path}' && document.readyState === 'complete'")
            return
        except RuntimeError as error:
            if "navigated" not in str(error):
                raise


async def become_owner(page: Page, start: Start) -> None:
    await page.goto(f"{start.address}/auth/welcome#welcome={new_welcome(start.folder)}")
    await fill(page, name="Anna", password=SENTENCE)
    await at(page, "/")


async def test_the_link_makes_the_owner(browser: Browser, start: Start) -> None:
    page = await browser.page()
    await become_owner(page, start)
    who = await page.run("fetch('/api/session').then((answer) => answer.json())")
    assert (who["login"], who["role"], who["kind"]) == ("person.anna", "owner", "session")
    assert not await page.run("document.cookie"), "no script can read it"


async def test_the_secret_leaves_the_address_at_once(browser: Browser, start: Start) -> None:
    page = await browser.page()
    await page.goto(f"{start.address}/auth/welcome#welcome=a-link-that-is-spent")
    await page.until("document.getElementById('name')")
    assert await page.run("location.href") == f"{start.address}/auth/welcome"
    await fill(page, name="Anna", password=SENTENCE)
    await page.until("document.getElementById('fault').innerText.includes('does not work')")


async def test_signing_in_says_what_is_wrong_and_then_opens(browser: Browser, start: Start) -> None:
    await become_owner(await browser.page(), start)
    page = await browser.page(dark=True)
    await page.goto(f"{start.address}/auth/authorize")
    await fill(page, username="anna", password="wrong sentence")
    await page.until("document.getElementById('fault').innerText === 'The name or the password is wrong.'")
    await page.run("document.getElementById('password').value = ''")
    await fill(page, password=SENTENCE)
    await at(page, "/")


async def test_a_program_gets_its_code_at_its_own_address(browser: Browser, start: Start) -> None:
    await become_owner(await browser.page(), start)
    page = await browser.page()
    back = f"{start.address}/auth/icon.svg"
    query = f"response_type=code&client_id={start.address}/&redirect_uri={back}%3Fauth_callback%3D1&state=s%261"
    await page.goto(f"{start.address}/auth/authorize?{query}")
    await page.until("document.getElementById('text')?.innerText.includes('127.0.0.1')")
    await fill(page, username="Anna", password=SENTENCE)
    await at(page, "/auth/icon.svg")
    given = await page.run("Object.fromEntries(new URLSearchParams(location.search))")
    assert (given["auth_callback"], given["state"], given["storeToken"]) == ("1", "s&1", "true")
    assert len(given["code"]) >= 40


async def test_a_stranger_gets_nothing_and_is_told(browser: Browser, start: Start) -> None:
    await become_owner(await browser.page(), start)
    page = await browser.page()
    query = "client_id=https://my.example/&redirect_uri=https://evil.example/"
    await page.goto(f"{start.address}/auth/authorize?{query}")
    await page.until("document.getElementById('note').innerText.includes('redirect uri')")


MADE = """(async () => {
    const ask = (path, body) => fetch(path, {
        method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body),
    });
    await ask("/api/calls/people/create_user", { id: "bert", name: "Bert" });
    return (await (await ask("/api/auth/invitations", { login: "person.bert" })).json()).secret;
})()"""


async def test_who_is_invited_is_called_by_his_name_in_his_language(browser: Browser, start: Start) -> None:
    owner = await browser.page()
    await become_owner(owner, start)
    invitation = await owner.run(MADE)
    page = await browser.page()
    agent = await page.run("navigator.userAgent")
    await page.send("Emulation.setUserAgentOverride", userAgent=agent, acceptLanguage="de-AT,de")
    await page.goto(f"{start.address}/auth/welcome#invitation={invitation}")
    await page.until("document.getElementById('title').innerText === 'Willkommen, Bert'")
    assert await page.run("document.documentElement.lang") == "de"
    await fill(page, password=SENTENCE)
    await at(page, "/")
    other = await browser.page()
    await other.goto(f"{start.address}/auth/welcome#invitation={invitation}")
    await other.until("document.getElementById('note').innerText.startsWith('This link does not work')")
    assert page.faults == []


async def test_every_file_is_there() -> None:
    assert all(page_file(path).content for path in FILES)
