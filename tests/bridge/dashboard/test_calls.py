"""Calls in a real browser: forms made of schemas that nobody knew, streamed answers, and two people side by side."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Literal

import pytest
import pytest_asyncio
from pydantic import BaseModel, Field

from homeserver.runtime.house import House
from homeserver.runtime.worker import Worker, answers
from homeserver.topics.call import Call, Caller, CallError
from tests.bridge.browser import Browser, Page
from tests.bridge.dashboard.household import PASSWORD, TOOLS, Household, inhabited, live_here
from tests.bridge.dashboard.test_access import AXE, violations
from tests.bridge.dashboard.test_rules import PICTURES, press
from tests.bridge.dashboard.visit import until
from tests.bridge.dashboard.whole import WIDE, odd, walk
from tests.ports import free_port

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]


class Shelf(BaseModel):
    """One place."""

    row: int = Field(ge=1)
    label: str = ""


class Order(BaseModel):
    """Order a book; it is put where you say."""

    title: str = Field(max_length=100)
    binding: Literal["hard", "soft"]
    shelf: Shelf
    near: Shelf | None = None
    words: list[str] = []
    entity: str | None = Field(None, description="the lamp to read it by")
    when: str | list[int] | None = None
    urgent: bool = False


class Told(BaseModel):
    by: str
    order: Order


class Count(BaseModel):
    """Count without end."""


class Number(BaseModel):
    number: int


ORDER = Call("shop", "order", Order, Told, role="adult")
COUNT = Call("shop", "count", Count, Number, role="guest", stream=True)


class Shop(Worker):
    """A capability that the dashboard was not made for."""

    name = "shop"
    counting = 0
    orders: list[Order]

    @answers(ORDER)
    async def order(self, request: Order, caller: Caller) -> Told:
        if request.title == "forbidden":
            raise CallError("not_done", "this book is not sold", "title")
        self.orders.append(request)
        return Told(by=caller.login, order=request)

    @answers(COUNT)
    async def count(self, request: Count, caller: Caller) -> AsyncIterator[Number]:
        self.counting += 1
        try:
            for number in range(3):
                yield Number(number=number)
            await asyncio.Event().wait()
        finally:
            self.counting -= 1


def set_up_shop(house: House) -> Shop:
    made = Shop(house)
    made.orders = []
    return made


@pytest_asyncio.fixture(loop_scope="module")
async def household(browser: Browser, tmp_path: Path) -> AsyncIterator[Household]:
    async with inhabited(tmp_path, free_port(), shop=set_up_shop) as stage:
        await live_here(stage, "anna", "owner")
        await live_here(stage, "carl", "child")
        yield Household(stage, browser)


def shop(household: Household) -> Shop:
    worker = household.stage.process.hosted["shop"].worker
    assert isinstance(worker, Shop)
    return worker


async def form(household: Household, call: str, **look: Any) -> Page:
    page = await household.signed_in("anna", **look)
    await page.run(TOOLS)
    await page.until("document.querySelector('#live').dataset.live === 'live'")
    await walk(page, f"/calls/{call}", "document.querySelector('hs-form')")
    return page


async def type_in(page: Page, id: str, text: str) -> None:
    await page.run(f"document.querySelector('[id=\"field-{id}\"]').focus()")
    await page.run(f"document.querySelector('[id=\"field-{id}\"]').select?.()")
    await page.send("Input.insertText", text=text)


async def choose(page: Page, id: str, place: int) -> None:
    box = f"document.querySelector('[id=\"field-{id}\"]')"
    await page.run(f"{box}.selectedIndex = {place}; {box}.dispatchEvent(new Event('change')); 0")


async def test_a_form_for_a_call_that_nobody_knew(household: Household) -> None:
    page = await form(household, "shop/order")
    await press(page, "Call")
    await page.until("shows('main', 'title is needed.')")
    await type_in(page, "title", "forbidden")
    await choose(page, "binding", 1)
    await type_in(page, "shelf.row", "3")
    await press(page, "Give Near")
    await page.until("document.querySelector('[id=\"field-near.row\"]')")
    await type_in(page, "near.row", "7")
    await page.run("press('hs-form', 'Add to Words')")
    await type_in(page, "words.0", "old")
    await page.run("press('hs-form', 'Add to Words')")
    await type_in(page, "words.1", "red")
    await page.run("document.querySelector('[id=\"field-urgent\"]').click()")
    listed = (
        "[...document.getElementById(document.querySelector('[id=\"field-entity\"]').getAttribute('list')).options]"
    )
    assert await page.run(f"{listed}.length > 5")
    await type_in(page, "entity", "light.kitchen_ceiling")
    await press(page, "Call")
    await page.until("shows('.side', 'this book is not sold')")
    assert "title" in await page.text(".side .fault")
    assert shop(household).orders == []
    await type_in(page, "title", "Dune")
    await press(page, "Call")
    await page.until("shows('.reply', 'person.anna')")
    (order,) = shop(household).orders
    assert order == Order(
        title="Dune",
        binding="soft" if order.binding == "soft" else "hard",
        shelf=Shelf(row=3),
        near=Shelf(row=7),
        words=["old", "red"],
        entity="light.kitchen_ceiling",
        urgent=True,
    )
    assert odd(page) == []


async def test_what_comes_in_parts_is_shown_as_it_comes_and_can_be_stopped(household: Household) -> None:
    page = await form(household, "shop/count")
    await press(page, "Call")
    await page.until("document.querySelectorAll('.parts > li').length === 3")
    assert shop(household).counting == 1
    await press(page, "Stop")
    await until(lambda: shop(household).counting == 0)
    await press(page, "Call")
    await page.until("document.querySelectorAll('.parts > li').length === 3")
    await walk(page, "/calls", "document.querySelector('.list')")
    await until(lambda: shop(household).counting == 0)
    assert odd(page) == []


async def test_two_people_side_by_side_and_neither_leaks_to_the_other(household: Household) -> None:
    page = await form(household, "shop/order", width=1280, height=900)
    before = await page.run("fetch('/api/session').then((answer) => answer.text())")
    await page.run("document.querySelector('hs-second details').open = true")
    await page.run(f"fill('hs-second', {json.dumps({'name': 'carl', 'password': 'wrong'})}); submit('hs-second')")
    await page.until("shows('hs-second', 'That does not fit.')")
    await page.run(f"fill('hs-second', {json.dumps({'name': 'carl', 'password': PASSWORD})}); submit('hs-second')")
    await page.until("shows('hs-second', 'Carl asks beside you') && shows('hs-second', 'What only you see')")
    assert await page.run("fetch('/api/session').then((answer) => answer.text())") == before, "the page stays hers"
    kept = await page.run("JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie])")
    assert "eyJ" not in kept, "no token in any storage"
    await type_in(page, "title", "Dune")
    await choose(page, "binding", 1)
    await type_in(page, "shelf.row", "3")
    await press(page, "Call as both")
    await page.until("document.querySelector('.side .reply') && document.querySelector('.side .wrong')")
    first, second = await page.run("[...document.querySelectorAll('.side')].map((one) => one.innerText)")
    assert "person.anna" in first
    assert "Carl" in second
    assert "403" in second
    assert [order.title for order in shop(household).orders] == ["Dune"]
    await walk(page, "/calls", "document.querySelector('.list')")
    assert "not Carl" in await page.run("document.querySelector('main').textContent")
    await page.run("press('hs-second', 'Let go')")
    await page.until("!shows('hs-second', 'Carl')")
    vault = household.stage.bridge.vault
    await until(lambda: [one for one in vault.proofs.of("person.carl") if one.kind == "refresh"] == [])
    assert [fault for fault in odd(page) if "401" not in fault] == []


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("width", [360, 1280])
async def test_everybody_can_use_it_on_any_screen(household: Household, width: int, dark: bool) -> None:
    if not AXE.exists():
        pytest.skip("the dashboard's libraries are not there: `make test` fetches them")
    PICTURES.mkdir(parents=True, exist_ok=True)
    page = await form(household, "shop/order")
    await page.look(width=width, height=900, dark=dark, phone=width < 500)
    await page.run(AXE.read_text())
    await press(page, "Give Near")
    await page.run("press('hs-form', 'Add to Words')")
    await type_in(page, "title", "Dune")
    await choose(page, "binding", 1)
    await type_in(page, "shelf.row", "3")
    await type_in(page, "near.row", "3")
    await press(page, "Call")
    await page.until("document.querySelector('.reply')")
    await page.run("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    assert await violations(page) == []
    assert await page.run(WIDE)
    await page.screenshot(PICTURES / f"call-{width}{'-dark' if dark else ''}.png", whole=True)
