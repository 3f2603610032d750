"""Functions as values in templates, and what Jinja2 has that needs bounds.

A function that a template hands over is called as the template itself would call it: counted and checked.
"""

import pprint
from collections.abc import Callable
from typing import Any, Final

from jinja2 import Undefined, pass_context
from jinja2.filters import do_urlize, do_xmlattr
from jinja2.runtime import Context, Macro
from jinja2.utils import generate_lorem_ipsum
from markupsafe import escape

from homeserver.view.bounds import BoundError, limit, weight
from homeserver.view.template_rows import Row

_SHOWN: Final = 16 * 1024
"""Weight of what is printed prettily or searched for links, which takes longer than the rest."""
_PARAGRAPHS: Final = 20
_WORDS: Final = 500


@pass_context
def apply(context: Context, value: Any, function: Any, *args: Any, **named: Any) -> Any:
    """`function(value, ...)`, for `map('apply', f)` and `select('apply', f)`."""
    return context.environment.call(context, function, value, *args, **named)  # type: ignore[attr-defined]


@pass_context
def as_function(context: Context, macro: Any) -> Callable[..., Any]:
    """A macro with a parameter `returns` as a function: it gives what the macro hands to `returns`, of any type."""
    if not isinstance(macro, Macro):
        raise TypeError(f"as_function needs a macro, not {type(macro).__name__}")

    def function(*args: Any, **named: Any) -> Any:
        given: list[Any] = [None]

        def returns(value: Any) -> Any:
            given[0] = value
            return value

        context.environment.call(context, macro, *args, returns=returns, **named)  # type: ignore[attr-defined]
        return given[0]

    return function


def pretty(value: Any) -> str:
    """Over several lines."""
    _not_heavy(value)
    return pprint.pformat(value)


def escaped(value: Any) -> str:
    """With `<`, `>`, `&` and quotes as HTML writes them, even if that was done before."""
    text = str(value)
    limit(6 * len(text), "forceescape")
    return str(escape(text))


@pass_context
def linked(context: Context, value: Any, *args: Any, **named: Any) -> str:
    """With what looks like an address made a link."""
    _not_heavy(value)
    return do_urlize(context.eval_ctx, str(value), *args, **named)


@pass_context
def attributes(context: Context, values: Any, autospace: bool = True) -> str:
    """A dictionary as the attributes of an HTML element."""
    _not_heavy(values)
    return do_xmlattr(context.eval_ctx, values, autospace)


def filler(n: int = 5, html: bool = True, min: int = 20, max: int = 100) -> str:
    """Paragraphs of Latin, for trying a layout."""
    if not 0 <= int(n) <= _PARAGRAPHS or not 0 < int(max) <= _WORDS:
        raise BoundError(f"lipsum makes at most {_PARAGRAPHS} paragraphs of {_WORDS} words")
    return generate_lorem_ipsum(int(n), html, int(min), int(max))


def _not_heavy(value: Any) -> None:
    if isinstance(value, Undefined) or weight(value) <= _SHOWN:
        return
    raise BoundError(f"more than {_SHOWN // 1024} KiB: show less at a time")


ROWS: Final = (
    Row("apply", apply, "gft"),
    Row("as_function", as_function, "gf"),
    Row("pprint", pretty, "f"),
    Row("forceescape", escaped, "f"),
    Row("urlize", linked, "f"),
    Row("xmlattr", attributes, "f"),
    Row("lipsum", filler, "g"),
)
