"""The switchboard: who reads what, and what was said before anybody read it."""

from pathlib import Path
from typing import Any

import pytest

from homeserver.home.entity import Entity, Face
from homeserver.home.report import NO_JSON, Report, Unreadable
from homeserver.home.switchboard import Switchboard
from homeserver.topics.entity import EntityConfig
from tests.home.stage import Kind, stage_of


def entity_of(name: str, *topics: str) -> Entity:
    face = Face(hears=[(topic, lambda entity, report: True) for topic in topics])
    return Entity(name, "t", f"sensor.{name}", ("sensor", name), EntityConfig(name, "home"), face, "device:x")


def test_filters_follow_who_is_connected() -> None:
    board = Switchboard()
    one, two = entity_of("one", "a/x", "a/y", "a/x"), entity_of("two", "a/x")
    assert board.connect(one)
    assert not board.connect(two)
    assert board.patterns.filters == {"a/x", "a/y"}
    assert [len(part.reads) for part in board.lines["a/x"].parts.values()] == [2, 1]
    assert board.disconnect(one)
    assert board.patterns.filters == {"a/x"}
    assert board.disconnect(two)
    assert board.patterns.filters == set()
    assert not board.disconnect(two)


def test_a_topic_that_changes_its_reader_spoke_when_it_did() -> None:
    board = Switchboard()
    board.connect(one := entity_of("one", "a/x", "a/+"))
    board.lines["a/x"].heard, board.lines["a/+"].heard = 5.0, 6.0
    board.disconnect(one)
    board.connect(entity_of("two", "a/x", "a/+", "a/y"))
    assert [board.lines[topic].heard for topic in ("a/x", "a/+", "a/y")] == [5.0, 6.0, None]


def test_what_was_said_before_is_found_and_bounded() -> None:
    board = Switchboard()
    board.keep("a/x", b"1")
    board.keep("a/x", b"2")
    board.connect(one := entity_of("one", "a/x"))
    assert board.lines["a/x"].latest == b"2"
    board.disconnect(one)
    board.connect(entity_of("two", "a/x"))
    assert board.lines["a/x"].latest == b"2"
    for number in range(200):
        board.keep(f"big/{number}", b"x" * 100_000)
    board.connect(late := entity_of("late", "big/0", "big/199"))
    assert board.lines["big/0"].latest is None
    assert board.lines["big/199"].latest is not None
    assert late.state is None


def test_a_report_is_taken_apart_once() -> None:
    report = Report("t", b'{"a": 1}')
    assert report.json is report.json
    assert report.variables is report.variables
    assert report.variables == {"value": '{"a": 1}', "value_json": {"a": 1}}
    assert Report("t", b"{").json is NO_JSON
    assert Report("t", b"{").variables == {"value": "{"}
    latin = Report("t", "Küche".encode("latin-1"))
    assert latin.decoded("latin-1").text == "Küche"
    faults: list[Any] = []
    try:
        _ = latin.text
    except Unreadable as fault:
        faults.append(str(fault))
    assert faults == ["the payload is no utf-8 text"]


def test_a_topic_with_wildcards_is_a_line_of_its_own() -> None:
    board = Switchboard()
    board.connect(wide := entity_of("wide", "a/+/x"))
    board.connect(entity_of("narrow", "a/b/x"))
    assert board.patterns.filters == {"a/+/x"}, "one filter serves both"
    assert [line.parts.keys() for line in board.wild("a/b/x")] == [{wide}]
    assert board.wild("a/b/y") == ()
    [line] = board.wild("a/c/x")
    for number in range(20):
        line.take(f"a/{number}/x", b"%d" % number)
    assert line.said("a/+/x") == [(f"a/{number}/x", b"%d" % number) for number in range(4, 20)]
    board.connect(tree := entity_of("tree", "a/#"))
    assert [set(line.parts) for line in board.wild("a/c/x")] == [{wide}, {tree}]
    assert not board.disconnect(wide)
    assert [set(line.parts) for line in board.wild("a/c/x")] == [{tree}]
    assert board.patterns.filters == {"a/#", "a/+/x"}


@pytest.mark.parametrize("kind", ["memory", "mosquitto"])
async def test_topics_with_wildcards_on_a_broker(kind: Kind, tmp_path: Path) -> None:
    async with stage_of(kind, tmp_path) as stage:
        await stage.report("gate/one/BTtoMQTT/A1", '{"rssi": -50}', retain=True)
        fields = {"name": "Signal", "state_topic": "+/+/BTtoMQTT/A1", "value_template": "{{ value_json.rssi }}"}
        await stage.announce("sensor", fields, "a")
        assert stage.states["sensor.signal"].state == "-50"
        await stage.report("gate/two/BTtoMQTT/A1", '{"rssi": -70}')
        assert stage.states["sensor.signal"].state == "-70"
        await stage.announce("sensor", fields | {"name": "Late"}, "b")
        assert stage.states["sensor.late"].state == "-70"
        await stage.announce("event", {"name": "Any", "state_topic": "gate/#", "event_types": ["x"]}, "c")
        await stage.announce("tag", {"topic": "gate/+/tag"}, "d")
        await stage.report("gate/one/tag", '{"event_type": "x"}')
        assert len(stage.events) == 1, "filters that overlap deliver once"
        assert stage.states["event.any"].attributes == {"event_type": "x"}


@pytest.mark.parametrize("kind", ["memory", "mosquitto"])
async def test_a_filter_never_hears_the_homes_own_topics(kind: Kind, tmp_path: Path) -> None:
    async with stage_of(kind, tmp_path) as stage:
        own = {"name": "Spy", "state_topic": "+/entity/+/lamp/state", "json_attributes_topic": "+/process/core/status"}
        await stage.announce("sensor", own, "spy")
        await stage.announce("switch", {"name": "Lamp", "command_topic": "l/set", "state_topic": "l"}, "lamp")
        await stage.report("l", "ON")
        assert stage.states["switch.lamp"].state == "on"
        assert (stage.states["sensor.spy"].state, stage.states["sensor.spy"].attributes) == ("unknown", {})
        await stage.report("other/entity/switch/lamp/state", "seen")
        assert stage.states["sensor.spy"].state == "seen"


@pytest.mark.parametrize("kind", ["memory", "mosquitto"])
async def test_states_under_the_discovery_prefix(kind: Kind, tmp_path: Path) -> None:
    async with stage_of(kind, tmp_path) as stage:
        await stage.report("homeassistant/sensor/early/state", "1", retain=True)
        for number in range(12):  # more last levels than are listed one by one
            fields = {"name": f"N{number}", "state_topic": f"homeassistant/sensor/n/s{number}"}
            await stage.announce("sensor", fields, f"n{number}")
        await stage.announce("sensor", {"name": "Early", "state_topic": "homeassistant/sensor/early/state"}, "early")
        await stage.announce("sensor", {"name": "Tree", "state_topic": "homeassistant/+/n/#"}, "tree")
        assert stage.states["sensor.early"].state == "1"
        await stage.report("homeassistant/sensor/n/s7", "7")
        assert [stage.states[name].state for name in ("sensor.n7", "sensor.n8", "sensor.tree")] == ["7", "unknown", "7"]
        await stage.announce("sensor", {"name": "New", "state_topic": "homeassistant/new/state"}, "new")
        await stage.report("homeassistant/new/state", "2")
        assert stage.states["sensor.new"].state == "2"
