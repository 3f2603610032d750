"""Configuration entries: one for each worker that owns entities."""

from homeserver.topics.person import Grant, Person
from tests.bridge.conftest import Home
from tests.bridge.homeassistant.talking import Talk


async def test_workers_are_entries_to_which_entities_belong(home: Home) -> None:
    talk = await Talk(home).let_in()
    (entry,) = await talk.result("config_entries/get")
    assert (entry["entry_id"], entry["domain"], entry["state"], entry["title"]) == ("owner", "owner", "loaded", "Owner")
    assert await talk.result("config_entries/get", domain="owner", type_filter=["hub"]) == [entry]
    assert await talk.result("config_entries/get", domain="hue") == []
    assert await talk.result("config_entries/get", type_filter="helper") == []
    assert await talk.result("config_entries/get_single", entry_id="owner") == {"config_entry": entry}
    entities = await talk.result("config/entity_registry/list")
    assert {row["config_entry_id"] for row in entities} == {"owner"}
    devices = await talk.result("config/device_registry/list")
    assert {tuple(row["config_entries"]) for row in devices} == {("owner",)}
    await talk.result("config_entries/subscribe")
    assert talk.events() == [[{"type": None, "entry": entry}]]
    await talk.leave()


async def test_nothing_is_set_up_or_disabled_here(home: Home) -> None:
    talk = await Talk(home).let_in()
    assert await talk.result("config_entries/flow/progress") == []
    assert await talk.result("config_entries/subentries/list", entry_id="owner") == []
    assert await talk.error("config_entries/subentries/delete", entry_id="owner", subentry_id="x") == "not_found"
    assert await talk.error("config_entries/disable", entry_id="owner", disabled_by="user") == "not_supported"
    assert await talk.error("config_entries/disable", entry_id="gone", disabled_by="user") == "not_found"
    assert await talk.error("config_entries/get_single", entry_id="gone") == "not_found"
    assert await talk.error("config_entries/ignore_flow", flow_id="x", title="y") == "not_found"
    await talk.leave()


async def test_an_entry_of_which_nothing_is_seen_is_not_there(home: Home) -> None:
    cameras = (Grant("domain", "camera", "see"),)
    home.bridge.house.people._known["person.owner"] = Person("Owner", "guest", cameras)
    talk = await Talk(home).let_in()
    assert await talk.result("config_entries/get") == []
    assert await talk.error("config_entries/get_single", entry_id="owner") == "not_found"
    await talk.leave()
