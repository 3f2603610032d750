"""Every kind of entity can be worked on the page: one browser, one home, one test for each family of controls."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import pytest_asyncio

from homeserver.topics.entity import ENTITY_CONFIG, EntityConfig
from tests.bridge.browser import Page, chromium
from tests.bridge.dashboard.visit import opened
from tests.bridge.staging import Stage, staged
from tests.ports import free_port

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

TOOLS = """
window.visit = (path) => document.querySelector(`.menu a[href="${path}"]`).click();
window.part = (name, part) => tile(name).querySelector(part);
window.change = (node, value) => { node.value = value; node.dispatchEvent(new Event("change", { bubbles: true })); };
window.find = (scope, word) => [...scope.querySelectorAll("button")]
  .find((node) => node.checkVisibility() && !node.disabled && (node.innerText === word || node.title === word));
window.press = (scope, word) => find(scope, word).click();
window.row = (what) => [...document.querySelectorAll("#detail .row")].find((node) => node.innerText.startsWith(what));
Object.defineProperty(window, "detail", { get: () => document.querySelector("#detail") });
window.details = async (name) => {
  detail?.close();
  tile(name).querySelector(".tile-more").click();
  while (!detail?.open || !detail.querySelector(".row")) await new Promise(requestAnimationFrame);
};
"""


class Worked:
    """A page, and what it asks of the home."""

    def __init__(self, stage: Stage, page: Page) -> None:
        self.stage = stage
        self.page = page

    async def asks(self, script: str, *wanted: tuple[str, str, dict[str, Any]]) -> None:
        """Run a script on the page; exactly these commands must come of it: entity, service, data."""
        commands = self.stage.furniture.commands
        commands.clear()
        await self.page.run(script)
        await self.until(lambda: len(commands) >= len(wanted))
        assert [(entity_id, one.service, one.data) for entity_id, one in commands] == list(wanted)

    async def until(self, condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(10):
            while not condition():  # noqa: ASYNC110 - what is waited for happens in the browser
                await asyncio.sleep(0.01)

    async def shows(self, name: str, text: str) -> None:
        await self.page.until(f"tile({json.dumps(name)}).innerText.includes({json.dumps(text)})")

    async def reads(self, text: str) -> None:
        """It stands in the list of what happened, on the page of the home."""
        await self.page.run("visit('/')")
        await self.page.until(f"document.querySelector('#feed')?.innerText.includes({json.dumps(text)})")
        await self.page.run("visit('/room')")
        await self.page.until("document.querySelector('hs-room .tile')")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def worked(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Worked]:
    probe = (tmp_path_factory.mktemp("home"), tmp_path_factory.mktemp("profile"))
    async with staged(probe[0], free_port()) as stage, chromium(probe[1]) as browser:
        page = await opened(browser, stage, width=1100, height=1400, phone=False)
        await page.run(TOOLS)
        yield Worked(stage, page)
        assert page.faults == []


async def test_temperatures_go_by_steps_and_modes_by_choice(worked: Worked) -> None:
    heater = "climate.living_heater"
    await worked.asks(
        "for (const n of [1, 2]) part('Radiator', '.steps button:last-child').click()",
        (heater, "set_temperature", {"temperature": 22.0}),
    )
    await worked.shows("Radiator", "22 °C")
    await worked.shows("Radiator", "Heating · 20.3 °C")
    await worked.page.run("details('Radiator')")
    await worked.asks(
        "change(row('Mode').querySelector('select'), 'auto')", (heater, "set_hvac_mode", {"hvac_mode": "auto"})
    )
    await worked.asks(
        "change(row('Preset').querySelector('select'), 'boost')", (heater, "set_preset_mode", {"preset_mode": "boost"})
    )
    assert not await worked.page.run("row('Fan')"), "what it has no words for is not shown"
    await worked.asks(
        "part('Air conditioner', '.steps button').click()",
        ("climate.living_air", "set_temperature", {"target_temp_low": 18, "target_temp_high": 24}),
    )
    await worked.asks(
        "part('Hot water', '.steps button:last-child').click()",
        ("water_heater.cellar_tank", "set_temperature", {"temperature": 52.5}),
    )
    await worked.page.run("details('Hot water')")
    await worked.asks(
        "change(row('Mode').querySelector('select'), 'electric')",
        ("water_heater.cellar_tank", "set_operation_mode", {"operation_mode": "electric"}),
    )
    await worked.shows("Hot water", "Electric · 49.5 °C")


async def test_air_is_moved_and_dried(worked: Worked) -> None:
    fan = "fan.bedroom_fan"
    await worked.asks("part('Fan', '.tile-main').click()", (fan, "turn_on", {}))
    await worked.asks("change(part('Fan', 'input'), 83)", (fan, "set_percentage", {"percentage": 83}))
    await worked.shows("Fan", "On · 83 %")
    await worked.page.run("details('Fan')")
    await worked.asks("detail.querySelector('.toggle').click()", (fan, "oscillate", {"oscillating": True}))
    await worked.page.until("detail.querySelector('.toggle').getAttribute('aria-checked') === 'true'")
    await worked.asks(
        "change(row('Preset').querySelector('select'), 'sleep')", (fan, "set_preset_mode", {"preset_mode": "sleep"})
    )
    await worked.asks(
        "change(part('Dehumidifier', 'input'), 55)", ("humidifier.bedroom_dryer", "set_humidity", {"humidity": 55})
    )


async def test_what_moves_is_opened_stopped_and_set(worked: Worked) -> None:
    shutter = "cover.living_shutter"
    for word, service in (("Close", "close_cover"), ("Stop", "stop_cover"), ("Open", "open_cover")):
        await worked.asks(f"press(tile('Shutter'), '{word}')", (shutter, service, {}))
    await worked.page.run("details('Shutter')")
    await worked.asks(
        "change(row('Position').querySelector('input'), 40)", (shutter, "set_cover_position", {"position": 40})
    )
    await worked.shows("Shutter", "Open · 40 %")
    await worked.asks("press(tile('Water'), 'Close')", ("valve.cellar_water", "close_valve", {}))
    await worked.page.until("part('Water', '[title=Close]').disabled")
    for name, word, entity_id, service in (
        ("Robot", "Clean", "vacuum.living_robot", "start"),
        ("Robot", "Dock", "vacuum.living_robot", "return_to_base"),
        ("Mower", "Mow", "lawn_mower.garden_mower", "start_mowing"),
        ("Mower", "Pause", "lawn_mower.garden_mower", "pause"),
    ):
        await worked.page.until(f"find(tile('{name}'), '{word}')")
        await worked.asks(f"press(tile('{name}'), '{word}')", (entity_id, service, {}))


async def test_what_guards_asks_back_and_takes_its_code(worked: Worked) -> None:
    await worked.asks("press(tile('Front door lock'), 'Lock')", ("lock.hall_lock", "lock", {}))
    await worked.page.until("part('Front door lock', '[title=Unlock]').checkVisibility()")
    await worked.asks("press(tile('Front door lock'), 'Unlock')")
    await worked.asks("press(tile('Front door lock'), 'Sure?')", ("lock.hall_lock", "unlock", {}))
    alarm = "alarm_control_panel.hall_alarm"
    await worked.page.run("part('Alarm', '.tile-main').click()")
    await worked.page.until("detail && find(detail, 'Arm: away')")
    await worked.asks("press(detail, 'Arm: away')", (alarm, "alarm_arm_away", {}))
    await worked.page.until("detail.querySelector('.keys').checkVisibility()")
    await worked.asks("press(detail, 'Disarm')")
    assert await worked.page.run("document.activeElement === detail.querySelector('.pad input')")
    await worked.asks(
        "for (const key of '2581⌫0') press(detail, key); press(detail, 'Disarm')",
        (alarm, "alarm_disarm", {"code": "2580"}),
    )
    await worked.page.until("tile('Alarm').innerText.includes('Disarmed')")
    await worked.page.until("!detail.querySelector('.pad input')")
    await worked.page.run("details('Siren')")
    await worked.page.run("change(row('Tone').querySelector('select'), 'chirp')")
    await worked.asks("press(row('Tone'), 'Sound')")
    await worked.asks(
        "press(row('Tone'), 'Sure?')",
        ("siren.hall_siren", "turn_on", {"tone": "chirp", "duration": 10, "volume_level": 0.5}),
    )
    await worked.page.until("part('Siren', '.first').checkVisibility()")
    await worked.asks("press(tile('Siren'), 'Silence')", ("siren.hall_siren", "turn_off", {}))


async def test_words_days_and_times_are_typed(worked: Worked) -> None:
    for name, typed, entity_id, data in (
        ("Door display", "Back at five", "text.hall_display", {"value": "Back at five"}),
        ("Wake-up time", "07:15", "time.bedroom_wake", {"time": "07:15"}),
        ("Holiday until", "2026-02-01", "date.bedroom_holiday", {"date": "2026-02-01"}),
        ("Reminder", "2026-01-15T20:30", "datetime.bedroom_reminder", {"datetime": "2026-01-15T20:30"}),
    ):
        shown = f"[...document.querySelectorAll('.tile')].find((node) => node.innerText.includes('{name}'))"
        await worked.asks(f"change({shown}.querySelector('input'), '{typed}')", (entity_id, "set_value", data))
    await worked.shows("Wake-up time", "07:15")
    await worked.shows("Holiday until", "Sun, 1 February 2026")
    form = "document.querySelector('.tile form')"
    script = f"{form}.querySelector('input').value = 'Dinner!'; press({form}, 'Send')"
    await worked.asks(script, ("notify.kitchen_display", "send_message", {"message": "Dinner!"}))
    assert await worked.page.run("document.querySelector('.tile form input').value") == ""


async def test_scenes_updates_and_what_only_tells(worked: Worked) -> None:
    await worked.asks("part('Cinema', '.tile-main').click()", ("scene.living_cinema", "turn_on", {}))
    await worked.shows("Plug firmware", "1.0 → 1.1")
    await worked.asks("press(tile('Plug firmware'), 'Install')", ("update.cellar_firmware", "install", {}))
    versions = {"installed_version": "1.0", "latest_version": "1.1"}
    busy = versions | {"in_progress": True, "update_percentage": 40}
    worked.stage.furniture.become("update.cellar_firmware", "on", busy)
    await worked.page.until("part('Plug firmware', 'progress').value === 40")
    await worked.shows("Plug firmware", "Installing 40 %")
    worked.stage.furniture.become("update.cellar_firmware", "off", versions | {"installed_version": "1.1"})
    await worked.page.until("tile('Plug firmware').closest('.fold')")
    await worked.page.until(
        "[...document.querySelectorAll('.reading')].some((node) => node.innerText.startsWith('Ring · '))"
    )
    worked.stage.furniture.become("device_tracker.hall_phone", "not_home")
    await worked.reads("Anna's phone left")


async def test_helpers_are_worked_as_what_they_hold(worked: Worked) -> None:
    await worked.asks("part('Guests', '.tile-main').click()", ("input_boolean.living_guests", "turn_on", {}))
    await worked.page.until("part('Guests', '.tile-main').getAttribute('aria-checked') === 'true'")
    await worked.asks(
        "change(part('Warmth', 'input'), 22.5)", ("input_number.living_warmth", "set_value", {"value": 22.5})
    )
    await worked.shows("Warmth", "22.5 °C")
    await worked.asks(
        "change(part('House mode', 'select'), 'away')",
        ("input_select.living_house", "select_option", {"option": "away"}),
    )
    await worked.asks("part('Ring me', '.tile-main').click()", ("input_button.living_ring", "press", {}))
    await worked.shows("Ring me", "Press")
    for name, typed, entity_id, service, data in (
        ("Note", "Milk", "input_text.kitchen_note", "set_value", {"value": "Milk"}),
        ("Get up", "06:45", "input_datetime.bedroom_up", "set_datetime", {"time": "06:45"}),
        ("Party", "2026-01-16T20:00", "input_datetime.living_party", "set_datetime", {"datetime": "2026-01-16T20:00"}),
    ):
        shown = f"[...document.querySelectorAll('.tile')].find((node) => node.innerText.includes('{name}'))"
        await worked.asks(f"change({shown}.querySelector('input'), '{typed}')", (entity_id, service, data))
    await worked.shows("Get up", "06:45")
    await worked.asks("press(tile('Doors opened'), 'More')", ("counter.hall_doors", "increment", {}))


async def test_a_timer_shows_what_is_left_of_it(worked: Worked) -> None:
    timer = "timer.kitchen_tea"
    await worked.asks("press(tile('Tea'), 'Start')", (timer, "start", {}))
    end = datetime.now(UTC) + timedelta(minutes=4, seconds=10)
    worked.stage.furniture.become(timer, "active", {"duration": "0:04:00", "finishes_at": end.isoformat()})
    await worked.shows("Tea", "in 4 minutes")
    await worked.asks("press(tile('Tea'), 'Pause')", (timer, "pause", {}))
    worked.stage.furniture.become(timer, "paused", {"duration": "0:04:00", "remaining": "0:03:10"})
    await worked.shows("Tea", "Paused · 0:03:10")
    await worked.asks("press(tile('Tea'), 'Cancel')", (timer, "cancel", {}))


async def test_rules_are_switches_and_scripts_are_begun(worked: Worked) -> None:
    await worked.page.until("tile('Night light').closest('.fold')")
    await worked.asks("part('Night light', '.tile-main').click()", ("automation.hall_night", "turn_off", {}))
    await worked.page.run("details('Night light')")
    await worked.asks("press(detail, 'Run now')")
    await worked.asks("press(detail, 'Sure?')", ("automation.hall_night", "trigger", {}))
    await worked.page.run("detail.close()")
    await worked.asks("part('Evening', '.tile-main').click()", ("script.living_evening", "turn_on", {}))
    await worked.shows("Evening", "Running")
    await worked.asks("press(tile('Evening'), 'Stop')", ("script.living_evening", "turn_off", {}))
    await worked.asks("part('All lamps', '.tile-main').click()", ("group.living_lamps", "turn_on", {}))
    await worked.shows("Heating plan", "Off")


async def test_pictures_come_with_the_session_and_anew_with_the_state(worked: Worked) -> None:
    shown = "[...document.querySelectorAll('img.picture')].filter((image) => image.naturalWidth === 3).length"
    await worked.page.run("document.querySelector('.picture').scrollIntoView()")
    await worked.page.until(f"{shown} === 2")
    before = await worked.page.run("document.querySelector('img[src*=image_proxy]').src")
    worked.stage.furniture.become("image.hall_visitor", "2026-01-14T12:00:00+00:00")
    await worked.page.until(f"document.querySelector('img[src*=image_proxy]').src !== {json.dumps(before)}")
    await worked.page.until(f"{shown} === 2")
    assert "base64" not in await worked.page.run("document.documentElement.outerHTML")


async def test_a_camera_that_was_away_is_seen_again(worked: Worked) -> None:
    image = "document.querySelector('img[src*=camera_proxy]')"
    await worked.page.run("document.querySelector('.picture').scrollIntoView()")
    await worked.page.until(f"{image}.naturalWidth === 3")
    worked.stage.furniture.become("camera.hall_camera", "unavailable")
    await worked.page.until(f"!{image} && document.querySelector('.picture.none')")
    worked.stage.furniture.become("camera.hall_camera", "idle")
    await worked.page.until(f"{image}?.clientWidth > 100 && !document.querySelector('.picture.none')")


async def test_names_are_no_numbers_and_passwords_no_news(worked: Worked) -> None:
    become = worked.stage.furniture.become
    become("sensor.washer_program", "0041")
    await worked.page.until("document.querySelector('main').innerText.includes('0041')")
    become("sensor.meter_energy", "12345.678")
    await worked.page.until("document.querySelector('main').textContent.includes('12,346')")
    become("text.hall_display", "007_on")
    await worked.shows("Door display", "007_on")
    become("text.hall_display", "Welcome")
    config = EntityConfig("Door word", "furniture", ("set_value",), capabilities={"min": 0, "mode": "password"})
    worked.stage.furniture.house.say(ENTITY_CONFIG, config, "text", "word")
    for word in ("open sesame", "sesame, open"):
        become("text.word", word)
        await worked.shows("Door word", "••••••")
    await worked.reads("Door word changed")
    assert not await worked.page.run("document.body.innerText.includes('sesame')")
    worked.stage.furniture.house.say(ENTITY_CONFIG, None, "text", "word")
    await worked.page.until("!tile('Door word')")


async def test_what_the_home_marks_is_shown_whoever_asked(worked: Worked) -> None:
    become, path = worked.stage.furniture.become, "tile('Path')"
    become("light.garden_path", "off", {"wanted": {"state": "on"}})
    await worked.page.until(f"{path}.dataset.wish === 'asked' && {path}.innerText.includes('Off')")
    become("light.garden_path", "off", {"not_confirmed": {"wanted": {"state": "on"}, "service": "turn_on"}})
    await worked.page.until(f"{path}.dataset.wish === 'failed' && {path}.innerText.includes('Not confirmed')")
    become("light.garden_path", "on")
    await worked.page.until(f"{path}.dataset.wish === '' && {path}.innerText.includes('On')")


async def test_the_keyboard_reaches_all_of_it(worked: Worked) -> None:
    await worked.page.run("details('Radiator')")
    await worked.page.run("detail.querySelector('.dial button').focus()")
    worked.stage.furniture.commands.clear()
    await worked.page.key(" ", 32)
    await worked.until(lambda: bool(worked.stage.furniture.commands))
    ((entity_id, command),) = worked.stage.furniture.commands
    assert (entity_id, command.service) == ("climate.living_heater", "set_temperature")
    assert await worked.page.run("document.activeElement === detail.querySelector('.dial button')"), (
        "news do not take the focus"
    )
    await worked.page.key("Escape", 27)
    await worked.page.until("!detail.open")
