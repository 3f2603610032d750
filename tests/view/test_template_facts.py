"""What templates say about themselves."""

import pytest

from homeserver.view.template_facts import facts
from homeserver.view.templates import Templates

TEMPLATES = Templates({name: lambda *words: "" for name in ("states", "is_state", "state_attr", "has_value")})


def found(text: str) -> dict[str, list[object]]:
    made = facts(TEMPLATES, text)
    rows: dict[str, list[object]] = {
        "calls": [(one.function, *one.words) for one in made.calls],
        "compared": [(one.entity_id, *one.values) for one in made.compared],
        "unknown": [one.function for one in made.unknown],
        "variables": [one.function for one in made.variables],
        "wrong": [line for _, line in made.wrong],
        "doubtful": [line for _, line in made.doubtful],
    }
    return {name: row for name, row in rows.items() if row}


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("plain", {}),
        ("{{ 1 + 1 }}", {}),
        ("{{ is_state('light.a', 'on') }}", {"calls": [("is_state", "light.a", "on")]}),
        ("{{ is_state('light.a', ['on', 'off']) }}", {"calls": [("is_state", "light.a", ("on", "off"))]}),
        ("{{ 'light.a' | states }}", {"calls": [("states", "light.a")]}),
        ("{{ states.light.a.state == 'on' }}", {"calls": [("states", "light.a")], "compared": [("light.a", "on")]}),
        (
            "{{ states('light.a') in ['on', 'x'] }}",
            {"calls": [("states", "light.a")], "compared": [("light.a", "on", "x")]},
        ),
        ("{{ states(x) }}", {"calls": [("states", None)], "variables": ["x"]}),
        ("{{ statess('a.b') }}", {"calls": [("statess", "a.b")], "unknown": ["statess"]}),
        ("{% set x = 1 %}{{ x }}", {}),
        ("{% if true %}{% set x = 1 %}{{ x }}{% endif %}", {}),
        ("{% for x in [1] %}{{ x + loop.index }}{% endfor %}", {}),
        ("{{ x | default(3) }}", {}),
        ("{{ x if x is defined else 3 }}", {}),
        ("{{ x.y.z }}", {"variables": ["x"]}),
        ("{{ states('a.b') > 5 }}", {"calls": [("states", "a.b")], "wrong": [1]}),
        ("\n\n{{ states('a.b') * 5 }}", {"calls": [("states", "a.b")], "wrong": [3]}),
        ("{{ states('a.b') | float * 5 }}", {"calls": [("states", "a.b")], "doubtful": [1]}),
        ("{{ states('a.b') | float(0) * 5 }}", {"calls": [("states", "a.b")]}),
        ("{{ states('a.b') | int if has_value('a.b') }}", {"calls": [("states", "a.b"), ("has_value", "a.b")]}),
    ],
)
def test_facts(text: str, wanted: dict[str, list[object]]) -> None:
    made = found(text)
    assert {name: sorted(map(repr, row)) for name, row in made.items()} == {
        name: sorted(map(repr, row)) for name, row in wanted.items()
    }


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("{% if x %}{{ 1 | flaot }}{% endif %}", ["there is no filter 'flaot'; did you mean float?"]),
        ("\n{% if x %}{{ 1 is evne }}{% endif %}", ["there is no test 'evne'; did you mean even?"]),
        ("{% if 'flaot' is filter %}{{ 1 | flaot }}{% endif %}", []),
    ],
)
def test_what_is_not_there_inside_of_an_if(text: str, wrong: list[str]) -> None:
    """Jinja2 tells of it only when it gets there."""
    assert [words for words, _ in facts(Templates(), text).wrong] == wrong
