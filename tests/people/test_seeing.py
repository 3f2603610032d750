"""What an owner is told that somebody sees: the same as the doors answer, thing by thing."""

import json
from collections.abc import AsyncIterator

import pytest

from homeserver.home.worker import setup as set_up_home
from homeserver.people import seeing
from homeserver.people.worker import setup
from homeserver.runtime.rehearsal import Rehearsal
from homeserver.topics.call import CallError
from tests.people.conftest import Ask


@pytest.fixture
async def home() -> AsyncIterator[Rehearsal]:
    async with Rehearsal(setup, set_up_home) as home:
        for domain, id in (("light", "hall"), ("light", "attic"), ("sensor", "cellar")):
            config = {"unique_id": id, "default_entity_id": f"{domain}.{id}", "name": id, "state_topic": f"things/{id}"}
            config |= {"command_topic": f"things/{id}/set"} if domain == "light" else {}
            await home.publish(f"homeassistant/{domain}/{id}/config", json.dumps(config), retain=True)
        await home.clock.advance(1)
        yield home


async def line(home: Rehearsal, **policy: object) -> None:
    await home.process.calls.ask("people", "set_policy", policy)
    await home.clock.advance(0)


async def test_each_thing_stands_under_the_most_that_somebody_may(home: Rehearsal, ask: Ask) -> None:
    await ask("create_user", name="Gus", role="guest")
    nothing = await ask("sight", user="gus")
    assert (nothing["let_in"], nothing["see"], nothing["control"], nothing["edit"]) == (True, [], [], [])
    await line(home, who="gus", scope="domain", what="light", verb="control")
    await line(home, who="gus", scope="entity", what="light.attic", verb="control", allow=False)
    await line(home, who="gus", scope="entity", what="sensor.cellar", verb="edit")
    told = await ask("sight", user="gus")
    assert (told["see"], told["control"], told["edit"]) == (["light.attic"], ["light.hall"], ["sensor.cellar"])
    assert (told["left_off"], told["until"] is not None) == (0, True)


async def test_who_is_kept_out_sees_nothing(home: Rehearsal, ask: Ask) -> None:
    await ask("create_user", name="Anna")
    assert "light.hall" in (await ask("sight", user="anna"))["edit"]
    await ask("update_user", user="anna", active=False)
    told = await ask("sight", user="anna")
    assert (told["let_in"], told["edit"]) == (False, [])


async def test_an_answer_stays_small(home: Rehearsal, ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seeing, "MOST", 2)
    await ask("create_user", name="Anna")
    told = await ask("sight", user="anna")
    assert (len(told["edit"]), told["left_off"] > 0) == (2, True)


async def test_what_lines_may_be_about_is_taken_by_them(home: Rehearsal, ask: Ask) -> None:
    await ask("create_user", name="Gus", role="guest")
    await home.process.calls.ask("home", "edit_area", {"name": "Living room"})
    await home.process.calls.ask("home", "edit_label", {"name": "Fragile"})
    await home.clock.advance(0)
    told = await ask("choices")
    assert told["areas"] == [{"id": "living_room", "name": "Living room"}]
    assert told["labels"] == [{"id": "fragile", "name": "Fragile"}]
    assert "light" in told["domains"]
    assert "people.sight" in told["calls"]
    for scope, what in (("area", "living_room"), ("label", "fragile"), ("domain", "todo"), ("call", "people.sight")):
        await line(home, who="gus", scope=scope, what=what)


async def test_only_an_owner_is_told(home: Rehearsal, ask: Ask) -> None:
    await ask("create_user", name="Anna")
    with pytest.raises(CallError, match="owner"):
        await ask("sight", login="person.anna", user="anna")
    with pytest.raises(CallError, match="owner"):
        await ask("choices", login="person.anna")
