"""Every function, filter and test that Home Assistant documents is here, in each use, and gives what is documented."""

import re
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from homeserver.runtime.clock import settle
from homeserver.runtime.home_settings import HomeSettings
from homeserver.topics.entity import ENTITY_STATE, EntityState
from homeserver.topics.registry import FloorEntry, LabelEntry
from homeserver.view.observed import Observer
from tests.view.documented import DOCUMENTED, JINJA
from tests.view.rendering import NOW, TEMPLATES
from tests.view.things import Things

KNOWN = {"g": "globals", "f": "filters", "t": "tests"}


def observer(things: Things) -> Observer:
    things.view.floors["ground"] = FloorEntry("Ground floor", icon="mdi:home-floor-0")
    things.view.labels["bright"] = LabelEntry("Very bright", description="for reading")
    return Observer(things.view, ZoneInfo("Europe/Berlin"), lambda: NOW, HomeSettings())


async def furnished(things: Things) -> Observer:
    things.state("zone.work", "0", latitude=52.6, longitude=13.4, radius=100, persons=[])
    things.state("device_tracker.phone", "not_home", latitude=52.5, longitude=13.4)
    group = EntityState("on", {"entity_id": ["light.lamp", "light.strip"]}, NOW, NOW)
    things.house.say(ENTITY_STATE, group, "group", "lamps")
    things.state("climate.room", "heat", hvac_action="heating")
    await settle()
    return observer(things)


@pytest.mark.parametrize(("name", "uses", "text", "value"), DOCUMENTED, ids=[row[0] for row in DOCUMENTED])
async def test_the_example_gives_what_is_documented(
    things: Things, name: str, uses: str, text: str, value: Any
) -> None:
    home = await furnished(things)
    assert home.templates.compile(text).render_native({}) == value
    assert re.search(rf"\b{name}\b", text)


async def test_every_use_is_known(things: Things) -> None:
    sandbox = (await furnished(things)).templates.sandbox
    uses = [(name, use) for name, uses, _, _ in DOCUMENTED for use in uses]
    uses += [(name, use) for use, names in JINJA.items() for name in names.split()]
    assert [f"{name} as {KNOWN[use]}" for name, use in uses if name not in getattr(sandbox, KNOWN[use])] == []


async def test_nothing_is_known_that_is_not_listed(things: Things) -> None:
    """What is added gets a row with an example."""
    sandbox = (await furnished(things)).templates.sandbox
    listed = {row[0] for row in DOCUMENTED} | {name for names in JINJA.values() for name in names.split()}
    ours = {"inf", "date", "timedelta", "!=", "<", "<=", "==", ">", ">="}
    known = {name for use in KNOWN.values() for name in getattr(sandbox, use)}
    assert known - listed - ours == set()


def test_the_page_names_all_of_them() -> None:
    page = (Path(__file__).parents[2] / "docs" / "templates.md").read_text("utf-8")
    assert [row[0] for row in DOCUMENTED if f"`{row[0]}`" not in page] == []


def test_no_name_is_listed_twice() -> None:
    names = [row[0] for row in DOCUMENTED]
    assert len(names) == len(set(names)) >= 125


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("{{ [1] | pprint }}", [1]),
        ("{{ '<b>' | forceescape }}", "&lt;b&gt;"),
        ("{{ {'a': 1, 'b': none} | xmlattr }}", 'a="1"'),
        (
            "{{ 'see https://example.com' | urlize }}",
            'see <a href="https://example.com" rel="noopener">https://example.com</a>',
        ),
        ("{{ lipsum(1, false, 5, 6) | wordcount in (5, 6) }}", True),
    ],
)
def test_what_jinja_has_without_bounds_is_here_with_bounds(text: str, value: Any) -> None:
    assert TEMPLATES.compile(text).render_native({}) == value
