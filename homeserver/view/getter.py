"""Templates that only name a value, `{{ value_json.temperature }}`, as plain look-ups.

Most devices use no other templates. A look-up that succeeds gives what Jinja2 would give; whatever is out of the
ordinary (a missing key, another type than dict or list on the way, a result that is no plain value) is left to Jinja2.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from jinja2 import nodes

Getter = Callable[[Mapping[str, Any]], str | None]
"""Gives the rendered text, or None where Jinja2 has to do it."""
_METHODS: Final = frozenset(dir(dict)) | frozenset(dir(list)) | frozenset(dir(str)) | frozenset(dir(int))
_LONGEST: Final = 1_000
_LARGEST: Final = 1 << 64


def getter_of(tree: nodes.Template) -> Getter | None:
    """A getter, if the template is one path and nothing else."""
    if len(tree.body) != 1 or not isinstance(output := tree.body[0], nodes.Output) or len(output.nodes) != 1:
        return None
    path = _path(output.nodes[0])
    if path is None:
        return None
    return _getter(path[0], path[1:])


def _path(node: nodes.Node) -> tuple[Any, ...] | None:
    """The name and the keys that lead on from it; attributes that are methods of built-in types are none."""
    keys: list[Any] = []
    while True:
        match node:
            case nodes.Name(name=name) if name != "self":
                return (name, *reversed(keys))
            case nodes.Getattr(node=inner, attr=attr) if attr not in _METHODS and not attr.startswith("_"):
                keys.append(attr)
            case nodes.Getitem(node=inner, arg=nodes.Const(value=value)) if type(value) in (str, int):
                keys.append(value)
            case _:
                return None
        node = inner


def _getter(name: str, keys: tuple[Any, ...]) -> Getter:
    def get(variables: Mapping[str, Any]) -> str | None:
        value = variables.get(name)
        for key in keys:
            kind = type(value)
            if kind is dict:
                value = value.get(key)  # type: ignore[union-attr]
            elif kind is list and type(key) is int and -len(value) <= key < len(value):  # type: ignore[arg-type]
                value = value[key]  # type: ignore[index]
            else:
                return None
            if value is None:
                return None
        kind = type(value)
        if kind is str:
            return value.strip() if len(value) < _LONGEST else None  # type: ignore[union-attr,arg-type]
        if kind is int:
            return str(value) if -_LARGEST < value < _LARGEST else None  # type: ignore[operator]
        return str(value) if kind is float or kind is bool else None

    return get
