"""The live page in a real Chromium, with a furnished home behind it."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from homeserver.topics.entity import ENTITY_CONFIG, EntityConfig
from tests.bridge.browser import Browser, Page
from tests.bridge.dashboard.visit import MORE, READY, opened, tap, until
from tests.bridge.staging import Stage, staged
from tests.ports import free_port

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

PICTURES = Path(__file__).parents[3] / "build" / "pages"


class Shared:
    """One home and one page for all tests that leave both as they find them, or ask only for what is new."""

    def __init__(self, stage: Stage, page: Page) -> None:
        self.stage = stage
        self.page = page

    def fresh(self) -> tuple[Stage, Page]:
        """With no command told yet."""
        self.stage.furniture.commands.clear()
        return self.stage, self.page

    async def seen(self, *, width: int = 390, height: int = 844, phone: bool = True, dark: bool = False) -> Page:
        """In another size and other colours, with every room drawn."""
        await self.page.look(width=width, height=height, phone=phone, dark=dark)
        await self.page.run("drawAll()")
        return self.page


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shared(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Shared]:
    async with staged(tmp_path_factory.mktemp("shared"), free_port()) as running:
        yield Shared(running, await opened(browser, running))


async def test_the_link_signs_in_and_leaves_no_trace_of_the_key(browser: Browser, stage: Stage) -> None:
    page = await opened(browser, stage)
    assert await page.run("location.href") == f"http://127.0.0.1:{stage.port}/room"
    assert await page.run("history.length") <= 3
    assert await page.run("document.cookie") == ""
    assert await page.run("document.title") == "Lindenhof 4"
    assert await page.text("#live") == "Live"
    await page.send("Page.reload")
    await page.until(READY)
    assert page.faults == []


async def test_without_a_key_there_is_a_door(browser: Browser, stage: Stage) -> None:
    page = await browser.page()
    await page.goto(f"http://127.0.0.1:{stage.port}/")
    await page.until("document.querySelector('hs-door form')")
    await page.run("[...document.querySelectorAll('hs-door .plain')].at(-1).click()")
    token = stage.address.partition("=")[2]
    for key, outcome in (("wrong", "!!document.querySelector('hs-door .fault').textContent"), (token, READY)):
        await page.until("document.querySelector('#key')")
        await page.run(f"document.querySelector('#key').value = {json.dumps(key)}")
        await page.click(".strong")
        await page.until(outcome)
    await page.until("Object.keys(localStorage).length > 0")
    await page.run("document.querySelector('.menu-foot button:last-child').click()")
    await page.until("!!document.querySelector('hs-door')")
    assert await page.run("Object.keys(localStorage).join()") == "", "nothing of the home stays in the browser"
    await until(lambda: stage.bridge.homeassistant.overview.pages == 0)


async def test_a_tap_switches_a_lamp(shared: Shared) -> None:
    stage, page = shared.fresh()
    await tap(page, "Corner lamp")
    await page.until("tile('Corner lamp').querySelector('.tile-main').getAttribute('aria-checked') === 'true'")
    await until(lambda: stage.furniture.commands)
    ((entity_id, command),) = stage.furniture.commands
    assert (entity_id, command.service, command.data) == ("light.living_corner", "turn_on", {})
    assert command.cause is not None
    assert command.cause.by == "person.owner"
    await page.until("!tile('Corner lamp').dataset.wish")
    assert page.faults == []


async def test_the_keyboard_does_it_too(shared: Shared) -> None:
    stage, page = shared.fresh()
    await page.run("tile('Television').querySelector('.tile-main').focus()")
    await page.key(" ", 32)
    await until(lambda: stage.furniture.commands)
    assert [(entity_id, command.service) for entity_id, command in stage.furniture.commands] == [
        ("switch.living_tv", "turn_off")
    ]


async def test_a_slider_sends_once_when_it_is_let_go(shared: Shared) -> None:
    stage, page = shared.fresh()
    await page.run("mark('Corner lamp', 'input')")
    script = """(() => { const node = document.querySelector('[data-test="Corner lamp"]');
        node.scrollIntoView({ block: 'center' }); const box = node.getBoundingClientRect();
        return [box.x, box.y + box.height / 2, box.width]; })()"""
    x, y, width = await page.run(script)

    async def mouse(kind: str, part: float) -> None:
        await page.send("Input.dispatchMouseEvent", type=kind, x=x + part * width, y=y, button="left", clickCount=1)

    await mouse("mousePressed", 0.05)
    for part in (0.2, 0.4, 0.6, 0.75):
        await mouse("mouseMoved", part)
        stage.furniture.become("light.living_corner", "on", {"brightness": 12})
        assert stage.furniture.commands == []
    await page.until("tile('Corner lamp').querySelector('.slider').hasAttribute('data-held')")
    shown = await page.run("Number(document.querySelector('[data-test=\"Corner lamp\"]').value)")
    await mouse("mouseReleased", 0.75)
    await until(lambda: stage.furniture.commands)
    ((entity_id, command),) = stage.furniture.commands
    assert (entity_id, command.data) == ("light.living_corner", {"brightness_pct": shown})
    assert 65 <= shown <= 85
    await page.until(f"tile('Corner lamp').textContent.includes('{shown} %') && !tile('Corner lamp').dataset.wish")


async def test_choices_numbers_and_buttons(shared: Shared) -> None:
    stage, page = shared.fresh()
    for script in (
        "(() => { const s = tile('Heating mode').querySelector('select'); s.value = 'eco'; return s; })()",
        "(() => { const s = tile('Target temperature').querySelector('input'); s.value = 19.5; return s; })()",
    ):
        await page.run(f"{script}.dispatchEvent(new Event('change', {{ bubbles: true }}))")
    await tap(page, "Reset meter")
    await until(lambda: len(stage.furniture.commands) == 3)
    assert {(entity_id, command.service, str(command.data)) for entity_id, command in stage.furniture.commands} == {
        ("select.living_mode", "select_option", "{'option': 'eco'}"),
        ("number.living_target", "set_value", "{'value': 19.5}"),
        ("button.meter_reset", "press", "{}"),
    }
    await page.until("tile('Target temperature').textContent.includes('19.5 °C')")


async def test_news_arrive_without_a_reload_and_touch_only_what_changed(browser: Browser, stage: Stage) -> None:
    page = await opened(browser, stage)
    await page.until("[...document.images].every((image) => image.complete)")
    await page.run("watchTiles()")
    for value in range(600, 700):
        stage.furniture.become("sensor.living_co2", str(value))
        await asyncio.sleep(0)
    stage.furniture.become("binary_sensor.front_door", "off")
    await page.until("tile('CO₂').textContent.includes('699')")
    await page.until("tile('Front door').textContent.includes('Closed')")
    assert set(await page.run("[...touched]")) == {"CO₂", "Front door"}
    assert page.faults == []


async def test_why_stands_in_the_list_and_in_the_details(browser: Browser, stage: Stage) -> None:
    page = await opened(browser, stage, path="/")
    stage.furniture.walk_in()
    await page.until("document.querySelectorAll('#feed li').length === 2")
    reason = "by the rule Hall light, because Hall motion saw motion"
    assert await page.text("#feed li:first-child .quiet") == reason
    await page.until("tile('Ceiling') && document.querySelector('[data-mood=glow]')")
    await page.run(MORE.format(kind=".tile", word="Ceiling"))
    await page.until("document.querySelector('#detail')?.open")
    assert reason in await page.text("#detail .why")
    await page.key("Escape", 27)
    await page.until("!document.querySelector('#detail')?.open")


async def test_what_stands_at_the_top_says_of_which_it_speaks(browser: Browser, stage: Stage) -> None:
    page = await opened(browser, stage, path="/")
    chip = "[...document.querySelectorAll('.glance button')].find((node) => node.innerText.includes('{word}'))"
    listed = "[...document.querySelectorAll('#detail .sheet-list .reading')]"
    await page.run(f"{chip.format(word='doors and windows')}.focus()")
    await page.key(" ", 32)
    await page.until("document.querySelector('#detail')?.open")
    assert await page.text("#detail-name") == "Doors and windows"
    assert await page.run(f"{listed}.map((node) => node.innerText).join()") == "Open\nFront door,Open\nBedroom window"
    stage.furniture.become("binary_sensor.front_door", "off")
    await page.until(f"{listed}[0].innerText.includes('Closed')")
    stage.furniture.house.say(ENTITY_CONFIG, None, "binary_sensor", "front_door")
    await page.until(f"{listed}.length === 1")
    await page.run(f"{listed}[0].click()")
    await page.until("document.querySelector('#detail').innerText.includes('binary_sensor.bedroom_window')")
    await page.key("Escape", 27)
    await page.until("!document.querySelector('#detail').open && !document.querySelector('#detail').children.length")
    await page.run(f"{chip.format(word='low battery')}.click()")
    await page.until("document.querySelector('#detail').innerText.includes('sensor.bedroom_battery')")
    assert page.faults == []


async def test_a_rule_with_a_fault_is_refused_and_not_out_of_reach(browser: Browser, stage: Stage) -> None:
    page = await opened(browser, stage, path="/")
    for name in ("automation.night", "script.morning"):
        stage.furniture.house.say(ENTITY_CONFIG, EntityConfig("Night", "furniture"), *name.split("."))
        stage.furniture.become(name, "unavailable")
    shown = (
        "[...document.querySelectorAll('.glance li:not([hidden])')].map((node) => node.innerText.replace(/\\s+/g, ' '))"
    )
    await page.until(f"{shown}.includes('2 rules refused')")
    assert "1 not reachable" in await page.run(shown)
    assert page.faults == []


async def test_a_group_is_not_counted_beside_its_members(browser: Browser, stage: Stage) -> None:
    page = await opened(browser, stage, path="/")
    lamps = "[...document.querySelectorAll('.glance li')].find((node) => node.innerText.includes('lamps')).innerText"
    lit = [id for id, said in stage.furniture.states.items() if id.startswith("light.") and said.state == "on"]
    await page.until(f"{lamps} === '{len(lit)} on\\nlamps'")
    stage.furniture.house.say(ENTITY_CONFIG, EntityConfig("All lamps", "furniture"), "light", "all_lamps")
    stage.furniture.become("light.all_lamps", "on", {"entity_id": lit})
    stage.furniture.become(lit[0], "off")
    await page.until(f"{lamps}.startsWith('{len(lit) - 1} on')")
    assert page.faults == []


async def test_entities_that_go_and_rooms_that_empty_leave_the_page(browser: Browser, stage: Stage) -> None:
    page = await opened(browser, stage)
    for entity_id in ("sensor.garden_temperature", "light.garden_path", "lawn_mower.garden_mower"):
        stage.furniture.house.say(ENTITY_CONFIG, None, *entity_id.split("."))
    await page.until("document.querySelectorAll('.room').length === 5")
    assert "Garden" not in await page.text("main")


@pytest.mark.parametrize("width", [360, 390, 768, 1440])
async def test_nothing_sticks_out(shared: Shared, width: int) -> None:
    page = await shared.seen(width=width, height=800, phone=width < 1000)
    await page.run("unfold()")
    assert await page.run("document.documentElement.scrollWidth") == width
    assert await page.run("tooSmall()") == []
    assert await page.run("spilt()") == []


async def test_everything_that_can_be_worked_has_a_name(shared: Shared) -> None:
    page = await shared.seen()
    await page.send("Accessibility.enable")
    nodes = (await page.send("Accessibility.getFullAXTree"))["nodes"]
    await page.send("Accessibility.disable")
    worked = {
        "button",
        "switch",
        "slider",
        "combobox",
        "textbox",
        "spinbutton",
        "link",
        "Date",
        "InputTime",
        "DateTime",
    }
    seen = [node for node in nodes if node.get("role", {}).get("value") in worked and not node["ignored"]]
    assert len(seen) > 100
    assert [node for node in seen if not node.get("name", {}).get("value", "").strip()] == []
    roles = [node["role"]["value"] for node in nodes if not node["ignored"]]
    assert roles.count("main") == 1


@pytest.mark.parametrize("dark", [False, True])
async def test_words_stand_out_from_their_ground(shared: Shared, dark: bool) -> None:
    page = await shared.seen(dark=dark)
    await page.run("unfold()")
    await asyncio.sleep(0.4)  # the colours take 0.25 s to change
    assert await page.run("faintTexts()") == []


DIALOGS = ("climate.living_heater", "alarm_control_panel.hall_alarm", "siren.hall_siren", "fan.bedroom_fan")


@pytest.mark.parametrize("dark", [False, True])
async def test_details_stand_out_and_stay_in_their_place(shared: Shared, dark: bool) -> None:
    page = await shared.seen(width=360, height=800, dark=dark)
    shared.stage.furniture.become("alarm_control_panel.hall_alarm", "armed_away")
    for entity_id in DIALOGS:
        await page.run(f"detailsOf('{entity_id}')")
        await page.until(f"document.querySelector('#detail').innerText.includes('{entity_id}')")
        await asyncio.sleep(0.3)
        assert await page.run("faintTexts('#detail')") == [], entity_id
        assert await page.run("tooSmall()") == [], entity_id
        assert await page.run("(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth)(detail)") == 0, entity_id
        await page.run("detail.close()")
    shared.stage.furniture.become("alarm_control_panel.hall_alarm", "disarmed")


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize(("width", "height", "phone"), [(390, 844, True), (1440, 900, False)])
async def test_pictures_to_look_at(shared: Shared, dark: bool, width: int, height: int, phone: bool) -> None:
    """Leaves pictures in build/pages; they are for people, the test only says that nothing went wrong on the way."""
    page = await shared.seen(dark=dark, width=width, height=height, phone=phone)
    PICTURES.mkdir(parents=True, exist_ok=True)
    path = PICTURES / f"{'phone' if phone else 'desktop'}-{'dark' if dark else 'light'}.png"
    await page.until("document.getAnimations().every((one) => one.playState !== 'running')")  # from light to dark
    await page.screenshot(path, whole=True)
    assert path.stat().st_size > 20_000
    assert page.faults == []
