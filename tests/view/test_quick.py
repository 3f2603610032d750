"""What is rendered without Jinja2 is what Jinja2 would have rendered: tried on made-up expressions and values."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homeserver.view.templates import Template, TemplateError, Templates

TEMPLATES = Templates({"states": lambda name: {"sensor.t": "21.5", "light.a": "on"}.get(name, "unknown")})
NAMES = st.sampled_from(["value", "value_json", "missing", "trigger"])
KEYS = st.sampled_from([".t", ".a", "['t']", "['a b']", "[0]", ".0", ".items", ".missing", ".state", "[1]", ".real"])
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(["21.5", "on", " x "]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["t", "a", "a b", "items", "state"]), inner)
    ),
    max_leaves=8,
)
VARIABLES = st.dictionaries(st.sampled_from(["value", "value_json", "trigger"]), VALUES)
PATHS = st.builds(lambda name, keys: name + "".join(keys), NAMES, st.lists(KEYS, max_size=3))
CONSTANTS = st.sampled_from(["1", "2.5", "'on'", "'21'", "true", "none", "0", "['on', 'off']"])
FILTERS = ["float", "float(0)", "int", "int(1)", "round", "round(1)", "round(1, 'floor')", "bool", "lower", "upper"]
FILTERS += ["trim", "abs", "is_number", "multiply(2)", "add(1)", "iif(1, 2)", "iif", "float('x')", "int(0, 16)"]
OPERATORS = [">", "<", ">=", "<=", "==", "!=", "and", "or", "+", "-", "*", "/", "in", "not in"]
EXPRESSIONS = st.recursive(
    PATHS | CONSTANTS | st.sampled_from(["states('sensor.t')", "states('nope')", "states(value)"]),
    lambda inner: st.one_of(
        st.builds("({}) | {}".format, inner, st.sampled_from(FILTERS)),
        st.builds("({} {} {})".format, inner, st.sampled_from(OPERATORS), inner),
        st.builds("(not {})".format, inner),
        st.builds("(-{})".format, inner),
        st.builds("({} if {} else {})".format, inner, inner, inner),
    ),
    max_leaves=6,
)


def outcome(template: Template, variables: dict[str, Any]) -> str:
    try:
        return template.render(variables)
    except TemplateError as error:
        return f"TemplateError {error.line} {error.text}"


def both(text: str, variables: dict[str, Any]) -> tuple[str, str, bool]:
    """With and without Jinja2, and whether there was a way without."""
    template = TEMPLATES.compile(text)
    quick = outcome(template, variables)
    kept, template._quick = template._quick, None
    try:
        return quick, outcome(template, variables), kept is not None
    finally:
        template._quick = kept


def same(text: str, variables: dict[str, Any]) -> None:
    quick, slow, _ = both(text, variables)
    # A method of an object is shown with its address; everything else is the same word for word.
    assert quick == slow or " at 0x" in slow


@given(PATHS, VARIABLES)
def test_paths_are_the_same(path: str, variables: dict[str, Any]) -> None:
    same(f"{{{{ {path} }}}}", variables)


@given(EXPRESSIONS, VARIABLES)
def test_expressions_are_the_same(expression: str, variables: dict[str, Any]) -> None:
    same(f"{{{{ {expression} }}}}", variables)


@pytest.mark.parametrize(
    ("text", "variables", "result"),
    [
        ("{{ value_json.t }}", {"value_json": {"t": 1.5}}, "1.5"),
        ("{{ value_json['t'].a }}", {"value_json": {"t": {"a": " x "}}}, "x"),
        ("{{ states('sensor.t') | float(0) > 20 }}", {}, "True"),
        ("{{ value | float > 25 or value | float < 15 }}", {"value": "10"}, "True"),
        ("{{ 'on' if value == 'ON' else 'off' }}", {"value": "ON"}, "on"),
        ("{{ (value | float / 10) | round(1) }}", {"value": "215"}, "21.5"),
        ("{{ states('light.a') in ['on', 'off'] }}", {}, "True"),
    ],
)
def test_the_usual_templates_need_no_jinja(
    text: str, variables: dict[str, Any], result: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    template = TEMPLATES.compile(text)
    assert both(text, variables) == (result, result, True)
    monkeypatch.setattr(template._sandbox, "run", None)  # would fail if it were called
    assert template.render(variables) == result


@pytest.mark.parametrize(
    "text", ["a{{ value }}", "{% if value %}1{% endif %}", "{{ value ~ 'x' }}", "{{ value | replace('a', 'b') }}"]
)
def test_the_rest_is_for_jinja(text: str) -> None:
    assert not both(text, {"value": "a"})[2]
