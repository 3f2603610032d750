"""`key=value` as data, and filters of names."""

from typing import Any

import pytest

from homeserver.cli.arguments import fits, read_arguments
from homeserver.cli.failures import Failure


@pytest.mark.parametrize(
    ("texts", "data"),
    [
        (["brightness=80"], {"brightness": 80}),
        (["on=true", "off=null"], {"on": True, "off": None}),
        (["name=hall lamp"], {"name": "hall lamp"}),
        (["rgb_color=[255,0,10]"], {"rgb_color": [255, 0, 10]}),
        (["note=a=b"], {"note": "a=b"}),
        (["place.room=hall", "place.floor=1"], {"place": {"room": "hall", "floor": 1}}),
        (["empty="], {"empty": ""}),
        ([], {}),
    ],
)
def test_values_are_json_where_they_are_json(texts: list[str], data: dict[str, Any]) -> None:
    assert read_arguments(texts) == data


def test_what_is_declared_as_text_stays_text() -> None:
    schema = {
        "properties": {
            "code": {"type": "string"},
            "maybe": {"anyOf": [{"type": "string"}, {"type": "null"}]},
            "either": {"anyOf": [{"type": "string"}, {"type": "integer"}]},
        }
    }
    given = ["code=0042", "maybe=7", "either=7", "other=7"]
    assert read_arguments(given, schema) == {"code": "0042", "maybe": "7", "either": 7, "other": 7}


@pytest.mark.parametrize("text", ["brightness", "=5"])
def test_what_is_no_argument_is_named(text: str) -> None:
    with pytest.raises(Failure, match="key=value"):
        read_arguments([text])


def test_a_value_cannot_have_parts() -> None:
    with pytest.raises(Failure, match="'a' has a value already"):
        read_arguments(["a=1", "a.b=2"])


@pytest.mark.parametrize(
    ("pattern", "fitting"),
    [
        ("*", {"light.hall", "light.hall_lamp", "switch.fan"}),
        ("light.*", {"light.hall", "light.hall_lamp"}),
        ("hall", {"light.hall", "light.hall_lamp"}),
        ("*.hall", {"light.hall"}),
        ("switch.fa?", {"switch.fan"}),
        ("Hall", set()),
    ],
)
def test_a_word_stands_anywhere_and_a_pattern_covers_the_whole(pattern: str, fitting: set[str]) -> None:
    assert {name for name in ("light.hall", "light.hall_lamp", "switch.fan") if fits(name, pattern)} == fitting
