"""Templates give what Home Assistant documents for them, and complain with line and remedy.

Documented behaviour: https://www.home-assistant.io/docs/configuration/templating/ and /template-functions/
"""

from typing import Any

import pytest

from homeserver.view.templates import TemplateError, Templates
from tests.view.rendering import DEVICE, TEMPLATES, render


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("{{ value }}", 21.57),
        ("{{ value_json.t }}", 21.57),
        ("{{ value_json['a'].b[0].c }}", "x"),
        ("{{ value_json.a.b.0.c }}", "x"),
        ("{{ value_json.list }}", [1, 2]),
        ("{{ value_json.missing }}", ""),
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
        ("\n{{ x | flaot }}", 2, "there is no filter 'flaot'; did you mean float"),
        ("{{ 1 is evne }}", 1, "there is no test 'evne'; did you mean even"),
        ("{% extends 'x' %}", 1, "extends is not known"),
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


@pytest.mark.parametrize(
    ("text", "at_once"),
    [
        ("{% if x %}{{ x | round(1) }}{% else %}none{% endif %}", False),
        ("{% set y = x * 2 %}{{ y }}", False),
        ("{% for i in range(3) %}{{ i }}{% endfor %}", True),
        ("{% if x %}{{ x | flaot }}{% endif %}", True),
        ("{% if x %}" * 60 + "{% endif %}" * 60, True),
    ],
)
def test_code_that_cannot_fail_is_made_when_it_is_needed(text: str, at_once: bool) -> None:
    template = Templates().compile(text)
    assert ("_jinja" in vars(template)) is at_once


@pytest.mark.parametrize(
    "text",
    [
        *("{{ " + "[" * 44 + "1" + "]" * 44 + " }}", "{{ " + "1 + " * 43 + "1 }}", "{{ " + "-" * 84 + "1 }}"),
        *(
            "{{ x" + " | e" * 84 + " }}",
            "{{ x" + "[1]" * 42 + " }}",
            "{{ x" + ".a" * 84 + " }}",
            "{{ x" + "()" * 84 + " }}",
        ),
        *(
            "{{ " + "{1: " * 28 + "1" + "}" * 28 + " }}",
            "{{ " + "1 if x else " * 28 + "1 }}",
            "{% if x %}" * 42 + "{% endif %}" * 42,
        ),
        *("{{ " + "not " * 84 + "x }}", "{{ " + "1 ~ " * 60 + "1 }}", "{{ " + "f(" * 42 + "1" + ")" * 42 + " }}"),
    ],
)
def test_what_is_left_until_then_does_not_fail(text: str) -> None:
    """The deepest that is taken for sound."""
    templates = Templates()
    templates.sandbox.begin()
    tree = templates.sandbox.parse(text)
    assert templates.sandbox.sure
    templates.sandbox.compile(tree)
