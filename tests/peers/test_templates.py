"""Templates give what Home Assistant gives: many hundred expressions are rendered in both, differences need a reason.

Home Assistant's own template engine is run in its environment, without its house. Runs where PEERS=1.
"""

import json
import os
import subprocess
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from homeserver.runtime.home_settings import HomeSettings
from homeserver.topics.entity import EntityState
from homeserver.topics.registry import AreaEntry, EntityEntry, FloorEntry, LabelEntry
from homeserver.view.observed import Observer
from homeserver.view.templates import TemplateError
from homeserver.view.view import View
from tests.peers.expression_tables import EXPRESSIONS
from tests.peers.expressions import STATES
from tests.peers.home_assistant import HASS

WANTED = os.environ.get("PEERS") == "1"
PYTHON = HASS / "venv" / "bin" / "python"
pytestmark = [
    pytest.mark.skipif(not WANTED, reason="set PEERS=1 to compare with Home Assistant"),
    pytest.mark.skipif(WANTED and not PYTHON.exists(), reason=f"no Home Assistant in {HASS}"),
    pytest.mark.timeout(300),
]
THERE = """
import asyncio, json, logging, sys

def plain(value):
    if type(value).__name__ == "Wrapper" or type(value).__name__ == "TupleWrapper":
        value = type(value).__mro__[1](value)
    return f"{type(value).__name__} {sorted(value, key=str) if isinstance(value, set) else value!r}"

async def main():
    from homeassistant import config_entries
    from homeassistant.core import HomeAssistant
    from homeassistant.helpers import area_registry, device_registry, entity_registry, floor_registry
    from homeassistant.helpers import issue_registry, label_registry
    from homeassistant.helpers.template import Template
    from homeassistant.util.unit_system import METRIC_SYSTEM
    given = json.load(sys.stdin)
    hass = HomeAssistant(given["folder"])
    await hass.config.async_set_time_zone("Europe/Berlin")
    hass.config.latitude, hass.config.longitude, hass.config.units = 52.52, 13.405, METRIC_SYSTEM
    hass.config_entries = config_entries.ConfigEntries(hass, {})
    for registry in (floor_registry, label_registry, area_registry, device_registry, entity_registry, issue_registry):
        await registry.async_load(hass)
    floor = floor_registry.async_get(hass).async_create("Ground floor", aliases={"Downstairs"}, icon="mdi:home")
    label = label_registry.async_get(hass).async_create("Very bright", description="for reading")
    areas = area_registry.async_get(hass)
    kitchen = areas.async_create("Kitchen", floor_id=floor.floor_id, aliases={"Galley"})
    areas.async_create("Living room", floor_id=floor.floor_id)
    entities = entity_registry.async_get(hass)
    for number, name in enumerate(("hall", "desk")):
        entities.async_get_or_create("light", "demo", str(number), suggested_object_id=name)
    entities.async_update_entity("light.hall", area_id=kitchen.id, labels={label.label_id})
    entities.async_update_entity("light.desk", hidden_by=entity_registry.RegistryEntryHider.USER)
    for entity_id, (state, attributes) in given["states"].items():
        hass.states.async_set(entity_id, state, attributes)
    logging.disable(logging.CRITICAL)
    results = []
    for text in given["texts"]:
        try:
            results.append(plain(Template(text, hass).async_render()))
        except Exception as error:
            results.append(f"error {error}")
    json.dump(results, sys.stdout)

asyncio.run(main())
"""
NEWER = "this came to Home Assistant later than 2025.4"
TEXT = "what is no text is taken by its text"
NUMBER = "a number is a timestamp, also one that is written as text"
LETTERS = "a text is no list of letters"
LENIENT = "what is none is answered, there it ends the rendering"
ITSELF = "who asks by id where a name is wanted, or the other way round, gets the answer too"
KNOWN = {
    " | apply": NEWER,
    "'apply'": NEWER,
    "{{ apply": NEWER,
    "as_function": NEWER,
    "from_json('d')": NEWER,
    " | slugify }}   here: ": NEWER,
    " | md5 }}   here: ": TEXT,
    " | base64_encode }}   here: ": TEXT,
    " | as_timestamp(0) }}   here: ": NUMBER,
    " | timestamp_custom('%Y', false, 0) }}   here: int 1970": NUMBER,
    " | timestamp_utc(0) }}   here: str '1970": NUMBER,
    " | as_timedelta }}   here: ": LENIENT,
    " | median(0) }}   here: int 0": LETTERS,
    " | statistical_mode(0) }}   here: ": LETTERS,
    "{{ undefined_thing | is_number": LENIENT,
    "{{ undefined_thing is is_number": LENIENT,
    "{{ 1e20 | as_datetime('x')": LENIENT,
    "{{ ' 7 ' | ordinal": LENIENT,
    "{{ now() | to_json": LENIENT,
    "{{ 1e20 | to_json": "another version of orjson",
    "LoggingUndefined": "a class of theirs",
    "'Downstairs')": NEWER,
    "'Galley')": NEWER,
    "floor_id('ground_floor')": ITSELF,
    "area_name('Kitchen')": ITSELF,
    "label_id('very_bright')": ITSELF,
    "version('1.0') == version('1.0.0')": "these are the same version",
    "as_timestamp('2026-03-01 12:00:00')": "a moment without a zone is one of the home's zone, not of the machine's",
    "urlencode({": "a text, as documented; bytes there",
    "{{ states[undefined_thing] }}": "a name that nobody gave is told of",
    "__class__": "a look behind the curtain is told of, and not empty",
    "   here: str \"b'": "bytes are a text: no state, command or message of ours can hold them",
    "...   here: str '...'": "three dots are a text",
}
"""What is different, with why: by what the line holds."""


class _House:
    clock = None


def here() -> list[str]:
    view = View(_House())  # type: ignore[arg-type]
    now = datetime.now(UTC)
    view.states.update({id: EntityState(state, dict(said), now, now) for id, (state, said) in STATES.items()})
    view.floors["ground_floor"] = FloorEntry("Ground floor", aliases=("Downstairs",), icon="mdi:home")
    view.labels["very_bright"] = LabelEntry("Very bright", description="for reading")
    view.areas["kitchen"] = AreaEntry("Kitchen", "ground_floor", aliases=("Galley",))
    view.areas["living_room"] = AreaEntry("Living room", "ground_floor")
    view.entities["light.hall"] = EntityEntry(area_id="kitchen", labels=("very_bright",))
    view.entities["light.desk"] = EntityEntry(hidden=True)
    observer = Observer(view, ZoneInfo("Europe/Berlin"), lambda: datetime.now(UTC), HomeSettings())
    return [_rendered(observer, text) for text in EXPRESSIONS]


def _rendered(observer: Observer, text: str) -> str:
    try:
        return _plain(observer.templates.compile(text).render_native({}))
    except TemplateError as error:
        return f"error {error}"


def _plain(value: Any) -> str:
    return f"{type(value).__name__} {sorted(value, key=str) if isinstance(value, set) else value!r}"


def there(folder: str) -> list[str]:
    given = json.dumps({"folder": folder, "states": STATES, "texts": EXPRESSIONS})
    done = subprocess.run([PYTHON, "-c", THERE], input=given, capture_output=True, text=True, check=True, timeout=240)
    results: list[str] = json.loads(done.stdout)
    return results


def test_the_same_as_there(tmp_path: Any) -> None:
    lines = []
    for text, own, other in zip(EXPRESSIONS, here(), there(str(tmp_path)), strict=True):
        if own == other or (own.startswith("error") and other.startswith("error")):
            continue
        line = f"{text}   here: {own}   there: {other}"
        if not any(words in line for words in KNOWN):
            lines.append(line)
    assert not lines, f"{len(lines)} of {len(EXPRESSIONS)}:\n" + "\n".join(lines)
