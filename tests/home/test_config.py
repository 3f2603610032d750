"""Configs are read leniently where the field is lenient, and refused with the key, the fault and the remedy."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homeserver.home.config import Config, Refused
from homeserver.home.device import described


@pytest.mark.parametrize(
    ("read", "value", "expected"),
    [
        (lambda c: c.text("k", "d"), None, "d"),
        (lambda c: c.text("k", "d"), True, "True"),
        (lambda c: c.text("k", "d"), 27, "27"),
        (lambda c: c.number("k", 1.0), "5.5", 5.5),
        (lambda c: c.number("k", 1.0), "", 1.0),
        (lambda c: c.flag("k"), "yes", True),
        (lambda c: c.flag("k", True), "False", False),
        (lambda c: c.flag("k"), 1, True),
        (lambda c: c.texts("k"), "one", ("one",)),
        (lambda c: c.texts("k"), [1, "b", True], ("1", "b", "True")),
        (lambda c: c.topic("k"), "", None),
        (lambda c: c.topic("k"), "/with/leading slash", "/with/leading slash"),
        (lambda c: c.filter("k"), "a/+/b/#", "a/+/b/#"),
        (lambda c: c.filter("k"), "+/+/BTtoMQTT/A4C1", "+/+/BTtoMQTT/A4C1"),
        (lambda c: c.word("k", "a", ("a", "b")), "b", "b"),
    ],
)
def test_lenient(read: Callable[[Config], Any], value: Any, expected: Any) -> None:
    assert read(Config({"k": value})) == expected


@pytest.mark.parametrize(
    ("read", "value", "reason"),
    [
        (lambda c: c.text("k", "d"), {}, "`k` must be text, not an object"),
        (lambda c: c.number("k", 1.0), "warm", "`k` must be a number, not 'warm'"),
        (lambda c: c.number("k", 1.0, 0, 10), 11, "`k` is 11: it must lie between 0 and 10"),
        (lambda c: c.number("k", 1.0), "nan", "must lie between"),
        (lambda c: c.flag("k"), "perhaps", "`k` must be true or false"),
        (lambda c: c.texts("k"), [[]], "`k` must be a list of texts, but holds a list"),
        (lambda c: c.word("k", "a", ("a", "b")), "c", "it must be one of a, b"),
        (lambda c: c.topic("k"), "a/+", "must not contain"),
        (lambda c: c.topic("k"), "homeserver/x", "belongs to the home itself"),
        (lambda c: c.filter("k"), "homeserver/+/x", "belongs to the home itself"),
        (lambda c: c.filter("k"), "$SYS/#", "belongs to the broker"),
        (lambda c: c.filter("k"), "a+/b", "must stand alone"),
        (lambda c: c.filter("k"), "+/x/#", "all there is"),
        (lambda c: c.filter("k"), "+/+", "all there is"),
        (lambda c: c.topic("k"), "$SYS/x", "belongs to the broker"),
        (lambda c: c.needed_topic("k"), None, "`k` is missing"),
        (lambda c: Config({"encoding": "klingon"}).encoding(), None, "`encoding` 'klingon' is not known"),
        (lambda c: Config({"encoding": "rot13"}).encoding(), None, "is not known"),
    ],
)
def test_refused_with_a_reason(read: Callable[[Config], Any], value: Any, reason: str) -> None:
    with pytest.raises(Refused, match=reason.replace("(", r"\(")):
        read(Config({"k": value}))


def test_what_was_not_asked_for_is_named() -> None:
    config = Config({"a": 1, "b": 2, "c": 3})
    config.get("b")
    assert config.unused == ["a", "c"]


READERS: list[Callable[[Config], Any]] = [
    lambda c: c.text("k", ""),
    lambda c: c.number("k", 0),
    lambda c: c.whole("k", 0, 0, 2),
    lambda c: c.flag("k"),
    lambda c: c.texts("k"),
    lambda c: c.topic("k"),
    lambda c: c.word("k", "a", ("a",)),
    lambda c: described(Config({"device": c.get("k")})),
]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=8,
)


@given(JSON, st.sampled_from(READERS))
def test_any_value_is_read_or_refused(value: Any, read: Callable[[Config], Any]) -> None:
    try:
        read(Config({"k": value}))
    except Refused as refused:
        reason = str(refused)
    else:
        reason = "read"
    assert reason


@pytest.mark.parametrize(
    ("device", "keys"),
    [
        ({"identifiers": "a"}, ("id:a",)),
        ({"identifiers": ["a", 5]}, ("id:a", "id:5")),
        ({"connections": [["mac", "02:5B:26:A8:DC:12"]]}, ("mac:02:5b:26:a8:dc:12",)),
        ({"connections": ["mac", "02:5B"]}, ("mac:02:5b",)),
        ({"name": "Lamp", "connections": [["mac", ""], ["mac", None], ["mac", " "]]}, ("name:Lamp",)),
        ({"identifiers": ["a"], "connections": [["mac", "b"]]}, ("id:a", "mac:b")),
        ({"name": "Nameless box"}, ("name:Nameless box",)),
    ],
)
def test_what_tells_one_device_from_another(device: dict[str, Any], keys: tuple[str, ...]) -> None:
    found = described(Config({"device": device}))
    assert found is not None
    assert found.keys == keys
