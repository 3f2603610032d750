"""What a person may do with an entity."""

import pytest

from homeserver.runtime.clock import settle
from homeserver.topics.person import Grant, Person, PersonRole, Verb
from homeserver.topics.registry import ENTITY_ENTRY, EntityEntry
from homeserver.view.permission import Permissions
from tests.view.things import Things

SEE = Grant("all", "", "see")
CONTROL = Grant("all", "", "control")


def no(scope: str, what: str, verb: Verb = "see", *, own: bool = False) -> Grant:
    return Grant(scope, what, verb, False, own)  # type: ignore[arg-type]


def yes(scope: str, what: str, verb: Verb = "control", *, own: bool = False) -> Grant:
    return Grant(scope, what, verb, True, own)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("role", "grants", "lamp", "strip"),
    [
        ("adult", [], "", ""),
        ("adult", [SEE], "see", "see"),
        ("adult", [CONTROL], "control", "control"),
        ("adult", [SEE, yes("area", "kitchen")], "see", "control"),
        ("adult", [CONTROL, no("area", "kitchen")], "control", ""),
        ("adult", [CONTROL, no("area", "kitchen", "control")], "control", "see"),
        ("adult", [CONTROL, no("domain", "light"), yes("area", "kitchen", "see")], "", "see"),
        ("adult", [CONTROL, no("label", "cosy")], "", "control"),
        ("adult", [no("label", "cosy"), yes("entity", "light.lamp", "see")], "see", ""),
        ("adult", [CONTROL, no("domain", "light", "control"), yes("domain", "light", own=True)], "control", "control"),
        ("adult", [no("area", "kitchen"), yes("all", "", own=True)], "control", ""),
        ("adult", [yes("entity", "light.lamp"), no("entity", "light.lamp")], "", ""),
        ("adult", [yes("entity", "light.lamp", "edit"), no("entity", "light.lamp", "control")], "see", ""),
        ("adult", [no("all", ""), yes("domain", "light", "control"), no("entity", "light.lamp", "see")], "", "control"),
        ("adult", [yes("call", "*")], "", ""),
        ("service", [], "", ""),
        ("service", [SEE], "see", "see"),
        ("owner", [no("all", "")], "edit", "edit"),
    ],
)
async def test_levels(things: Things, role: PersonRole, grants: list[Grant], lamp: str, strip: str) -> None:
    """The lamp has the label cosy and is in the living room, the strip is in the kitchen."""
    things.house.people.learn("anna", Person("Anna", role, tuple(grants)))
    permissions = Permissions(things.view, things.house.people)
    for entity_id, most in (("light.lamp", lamp), ("light.strip", strip)):
        allowed = ["see", "control", "edit"][: ["", "see", "control", "edit"].index(most)]
        verbs: tuple[Verb, ...] = ("see", "control", "edit")
        assert [verb for verb in verbs if permissions.may("person.anna", verb, entity_id)] == allowed
    assert set(permissions.seen("person.anna")) & {"light.lamp", "light.strip"} == {
        id for id, most in (("light.lamp", lamp), ("light.strip", strip)) if most
    }


async def test_it_follows_grants_and_the_home(things: Things) -> None:
    people, permissions = things.house.people, Permissions(things.view, things.house.people)
    people.learn("anna", Person("Anna", "adult", (yes("area", "kitchen"),)))
    assert not permissions.may("person.anna", "see", "light.lamp")
    things.house.say(ENTITY_ENTRY, EntityEntry(area_id="kitchen"), "light.lamp")
    await settle()
    assert permissions.may("person.anna", "control", "light.lamp")
    people.learn("anna", Person("Anna", "adult"))
    assert not permissions.may("person.anna", "see", "light.lamp")
    people.learn("anna", None)
    assert not permissions.may("person.anna", "see", "light.strip")


async def test_strangers_devices_and_processes(things: Things) -> None:
    permissions = Permissions(things.view, things.house.people)
    assert permissions.may("process.core", "edit", "light.lamp")
    assert not any(permissions.may(login, "see", "light.lamp") for login in ("person.x", "device.lamp", "", "lamp"))


async def test_calls(things: Things) -> None:
    permissions = Permissions(things.view, things.house.people)
    things.house.people.learn("anna", Person("Anna", "child"))
    assert permissions.may_call("person.anna", "rules", "check", "child")
    assert not permissions.may_call("person.anna", "rules", "check", "adult")
    assert not permissions.may_call("person.ben", "rules", "check", "guest")
