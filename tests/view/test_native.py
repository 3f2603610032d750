"""The values that texts stand for: https://www.home-assistant.io/docs/configuration/templating/#processing-incoming-data"""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homeserver.view.native import native


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1", 1),
        ("-1.5", -1.5),
        ("+3", 3),
        ("007", "007"),
        ("0x10", "0x10"),
        ("1e5", "1e5"),
        ("1_000", "1_000"),
        ("True", True),
        ("true", "true"),
        ("None", None),
        ("none", "none"),
        ("on", "on"),
        ("", ""),
        ("'quoted'", "'quoted'"),
        ("[1, 'a']", [1, "a"]),
        ("{'a': 1}", {"a": 1}),
        ("1, 2", (1, 2)),
        ("{1, 2}", {1, 2}),
        ("1+2j", "1+2j"),
        ("...", "..."),
        ("b'x'", "b'x'"),
        ("12:30", "12:30"),
        ("2026-01-05", "2026-01-05"),
        ("[" * 9000, "[" * 9000),
        ("(" * 500 + ")" * 500, "(" * 500 + ")" * 500),
    ],
)
def test_spells(text: str, value: Any) -> None:
    assert native(text) == value
    assert type(native(text)) is type(value)


@given(st.text())
def test_any_text_stands_for_something(text: str) -> None:
    native(text)


def test_a_list_is_a_fresh_one_each_time() -> None:
    native("[1]").append(2)
    assert native("[1]") == [1]
