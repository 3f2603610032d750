"""Whose word holds when words come in from elsewhere."""

from typing import Any

import pytest

from homeserver.home.merging import merged


@pytest.mark.parametrize(
    ("here", "last", "wish", "maker", "changes", "kept"),
    [
        ({}, None, {"name": "A"}, {}, {"name": "A"}, ()),
        ({}, None, {"name": None}, {}, {}, ()),
        ({"name": "B"}, None, {"name": "A"}, {}, {}, ("name",)),
        ({"name": "B"}, None, {"name": None}, {}, {}, ()),
        ({"name": "A"}, None, {"name": "A"}, {}, {}, ()),
        ({}, None, {"name": "A"}, {"name": "A"}, {}, ()),
        ({"name": "A"}, {"name": "A"}, {"name": "B"}, {}, {"name": "B"}, ()),
        ({"name": "C"}, {"name": "A"}, {"name": "B"}, {}, {}, ("name",)),
        ({"name": "A"}, {"name": "A"}, {"name": None}, {}, {"name": None}, ()),
        ({}, {"name": "A"}, {"name": "A"}, {}, {}, ("name",)),
        ({}, {"name": "A"}, {"name": "A"}, {"name": "Lamp"}, {}, ("name",)),
        ({}, {}, {"name": "A"}, {"name": "Lamp"}, {"name": "A"}, ()),
        ({"name": "C"}, {}, {"name": None}, {}, {}, ("name",)),
        ({}, None, {"hidden": False}, {"hidden": False}, {}, ()),
        ({}, None, {"hidden": False}, {"hidden": True}, {"hidden": False}, ()),
        ({}, {"hidden": False}, {"hidden": True}, {"hidden": False}, {"hidden": True}, ()),
        ({"hidden": True}, {"hidden": False}, {"hidden": False}, {"hidden": False}, {}, ("hidden",)),
        ({"hidden": True}, {"hidden": True}, {"hidden": None}, {"hidden": True}, {"hidden": None}, ()),
        ({"labels": ["m"]}, None, {"labels": ["a"]}, {}, {"labels": ["m", "a"]}, ()),
        ({"labels": ["m", "a"]}, {"labels": ["a"]}, {"labels": ["b"]}, {}, {"labels": ["m", "b"]}, ()),
        ({"labels": ["m"]}, {"labels": ["a"]}, {"labels": ["a"]}, {}, {}, ()),
        ({"labels": ["a"]}, {"labels": ["a"]}, {"labels": None}, {}, {"labels": None}, ()),
        ({}, None, {"labels": None}, {}, {}, ()),
    ],
)
def test_whose_word_holds(
    here: dict[str, Any],
    last: dict[str, Any] | None,
    wish: dict[str, Any],
    maker: dict[str, Any],
    changes: dict[str, Any],
    kept: tuple[str, ...],
) -> None:
    assert merged(here, last, wish, maker) == (changes, kept)
