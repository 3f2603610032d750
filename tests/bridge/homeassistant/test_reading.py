"""States, configuration, services, and what a client hears when something changes."""

from typing import Any

from homeserver.bridge.homeassistant.outgoing import TICK
from homeserver.topics.person import Grant, Person
from homeserver.view.allowance import BURST, SHARE
from tests.bridge.conftest import LAMP, Home
from tests.bridge.homeassistant.talking import Talk


async def test_states_are_those_of_the_rest_interface(home: Home) -> None:
    talk = await Talk(home).let_in()
    states = await talk.result("get_states")
    assert states == (await home.get("/api/states")).json()
    assert {one["entity_id"] for one in states} >= {"light.hall", "sensor.hall_temperature"}
    await talk.leave()


async def test_config_and_services(home: Home) -> None:
    talk = await Talk(home).let_in()
    config = await talk.result("get_config")
    assert config["unit_system"]["temperature"] == "°C"
    assert {"light", "sensor"} <= set(config["components"])
    services = await talk.result("get_services")
    assert services["light"]["turn_on"]["target"] == {"entity": [{"domain": ["light"]}]}
    assert "brightness_pct" in services["light"]["turn_on"]["fields"]
    assert "turn_on" in services["homeassistant"]
    assert services["persistent_notification"]["create"]["fields"]["message"]["required"]
    assert "owner" in services["notify"]
    assert "sensor" not in services
    await talk.leave()


async def test_entities_come_whole_and_then_as_changes(home: Home) -> None:
    talk = await Talk(home).let_in()
    assert await talk.result("subscribe_entities") is None
    (first,) = talk.events()
    lamp = first["a"]["light.hall"]
    assert lamp["s"] == "off"
    assert lamp["a"]["friendly_name"] == "Hall ceiling"
    await home.clock.advance(1)
    cause = home.owner.state("light.hall", "on", brightness=200)
    await home.settle()
    change = talk.events()[-1]
    assert set(change) == {"c"}
    now = home.clock.now().timestamp()
    said = change["c"]["light.hall"]["+"]
    assert said["s"] == "on"
    assert said["a"] == {"brightness": 200}
    assert said["c"] == cause.id
    assert now - 1 < said["lc"] <= now
    home.owner.state("light.hall", "on")
    await home.settle()
    assert talk.events()[-1]["c"]["light.hall"]["-"] == {"a": ["brightness"]}
    await talk.leave()


async def test_only_what_was_asked_for(home: Home) -> None:
    talk = await Talk(home).let_in()
    await talk.result("subscribe_entities", entity_ids=["light.hall", "light.gone"])
    assert list(talk.events()[0]["a"]) == ["light.hall"]
    home.owner.state("binary_sensor.hall_motion", "on")
    await home.settle()
    assert len(talk.events()) == 1
    await talk.leave()


async def test_entities_that_come_and_go(home: Home) -> None:
    talk = await Talk(home).let_in()
    await talk.result("subscribe_entities")
    home.owner.config("light.new", LAMP)
    await home.settle()
    assert list(talk.events()[-1]["a"]) == ["light.new"]
    home.owner.config("light.new", None)
    await home.settle()
    assert talk.events()[-1] == {"r": ["light.new"]}
    await talk.leave()


async def test_a_storm_is_gathered(home: Home) -> None:
    talk = await Talk(home).let_in()
    await talk.result("subscribe_entities")
    feed = home.bridge.homeassistant.feed
    home.owner.state("light.hall", "on")
    await home.settle()
    before = len(talk.events())
    for _ in range(50):
        feed.changed("light.hall")
    await home.clock.advance(TICK / 2)
    assert len(talk.events()) == before  # nothing about it is different
    await talk.leave()


async def test_subscriptions_end(home: Home) -> None:
    talk = await Talk(home).let_in()
    await talk.result("subscribe_entities")
    await talk.result("subscribe_events", event_type="state_changed")
    await talk.result("unsubscribe_events", subscription=1)
    await talk.result("unsubscribe_events", subscription=2)
    assert await talk.error("unsubscribe_events", subscription=2) == "not_found"
    count = len(talk.said)
    home.owner.state("light.hall", "on")
    await home.settle()
    assert len(talk.said) == count
    await talk.leave()


async def test_changes_of_states_as_events(home: Home) -> None:
    talk = await Talk(home).let_in()
    await talk.result("subscribe_events", event_type="state_changed")
    cause = home.owner.state("light.hall", "on")
    await home.settle()
    (event,) = talk.events()
    assert event["event_type"] == "state_changed"
    assert event["data"]["entity_id"] == "light.hall"
    assert (event["data"]["old_state"]["state"], event["data"]["new_state"]["state"]) == ("off", "on")
    assert event["context"]["id"] == cause.id
    await talk.leave()


async def test_who_reads_slowly_is_told_the_latest_and_no_more(home: Home) -> None:
    talk = await Talk(home).let_in()
    await talk.result("subscribe_entities")
    talk.slow = 10**9
    for number in range(20):
        home.owner.state("sensor.hall_temperature", str(number))
        await home.settle()
    assert len(talk.events()) == 1
    talk.slow = 0
    await home.clock.advance(16)
    late = talk.events()[1:]
    assert [one["a"]["sensor.hall_temperature"]["s"] for one in late] == ["19"]
    await talk.leave()


async def test_what_is_put_into_json_once_is_told_to_all(home: Home) -> None:
    talks = [await Talk(home).let_in() for _ in range(3)]
    for talk in talks:
        await talk.result("subscribe_entities")
    home.owner.state("light.hall", "on")
    await home.settle()
    frames = {talk.frames[-1] for talk in talks}
    assert len(frames) == 1
    for talk in talks:
        await talk.leave()


# -- what somebody may not see


async def let_in_as(home: Home, login: str) -> Talk:
    """A connection of somebody, past the proof of who he is, which is tested elsewhere."""
    talk = await Talk(home).let_in()
    client = next(iter(home.bridge.homeassistant.sockets._open))
    session = client._session
    assert session is not None
    object.__setattr__(session.identity, "login", login)
    return talk


def learn(home: Home, *grants: Grant, role: Any = "adult") -> None:
    for process in (home.core.process, home.bridge_process.process):
        process.calls.people.learn("anna", Person("Anna", role, grants))


SEES_THE_LAMP = Grant("entity", "light.hall", "see")


async def test_what_is_hidden_is_not_there(home: Home) -> None:
    learn(home, SEES_THE_LAMP)
    talk = await let_in_as(home, "person.anna")
    assert [one["entity_id"] for one in await talk.result("get_states")] == ["light.hall"]
    await talk.result("subscribe_entities")
    assert list(talk.events()[0]["a"]) == ["light.hall"]
    await talk.result("subscribe_events", event_type="state_changed")
    home.owner.state("binary_sensor.hall_motion", "on")
    await home.settle()
    assert talk.events() == []
    home.owner.state("light.hall", "on")
    await home.settle()
    assert [event["data"]["entity_id"] for event in talk.events()] == ["light.hall"]
    await talk.leave()


async def test_rights_that_change_take_effect_at_once(home: Home) -> None:
    learn(home, Grant("all", "", "see"))
    talk = await let_in_as(home, "person.anna")
    await talk.result("subscribe_entities")
    learn(home, SEES_THE_LAMP)
    await home.settle()
    assert "binary_sensor.hall_motion" in talk.events()[-1]["r"]
    assert "light.hall" not in talk.events()[-1]["r"]
    learn(home, Grant("all", "", "see"))
    await home.settle()
    assert "binary_sensor.hall_motion" in talk.events()[-1]["a"]
    await talk.leave()


async def test_templates_see_no_more(home: Home) -> None:
    learn(home, SEES_THE_LAMP)
    talk = await let_in_as(home, "person.anna")
    template = "{{ states('light.hall') }} {{ states('binary_sensor.hall_motion') }} {{ states | list | length }}"
    await talk.result("render_template", template=template)
    assert talk.events()[-1]["result"] == "off unknown 1"
    await talk.leave()


async def test_templates_of_somebody_who_took_too_much_time_come_late(home: Home) -> None:
    learn(home, SEES_THE_LAMP)
    talk = await let_in_as(home, "person.anna")
    await talk.result("render_template", template="{{ states('light.hall') }} {% if 1 %}{% endif %}")
    mine = home.bridge.homeassistant.desk.allowances.of("person.anna")
    mine.spend(BURST + 10 * SHARE)
    home.owner.state("light.hall", "on")
    await home.clock.advance(5)
    assert [event["result"] for event in talk.events()] == ["off"]
    busy = "{% for one in range(9) %}{{ one }}{% endfor %}"
    answer = await talk.ask("render_template", template=busy)
    assert "more than 20% of the home's time" in answer["error"]["message"]
    await home.clock.advance(6)
    assert [event["result"] for event in talk.events(1)] == ["off", "on"]
    await talk.result("render_template", template=busy)
    await talk.leave()


async def test_seeing_is_not_controlling(home: Home) -> None:
    learn(home, SEES_THE_LAMP)
    talk = await let_in_as(home, "person.anna")
    service = {"domain": "light", "service": "turn_on"}
    assert await talk.error("call_service", **service, target={"entity_id": "light.hall"}) == "unauthorized"
    hidden = await talk.ask("call_service", domain="switch", service="turn_on", target={"entity_id": "switch.heater"})
    absent = await talk.ask("call_service", domain="switch", service="turn_on", target={"entity_id": "switch.absent"})
    assert hidden["error"] == absent["error"]
    assert home.owner.commands == []
    await talk.leave()
