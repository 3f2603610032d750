"""The live page where something goes wrong: commands that come to nothing, a lost home, and odd or evil devices."""

import asyncio
from collections.abc import Callable

import pytest

from homeserver.bridge import services
from homeserver.bridge.homeassistant.overview import Overview
from homeserver.bridge.homeassistant.session import Session
from homeserver.runtime.people import OWNER
from homeserver.topics.entity import COMMAND_FAILED, ENTITY_CONFIG, CommandOutcome, EntityConfig
from homeserver.topics.event import DEVICE_EVENT, DeviceEvent
from tests.bridge.browser import Browser
from tests.bridge.dashboard.visit import HURRY, MORE, PROBE, READY, TOLD, opened, tap, until
from tests.bridge.staging import Stage

UNANSWERED = """(() => {
    const fetch = window.fetch;
    window.fetch = (path, ...more) => path === "/api/overview" ? new Promise(() => undefined) : fetch(path, ...more);
})();"""
"""Run before the page's own scripts, it leaves the page without its first look at the home."""

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]


@pytest.mark.parametrize("fault", ["silent", "dead"])
async def test_what_is_not_confirmed_is_rolled_back_and_said(
    browser: Browser, stage: Stage, fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services, "LIFE", 0.5)
    page = await opened(browser, stage, before=HURRY if fault == "dead" else "")
    getattr(stage.furniture, fault).add("light.living_corner")
    await tap(page, "Corner lamp")
    await page.until("tile('Corner lamp').dataset.wish === 'asked'")
    assert await page.run("tile('Corner lamp').querySelector('.tile-main').getAttribute('aria-checked')") == "true"
    await page.until("tile('Corner lamp').textContent.includes('Not confirmed')")
    assert await page.run("tile('Corner lamp').querySelector('.tile-main').getAttribute('aria-checked')") == "false"
    assert "Corner lamp" in await page.text("#said")


async def test_a_first_visit_need_not_wait_for_the_socket(browser: Browser, stage: Stage) -> None:
    page = await browser.page()
    deaf = "window.WebSocket = class extends EventTarget { close() {} send() {} };"
    await page.send("Page.addScriptToEvaluateOnNewDocument", source=f"{deaf}localStorage.clear();{PROBE}")
    await page.goto(stage.address)
    await page.until(READY)
    await page.until(f"document.querySelector('hs-home') && {TOLD}")
    assert await page.run("document.querySelector('#live').dataset.live") == "connecting"
    assert await page.run("document.querySelector('#notice').hidden")
    assert not await page.run("document.querySelector('.frame').hasAttribute('data-stale')")
    await page.run("document.querySelector('.menu a[href=\"/room\"]').click()")
    await page.until(f"document.querySelector('hs-room') && {TOLD}")
    await tap(page, "Corner lamp")
    await until(lambda: stage.furniture.commands)  # what is asked for goes its own way
    assert page.faults == []


async def test_what_others_ask_for_is_seen_on_its_way_and_when_it_is_not_confirmed(
    browser: Browser, stage: Stage
) -> None:
    page = await opened(browser, stage)
    line = "tile('Corner lamp').textContent"
    stage.furniture.become("light.living_corner", "off", {"wanted": {"state": "on"}})
    await page.until(f"{line}.includes('Off → On')")
    missed = {"service": "turn_on", "wanted": {"state": "on"}, "since": "2026-01-05T07:00:00+00:00"}
    stage.furniture.become("light.living_corner", "off", {"not_confirmed": missed})
    await page.until(f"{line}.includes('Not confirmed')")
    stage.furniture.become("light.living_corner", "on")
    await page.until(f"{line}.includes('On') && !{line}.includes('onfirmed')")
    assert page.faults == []


async def test_what_the_home_still_tries_is_not_given_up_by_the_page(browser: Browser, stage: Stage) -> None:
    page = await opened(browser, stage, before=HURRY)
    stage.furniture.dead.add("light.living_corner")
    await tap(page, "Corner lamp")
    await until(lambda: stage.furniture.commands)
    stage.furniture.become("light.living_corner", "off", {"wanted": {"state": "on"}})
    await page.until("tile('Corner lamp').textContent.includes('Off → On')")
    assert await page.run("tile('Corner lamp').dataset.wish") == "asked"
    assert await page.text("#said") == ""


async def test_what_is_no_change_of_a_state_is_told_too_and_after_a_reload(browser: Browser, stage: Stage) -> None:
    page = await opened(browser, stage, path="/")
    house, now = stage.furniture.house, stage.furniture.house.clock.now()
    house.say(COMMAND_FAILED, CommandOutcome("c1", "light.living_corner", "turn_on", "failed", "it is silent"))
    house.say(DEVICE_EVENT, DeviceEvent("flapping", "d1", "lock.hall_lock", now, {"message": "it changes"}))
    for _ in range(2):
        await page.until("document.querySelectorAll('#feed li').length === 2")
        told = await page.text("#feed")
        assert "Corner lamp did not do it: it is silent" in told
        assert "A device changes far too often" in told
        await page.until("document.querySelector('#live').dataset.live === 'live'")
        await page.send("Page.reload")
        await page.until(READY)
    assert page.faults == []


async def test_odd_attributes_of_one_device_cost_nobody_the_page(browser: Browser, stage: Stage) -> None:
    odd = {
        "percentage": {},
        "preset_mode": 7,
        "hvac_action": [1],
        "event_type": 5,
        "current_position": "x",
        "wanted": 3,
    }
    precision = {"display_precision": 500, "state_class": 9, "effect_list": "abc", "action": {}, "wanted": 3}
    names = ("climate.living_heater", "fan.bedroom_fan", "event.hall_ring", "humidifier.bedroom_dryer")
    for entity_id in (*names, "sensor.living_co2", "light.living_shelf"):
        stage.furniture.become(entity_id, "20" if entity_id.startswith("sensor") else "on", odd | precision)
    page = await opened(browser, stage)
    await page.until("tile('CO₂').textContent.includes('20')")
    assert page.faults == []
    config = EntityConfig("Broken", "furniture", ("turn_on",), capabilities={"supported_color_modes": 3})
    stage.furniture.house.say(ENTITY_CONFIG, config, "light", "broken")
    stage.furniture.become("light.broken", "on")
    stage.furniture.become("binary_sensor.front_door", "off")
    await page.until("tile('Front door').textContent.includes('Closed')")
    await page.send("Page.reload")
    await page.until(READY)
    await page.until("tile('Front door').textContent.includes('Closed')")
    await until(lambda: page.faults)  # what is odd is told to who looks


async def test_a_lost_connection_is_shown_and_mended(browser: Browser, stage: Stage) -> None:
    page = await opened(browser, stage)
    await page.run("window.same = true")
    await stage.process.stop("bridge")
    await page.until("!document.querySelector('#notice').hidden")
    assert "Connection lost" in await page.text("#notice")
    assert await page.run("document.querySelector('.frame').hasAttribute('data-stale')")
    stage.furniture.become("sensor.living_co2", "999")
    stage.furniture.become("light.living_ceiling", "off")
    await stage.process.start("bridge")
    await page.until("document.querySelector('#notice').hidden && tile('CO₂').textContent.includes('999')")
    assert await page.run("window.same")
    await page.until("document.querySelector('#live').dataset.live === 'live'")


@pytest.mark.parametrize("comes", [True, False])
async def test_until_the_home_was_told_nothing_is_claimed_of_it(
    browser: Browser, stage: Stage, comes: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    join, waiting = Overview.join, list[Callable[[], object]]()

    def held(overview: Overview, session: Session, id: int, known: str) -> Callable[[], None]:
        waiting.append(lambda: join(overview, session, id, known))
        return lambda: None

    monkeypatch.setattr(Overview, "join", held)
    page = await browser.page()
    await page.send("Page.addScriptToEvaluateOnNewDocument", source=UNANSWERED)
    await page.goto(stage.address)
    await page.until("document.querySelector('#notice')")
    assert await page.run("document.querySelector('#live').dataset.live") == "connecting"
    assert await page.text("#notice") == "Connecting to the home …"
    if not comes:
        await stage.process.stop("bridge")
        await page.until("document.querySelector('#live').dataset.live === 'lost'")
        assert await page.text("#notice") == "The home does not answer. Trying again …"
        await stage.process.start("bridge")
        monkeypatch.setattr(Overview, "join", join)
    else:
        await until(lambda: waiting)
        waiting[0]()
    await page.until(READY)
    assert await page.run("document.querySelector('#live').dataset.live") == "live"
    assert await page.run("document.querySelector('#notice').hidden")


async def test_what_was_known_is_shown_at_once_and_marked_as_old(browser: Browser, stage: Stage) -> None:
    page = await opened(browser, stage)
    await page.until("localStorage.getItem('homeserver.snapshot')")
    await stage.process.stop("bridge")
    await page.run("navigator.serviceWorker.ready")
    await page.send("Page.reload")
    await page.until(READY)
    assert "This is how it was at" in await page.text("#notice")
    assert await page.run("document.querySelector('.frame').hasAttribute('data-stale')")
    await stage.process.start("bridge")
    await page.until("document.querySelector('#notice').hidden")


async def test_an_ended_session_leads_to_the_door(browser: Browser, stage: Stage) -> None:
    page = await opened(browser, stage)
    stage.bridge.vault.proofs.end_all(OWNER)
    await page.until("!!document.querySelector('hs-door')")


async def test_what_the_home_says_is_text_and_never_markup(browser: Browser, stage: Stage) -> None:
    page = await opened(browser, stage)
    evil = '<img src=x onerror="window.broken=1"><script>window.broken=1</script>'
    config = EntityConfig(evil, "furniture", ("select_option",), capabilities={"options": [evil, "b"]}, unit=evil)
    stage.furniture.house.say(ENTITY_CONFIG, config, "select", "evil")
    stage.furniture.become("select.evil", evil, {evil: {evil: evil}, "rgb_color": [evil, 1, 2]})
    stage.furniture.become("select.evil", "b", {evil: [evil]})
    await page.until("[...document.querySelectorAll('.tile')].some((node) => node.textContent.includes('onerror'))")
    await page.run(MORE.format(kind=".tile", word="onerror"))
    await page.until("document.querySelector('#detail').textContent.includes('onerror')")
    assert (
        await page.run("document.querySelectorAll('img:not([src^=\"/api/\"]), main script, #detail script').length")
        == 0
    )
    assert await page.run("window.broken") is None
    assert page.faults == []


HIJACK = """new Promise((done) => {{
    const socket = new WebSocket('ws://127.0.0.1:{port}/api/websocket');
    socket.onopen = () => socket.send(JSON.stringify({{ type: 'auth', access_token: 'session' }}));
    socket.onmessage = ({{ data }}) => {{
        const {{ type }} = JSON.parse(data);
        if (type !== 'auth_required') done(type);
    }};
    socket.onclose = () => done('closed');
}})"""


async def test_a_page_of_somebody_else_gets_nothing_out_of_the_cookie(browser: Browser, stage: Stage) -> None:
    """Another port of the same machine is the same site, so the browser sends the cookie along."""

    async def stranger(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: 2\r\n\r\nhi")
        await writer.drain()
        writer.close()

    page = await opened(browser, stage)
    assert await page.run(HIJACK.format(port=stage.port)) == "auth_ok", "our own page comes in so"
    server = await asyncio.start_server(stranger, "127.0.0.1", 0)
    async with server:
        await page.goto(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/")
        await page.until("document.body.textContent === 'hi'")
        assert await page.run(HIJACK.format(port=stage.port)) == "auth_invalid"
