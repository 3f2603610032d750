"""The REST interface that Home Assistant's clients use, beside states and services."""

from datetime import timedelta
from typing import Any

import pytest

from homeserver.runtime.people import OWNER
from homeserver.topics.audit import AuditEvent
from homeserver.topics.event import CALENDAR, EVENT, CalendarAhead, CalendarEntry
from homeserver.topics.person import Grant, Person
from tests.bridge.conftest import Home
from tests.bridge.homeassistant.talking import Talk


def narrow(home: Home) -> None:
    """Whoever has the key sees the hall's lamp, and nothing else."""
    grants = (Grant("entity", "light.hall", "control"),)
    home.bridge.house.people._known["person.owner"] = Person("Owner", "adult", grants)


async def test_what_clients_ask_first(home: Home) -> None:
    config = (await home.get("/api/config")).json()
    year, month, _ = map(int, config["version"].split("."))
    assert (year, month) >= (2022, 9)
    assert config["state"] == "RUNNING"
    assert {"light", "sensor", "websocket_api"} <= set((await home.get("/api/components")).json())
    assert (await home.get("/api/core/state")).json()["state"] == "RUNNING"
    domains = {row["domain"]: row["services"] for row in (await home.get("/api/services")).json()}
    assert "turn_on" in domains["light"]
    assert (await home.get("/api/error_log")).headers["content-type"].startswith("text/plain")


async def test_a_template_is_rendered_with_what_one_sees(home: Home) -> None:
    text = "{{ states('light.hall') }} {{ states.binary_sensor | list | count }} {{ x }}"
    told = await home.post("/api/template", {"template": text, "variables": {"x": 3}})
    assert (told.status_code, told.text) == (200, "off 1 3")
    wrong = await home.post("/api/template", {"template": "{{ 1 +"})
    assert (wrong.status_code, wrong.json()["field"]) == (400, "template")
    assert (await home.post("/api/template", {"template": 7})).status_code == 400
    narrow(home)
    assert (await home.post("/api/template", {"template": text})).text == "off 0"


async def test_who_fires_an_event_is_kept_in_the_audit(home: Home) -> None:
    said: list[AuditEvent] = []
    home.bridge.house.audit = said.append  # type: ignore[assignment]
    assert (await home.post("/api/events/doorbell", {"door": "front"})).status_code == 200
    told = said[-1]
    assert (told.kind, told.who, told.what, told.where, told.details) == ("event", OWNER, "doorbell", "127.0.0.1", {})


async def test_events_are_fired_and_counted(home: Home) -> None:
    heard = home.core.listen(EVENT)
    talk = await Talk(home).let_in()
    await talk.result("subscribe_events", event_type="doorbell")
    told = await home.post("/api/events/doorbell", {"door": "front"})
    assert told.json() == {"message": "Event doorbell fired."}
    await home.settle()
    assert [(one.type, one.data, one.cause.by) for one in heard] == [("doorbell", {"door": "front"}, "person.owner")]
    assert talk.events()[0]["data"] == {"door": "front"}
    assert (await home.get("/api/events")).json() == [{"event": "doorbell", "listener_count": 1}]
    assert (await home.post("/api/events/state_changed", {})).status_code == 403
    assert (await home.post("/api/events/what ever", {})).status_code == 400
    narrow(home)
    assert (await home.get("/api/events")).status_code == 200
    await talk.leave()


async def test_the_past_needs_somebody_who_keeps_it(home: Home) -> None:
    assert (await home.get("/api/history/period")).json()["field"] == "filter_entity_id"
    asked = "/api/history/period/2026-01-04T00:00:00+00:00?filter_entity_id=light.hall"
    assert (await home.get(asked)).status_code == 503
    assert (await home.get(asked.replace("light.hall", "light.gone"))).status_code == 404
    assert (await home.get(asked.replace("2026-01-04T", "yesterday"))).json()["field"] == "timestamp"
    assert (await home.get("/api/logbook")).status_code == 503
    talk = await Talk(home).let_in()
    assert await talk.error("history/history_during_period", entity_ids=["light.hall"]) == "not_supported"
    assert await talk.error("history/history_during_period", entity_ids=["light.gone"]) == "not_found"
    assert await talk.error("logbook/event_stream", start_time="2026-01-04T00:00:00+00:00") == "not_supported"
    assert (await talk.result("recorder/info"))["recording"] is False
    await talk.leave()


async def test_rules_and_intents_need_their_workers(home: Home) -> None:
    for path in ("/api/config/core/check_config", "/api/intent/handle", "/api/states/sensor.mine"):
        told = await home.post(path, {"state": "on"})
        assert (path, told.status_code) == (path, 503)


async def test_nobody_tells_a_state_in_place_of_its_owner(home: Home) -> None:
    told = await home.post("/api/states/light.hall", {"state": "on"})
    assert told.status_code == 409
    assert "owner" in told.json()["message"]
    assert (await home.during(home.client.delete("/api/states/light.hall"))).status_code == 409
    assert (await home.during(home.client.delete("/api/states/light.gone"))).status_code == 404
    narrow(home)
    hidden, none = [await home.post(f"/api/states/{one}", {}) for one in ("binary_sensor.hall_motion", "light.gone")]
    assert (hidden.status_code, none.status_code) == (403, 403)
    assert hidden.json()["message"] == none.json()["message"]


async def test_services_answer_only_where_they_do(home: Home) -> None:
    body = {"entity_id": "light.hall"}
    changed = (await home.post("/api/services/light/turn_on", body)).json()
    assert [one["entity_id"] for one in changed] == ["light.hall"]
    told = await home.post("/api/services/light/turn_on?return_response", body)
    assert (told.status_code, told.json()["field"]) == (400, "return_response")


@pytest.fixture
def calendar(home: Home) -> Any:
    config = home.owner
    ahead = home.clock.now() + timedelta(days=30)
    start = home.clock.now() + timedelta(hours=2)
    entries = (
        CalendarEntry(start, start + timedelta(hours=1), "Dentist"),
        CalendarEntry(start + timedelta(days=3), start + timedelta(days=4), "Holiday", all_day=True),
    )
    return config, CalendarAhead(ahead, entries)


async def test_calendars_tell_what_is_ahead(home: Home, lamp: Any, calendar: Any) -> None:
    owner, ahead = calendar
    owner.config("calendar.family", lamp)
    owner.house.say(CALENDAR, ahead, "family")
    await home.settle()
    listed = (await home.get("/api/calendars")).json()
    assert [one["entity_id"] for one in listed] == ["calendar.family"]
    span = "start=2026-01-05T00:00:00Z&end=2026-01-06T00:00:00Z"
    (entry,) = (await home.get(f"/api/calendars/calendar.family?{span}")).json()
    assert (entry["summary"], entry["start"]) == ("Dentist", {"dateTime": ahead.entries[0].start.isoformat()})
    later = (await home.get(f"/api/calendars/calendar.family?{span.replace('-06T', '-20T')}")).json()
    assert later[1]["start"] == {"date": "2026-01-08"}
    assert (await home.get("/api/calendars/calendar.gone?" + span)).status_code == 404
    assert (await home.get("/api/calendars/light.hall?" + span)).status_code == 404
    assert (await home.get("/api/calendars/calendar.family")).status_code in (400, 422)
    narrow(home)
    assert (await home.get("/api/calendars")).json() == []
    assert (await home.get(f"/api/calendars/calendar.family?{span}")).status_code == 404
