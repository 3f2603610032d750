# mypy: ignore-errors
"""Runs in Home Assistant's own environment: plays cases (JSON on stdin) in its core, and says which commands came.

The loop's clock stands still while anything is ready and jumps to the next timer when nothing is, so that a day takes a
second; what Home Assistant reads as the time of day goes with it. Needs nothing of this project.
"""

import asyncio
import json
import logging
import os
import selectors
import sys
import tempfile
import time
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

REAL = time.time


class Clock:
    """Seconds since the begin, and the moment of the begin."""

    seconds = 0.0
    begin = REAL()
    jumps = False
    busy = 0
    """Pieces of work that threads have in hand."""

    @classmethod
    def now(cls):
        return cls.begin + cls.seconds


class Selector(selectors.DefaultSelector):
    """Waits for nothing: where a timer is next, the clock jumps to it."""

    def select(self, timeout=None):
        ready = super().select(0)
        if ready or (timeout is not None and timeout <= 0):
            return ready
        if not Clock.jumps or timeout is None or Clock.busy:
            return super().select(0.02)
        Clock.seconds += timeout
        return []


class Loop(asyncio.SelectorEventLoop):
    """A loop with that clock."""

    def __init__(self):
        super().__init__(Selector())

    def time(self):
        return 1000.0 + Clock.seconds

    def run_in_executor(self, executor, function, *args):
        Clock.busy += 1
        future = super().run_in_executor(executor, function, *args)
        future.add_done_callback(done)
        return future


def done(future):
    Clock.busy -= 1


time.time = Clock.now
from homeassistant.util import dt as dt_util  # noqa: E402

dt_util.utcnow = lambda: datetime.fromtimestamp(Clock.now(), UTC)
dt_util.now = lambda zone=None: datetime.fromtimestamp(Clock.now(), zone or dt_util.DEFAULT_TIME_ZONE)

from homeassistant import config_entries, loader  # noqa: E402
from homeassistant.core import HomeAssistant  # noqa: E402
from homeassistant.helpers import (  # noqa: E402
    area_registry,
    device_registry,
    entity,
    entity_registry,
    floor_registry,
    issue_registry,
    label_registry,
    restore_state,
    translation,
)
from homeassistant.setup import async_setup_component  # noqa: E402

SERVICES = {"light": ("turn_on", "turn_off"), "select": ("select_option",)}


async def home(case, place, told):
    """Home Assistant with what a case gives, started."""
    Clock.jumps, Clock.seconds, Clock.busy = False, 0.0, 0
    Clock.begin = datetime.fromisoformat(case["at"]).replace(tzinfo=ZoneInfo(case["zone"])).timestamp()
    hass = HomeAssistant(tempfile.mkdtemp(prefix="rules-there-"))
    hass.config.skip_pip = True
    await hass.config.async_set_time_zone(case["zone"])
    hass.config.latitude, hass.config.longitude = place
    hass.config_entries = config_entries.ConfigEntries(hass, {})
    loader.async_setup(hass)
    entity.async_setup(hass)
    translation.async_setup(hass)
    hass.data[loader.DATA_CUSTOM_COMPONENTS] = {}
    for registry in (floor_registry, label_registry, area_registry, device_registry, entity_registry, issue_registry):
        await registry.async_load(hass)
    await restore_state.async_load(hass)
    for domain, services in SERVICES.items():
        for service in services:
            hass.services.async_register(domain, service, lambda call: note(call, told))
    for entity_id, (state, attributes) in case["states"].items():
        hass.states.async_set(entity_id, state, attributes)
    if case["scripts"]:
        assert await async_setup_component(hass, "script", {"script": case["scripts"]})
    assert await async_setup_component(hass, "automation", {"automation": case["rules"]})
    await settle()
    await hass.async_start()
    await settle()
    return hass


def note(call, told):
    data = dict(call.data)
    ids = data.pop("entity_id", [])
    for entity_id in ids if isinstance(ids, list) else ids.split(","):
        told.append([round(Clock.seconds, 1), entity_id.strip(), call.service, data])


async def settle():
    quiet = 0
    while quiet < 60:
        quiet = 0 if Clock.busy else quiet + 1
        await asyncio.sleep(0)


async def take(hass, step):
    if "set" in step:
        for entity_id, value in step["set"].items():
            if value is None:
                hass.states.async_remove(entity_id)
            else:
                hass.states.async_set(entity_id, *value)
            await settle()
    elif "wait" in step:
        Clock.jumps = True
        until = Clock.seconds + step["wait"]
        await asyncio.sleep(step["wait"])
        Clock.seconds = max(until, Clock.seconds)
        Clock.jumps = False
    elif "event" in step:
        hass.bus.async_fire(step["event"], step.get("data", {}))
    elif "tag" in step:
        hass.bus.async_fire("tag_scanned", {"tag_id": step["tag"], "device_id": None})
    await settle()


async def play(case, place):
    told = []
    hass = await home(case, place, told)
    for step in case["when"]:
        await take(hass, step)
    return told


def main():
    given = json.load(sys.stdin)
    logging.disable(logging.CRITICAL)
    found = {}
    for case in given["cases"]:
        loop = Loop()
        asyncio.set_event_loop(loop)
        # What went wrong with one is told, and the next case is played.
        (result,) = loop.run_until_complete(asyncio.gather(play(case, given["place"]), return_exceptions=True))
        found[case["name"]] = repr(result) if isinstance(result, BaseException) else result
        for task in asyncio.all_tasks(loop):
            task.cancel()
        loop.run_until_complete(asyncio.sleep(0))
    json.dump(found, sys.stdout)
    sys.stdout.flush()
    os._exit(0)


main()
