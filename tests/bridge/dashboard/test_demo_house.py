"""A whole home in real processes with its demo house, a finger on the page, and what reaches the lamp by MQTT."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from homeserver.runtime.logins import Logins
from tests.bridge.browser import Browser, Page
from tests.bridge.dashboard.visit import PROBE, tap
from tests.evening.whole_home import WholeHome
from tests.runtime.raw_client import RawClient

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

LAMP = "demo/zigbee/hall_ceiling/set"
SWITCH = "tile('Ceiling').querySelector('.tile-main').getAttribute('aria-checked')"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[WholeHome]:
    home = WholeHome(tmp_path_factory.mktemp("demo"), "mosquitto", "--demo")
    try:
        home.start()
        await home.until_up()
        yield home
    finally:
        home.stop()


async def hall(browser: Browser, house: WholeHome, *, phone: bool, dark: bool) -> Page:
    """The page of the hall."""
    token = (house.data / "http-token").read_text().strip()
    width, height = (390, 844) if phone else (1440, 900)
    page = await browser.page(width=width, height=height, phone=phone, dark=dark)
    await page.send("Page.addScriptToEvaluateOnNewDocument", source=PROBE)
    await page.goto(f"http://127.0.0.1:{house.http_port}/#token={token}")
    await page.until("[...document.querySelectorAll('.room-head a')].some((link) => link.textContent === 'Hall')")
    await page.run("[...document.querySelectorAll('.room-head a')].find((link) => link.textContent === 'Hall').click()")
    await page.until("document.querySelector('hs-room h1').textContent === 'Hall'")
    await page.until(f"['true', 'false'].includes({SWITCH}) && !tile('Ceiling').textContent.includes('…')")
    return page


@pytest.mark.parametrize(("phone", "dark"), [(True, False), (True, True), (False, False), (False, True)])
async def test_a_tap_and_a_slider_reach_the_lamp_over_mqtt(
    browser: Browser, house: WholeHome, phone: bool, dark: bool
) -> None:
    page = await hall(browser, house, phone=phone, dark=dark)
    with RawClient(house.mqtt_port) as raw:
        assert raw.connect("ear", "device.demo", Logins(house.data).secret("device.demo")) == (False, 0)
        raw.subscribe(LAMP)
        was = await page.run(SWITCH)
        await tap(page, "Ceiling")
        said = await asyncio.to_thread(raw.message)
        assert (said.topic, said.retain) == (LAMP, False)
        assert json.loads(said.data)["state"] == ("OFF" if was == "true" else "ON")
        await page.until(f"{SWITCH} === '{'false' if was == 'true' else 'true'}' && !tile('Ceiling').dataset.wish")
        await page.run("""(() => { const slider = tile('Ceiling').querySelector('input[type=range]'); slider.value = 40;
            slider.dispatchEvent(new Event('input')); slider.dispatchEvent(new Event('change')); })()""")
        told = json.loads((await asyncio.to_thread(raw.message)).data)
        assert told["brightness"] == pytest.approx(102, abs=2)
        await page.until("tile('Ceiling').textContent.includes('40 %') && !tile('Ceiling').dataset.wish")
    assert page.faults == []
    pictures = Path(__file__).parents[3] / "build" / "pages"
    pictures.mkdir(parents=True, exist_ok=True)
    await page.screenshot(pictures / f"hall-{'phone' if phone else 'desktop'}-{'dark' if dark else 'light'}.png")


async def test_the_bridge_is_killed_and_the_page_comes_back_by_itself(browser: Browser, house: WholeHome) -> None:
    page = await hall(browser, house, phone=True, dark=False)
    await page.until("document.querySelector('#live').dataset.live === 'live'")
    await page.run("window.same = true")
    await house.kill("bridge")
    await page.until("!document.querySelector('#notice').hidden")
    await page.until("document.querySelector('#notice').hidden", 40)
    was = await page.run(SWITCH)
    await tap(page, "Ceiling")
    await page.until(f"{SWITCH} !== '{was}' && !tile('Ceiling').dataset.wish")
    assert await page.run("window.same")
