"""The one table: lines are checked, said in words that help, kept over a restart and shown as things are called now."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from homeserver.people.worker import setup
from homeserver.runtime.house import House
from homeserver.runtime.rehearsal import Rehearsal
from homeserver.runtime.worker import Worker
from homeserver.topics.call import CallError
from homeserver.topics.entity import ENTITY_CONFIG, EntityConfig
from homeserver.topics.registry import AREA_ENTRY, ENTITY_ENTRY, LABEL_ENTRY, AreaEntry, EntityEntry, LabelEntry
from homeserver.view.permission import Permissions
from homeserver.view.view import View

LINE = {"who": "carl", "scope": "domain", "what": "lock", "verb": "control"}


class Things(Worker):
    """A lock in a shed that people call Schuppen."""

    name = "things"
    says = (ENTITY_CONFIG, ENTITY_ENTRY, AREA_ENTRY, LABEL_ENTRY)

    async def open(self) -> None:
        self.house.say(ENTITY_CONFIG, EntityConfig("Lock", "things"), "lock", "shed")
        self.house.say(ENTITY_ENTRY, EntityEntry(area_id="shed", labels=("toys",)), "lock.shed")
        self.house.say(AREA_ENTRY, AreaEntry("Schuppen"), "shed")
        self.house.say(LABEL_ENTRY, LabelEntry("Toys"), "toys")


def things(house: House) -> Things:
    return Things(house)


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[Rehearsal]:
    async with Rehearsal(things, setup, folder=tmp_path) as home:
        await home.clock.advance(1)
        for id, role in (("carl", "child"), ("anna", "owner")):
            await ask(home, "create_user", name=id, role=role)
        yield home


async def ask(home: Rehearsal, call: str, **args: Any) -> Any:
    answer = await home.process.calls.ask("people", call, args)
    await home.clock.advance(0)
    return answer


@pytest.mark.parametrize(
    ("change", "code", "field", "said"),
    [
        ({"who": "karl"}, "not_found", "who", "did you mean 'carl'?"),
        ({"who": "anna"}, "conflict", "who", "anna is an owner, who may all"),
        ({"who": "role:owner"}, "invalid", "who", "an owner may all"),
        ({"who": "role:kid"}, "invalid", "who", "role:kid: no role"),
        ({"what": "lokc"}, "not_found", "what", "did you mean 'lock'?"),
        ({"what": ""}, "invalid", "what", "says in `what` which"),
        ({"scope": "all"}, "invalid", "what", "`all` is about everything"),
        ({"scope": "area", "what": "Shedd"}, "not_found", "what", "did you mean 'shed'?"),
        ({"scope": "label", "what": "toy"}, "not_found", "what", "did you mean 'toys'?"),
        ({"scope": "entity", "what": "lock.shedd"}, "not_found", "what", "did you mean 'lock.shed'?"),
        ({"scope": "call", "what": "people"}, "invalid", "what", "write rules.check, rules.*"),
        ({"scope": "call", "what": "poeple.whoami"}, "not_found", "what", "did you mean 'people'?"),
        ({"scope": "call", "what": "people.whoam"}, "not_found", "what", "did you mean 'people.whoami'?"),
        ({"begins": "20:00", "ends": "20:00"}, "invalid", "ends", "leave both out for the whole day"),
        ({"begins": "8 pm"}, "invalid", "begins", "begins"),
        ({"weekdays": ["monday"]}, "invalid", "weekdays", "weekdays"),
        ({"until": "2025-01-01T00:00"}, "invalid", "until", "the line would never count"),
        ({"policy": 999}, "not_found", "policy", "there is no policy 999"),
    ],
)
async def test_what_makes_no_line_is_refused_with_a_remedy(
    home: Rehearsal, change: dict[str, Any], code: str, field: str, said: str
) -> None:
    before = await ask(home, "list_policies")
    with pytest.raises(CallError) as refused:
        await ask(home, "set_policy", **{**LINE, **change})
    assert refused.value.error.code == code
    assert (refused.value.error.field or "").split(".")[0] == field
    assert said in str(refused.value)
    assert await ask(home, "list_policies") == before


@pytest.mark.parametrize(
    ("scope", "what", "kept"),
    [("area", "Schuppen", "shed"), ("label", "Toys", "toys"), ("entity", "lock.shed", "lock.shed"), ("all", "", "")],
)
async def test_a_line_opens_what_it_names_and_closes_it_again(
    home: Rehearsal, scope: str, what: str, kept: str
) -> None:
    permissions = Permissions(home.process.shared(View), home.process.calls.people)
    assert not permissions.may("person.carl", "see", "lock.shed")
    line = await ask(home, "set_policy", **{**LINE, "scope": scope, "what": what})
    assert (line.what, line.in_force) == (kept, True)
    assert permissions.may("person.carl", "control", "lock.shed")
    changed = await ask(home, "set_policy", **{**LINE, "scope": scope, "what": what, "verb": "see"}, policy=line.id)
    assert changed.id == line.id
    assert not permissions.may("person.carl", "control", "lock.shed")
    await ask(home, "remove_policy", policy=line.id)
    assert not permissions.may("person.carl", "see", "lock.shed")


async def test_what_is_renamed_is_still_meant(home: Rehearsal) -> None:
    worker = home.process.hosted["things"].worker
    assert worker is not None
    await ask(home, "set_policy", **{**LINE, "scope": "area", "what": "shed"})
    worker.house.say(AREA_ENTRY, None, "shed")
    worker.house.say(AREA_ENTRY, AreaEntry("Barn", former=("shed",)), "barn")
    worker.house.say(ENTITY_ENTRY, EntityEntry(area_id="barn"), "lock.shed")
    await home.clock.advance(1)
    (line,) = (await ask(home, "list_policies", who="carl")).policies
    assert line.what == "barn"
    permissions = Permissions(home.process.shared(View), home.process.calls.people)
    assert permissions.may("person.carl", "control", "lock.shed")


async def test_lines_outlive_a_restart_and_not_their_person(home: Rehearsal, tmp_path: Path) -> None:
    line = await ask(home, "set_policy", **LINE, weekdays=["fri", "mon"], begins="20:00", until="2026-02-01T00:00")
    assert (line.weekdays, line.begins, line.ends, line.in_force) == (("mon", "fri"), "20:00", None, False)
    await home.process.close()
    async with Rehearsal(things, setup, folder=tmp_path) as again:
        await again.clock.advance(1)
        assert (await ask(again, "list_policies", who="carl")).policies == [line]
        assert (await ask(again, "remove_user", user="carl")).policies == 1
        assert all(one.who != "carl" for one in (await ask(again, "list_policies")).policies)
