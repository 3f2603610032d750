"""Rules in a real browser: what a run did, a fault marked while one types, saving, conflicts, versions."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.bridge.browser import Browser, Page
from tests.bridge.dashboard.test_access import AXE, violations
from tests.bridge.dashboard.whole import RULES, WIDE, odd, seen, walk, whole
from tests.bridge.staging import Stage
from tests.ports import free_port

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

EDITOR = "document.querySelector('hs-code')?.shadowRoot?.querySelector('.cm-content')"
TEXT = "document.querySelector('hs-code').value"
OPENED = f"{EDITOR} && {TEXT}.includes('Hall light')"
PICTURES = Path("build/pages")


@pytest_asyncio.fixture(loop_scope="module")
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with whole(tmp_path, free_port()) as running:
        yield running


def file(stage: Stage) -> Path:
    return stage.folder / "rules/hall.yaml"


async def press(page: Page, words: str) -> None:
    """Press the button that says so."""
    button = f"[...document.querySelectorAll('main button')].find((one) => one.innerText.trim() === {words!r})"
    await page.until(f"!!{button}")
    await page.run(f"{button}.click()")


async def write(page: Page, old: str, new: str) -> None:
    """Put the cursor behind some words of the text, mark them, and type."""
    await page.run(f"""(() => {{
        const code = document.querySelector('hs-code');
        const at = code.value.indexOf({json.dumps(old)});
        code.view.dispatch({{ selection: {{ anchor: at, head: at + {len(old)} }} }});
        code.view.focus();
    }})()""")
    await page.send("Input.insertText", text=new)


async def test_a_run_is_told_as_a_tree(browser: Browser, stage: Stage) -> None:
    stage.furniture.become("light.living_corner", "off")
    stage.furniture.become("binary_sensor.front_door", "off")
    page = await seen(browser, stage, "/rules", "document.querySelector('.list').innerText.includes('Hall light')")
    stage.furniture.become("binary_sensor.front_door", "on")
    await page.click(".list a.words")
    await page.until("document.querySelector('.trace')")
    await page.run("document.querySelector('.trace').open = true")
    told = await page.run("document.querySelector('.trace').innerText")
    for part in (
        "Because",
        "Conditions",
        "light.living_corner is off",
        "line 8",
        "Steps",
        "Step 1",
        "Corner lamp: turn on",
    ):
        assert part in told, part
    assert (
        await page.run("document.querySelector('.trace .tree .tree a').getAttribute('href')")
        == "/rules/edit-file/hall.yaml#L8"
    )
    await page.until("document.querySelector('#why-not')")
    assert odd(page) == []


async def test_a_fault_is_marked_where_it_is_and_the_text_outlives_a_reload(browser: Browser, stage: Stage) -> None:
    page = await seen(browser, stage, "/rules/edit-file/hall.yaml", OPENED)
    await write(page, "light.turn_on", "light.turn_onn")
    await page.until(
        "document.querySelector('hs-code').shadowRoot.querySelector('.cm-fault')?.textContent === 'turn_onn'"
    )
    await page.until("document.querySelector('#found .list')")
    found = await page.run("document.querySelector('#found').textContent")
    assert "line 12" in found
    assert "turn_on" in found
    assert await page.run("document.querySelector('hs-code').shadowRoot.querySelector('.cm-marks .bad') !== null")
    await press(page, "Save")
    await page.until("document.querySelector('.fault.wrong').innerText.startsWith('not written')")
    assert file(stage).read_text() == RULES
    await page.send("Page.reload")
    await page.until("document.querySelector('#live')?.dataset.live === 'live'")
    await page.until(f"{EDITOR} && {TEXT}.includes('turn_onn')")
    assert "did not save" in await page.text(".note")
    await press(page, "Give it up")
    await page.until(f"!{TEXT}.includes('turn_onn') && !document.querySelector('.note')")
    assert await page.run("Object.keys(localStorage).filter((key) => key.startsWith('homeserver.draft')).length") == 0
    assert odd(page) == []


async def test_what_is_saved_is_in_force_and_is_taken_back_in_one_press(browser: Browser, stage: Stage) -> None:
    page = await seen(browser, stage, "/rules/edit-file/hall.yaml", OPENED, width=1280, height=900, phone=False)
    await write(page, "light.turn_on", "light.toggle")
    await page.run(f"{EDITOR}.focus()")
    for kind in ("rawKeyDown", "keyUp"):  # Ctrl+S
        await page.send(
            "Input.dispatchKeyEvent", type=kind, key="s", code="KeyS", windowsVirtualKeyCode=83, modifiers=2
        )
    await page.until("document.querySelector('main').innerText.includes('Saved, and in force.')")
    assert "light.toggle" in file(stage).read_text()
    await page.until("document.querySelectorAll('hs-file-versions li').length === 2")
    await page.run("document.querySelector('hs-file-versions details').open = true")
    await page.until("document.querySelector('hs-file-versions .diff')")
    diff = await page.text("hs-file-versions .diff")
    assert "light.toggle" in diff
    await press(page, "Undo")
    await page.until(f"{TEXT}.includes('light.turn_on')")
    assert file(stage).read_text() == RULES
    assert odd(page) == []


async def test_a_file_that_changed_meanwhile_asks_what_to_do(browser: Browser, stage: Stage) -> None:
    page = await seen(browser, stage, "/rules/edit-file/hall.yaml", OPENED)
    await write(page, "Hall light", "My light")
    file(stage).write_text(RULES.replace("Hall light", "Their light"))
    await press(page, "Save")
    await page.until("document.querySelector('#conflict')")
    assert "Their light" in file(stage).read_text()
    shown = await page.text(".note")
    assert "Their light" in shown
    assert "My light" in shown
    await press(page, "Save mine all the same")
    await page.until("document.querySelector('main').innerText.includes('Saved, and in force.')")
    assert "My light" in file(stage).read_text()
    versions = "document.querySelectorAll('hs-file-versions li').length"
    await page.until(f"{versions} === 2")
    assert odd(page) == []


async def test_a_new_file_is_removed_and_brought_back(browser: Browser, stage: Stage) -> None:
    page = await seen(browser, stage, "/rules/new-file", OPENED)
    await page.run("document.querySelector('main input').select()")
    await page.send("Input.insertText", text="evening.yaml")
    await write(page, "binary_sensor.hall_motion", "binary_sensor.front_door")
    await write(page, "light.hall\n", "light.living_corner\n")
    await write(page, "Hall light", "In the evening")
    await press(page, "Save")
    await page.until(
        "location.pathname.endsWith('/evening.yaml') && document.querySelector('h1').innerText === 'evening.yaml'"
    )
    assert (stage.folder / "rules/evening.yaml").exists()
    await press(page, "Remove the file")
    await press(page, "Sure?")
    await page.until("location.pathname === '/rules/all-files' && document.querySelector('#gone')")
    assert not (stage.folder / "rules/evening.yaml").exists()
    await press(page, "Bring back")
    await page.until(
        "!document.querySelector('#gone') && document.querySelector('main').innerText.includes('evening.yaml')"
    )
    assert "In the evening" in (stage.folder / "rules/evening.yaml").read_text()
    await walk(page, "/rules", "document.querySelector('.list').innerText.includes('In the evening')")
    assert odd(page) == []


async def test_a_former_text_of_a_rule_comes_back_in_one_press(browser: Browser, stage: Stage) -> None:
    await stage.process.calls.ask("rules", "reload", {})
    file(stage).write_text(RULES.replace("light.turn_on", "light.toggle"))
    await stage.process.calls.ask("rules", "reload", {})
    page = await seen(browser, stage, "/rules/hall_light", "document.querySelectorAll('.list.tall li').length === 2")
    await page.run("document.querySelector('.list.tall details').open = true")
    await page.until("document.querySelector('.diff [data-sign=\"+\"]')?.innerText.includes('light.toggle')")
    await press(page, "Bring back")
    await page.until("document.querySelectorAll('.list.tall li').length === 3")
    assert file(stage).read_text() == RULES
    assert odd(page) == []


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("width", [360, 1280])
async def test_everybody_can_use_it_on_any_screen(browser: Browser, stage: Stage, width: int, dark: bool) -> None:
    if not AXE.exists():
        pytest.skip("the dashboard's libraries are not there: `make test` fetches them")
    PICTURES.mkdir(parents=True, exist_ok=True)
    page = await seen(
        browser, stage, "/rules/edit-file/hall.yaml", OPENED, width=width, height=900, dark=dark, phone=width < 500
    )
    await page.run(AXE.read_text())
    await write(page, "light.turn_on", "light.turn_onn")
    await page.until("document.querySelector('#found .list')")
    assert await violations(page) == []
    assert await page.run(WIDE)
    await page.screenshot(PICTURES / f"rule-file-{width}{'-dark' if dark else ''}.png")
    await walk(page, "/rules/all-files", "document.querySelector('hs-rule-files .list')")
    assert await violations(page) == []
    await walk(page, "/rules/hall_light", "document.querySelector('#versions')")
    await asyncio.sleep(0)
    assert await violations(page) == []
    assert await page.run(WIDE)
    await page.screenshot(PICTURES / f"rule-{width}{'-dark' if dark else ''}.png", whole=True)
