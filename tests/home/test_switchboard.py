"""The switchboard: who reads what, and what was said before anybody read it."""

from typing import Any

from homeserver.home.entity import Entity, Face
from homeserver.home.report import NO_JSON, Report, Unreadable
from homeserver.home.switchboard import Switchboard
from homeserver.topics.entity import EntityConfig


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
