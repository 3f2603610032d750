"""What an open page is told."""

import json
from typing import Any

import pytest

from homeserver.bridge.refusals import Refusal
from homeserver.bridge.stream import HAPPENINGS, MOST_CLIENTS, PER_SECOND
from homeserver.runtime.people import OWNER
from homeserver.topics.cause import Cause
from homeserver.topics.person import Grant, Person
from homeserver.topics.registry import AREA_ENTRY, DEVICE_ENTRY, ENTITY_ENTRY, AreaEntry, DeviceEntry, EntityEntry


def parse(chunk: bytes) -> dict[str, Any]:
    """The events of a chunk by name."""
    assert chunk.endswith(b"\n\n")
    found = {}
    for block in chunk.decode().strip().split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.split("\n"))
        found[fields["event"]] = json.loads(fields["data"])
    return found


async def test_first_the_whole_home_then_what_changes(home: Any) -> None:
    stream = home.stream()
    first = parse(await stream.next())["home"]
    assert first["name"] == "Home"
    tiles = {tile["entity_id"]: tile for tile in first["entities"]}
    assert set(tiles) == {"light.hall", "binary_sensor.hall_motion", "sensor.hall_temperature"}
    assert tiles["light.hall"]["area"] == "Hall"
    assert tiles["light.hall"]["services"] == ["turn_on", "turn_off", "toggle"]
    home.owner.state("light.hall", "on", brightness=5)
    news = parse(await stream.next())["news"]
    (tile,) = news["entities"]
    assert (tile["entity_id"], tile["state"], tile["attributes"]["brightness"]) == ("light.hall", "on", 5)
    await stream.close()
    assert home.bridge.stream.clients == set()


async def test_a_fast_entity_is_told_at_most_ten_times_a_second(home: Any) -> None:
    stream = home.stream()
    await stream.next()
    told: list[str] = []
    begun = home.clock.monotonic()
    for value in range(200):
        home.bridge.stream.changed("sensor.hall_temperature")
        home.owner.state("sensor.hall_temperature", str(value))
        await home.clock.advance(0.005)
    while not told or told[-1] != "199":
        (tile,) = parse(await stream.next())["news"]["entities"]
        told.append(tile["state"])
    assert len(told) <= PER_SECOND * (home.clock.monotonic() - begun) + 1
    await stream.close()


async def test_a_client_that_does_not_read_costs_one_place_for_each_entity(home: Any) -> None:
    stream = home.stream()
    await stream.next()
    for value in range(500):
        home.owner.state("light.hall", "on" if value % 2 else "off")
        home.owner.state("sensor.hall_temperature", str(value))
        await home.settle()
    assert len(stream.client.changed) == 2
    assert len(stream.client.happened) == HAPPENINGS
    news = parse(await stream.next())["news"]
    assert {tile["entity_id"]: tile["state"] for tile in news["entities"]} == {
        "light.hall": "on",
        "sensor.hall_temperature": "499",
    }
    await stream.close()


async def test_an_entity_is_put_into_json_once_for_all(home: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    streams = [home.stream() for _ in range(5)]
    for stream in streams:
        await stream.next()
    made: list[str] = []
    tile = home.bridge.stream._body

    def body(entity_id: str) -> Any:
        made.append(entity_id)
        return tile(entity_id)

    monkeypatch.setattr(home.bridge.stream, "_body", body)
    home.owner.state("light.hall", "on")
    for stream in streams:
        assert parse(await stream.next())["news"]["entities"][0]["state"] == "on"
    assert made == ["light.hall"]
    for stream in streams:
        await stream.close()


async def test_what_is_taken_away_is_gone(home: Any) -> None:
    stream = home.stream()
    await stream.next()
    home.owner.config("light.hall", None)
    assert parse(await stream.next())["news"]["gone"] == ["light.hall"]
    await stream.close()


async def test_peoples_names_and_rooms_arrive(home: Any) -> None:
    stream = home.stream()
    await stream.next()
    say = home.owner.house.say
    say(DEVICE_ENTRY, DeviceEntry("Eye", area_id="a0"), "d2")
    say(AREA_ENTRY, AreaEntry("Passage"), "a0")
    await home.settle()
    tiles = {tile["entity_id"]: tile for tile in parse(await stream.next())["news"]["entities"]}
    assert (tiles["light.hall"]["area"], tiles["sensor.hall_temperature"]["area"]) == ("Hall", "Passage")
    say(AREA_ENTRY, AreaEntry("Vestibule"), "a1")
    say(DEVICE_ENTRY, DeviceEntry("Lamp", area_id="a1"), "d1")
    say(ENTITY_ENTRY, EntityEntry(name="The big one"), "light.hall")
    await home.settle()
    tiles = {tile["entity_id"]: tile for tile in parse(await stream.next())["news"]["entities"]}
    assert tiles["light.hall"]["area"] == "Vestibule"
    assert tiles["light.hall"]["attributes"]["friendly_name"] == "The big one"
    assert tiles["sensor.hall_temperature"]["area"] == "Passage"
    await stream.close()


async def test_a_change_comes_with_its_causes(home: Any) -> None:
    stream = home.stream()
    await stream.next()
    seen = home.owner.state("binary_sensor.hall_motion", "on", Cause("m1", "device:eye"))
    home.owner.state("light.hall", "on", Cause("r1", "rule:hall_light#2", seen.id))
    await home.settle()
    happened = parse(await stream.next())["news"]["happened"]
    assert [(line["name"], line["from"], line["to"]) for line in happened] == [
        ("Hall motion", "off", "on"),
        ("Hall ceiling", "off", "on"),
    ]
    assert happened[1]["why"] == [
        {"by": "rule:hall_light#2"},
        {"by": "device:eye", "entity_id": "binary_sensor.hall_motion", "state": "on"},
    ]
    await stream.close()
    again = home.stream()
    assert len(parse(await again.next())["home"]["happened"]) == 2
    await again.close()


async def test_a_command_that_came_to_nothing_is_told(home: Any) -> None:
    stream = home.stream()
    await stream.next()
    home.owner.fail("light.hall", Cause("p1", "person.owner"))
    (line,) = parse(await stream.next())["news"]["happened"]
    assert (line["name"], line["failed"]) == ("Hall ceiling", "the lamp did not answer in time")
    await stream.close()


async def test_readings_are_no_news_and_neither_is_the_snapshot(home: Any) -> None:
    stream = home.stream()
    assert parse(await stream.next())["home"]["happened"] == []
    home.owner.state("sensor.hall_temperature", "20")
    home.owner.state("sensor.hall_temperature", "21")
    assert parse(await stream.next())["news"]["happened"] == []
    await stream.close()


async def test_a_quiet_stream_beats(home: Any) -> None:
    stream = home.stream()
    await stream.next()
    assert parse(await stream.next()) == {"beat": {}}
    await stream.close()


async def test_streams_end_with_the_bridge(home: Any) -> None:
    stream = home.stream()
    await stream.next()
    await home.bridge_process.process.stop("bridge")
    with pytest.raises(StopAsyncIteration):
        await stream.next()


async def test_there_is_a_limit_to_streams_and_half_of_it_to_those_of_one_person(home: Any) -> None:
    home.bridge.house.people.learn("gina", Person("Gina", "guest"))
    for login in ("person.gina", OWNER):
        for _ in range(MOST_CLIENTS // 2):
            home.bridge.stream.join(lambda: True, home.bridge.sight(login))
        if login != OWNER:
            with pytest.raises(Refusal, match=f"{MOST_CLIENTS // 2} pages of yours"):
                home.bridge.stream.join(lambda: True, home.bridge.sight(login))
    with pytest.raises(Refusal, match="close one"):
        home.bridge.stream.join(lambda: True, home.bridge.sight("person.ben"))
    assert (await home.get("/api/stream")).status_code == 503


def some(home: Any, *grants: Grant) -> Any:
    """The stream of a guest who may do so much."""
    home.bridge.house.people.learn("gina", Person("Gina", "guest", grants))
    return home.bridge.stream.events(home.bridge.stream.join(lambda: True, home.bridge.sight("person.gina")))


async def test_what_is_hidden_is_not_even_named_as_gone(home: Any) -> None:
    events = some(home, Grant("domain", "light", "see"))
    first = parse(await home.during(anext(events)))["home"]
    assert [tile["entity_id"] for tile in first["entities"]] == ["light.hall"]
    home.owner.state("binary_sensor.hall_motion", "on")
    await home.settle()
    home.bridge.stream.check()
    told = await home.during(anext(events))
    assert b"hall_motion" not in told
    assert set(parse(told)) == {"beat"}
    await events.aclose()


async def test_what_somebody_may_see_changes_on_the_open_page(home: Any) -> None:
    people = home.bridge.house.people
    events = some(home, Grant("domain", "light", "see"))
    await home.during(anext(events))
    people.learn("gina", Person("Gina", "guest", (Grant("domain", "sensor", "see"),)))
    news = parse(await home.during(anext(events)))["news"]
    assert [tile["entity_id"] for tile in news["entities"]] == ["sensor.hall_temperature"]
    assert news["gone"] == ["light.hall"]
    people.learn("gina", Person("Gina", "adult", (Grant("all", "", "edit"),)))
    news = parse(await home.during(anext(events)))["news"]
    assert (len(news["entities"]), news["gone"]) == (3, [])
    people.learn("gina", Person("Gina", "guest", (Grant("domain", "light", "see"),)))
    news = parse(await home.during(anext(events)))["news"]
    assert sorted(news["gone"]) == ["binary_sensor.hall_motion", "sensor.hall_temperature"]
    await events.aclose()
