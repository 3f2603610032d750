"""Functions as values stay within the bounds of the template that hands them over."""

import time

import pytest

from homeserver.view.templates import TemplateError
from tests.view.rendering import TEMPLATES, render


def test_a_macro_gives_a_value_of_any_type() -> None:
    """Documented: `as_function` calls the macro with a parameter `returns`, and gives what that was called with."""
    macro = "{% macro m(x, returns) %}ignored{% if x %}{% do returns([x]) %}{% endif %}{% endmacro %}"
    assert render(macro + "{% set f = m | as_function %}{{ f(2) + f(3) }} {{ f(0) }}") == "[2, 3] None"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{{ (10**9) | apply('x'.ljust) }}", "the width would make"),
        ("{{ apply(10**9, 'x'.center) }}", "the width would make"),
        ("{{ [10**9] | map('apply', 'x'.zfill) | list }}", "the width would make"),
        ("{{ 'x' | apply('x'.translate) }}", "cannot use .translate"),
        ("{{ apply(1, apply, apply) }}", "takes 2 positional|missing|not callable|unexpected|too deeply"),
        ("{{ 5 | as_function }}", "needs a macro"),
        (
            "{% macro f(returns) %}{{ (f | as_function)() }}{% endmacro %}{{ (f | as_function)() }}",
            "too deeply|takes more",
        ),
        ("{{ lipsum(1000) }}", "at most 20 paragraphs"),
        ("{{ lipsum(1, true, 1, 10**8) }}", "at most 20 paragraphs"),
        ("{{ ('&' * 7000) | forceescape | forceescape | forceescape | forceescape }}", "forceescape would make"),
        ("{{ range(9999) | list | pprint }}", "show less at a time"),
        ("{{ ('www.' * 5000) | urlize }}", "show less at a time"),
        ("{{ dict(zip(range(2000), range(2000))) | xmlattr }}", "show less at a time"),
        ("{{ now().strftime('%c' * 999) }}", "at most 500 characters"),
        ("{{ 0 | timestamp_custom('%c' * 999) }}", "at most 500 characters"),
        ("{{ strptime('x' * 999, '%c') }}", "at most 500 characters"),
        ("{{ 'x' | version }}", "version cannot use"),
    ],
)
def test_ends_and_stays_small(text: str, words: str) -> None:
    begun = time.process_time()
    with pytest.raises(TemplateError, match=words):
        TEMPLATES.compile(text).render({})
    assert time.process_time() - begun < 2
