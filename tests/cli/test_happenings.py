"""What is said on the bus, as lines for people."""

from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from homeserver.cli.happenings import Happening, Happenings

CAUSE = {"id": "1", "by": "rule:hall_light#2", "parent": None}


def said(happenings: Happenings, address: str, fields: dict[str, Any] | None, *, retained: bool = False) -> Any:
    payload = b"" if fields is None else orjson.dumps(fields)
    return happenings.of(address, payload, retained=retained)


def test_a_state_is_told_with_what_it_was_before_and_who_changed_it() -> None:
    happenings = Happenings()
    address = "entity/light/hall/state"
    assert said(happenings, address, {"state": "off"}, retained=True) is None, "that is how it was"
    told = said(happenings, address, {"state": "on", "cause": CAUSE})
    assert (told.kind, told.about, told.what, told.by) == ("state", "light.hall", "off → on", "rule:hall_light#2")
    assert said(happenings, address, {"state": "on", "attributes": {"brightness": 3}}) is None
    assert said(happenings, address, None).what == "on → gone"


def test_everything_means_attributes_too() -> None:
    happenings = Happenings(everything=True)
    said(happenings, "entity/light/hall/state", {"state": "on"})
    assert said(happenings, "entity/light/hall/state", {"state": "on"}).what == "on"
    assert said(happenings, "process/core/status", {"state": "online"}).about == "core"
    assert said(happenings, "rule/hall_light/run", {"outcome": "finished"}).what == "outcome=finished"


@pytest.mark.parametrize(
    ("address", "fields", "line"),
    [
        (
            "entity/light/hall/command/person.anna",
            {"service": "turn_on", "data": {"brightness": 8}, "id": "5", "ttl": 3},
            ("command", "light.hall", "turn_on brightness=8", "person.anna"),
        ),
        (
            "entity/lock/hall/command/person.anna",
            {"service": "unlock", "data": {"code": "4711"}, "id": "5", "ttl": 3},
            ("command", "lock.hall", "unlock code=…", "person.anna"),
        ),
        ("event/tag/device.door", {"tag": "04a2", "id": "7"}, ("event", "tag", "tag=04a2", "device.door")),
        (
            "worker/rules/core/status",
            {"state": "degraded", "reason": "x"},
            ("worker", "rules", "degraded in core: x", ""),
        ),
        ("rule/hall_light/run", {"state": "done", "from": "r", "seq": 4}, None),
        (
            "rule/hall_light/run",
            {"outcome": "finished", "explained": "It is dark", "cause": CAUSE},
            ("run", "hall_light", "It is dark", "rule:hall_light#2"),
        ),
        (
            "rule/hall_light/run",
            {"outcome": "failed", "explained": "It is dark", "error": "there is no light"},
            ("run", "hall_light", "failed: there is no light", ""),
        ),
        ("rule/hall_light/run", {"outcome": "finished", "explained": "", "cause": CAUSE}, None),
        ("worker/rules/core/calls", {"calls": {}}, None),
    ],
)
def test_each_kind_of_message_has_its_line(address: str, fields: dict[str, Any], line: Any) -> None:
    told = said(Happenings(), address, fields)
    assert (told and (told.kind, told.about, told.what, told.by)) == line


@pytest.mark.parametrize("address", ["call/finance/book/person.anna", "reply/person.anna/bridge/process.core"])
def test_what_calls_and_replies_hold_is_never_shown(address: str) -> None:
    told = said(Happenings(everything=True), address, {"args": {"iban": "DE00"}, "result": "DE00", "cause": CAUSE})
    assert isinstance(told, Happening)
    assert "DE00" not in repr(told)


def test_a_long_message_is_cut() -> None:
    told = said(Happenings(), "event/note/process.core", {"text": "x" * 10_000})
    assert len(told.what) < 200


@given(address=st.text(min_size=1), payload=st.binary(max_size=50))
def test_nothing_that_is_said_can_stop_the_watching(address: str, payload: bytes) -> None:
    for everything in (False, True):
        Happenings(everything=everything).of(address, payload, retained=False)


@given(
    head=st.sampled_from(["entity", "event", "call", "reply", "worker", "process", "rule"]),
    rest=st.lists(st.sampled_from(["a", "b", "state", "command", "status", "config", ""]), max_size=5),
    fields=st.dictionaries(
        st.sampled_from(["state", "service", "data", "cause", "name", "reason"]),
        st.none()
        | st.booleans()
        | st.floats(allow_nan=False)
        | st.text()
        | st.lists(st.booleans())
        | st.dictionaries(st.text(), st.booleans()),
    ),
)
def test_nor_can_messages_that_almost_make_sense(head: str, rest: list[str], fields: dict[str, Any]) -> None:
    Happenings(everything=True).of("/".join([head, *rest]), orjson.dumps(fields), retained=False)
