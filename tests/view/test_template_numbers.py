"""Numbers in templates are as documented: https://www.home-assistant.io/template-functions/"""

from typing import Any

import pytest

from homeserver.view.templates import TemplateError
from tests.view.rendering import render


@pytest.mark.parametrize(
    ("text", "value"),
    [
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
        ("{{ clamp(15, 0, 10) }} {{ wrap(370, 0, 360) }}", "10.0 10.0"),
    ],
)
def test_numbers_are_as_documented(text: str, value: Any) -> None:
    assert render(text) == value


FALLBACKS = ["float", "int", "bool", "round", "log", "sqrt", "sin", "acos"]


@pytest.mark.parametrize("name", FALLBACKS)
def test_what_is_no_number_is_told_or_replaced_by_the_default(name: str) -> None:
    with pytest.raises(TemplateError, match=f"{name} cannot use 'x': give it a default"):
        render(f"{{{{ 'x' | {name} }}}}")
    assert render(f"{{{{ 'x' | {name}(default=7) }}}}") == 7


def test_random_takes_one_of_the_values() -> None:
    assert {render("{{ [1, 2] | random }}") for _ in range(50)} == {1, 2}
