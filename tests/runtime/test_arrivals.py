"""What arrives: whatever the bytes are, the house stands."""

import json
from collections.abc import AsyncIterator

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from homeserver.runtime.arrivals import Arrivals
from homeserver.runtime.bus import Bus
from homeserver.runtime.clock import VirtualClock
from homeserver.runtime.codec import LIMIT
from homeserver.runtime.heard import Heard
from homeserver.runtime.memory_broker import MemoryBroker, MemoryWire
from homeserver.topics.entity import COMMAND, ENTITY_STATE
from homeserver.topics.process import PROCESS_STATUS

COMMANDED = "entity/light/hall/command/process.other"


def as_json(value: object) -> bytes:
    """By the standard library, which writes what orjson does not: huge numbers, lone surrogates, NaN."""
    return json.dumps(value).encode()


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
FIELDS = st.fixed_dictionaries(
    {},
    optional=dict.fromkeys(
        ("id", "service", "data", "ttl", "cause", "reply_to", "from", "seq", "state", "says", "run"), JSON
    ),
)
PAYLOAD = st.binary(max_size=200) | JSON.map(as_json) | FIELDS.map(as_json)


class Ear:
    def __init__(self) -> None:
        self.refused: list[str] = []
        self.heard: list[object] = []
        self.bugs: list[Exception] = []


@pytest.fixture
async def bus() -> AsyncIterator[Bus]:
    made = Bus(MemoryWire(MemoryBroker(), "core", "process.core"), VirtualClock(), process="core", login="process.core")
    await made.open()
    await made.up.wait()
    yield made
    await made.close()


def arrivals(bus: Bus, ear: Ear) -> Arrivals:
    bus.refused = lambda address, reason: ear.refused.append(reason)
    bus.failed = lambda name, error, message, heard: ear.bugs.append(error)
    for topic in (COMMAND, ENTITY_STATE):
        bus.replay(bus.hear(topic, ear.heard.append, "ear"))
    return bus._arrivals


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from([COMMANDED, "entity/light/hall/state", "process/other/status", "process/core/status"]), PAYLOAD)
async def test_any_payload_is_heard_or_refused_and_never_a_bug(bus: Bus, address: str, payload: bytes) -> None:
    ear = Ear()
    arriving = arrivals(bus, ear)
    arriving.own(address, payload, False)
    assert not ear.bugs
    assert all(reason for reason in ear.refused)


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        (b"{", "no JSON"),
        (b"\xff", "no JSON"),
        (b"[]", "must be a JSON object, not list"),
        (b'{"id": "1"}', "service"),
        (b'{"id": "1", "service": "x", "ttl": "soon"}', "ttl"),
        (b'{"id": "1", "service": "x", "from": 3}', "`from` must be text"),
        (b'{"id": "1", "service": "x", "from": "a", "seq": []}', "`seq` a whole number"),
        (b" " * (LIMIT + 1), "more than the limit"),
    ],
)
async def test_a_refusal_names_what_is_wrong(bus: Bus, payload: bytes, reason: str) -> None:
    ear = Ear()
    arrivals(bus, ear).own(COMMANDED, payload, False)
    assert len(ear.refused) == 1
    assert reason in ear.refused[0]
    assert ear.heard == []


async def test_a_copy_of_an_event_is_heard_once_and_one_without_a_stamp_each_time(bus: Bus) -> None:
    ear = Ear()
    arriving = arrivals(bus, ear)
    stamped = b'{"id": "1", "service": "x", "from": "abc", "seq": 7}'
    plain = b'{"id": "1", "service": "x"}'
    for payload in (stamped, stamped, plain, plain):
        arriving.own(COMMANDED, payload, False)
    assert len(ear.heard) == 3


async def test_nobody_makes_the_house_deaf_to_another_by_his_stamp(bus: Bus) -> None:
    ear = Ear()
    arriving = arrivals(bus, ear)
    stamped = b'{"id": "1", "service": "x", "from": "abc", "seq": 7}'
    arriving.own("entity/light/hall/command/process.forger", stamped, False)
    arriving.own(COMMANDED, stamped, False)
    assert len(ear.heard) == 2


async def test_an_older_state_does_not_replace_a_newer_one(bus: Bus) -> None:
    ear = Ear()
    arriving = arrivals(bus, ear)
    time = "2026-01-01T00:00:00Z"
    for seq, word in ((5, "new"), (4, "old")):
        fields = {"state": word, "attributes": {}, "changed": time, "updated": time, "from": "abc", "seq": seq}
        arriving.own("entity/light/hall/state", orjson.dumps(fields), False)
    assert [getattr(state, "state", None) for state in ear.heard] == ["new"]


async def test_a_bug_in_a_device_handler_stops_no_other(bus: Bus) -> None:
    ear = Ear()
    arriving = arrivals(bus, ear)
    got: list[bytes] = []

    def broken(address: str, payload: bytes, retained: bool) -> None:
        raise ZeroDivisionError

    bus.hear_raw({"lamp/+"}, broken)
    bus.hear_raw({"lamp/+"}, lambda address, payload, retained: got.append(payload))
    arriving.raw("lamp/state", b"ON", False)
    arriving.raw("lamp/state", b"x" * (LIMIT + 1), False)
    assert got == [b"ON"]
    assert [type(bug) for bug in ear.bugs] == [ZeroDivisionError]
    assert "more than the limit" in ear.refused[0]


async def test_a_foreign_word_on_an_own_topic_is_corrected(bus: Bus) -> None:
    said: list[tuple[str, bytes]] = []
    bus._wire.publish = lambda address, payload, *rest: said.append((address, payload))  # type: ignore[method-assign]
    bus._arrivals.own(PROCESS_STATUS.address(("core",)), b'{"state": "offline", "run": "older"}', False)
    assert [address for address, _ in said] == ["homeserver/process/core/status"]
    assert orjson.loads(said[0][1])["state"] == "online"


def test_heard_tells_where() -> None:
    heard = Heard(("light", "hall", "person.anna"), COMMANDED, True, 0.0)
    assert heard.login == "person.anna"
    assert "snapshot" in repr(heard)
