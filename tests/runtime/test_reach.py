"""The access list of a person's login: what is said of his reach, and no filter that reaches further."""

import pytest

from homeserver.runtime.filters import FilterSet
from homeserver.runtime.reach import NOTHING, reach_rights
from homeserver.topics.names import BadNameError
from homeserver.topics.person import Reach

CARL = "person.carl"
REACH = Reach(
    see=("sensor.out",),
    control=("light.hall",),
    registry=("entity/light.hall", "device/d 1", "area/hall"),
    calls=("people.whoami",),
)


def test_it_reads_what_is_seen_and_writes_what_is_controlled() -> None:
    read, write = (FilterSet(filters) for filters in reach_rights(CARL, REACH, "homeserver"))
    for topic in (
        "entity/sensor/out/state",
        "entity/light/hall/state",
        "entity/light/hall/config",
        "registry/entity/light.hall",
        "registry/device/d 1",
        "registry/area/hall",
        "reply/person.carl/phone/process.core",
    ):
        assert read.matches(f"homeserver/{topic}"), topic
        assert not write.matches(f"homeserver/{topic}"), topic
    for topic in (
        "entity/light/hall/command/person.carl",
        "call/people/whoami/person.carl",
        "call/people/whoami/person.carl/flow",
    ):
        assert write.matches(f"homeserver/{topic}"), topic
        assert not read.matches(f"homeserver/{topic}"), topic
    for topic in (
        "entity/lock/door/state",
        "entity/sensor/out/command/person.carl",
        "entity/light/hall/command/person.anna",
        "entity/light/hall/command/process.core",
        "call/people/create_user/person.carl",
        "call/people/whoami/process.core",
        "registry/area/bath",
        "reply/person.anna/phone/process.core",
        "people/person/carl",
        "process/core/status",
        "worker/people/core/calls",
    ):
        assert not read.matches(f"homeserver/{topic}"), topic
        assert not write.matches(f"homeserver/{topic}"), topic


def test_all_of_a_kind_is_no_more_than_that_kind() -> None:
    everything = Reach(control=("*",), registry=("*",), calls=("rules.list",))
    read, write = (FilterSet(filters) for filters in reach_rights("person.anna", everything, "homeserver"))
    assert read.matches("homeserver/entity/lock/door/state")
    assert write.matches("homeserver/entity/lock/door/command/person.anna")
    for topic in ("entity/lock/door/command/process.core", "entity/lock/door/state", "call/rules/reload/person.anna"):
        assert not write.matches(f"homeserver/{topic}")
    assert not read.matches("homeserver/entity/lock/door/command/person.ben")


@pytest.mark.parametrize(
    "reach",
    [
        Reach(see=("+.+",)),
        Reach(see=("light.#",)),
        Reach(control=("light.hall/#",)),
        Reach(see=("light",)),
        Reach(see=("light.a",), registry=("#",)),
        Reach(see=("light.a",), registry=("entity/+",)),
        Reach(see=("light.a",), registry=("people/x",)),
        Reach(calls=("+.+",)),
        Reach(calls=("people.#",)),
        Reach(calls=("people.create/user",)),
        Reach(calls=("people",)),
    ],
)
def test_a_word_that_is_no_level_grants_nothing(reach: Reach) -> None:
    with pytest.raises(BadNameError):
        reach_rights(CARL, reach, "homeserver")


def test_who_may_nothing_hears_nothing() -> None:
    assert reach_rights(CARL, Reach(), "homeserver") == NOTHING
