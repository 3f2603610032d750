"""What a page is told of the home beside states: cards, floors, happenings, and why something is as it is."""

from typing import Any

import pytest

from homeserver.bridge.homeassistant import overview
from homeserver.bridge.homeassistant.outgoing import SLOW
from homeserver.bridge.homeassistant.overview import HAPPENINGS, card_of
from homeserver.bridge.picture import Picture
from homeserver.topics.cause import Cause
from homeserver.topics.registry import (
    AREA_ENTRY,
    DEVICE_ENTRY,
    ENTITY_ENTRY,
    FLOOR_ENTRY,
    AreaEntry,
    DeviceEntry,
    EntityEntry,
    FloorEntry,
)
from tests.bridge.conftest import Home
from tests.bridge.homeassistant.talking import Talk


async def page_of(home: Home) -> tuple[Talk, dict[str, Any]]:
    """An open page, and what it was told first."""
    await home.settle()
    talk = await Talk(home).let_in()
    await talk.result("homeserver/subscribe_home")
    (first,) = talk.events()
    return talk, first


async def news(home: Home, talk: Talk) -> dict[str, Any]:
    """All that came since the first event, as one."""
    await home.clock.advance(0.5)
    told: dict[str, Any] = {}
    for event in talk.events(1)[1:]:
        for key, value in event.items():
            told[key] = [*told.get(key, []), *value] if key == "happened" else value
    return told


async def test_first_all_cards_then_those_that_are_different(home: Home) -> None:
    talk, first = await page_of(home)
    assert first["home"]["name"] == "Home"
    assert set(first["entities"]) == {"light.hall", "binary_sensor.hall_motion", "sensor.hall_temperature"}
    assert first["entities"]["light.hall"] == {
        "name": "Hall ceiling",
        "area": "Hall",
        "device": "Hall lamp",
        "services": ["turn_on", "turn_off", "toggle"],
    }
    assert first["entities"]["binary_sensor.hall_motion"]["class"] == "motion"
    home.owner.house.say(ENTITY_ENTRY, EntityEntry(name="The big one", hidden=True), "light.hall")
    told = await news(home, talk)
    assert list(told["entities"]) == ["light.hall"]
    assert (told["entities"]["light.hall"]["name"], told["entities"]["light.hall"]["hidden"]) == ("The big one", True)
    await talk.leave()


async def test_a_state_is_no_news_but_reach_is(home: Home) -> None:
    talk, _ = await page_of(home)
    for value in range(20, 30):
        home.owner.state("sensor.hall_temperature", str(value))
    assert await news(home, talk) == {}
    home.owner.state("sensor.hall_temperature", "unavailable")
    assert (await news(home, talk))["entities"]["sensor.hall_temperature"]["away"] is True
    home.owner.state("sensor.hall_temperature", "21")
    told = await news(home, talk)
    assert "away" not in told["entities"]["sensor.hall_temperature"]
    await talk.leave()


async def test_what_is_taken_away_is_gone(home: Home) -> None:
    talk, _ = await page_of(home)
    home.owner.config("light.hall", None)
    assert (await news(home, talk))["gone"] == ["light.hall"]
    await talk.leave()


async def test_rooms_and_floors_arrive_and_only_floors_with_something_in_them(home: Home) -> None:
    talk, first = await page_of(home)
    assert first["floors"] == []
    say = home.owner.house.say
    say(FLOOR_ENTRY, FloorEntry("Upstairs", 1), "up")
    say(FLOOR_ENTRY, FloorEntry("Cellar", -1), "cellar")
    say(FLOOR_ENTRY, FloorEntry("Attic", 2), "attic")
    say(AREA_ENTRY, AreaEntry("Passage", "up"), "a0")
    say(AREA_ENTRY, AreaEntry("Store", "cellar"), "a1")
    say(DEVICE_ENTRY, DeviceEntry("Eye", area_id="a0"), "d2")
    say(DEVICE_ENTRY, DeviceEntry("Lamp", area_id="a1"), "d1")
    told = await news(home, talk)
    assert told["entities"]["light.hall"]["area"] == "Store"
    assert told["floors"] == [
        {"name": "Cellar", "level": -1, "areas": ["Store"]},
        {"name": "Upstairs", "level": 1, "areas": ["Passage"]},
    ]
    await talk.leave()


async def test_what_happened_comes_with_its_causes_and_is_remembered(home: Home) -> None:
    talk, _ = await page_of(home)
    seen = home.owner.state("binary_sensor.hall_motion", "on", Cause("m1", "device:eye"))
    home.owner.state("light.hall", "on", Cause("r1", "rule:hall_light#2", seen.id))
    home.owner.fail("light.hall", Cause("p1", "person.owner"))
    lines = (await news(home, talk))["happened"]
    assert [line["name"] for line in lines] == ["Hall motion", "Hall ceiling", "Hall ceiling"]
    chain = [{"by": "rule:hall_light#2"}, {"by": "device:eye", "entity_id": "binary_sensor.hall_motion", "state": "on"}]
    assert lines[1]["why"] == chain
    assert lines[2]["failed"] == "the lamp did not answer in time"
    assert (await talk.result("homeserver/why", entity_id="light.hall"))["why"] == chain
    assert await talk.error("homeserver/why", entity_id="light.nowhere") == "not_found"
    again, first = await page_of(home)
    assert first["happened"] == lines
    for number in range(2 * HAPPENINGS):
        home.owner.state("light.hall", "off" if number % 2 else "on")
        await home.settle()
    last, first = await page_of(home)
    assert len(first["happened"]) == HAPPENINGS
    for one in (talk, again, last):
        await one.leave()
    assert home.bridge.homeassistant.overview.pages == 0


async def test_a_page_that_has_the_cards_is_not_told_them_again(home: Home) -> None:
    await home.settle()
    home.owner.state("light.hall", "on")
    await home.settle()
    answer = await home.get("/api/overview")
    assert answer.headers["cache-control"] == "no-store"
    early = answer.json()
    assert early["states"]["light.hall"]["s"] == "on"
    talk, first = await page_of(home)
    assert {key: value for key, value in early.items() if key not in ("home", "states")} == {
        key: value for key, value in first.items() if key != "home"
    }
    again = await Talk(home).let_in()
    await again.result("homeserver/subscribe_home", known=early["mark"])
    assert set(again.events()[0]) == {"home", "mark", "happened"}
    home.owner.state("light.hall", "off")  # a state changes no card
    later = await Talk(home).let_in()
    await later.result("homeserver/subscribe_home", known=early["mark"])
    assert "entities" not in later.events()[0]
    home.owner.house.say(ENTITY_ENTRY, EntityEntry(name="The big one"), "light.hall")
    await home.clock.advance(0.5)
    assert later.events()[1]["entities"]["light.hall"]["name"] == "The big one"
    last = await Talk(home).let_in()
    await last.result("homeserver/subscribe_home", known=early["mark"])
    told = last.events()[0]
    assert told["entities"]["light.hall"]["name"] == "The big one"
    assert told["mark"] not in ("", early["mark"])
    for one in (talk, again, later, last):
        await one.leave()


async def test_the_overview_without_a_page_keeps_nothing(home: Home) -> None:
    await home.settle()
    assert (await home.get("/api/overview")).status_code == 200
    assert home.bridge.homeassistant.overview.pages == 0
    home.owner.config("light.hall", None)
    await home.settle()
    told = (await home.get("/api/overview")).json()
    assert "light.hall" not in told["entities"]
    assert "light.hall" not in told["states"]


async def test_who_reads_slowly_is_told_everything_anew(home: Home) -> None:
    talk, _ = await page_of(home)
    talk.slow = SLOW + 1
    home.owner.config("light.hall", None)
    await home.clock.advance(1)
    assert await news(home, talk) == {}
    talk.slow = 0
    await home.clock.advance(20)
    told = talk.events(1)[-1]
    assert set(told["entities"]) == {"binary_sensor.hall_motion", "sensor.hall_temperature"}
    assert told["home"]["name"] == "Home"
    await talk.leave()


async def test_a_card_is_made_once_for_all(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    pages = [(await page_of(home))[0] for _ in range(5)]
    made: list[str] = []

    def counted(picture: Picture, entity_id: str, *, away: bool) -> Any:
        made.append(entity_id)
        return card_of(picture, entity_id, away=away)

    monkeypatch.setattr(overview, "card_of", counted)
    home.owner.state("light.hall", "unavailable")
    await home.clock.advance(0.5)
    for page in pages:
        cards = [event["entities"] for event in page.events(1)[1:] if "entities" in event]
        assert [card["light.hall"]["away"] for card in cards] == [True]
        await page.leave()
    assert made == ["light.hall"]
