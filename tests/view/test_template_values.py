"""Text, lists and JSON in templates are as documented: https://www.home-assistant.io/template-functions/"""

from typing import Any

import pytest

from homeserver.view.template_values import ROWS
from homeserver.view.templates import TemplateError
from tests.view.rendering import TEMPLATES, render


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("{{ (value_json.n > 5) | iif('hot', 'cold') }} {{ none | iif(1, 2, 3) }}", "hot 3"),
        ("{{ ('{\"a\": 1}' | from_json).a }}", 1),
        ("{{ 'x' | from_json({}) }}", {}),
        ("{{ {'b': 1, 'a': [2]} | to_json(sort_keys=true) }}", {"a": [2], "b": 1}),
        ("{{ 'Wohnzimmer (Süd)' | slugify }}", "wohnzimmer_sud"),
        ("{{ 'abc' | base64_encode }} {{ 'YWJj' | base64_decode }}", "YWJj abc"),
        ("{{ 'a' | ord }} {{ 22 | ordinal }} {{ 11 | ordinal }}", "97 22nd 11th"),
        ("{{ 'abc' | regex_match('b') }} {{ 'abc' | regex_search('b') }}", "False True"),
        ("{{ 'a1b2' | regex_replace('[0-9]', '-') }}", "a-b-"),
        ("{{ 'a1b2' | regex_findall('[0-9]') }} {{ 'a1b2' | regex_findall_index('[0-9]', 1) }}", "['1', '2'] 2"),
        ("{{ 'abc' is match('a') and 'abc' is search('c') }}", True),
        ("{{ [[1], [2, [3]]] | flatten }}", [1, 2, 3]),
        ("{{ union([1, 2], [2, 3]) }} {{ [1, 2] | difference([2]) }}", "[1, 2, 3] [1]"),
        ("{{ combine({'a': {'x': 1}}, {'a': {'y': 2}}, recursive=true) }}", {"a": {"x": 1, "y": 2}}),
        ("{{ 'b' in ['a', 'b'] }} {{ ['a'] | contains('a') }}", "True True"),
        ("{{ zip([1, 2], ['a', 'b']) | list }}", [(1, "a"), (2, "b")]),
        ("{{ typeof(1.5) }} {{ version('2026.10.1') > version('2026.9') }}", "float True"),
    ],
)
def test_values_are_as_documented(text: str, value: Any) -> None:
    assert render(text) == value


def test_every_use_of_a_name_is_known_to_templates() -> None:
    for row in ROWS:
        for use, known in (("g", "globals"), ("f", "filters"), ("t", "tests")):
            if use in row.uses:
                assert row.name in getattr(TEMPLATES.sandbox, known)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{{ 'x' | flatten }}", "flatten needs a list, not str"),
        ("{{ 5 | union([1]) }}", "union needs a list, not int"),
        ("{{ combine([1]) }}", "combine needs dictionaries, not list"),
        ("{{ '!' | version }}", "version cannot use '!'"),
        ("{{ 'x' | from_json }}", "from_json cannot use 'x'"),
        ("{{ 1 | pack('999999x') }}", "packs more than one number"),
        ("{{ 'x' | regex_match('(') }}", "is no regular expression"),
    ],
)
def test_what_does_not_fit_is_told(text: str, words: str) -> None:
    with pytest.raises(TemplateError, match=words):
        render(text)


def test_bytes_of_numbers() -> None:
    assert render("{{ (258 | pack('>H')).hex() }} {{ unpack('0102' | from_hex, '>H') }}") == "0102 258"
    assert render("{{ 'x' | pack('>H') }}") is None
