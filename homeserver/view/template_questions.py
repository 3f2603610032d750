"""A group of functions of templates that look at the home."""

from collections.abc import Callable
from typing import Any

from jinja2 import Undefined

from homeserver.view.view import View


class Questions:
    """Functions of templates that look at `view`; the public methods of a group are functions under their own names."""

    def __init__(self, view: View) -> None:
        self.view = view

    def functions(self) -> dict[str, Callable[..., Any]]:
        """By name."""
        names = (name for name in dir(type(self)) if not name.startswith("_") and name != "functions")
        return {name: getattr(self, name) for name in names}


def must_be_given(entity_id: Any) -> None:
    """Asked for nobody, it may be that the template says a name that nobody gave: raises `UndefinedError`."""
    if isinstance(entity_id, Undefined):
        str(entity_id())
