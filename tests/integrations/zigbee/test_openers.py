"""Blinds, which count how far they are closed, and locks."""

import pytest

from integrations.zigbee.openers import COVERING, LOCK, cover, lock
from integrations.zigbee.part import Ending, Facts, Send, Wish

BLIND = Ending(0x0104, 0x0202, frozenset({COVERING}))
DOOR = Ending(0x0104, 0x000A, frozenset({LOCK}))


def frames(wishes: tuple[Wish, ...]) -> list[tuple[int, int, object]]:
    return [(one.cluster, one.command, one.fields) for wish in wishes for one in wish.deeds if isinstance(one, Send)]


def test_people_count_how_far_it_is_open() -> None:
    facts = Facts({(1, COVERING, 0): 8, (1, COVERING, 8): 30, (1, COVERING, 9): 100})
    part = cover(1, BLIND, facts, "cover", None)
    assert part.feature.config["device_class"] == "blind"
    assert part.say(facts) == {"position": b"70", "tilt": b"0"}
    assert part.obey is not None
    assert frames(part.obey("", b"OPEN", facts)) == [(COVERING, 0, ())]
    assert frames(part.obey("", b"CLOSE", facts)) == [(COVERING, 1, ())]
    assert frames(part.obey("", b"STOP", facts)) == [(COVERING, 2, ())]
    assert frames(part.obey("position", b"70", facts)) == [(COVERING, 5, (30,))]
    assert frames(part.obey("tilt", b"25", facts)) == [(COVERING, 8, (75,))]


def test_a_shade_has_no_tilt_and_an_unknown_place_is_not_told() -> None:
    facts = Facts({(1, COVERING, 0): 0, (1, COVERING, 8): 255})
    part = cover(1, BLIND, facts, "cover", None)
    assert "tilt_command_topic" not in part.feature.config
    assert "device_class" not in part.feature.config
    assert part.say(facts) == {}


@pytest.mark.parametrize(("what", "payload"), [("", b"up"), ("position", b"101"), ("position", b""), ("", b"\xff")])
def test_what_no_blind_does_is_told(what: str, payload: bytes) -> None:
    part = cover(1, BLIND, Facts(), "cover", None)
    assert part.obey is not None
    with pytest.raises(ValueError, match=r"none of|not within|no number"):
        part.obey(what, payload, Facts())


@pytest.mark.parametrize(("value", "state"), [(0, b"JAMMED"), (1, b"LOCKED"), (2, b"UNLOCKED")])
def test_a_lock_tells_where_its_bolt_is(value: int, state: bytes) -> None:
    facts = Facts({(1, LOCK, 0): value})
    assert lock(1, DOOR, facts, "lock", None).say(facts) == {"": state}


def test_a_lock_is_locked_when_it_says_so() -> None:
    facts = Facts({(1, LOCK, 0): 2})
    part = lock(1, DOOR, facts, "lock", None)
    assert part.obey is not None
    (wish,) = wishes = part.obey("", b"LOCK", facts)
    assert frames(wishes) == [(LOCK, 0, ())]
    assert wish.confirmed is not None
    assert not wish.confirmed(facts)
    facts.values[1, LOCK, 0] = 1
    assert wish.confirmed(facts)
    facts.values[1, LOCK, 0] = 255
    assert part.say(facts) == {}
    with pytest.raises(ValueError, match="neither LOCK nor UNLOCK"):
        part.obey("", b"OPEN", facts)
