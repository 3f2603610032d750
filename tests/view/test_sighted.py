"""The live picture through one person's eyes."""

import pytest

from homeserver.runtime.clock import settle
from homeserver.topics.person import Grant, Person
from homeserver.topics.registry import ENTITY_ENTRY, EntityEntry
from homeserver.view.permission import Permissions
from homeserver.view.sighted import Sighted, Through
from homeserver.view.targets import Target, resolve
from homeserver.view.view import FOLLOW
from tests.view.things import Things

KITCHEN = (Grant("area", "kitchen", "see"),)


def sighted(things: Things, *grants: Grant) -> Sighted:
    people = things.house.people
    people.learn("anna", Person("Anna", "adult", grants))
    return Sighted(things.view, Permissions(things.view, people), people, "person.anna")


async def test_what_is_hidden_is_not_there(things: Things) -> None:
    view = sighted(things, *KITCHEN)
    assert set(view.states) == {"light.strip", "switch.secret"}
    assert "light.lamp" not in view.states
    assert view.said("light.lamp") is None
    assert view.state("light.lamp") is None
    assert view.config("light.lamp") is None
    assert {state.entity_id for state in view.all_states("light")} == {"light.strip"}
    assert list(view.areas) == ["kitchen"]
    assert list(view.devices) == []
    assert list(view.labels) == []
    assert resolve(view, Target({"area_id": ("living_room",)})) == []
    assert not view.sees_device("d1")
    with pytest.raises(KeyError):
        view.configs["light.lamp"]


async def test_it_goes_on_changing(things: Things) -> None:
    view = sighted(things, *KITCHEN)
    assert resolve(view, Target({"area_id": ("kitchen",)})) == ["light.strip"]
    things.state("light.strip", "off")
    things.house.say(ENTITY_ENTRY, EntityEntry(area_id="kitchen"), "light.lamp")
    await settle()
    assert view.states["light.strip"].state == "off"
    assert view.states["light.lamp"].state == "on"
    assert view.sees_device("d1")
    assert resolve(view, Target({"area_id": ("kitchen",)})) == ["light.lamp", "light.strip"]
    things.house.people.learn("anna", Person("Anna", "adult"))
    assert dict(view.states) == {}
    assert list(view.areas) == []


async def test_watchers_hear_of_what_is_seen(things: Things) -> None:
    view, told = sighted(things, *KITCHEN), list[str]()
    ends = [view.watch_all(lambda id, *_: told.append(id)), view.watch("light.lamp", lambda id, *_: told.append(id))]
    things.state("light.lamp", "off")
    things.state("light.strip", "off")
    await settle()
    assert told == ["light.strip"]
    for end in ends:
        end()
    things.state("light.strip", "on")
    await settle()
    assert told == ["light.strip"]


async def test_followers_are_told_of_what_is_seen(things: Things) -> None:
    view, moved = sighted(things, *KITCHEN), list[set[str] | None]()
    await things.house.clock.advance(FOLLOW)  # type: ignore[attr-defined]  # what was furnished is told
    end = view.follow(moved.append, frozenset({"light"}))
    things.state("light.new", "on")
    await settle()
    await things.house.clock.advance(FOLLOW)  # type: ignore[attr-defined]
    assert moved == [set()]
    end()


def test_a_mapping_lets_through_what_it_may() -> None:
    source = {"a": 1, "b": 2}
    through = Through(source, lambda key, value: value > 1)
    assert dict(through) == {"b": 2}
    assert len(through) == 1
    assert through.get("a") is None
    source["a"] = 3
    assert through["a"] == 3
