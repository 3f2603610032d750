"""Chains of causes."""

from homeserver.bridge.causes import LONGEST, REMEMBERED, Causes
from homeserver.topics.cause import Cause


def test_a_chain_leads_through_commands_and_states() -> None:
    causes = Causes()
    causes.remember(Cause("m", "device:eye"), "binary_sensor.hall_motion", "on")
    causes.remember(Cause("c", "rule:hall", "m"))
    state = Cause("s", "device:lamp", "c")
    assert causes.chain(state) == [
        {"by": "device:lamp"},
        {"by": "rule:hall"},
        {"by": "device:eye", "entity_id": "binary_sensor.hall_motion", "state": "on"},
    ]


def test_a_state_keeps_its_place_when_its_command_is_heard_late() -> None:
    causes = Causes()
    cause = Cause("c", "person.owner")
    causes.remember(cause, "light.hall", "on")
    causes.remember(cause)
    assert causes.chain(Cause("x", "rule:other", "c"))[1]["entity_id"] == "light.hall"


def test_a_circle_and_an_endless_chain_end() -> None:
    causes = Causes()
    causes.remember(Cause("a", "rule:a", "b"))
    causes.remember(Cause("b", "rule:b", "a"))
    assert len(causes.chain(Cause("a", "rule:a", "b"))) == 2
    for number in range(50):
        causes.remember(Cause(f"n{number}", "rule:n", f"n{number - 1}"))
    assert len(causes.chain(Cause("last", "rule:n", "n49"))) == LONGEST


def test_no_cause_has_no_chain_and_memory_is_bounded() -> None:
    causes = Causes()
    causes.remember(None)
    assert causes.chain(None) == []
    for number in range(REMEMBERED + 10):
        causes.remember(Cause(f"n{number}", "device:x"))
    assert len(causes._links) == REMEMBERED
