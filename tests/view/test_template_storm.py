"""A storm of nonsense: whatever functions, filters and tests are strung together, a rendering ends soon and small.

Same seed, same storm; `STORM=20000` makes it longer, `STORM_SEED=5` another one.
"""

import os
import random
import resource
import time
from datetime import UTC
from typing import Final

from homeserver.runtime.home_settings import HomeSettings
from homeserver.view.observed import Observer
from homeserver.view.templates import TemplateError
from tests.view.rendering import NOW
from tests.view.things import Things

COUNT: Final = int(os.environ.get("STORM", "600"))
SEED: Final = int(os.environ.get("STORM_SEED", "4"))
LONGEST: Final = 1.5
"""Seconds of the processor for one rendering, on a slow and busy machine."""
VALUES: Final = (
    *(
        "'x' * 7000",
        "'%999d' * 50",
        "'{:999}' * 50",
        "range(10000)",
        "range(9999) | list",
        "10 ** 9",
        "2 ** 4000",
        "-1",
        "0",
    ),
    *(
        "1e308",
        "none",
        "undefined",
        "states",
        "states.light",
        "'light.lamp'",
        "{'a': {'b': [1, 2]}}",
        "[[[1], 2], 3]",
        "now()",
    ),
    *(
        "'2026-03-01'",
        "'(a+)+$'",
        "'a' * 3000",
        "namespace(a=1)",
        "cycler",
        "timedelta(days=9)",
        "'>Q'",
        "''",
        "true",
        "[]",
    ),
    *(
        "'5'",
        "float",
        "apply",
        "range",
        "'x'.ljust",
        "[].append",
        "dict",
        "states('light.lamp')",
        "pack(1, '>I')",
        "'/' * 900",
    ),
)


def argument(chance: random.Random) -> str:
    return chance.choice(VALUES) if chance.random() < 0.7 else str(chance.choice((0, 1, 3, 10**6, 10**12, -5)))


def expression(chance: random.Random, functions: list[str], filters: list[str]) -> str:
    text = f"({chance.choice(VALUES)})"
    for _ in range(chance.randint(1, 4)):
        args = ", ".join(argument(chance) for _ in range(chance.randint(0, 3)))
        match chance.randint(0, 5):
            case 0:
                text = f"{chance.choice(functions)}({text}{', ' if args else ''}{args})"
            case 1:
                text = f"({text} {chance.choice(('+', '*', '~', '%', '**', '-', '//', 'in', '<'))} {argument(chance)})"
            case 2:
                text = f"({text} | map('{chance.choice(filters)}'{', ' if args else ''}{args}) | list)"
            case _:
                text = f"({text} | {chance.choice(filters)}{f'({args})' if args else ''})"
    return text


def template(chance: random.Random, functions: list[str], filters: list[str]) -> str:
    inner = expression(chance, functions, filters)
    match chance.randint(0, 4):
        case 0:
            return f"{{% for i in {inner} %}}{{{{ {expression(chance, functions, filters)} }}}}{{% endfor %}}"
        case 1:
            loop = "{% for i in range(9999) %}{% set x = x ~ x %}{{ x | length }}{% endfor %}"
            return f"{{% set x = {inner} %}}{loop}"
        case 2:
            return (
                f"{{% macro m(x, returns) %}}{{% do returns({inner}) %}}{{% endmacro %}}{{{{ (m | as_function)(1) }}}}"
            )
        case _:
            return f"{{{{ {inner} }}}}"


async def test_ends_soon_and_small(things: Things) -> None:
    templates = Observer(things.view, UTC, lambda: NOW, HomeSettings()).templates
    functions = sorted(name for name, value in templates.sandbox.globals.items() if callable(value))
    filters = sorted(name for name in templates.sandbox.filters if name.isidentifier())
    chance = random.Random(SEED)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    good = 0
    for _ in range(COUNT):
        text = template(chance, functions, filters)
        begun = time.thread_time()
        try:
            templates.compile(text).render_native({})
            good += 1
        except TemplateError:
            pass
        spent = time.thread_time() - begun
        assert spent < LONGEST, (spent, text)
    assert good > COUNT // 50
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 150 * 1024  # KiB
