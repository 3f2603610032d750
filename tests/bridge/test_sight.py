"""What a person is shown over HTTP: what is hidden from him is answered as what is not there."""

import pytest

from homeserver.bridge.refusals import Refusal
from homeserver.bridge.sight import Sight
from homeserver.topics.cause import Cause
from homeserver.topics.person import Grant, Person
from tests.bridge.conftest import Home

ANNA = "person.anna"


def sight(home: Home, *grants: Grant) -> Sight:
    home.bridge_process.process.calls.people.learn("anna", Person("Anna", "adult", grants))
    return home.bridge.sight(ANNA)


async def test_only_what_he_may_see(home: Home) -> None:
    seen = sight(home, Grant("domain", "light", "see"))
    assert seen.ids() == ["light.hall"]
    assert seen.find("binary_sensor.hall_motion") is None
    assert seen.state("light.hall")["state"] == "off"
    assert not seen.whole


async def test_hidden_and_absent_are_refused_alike(home: Home) -> None:
    seen = sight(home, Grant("domain", "light", "see"))
    told = []
    for entity_id in ("binary_sensor.hall_motion", "binary_sensor.absent"):
        with pytest.raises(Refusal) as refused:
            seen.state(entity_id)
        told.append((refused.value.code, refused.value.message, refused.value.field))
    assert told[0] == told[1]


async def test_what_he_sees_and_may_not_control(home: Home) -> None:
    with pytest.raises(Refusal, match="not control it") as refused:
        sight(home, Grant("domain", "light", "see")).controlled("light.hall")
    assert refused.value.code == "denied"
    assert sight(home, Grant("domain", "light", "control")).controlled("light.hall").name == "Hall ceiling"


async def test_a_place_means_what_he_may_control(home: Home) -> None:
    named: dict[str, tuple[str, ...]] = {"area_id": ("hall",)}
    assert sight(home, Grant("all", "", "control")).meant(named, "light") == ["light.hall"]
    assert sight(home, Grant("all", "", "see")).meant(named, "light") == []


async def test_causes_name_nothing_that_is_hidden(home: Home) -> None:
    seen_motion = home.owner.state("binary_sensor.hall_motion", "on")
    home.owner.state("light.hall", "on", Cause("c1", "rule:hall_light#2", seen_motion.id))
    await home.settle()
    told = sight(home, Grant("domain", "light", "see")).why("light.hall")
    assert [link["by"] for link in told] == ["rule", "hidden"]
    rule = Grant("entity", "automation.hall_light", "see")
    told = sight(home, Grant("domain", "light", "see"), rule).why("light.hall")
    assert [link["by"] for link in told] == ["rule:hall_light#2", "hidden"]
    assert "hall_motion" not in str(told)
    whole = sight(home, Grant("all", "", "see")).why("light.hall")
    assert whole[1]["entity_id"] == "binary_sensor.hall_motion"
    with pytest.raises(Refusal, match="not found"):
        sight(home, Grant("domain", "light", "see")).why("binary_sensor.hall_motion")


async def test_happenings_of_hidden_things_are_not_told(home: Home) -> None:
    seen = sight(home, Grant("domain", "light", "see"))
    assert seen.happening({"entity_id": "light.hall", "why": []}) is not None
    assert seen.happening({"entity_id": "binary_sensor.hall_motion", "why": []}) is None
    assert seen.happening({"entity_id": None, "why": []}) is None
