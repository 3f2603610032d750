"""Templates give what Home Assistant documents for them, and complain with line and remedy.

Documented behaviour: https://www.home-assistant.io/docs/configuration/templating/ and /template-functions/
"""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from homeserver.view.templates import TemplateError, Templates

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
TEMPLATES = Templates(zone=ZoneInfo("Europe/Berlin"), now=lambda: NOW)
DEVICE = {"value": "21.57", "value_json": {"t": 21.57, "n": 7, "s": "on", "list": [1, 2], "a": {"b": [{"c": "x"}]}}}


def render(text: str, **variables: Any) -> Any:
    return TEMPLATES.compile(text).render_native(DEVICE | variables)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("{{ value }}", 21.57),
        ("{{ value_json.t }}", 21.57),
        ("{{ value_json['a'].b[0].c }}", "x"),
        ("{{ value_json.a.b.0.c }}", "x"),
        ("{{ value_json.list }}", [1, 2]),
        ("{{ value_json.missing }}", ""),
        ("{{ value | float + 1 }}", 22.57),
        ("{{ 'x' | float(3) }}", 3),
        ("{{ '7.9' | int }}", 7),
        ("{{ 'ff' | int(base=16) }}", 255),
        ("{{ 'x' | int(default=-1) }}", -1),
        ("{{ 21.57 | round(1) }}", 21.6),
        ("{{ 21.57 | round }}", 22),
        ("{{ 21.51 | round(1, 'floor') }}", 21.5),
        ("{{ 21.51 | round(1, 'ceil') }}", 21.6),
        ("{{ 21.7 | round(1, 'half') }}", 21.5),
        ("{{ 'x' | round(1, default=0) }}", 0),
        ("{{ '3' | multiply(2) }}", 6.0),
        ("{{ '3' | add(2) }}", 5.0),
        ("{{ 'on' | bool }}", True),
        ("{{ [1, 3] | average }} {{ average(1, 3) }}", "2.0 2.0"),
        ("{{ max(1, 5, 3) }} {{ min([4, 2]) }} {{ [1, 2] | max }}", "5 2 2"),
        ("{{ median([1, 9, 3]) }} {{ statistical_mode(2, 2, 3) }}", "3 2"),
        ("{{ sqrt(16) }} {{ log(100, 10) | round }} {{ 0 | cos }}", "4.0 2 1.0"),
        ("{{ 'x' | sqrt(0) }}", 0),
        ("{{ atan2(1, 1) | round(4) }}", 0.7854),
        ("{{ 12 | bitwise_and(10) }} {{ 12 | bitwise_or(3) }} {{ bitwise_xor(5, 1) }}", "8 15 4"),
        ("{{ is_number('1e3') }} {{ 'x' is is_number }} {{ 'inf' | is_number }}", "True False False"),
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
        ("{{ 0 | timestamp_utc }}", "1970-01-01T00:00:00+00:00"),
        ("{{ 0 | timestamp_local }}", "1970-01-01T01:00:00+01:00"),
        ("{{ 0 | timestamp_custom('%H:%M') }} {{ 0 | timestamp_custom('%H', false) }}", "01:00 00"),
        ("{{ as_timestamp('1970-01-01T00:01:00+00:00') }}", 60.0),
        ("{{ as_timestamp('1970-01-01 01:01:00') }}", 60.0),
        ("{{ as_datetime(60) }}", "1970-01-01 00:01:00+00:00"),
        ("{{ as_datetime('nonsense') }}", None),
        ("{{ '00:30' | as_timedelta }} {{ as_timedelta('PT90M') }}", "0:30:00 1:30:00"),
        ("{{ strptime('5.1.2026', '%d.%m.%Y').month }}", 1),
        ("{{ now().hour }} {{ utcnow().hour }} {{ today_at('7:30').minute }}", "13 12 30"),
        ("{{ (now() - timedelta(hours=3)) | time_since }}", "3 hours"),
        ("{{ time_until(now() + timedelta(minutes=90), 2) }}", "1 hour 30 minutes"),
        ("{{ [[1], [2, [3]]] | flatten }}", [1, 2, 3]),
        ("{{ union([1, 2], [2, 3]) }} {{ [1, 2] | difference([2]) }}", "[1, 2, 3] [1]"),
        ("{{ combine({'a': {'x': 1}}, {'a': {'y': 2}}, recursive=true) }}", {"a": {"x": 1, "y": 2}}),
        ("{{ 'b' in ['a', 'b'] }} {{ ['a'] | contains('a') }}", "True True"),
        ("{{ zip([1, 2], ['a', 'b']) | list }}", [(1, "a"), (2, "b")]),
        ("{{ typeof(1.5) }} {{ version('2026.10.1') > version('2026.9') }}", "float True"),
        ("{{ clamp(15, 0, 10) }} {{ wrap(370, 0, 360) }}", "10.0 10.0"),
        ("{% for x in range(5) %}{% if x == 3 %}{% break %}{% endif %}{{ x }}{% endfor %}", "012"),
        ("{% set ns = namespace(n=0) %}{% for x in [1, 2] %}{% set ns.n = ns.n + x %}{% endfor %}{{ ns.n }}", 3),
        ("{% macro f(x) %}{{ x * 2 }}{% endmacro %}{{ f(4) }}", 8),
        ("{% set l = [] %}{% do l.count(1) %}{{ l | length }}", 0),
        ("  {{ 1 }}  ", 1),
        ("plain", "plain"),
    ],
)
def test_gives_what_is_documented(text: str, value: Any) -> None:
    assert render(text) == value


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("{{ 'x' | float }}", 1, "give it a default"),
        ("{{ value_json.x | float(0) }}", 1, "default"),
        ("{{ value_json.x | is_defined }}", 1, "has no attribute 'x'"),
        ("\n\n{{ 1 +\n nope.x }}", 4, "'nope' is undefined"),
        ("{{ 1 / 0 }}", 1, "divides by nought"),
        ("{{ 'x' | as_timestamp }}", 1, "default"),
    ],
)
def test_says_what_was_wrong_with_a_value(text: str, line: int, words: str) -> None:
    template = TEMPLATES.compile(text)
    with pytest.raises(TemplateError, match=words) as caught:
        template.render(DEVICE)
    assert abs(caught.value.line - line) <= 1  # Python gives the line of the expression's begin or of its part


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("{{ x", 1, "check brackets"),
        ("a\n{% if x %}\nb", 2, "check brackets"),
        ("\n{{ x | flaot }}", 2, "flaot"),
        ("{{ 1 is evne }}", 1, "evne"),
        ("{% include 'x' %}", 1, "include is not known"),
        ("x" * 40_000 + "{{ x }}", 1, "longer than 32 KiB"),
        ("{{ " + " ~ ".join("1" * 3_500) + " }}", 1, "make it shorter"),
        ("{{ " + "(" * 5_000 + "1" + ")" * 5_000 + " }}", 1, "nests"),
        ("{% for x in [1] %}" * 30 + "{% endfor %}" * 30, 1, "nests too deeply"),
    ],
)
def test_refuses_at_load_with_the_line(text: str, line: int, words: str) -> None:
    with pytest.raises(TemplateError, match=words) as caught:
        TEMPLATES.compile(text)
    assert caught.value.line == line


def test_a_static_template_is_known_as_such() -> None:
    assert TEMPLATES.compile(" on ").static
    assert TEMPLATES.compile(" on ").render({}) == "on"
    assert not TEMPLATES.compile("{# x #}").static


def test_a_template_knows_its_variables() -> None:
    assert TEMPLATES.compile("{{ value_json.x + y }}{% set z = 1 %}{{ z }}").names == {"value_json", "y"}
    assert TEMPLATES.compile("{{ now() }}").names <= {"now"}


def test_is_compiled_once() -> None:
    assert TEMPLATES.compile("{{ once }}") is TEMPLATES.compile("{{ once }}")


def test_functions_serve_as_function_filter_and_test() -> None:
    templates = Templates({"even": lambda number: number % 2 == 0})
    assert templates.compile("{{ even(2) }} {{ 2 | even }} {{ 3 is even }}").render({}) == "True True False"
