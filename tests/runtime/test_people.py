"""Who may come in now, and with which role a call is made."""

from datetime import UTC, datetime, timedelta

import pytest

from homeserver.runtime.clock import VirtualClock
from homeserver.runtime.people import OWNER, People, role_for
from homeserver.topics.call import Role
from homeserver.topics.person import Ahead, Grant, Person, PersonRole

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)


@pytest.fixture
def people() -> People:
    return People(VirtualClock(NOW))


def test_the_owner_of_the_data_folder_is_there_before_anybody(people: People) -> None:
    assert list(people.logins()) == [OWNER]
    assert people.role(OWNER, "rules", "reload") == "owner"


def test_nobody_becomes_the_owner_by_a_message(people: People) -> None:
    people.learn("owner", Person("Mallory", "guest"))
    assert people.role(OWNER, "rules", "reload") == "owner"
    people.learn("owner", None)
    assert people.person(OWNER)


def test_who_is_taken_away_is_nobody(people: People) -> None:
    people.learn("anna", Person("Anna", "adult"))
    people.learn("anna", None)
    assert people.person("person.anna") is None
    assert people.role("person.anna", "rules", "check") is None


def test_what_is_past_its_end_counts_for_nothing(people: People) -> None:
    people.learn("guest", Person("Guest", "guest", until=NOW))
    people.learn("other", Person("Other", "guest", until=NOW + timedelta(seconds=1)))
    assert people.person("person.guest") is None
    assert list(people.logins()) == [OWNER, "person.other"]


def test_what_was_said_ahead_counts_from_its_moment_on(people: People) -> None:
    see, hour = Grant("all", "", "see"), timedelta(hours=1)
    ahead = (Ahead(NOW + hour, (see,), NOW + 3 * hour), Ahead(NOW + 2 * hour, (), NOW + 4 * hour))
    people.learn("carl", Person("Carl", "child", (), 3, NOW + hour + timedelta(seconds=10), ahead))
    clock = people._clock
    assert isinstance(clock, VirtualClock)
    found = []
    for hours in (0.99, 1, 1.99, 2, 3.99, 4):
        clock.set(NOW + hours * hour)
        person = people.person("person.carl")
        found.append(None if person is None else (person.epoch, person.grants))
    assert found == [(3, ()), (3, (see,)), (3, (see,)), (3, ()), (3, ()), None]


def test_watchers_are_told_until_they_leave(people: People) -> None:
    told: list[str] = []
    leave = people.watch(told.append)
    people.learn("anna", Person("Anna", "adult"))
    people.learn("anna", None)
    leave()
    people.learn("anna", Person("Anna", "adult"))
    assert told == ["person.anna", "person.anna"]


def test_processes_call_as_the_owner_and_devices_not_at_all(people: People) -> None:
    assert people.role("process.core", "rules", "check") == "owner"
    assert people.role("device.plug", "rules", "check") is None


def call(what: str, *, allow: bool = True, own: bool = False) -> Grant:
    return Grant("call", what, "control", allow, own)


@pytest.mark.parametrize(
    ("role", "grants", "expected"),
    [
        ("adult", [], "adult"),
        ("child", [call("*")], "child"),
        ("adult", [call("rules.check", allow=False)], None),
        ("adult", [call("rules.*", allow=False)], None),
        ("adult", [call("rules.*", allow=False), call("rules.check")], "adult"),
        ("adult", [call("*", allow=False), call("rules.*")], "adult"),
        ("adult", [call("rules.check"), call("rules.check", allow=False)], None),
        ("adult", [call("rules.check", allow=False), call("rules.check", own=True)], "adult"),
        ("adult", [call("rules.test", allow=False), call("home.*", allow=False)], "adult"),
        ("adult", [Grant("all", "", "see", allow=False)], "adult"),
        ("service", [], None),
        ("service", [call("rules.check")], "adult"),
        ("service", [call("rules.*"), call("rules.check", allow=False)], None),
        ("owner", [call("*", allow=False)], "owner"),
    ],
)
def test_the_role_of_a_call(role: PersonRole, grants: list[Grant], expected: Role | None) -> None:
    assert role_for(Person("Anna", role, tuple(grants)), "rules", "check") == expected
