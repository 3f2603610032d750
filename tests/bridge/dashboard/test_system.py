"""System in a real browser: workers and their load, logs as they are written, the doctor, settings, a backup made."""

import io
import json
import os
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest
import pytest_asyncio

from homeserver.runtime.house import House
from homeserver.runtime.inspecting import Inspection
from homeserver.runtime.inspection_words import Finding, SettingLine
from homeserver.runtime.journal import Journal
from homeserver.runtime.keeper import Keeper
from integrations.backup.worker import setup as set_up_backup
from tests.bridge.browser import Browser, Page
from tests.bridge.dashboard.test_access import AXE, violations
from tests.bridge.dashboard.test_rules import PICTURES, press
from tests.bridge.dashboard.visit import until
from tests.bridge.dashboard.whole import WIDE, odd, seen, walk, whole
from tests.bridge.staging import Stage
from tests.ports import free_port
from tests.runtime.test_keeper import Staff

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

MAIN = "document.querySelector('main').innerText"


class Machine:
    """A home with a keeper, and the journal of its logs."""

    def __init__(self, stage: Stage, journal: Journal, staff: Staff) -> None:
        self.stage = stage
        self.journal = journal
        self.staff = staff

    def log(self, message: str, level: str = "info", name: str = "homeserver.worker.rules", **more: str) -> None:
        fields = {"time": "2026-01-05T07:00:00.000+00:00", "level": level, "name": name, "message": message, **more}
        self.journal.take("core", json.dumps(fields))


@pytest_asyncio.fixture(loop_scope="module")
async def machine(tmp_path: Path) -> AsyncIterator[Machine]:
    staff = Staff(tmp_path)
    staff.children = {}
    with closing(Journal(tmp_path / "logs", stream=io.StringIO())) as journal:
        inspection = Inspection(
            journal,
            lambda: [
                Finding(what="Python", state="good", found="3.11"),
                Finding(
                    what="Mosquitto", state="missing", found="no program of that name", cost="apt install mosquitto"
                ),
                Finding(what="data", state="bad", found="40 MB free", cost="Make room: a full disk stops the home."),
            ],
            lambda: [
                SettingLine(name="http_port", value=8321, source="default"),
                SettingLine(name="bridge.names", value=["home.example"], source="homeserver.toml"),
            ],
            tmp_path / "homeserver.toml",
            lambda: {"keeper": os.getpid()},
            tmp_path,
        )

        def keeper(house: House) -> Keeper:
            return Keeper(house, staff, inspection)

        async with whole(tmp_path, free_port(), {"keeper": keeper, "backup": set_up_backup}) as stage:
            yield Machine(stage, journal, staff)


async def opened(browser: Browser, machine: Machine, part: str, ready: str, width: int = 1280) -> Page:
    path = f"/system/{part}" if part else "/system"
    return await seen(browser, machine.stage, path, ready, width=width, height=900, phone=width < 500)


async def test_what_is_there_and_what_it_needs(browser: Browser, machine: Machine) -> None:
    page = await opened(browser, machine, "", "document.querySelector('.figures')")
    await page.until(f"{MAIN}.includes('Furniture')")
    told = await page.run("document.querySelector('main').textContent")
    for part in ("Memory", "Processor", "free", "keeps the others up", "mqtt://127.0.0.1:1", "MB"):
        assert part in told, part
    assert odd(page) == []


async def test_a_worker_is_stopped_only_when_it_is_sure(browser: Browser, machine: Machine) -> None:
    page = await opened(browser, machine, "", f"{MAIN}.includes('Furniture')")
    machine.staff.wanted = {"core": ("alpha", "beta")}
    await page.until("document.querySelector('[aria-label=\"Start alpha\"]')", 15)
    assert await page.run('document.querySelector(\'[aria-label="Stop keeper"], [aria-label="Stop bridge"]\')') is None
    await page.run("document.querySelector('[aria-label=\"Stop rules\"]').click()")
    await page.until("document.querySelector('[aria-label=\"Stop rules\"]').innerText === 'Sure?'")
    assert odd(page) == []


async def test_logs_come_as_they_are_written(browser: Browser, machine: Machine) -> None:
    machine.log("the hall is dark")
    page = await opened(browser, machine, "logs", "document.querySelectorAll('.log li').length === 1")
    machine.log("a rule was stopped", "warning")
    machine.log(
        "it broke", "error", "homeserver.worker.home", error="Traceback (most recent call last):\nKeyError: 'x'"
    )
    await page.until("document.querySelectorAll('.log li').length === 3")
    assert "KeyError: 'x'" in await page.text(".log li:last-child summary")
    await page.run(
        "(() => { const box = document.querySelector('.filters select'); box.value = 'warning';"
        " box.dispatchEvent(new Event('change')); })()"
    )
    await page.until("document.querySelectorAll('.log li').length === 2")
    await page.run("document.querySelector('.filters input').focus()")
    await page.send("Input.insertText", text="STOPPED")
    await page.until("document.querySelectorAll('.log li').length === 1")
    machine.log("another was stopped", "warning")
    await page.until("document.querySelectorAll('.log li').length === 2")
    await press(page, "Pause")
    machine.log("stopped while nobody looks", "warning")
    await page.until("document.querySelector('[aria-pressed=true]')")
    assert await page.run("document.querySelectorAll('.log li').length") == 2
    await press(page, "Go on")
    await page.until("document.querySelectorAll('.log li').length === 3")
    await walk(page, "/system", "document.querySelector('.figures')")
    await until(lambda: not machine.journal.watchers)
    assert odd(page) == []


async def test_the_doctor_tells_the_worst_first_with_what_to_do(browser: Browser, machine: Machine) -> None:
    page = await opened(browser, machine, "doctor", "document.querySelectorAll('hs-doctor li').length >= 3")
    first = await page.text("hs-doctor li")
    assert "data" in first
    assert "Make room" in first
    assert "1 thing is bad." in await page.run(MAIN)


async def test_settings_with_where_they_came_from(browser: Browser, machine: Machine) -> None:
    page = await opened(browser, machine, "settings", "document.querySelectorAll('hs-settings li').length === 2")
    await page.run("document.querySelector('hs-settings [type=checkbox]').click()")
    await page.until("document.querySelectorAll('hs-settings li').length === 1")
    told = await page.text("hs-settings li")
    assert "bridge.names" in told
    assert "home.example" in told
    assert "homeserver.toml" in told


async def test_a_backup_is_made_verified_and_taken_along(browser: Browser, machine: Machine, tmp_path: Path) -> None:
    page = await opened(browser, machine, "backups", "document.querySelector('hs-backups .strong')")
    await press(page, "Make one now")
    await page.until(f"{MAIN}.includes('A backup was made and verified.')")
    await page.until("document.querySelectorAll('hs-backups li').length === 1")
    await press(page, "Verify")
    await page.until(f"{MAIN}.includes('It is whole.')")
    (made,) = (tmp_path / "backups").iterdir()
    script = (
        "fetch('/api/calls/backup/fetch', { method: 'POST', headers: { 'content-type': 'application/json' }, body:"
        f" JSON.stringify({{ name: {made.name!r} }}) }}).then((answer) => answer.json()).then((blob) =>"
        " fetch(blob.url + '?download')).then(async (answer) => [(await answer.blob()).size,"
        " answer.headers.get('content-disposition')])"
    )
    size, how = await page.run(script)
    assert size == made.stat().st_size
    assert "attachment" in how
    assert odd(page) == []


@pytest.mark.parametrize("dark", [False, True])
async def test_everybody_can_use_it_on_any_screen(browser: Browser, machine: Machine, dark: bool) -> None:
    if not AXE.exists():
        pytest.skip("the dashboard's libraries are not there: `make test` fetches them")
    machine.log("a rule was stopped", "warning")
    machine.log("it broke", "error", error="Traceback\nKeyError")
    await machine.stage.process.calls.ask("backup", "make", {})
    PICTURES.mkdir(parents=True, exist_ok=True)
    page = await opened(browser, machine, "", "document.querySelector('.figures')", 360)
    await page.run(AXE.read_text())
    for part in ("", "logs", "doctor", "settings", "backups"):
        for width in (360, 1280):
            await page.look(width=width, height=900, dark=dark, phone=width < 500)
            tag = f"hs-{part}" if part else ".figures"
            await walk(page, f"/system/{part}" if part else "/system", f"!!document.querySelector('{tag}')")
            assert await violations(page) == [], part
            assert await page.run(WIDE), part
            name = f"system-{part or 'overview'}-{width}{'-dark' if dark else ''}.png"
            await page.screenshot(PICTURES / name)
