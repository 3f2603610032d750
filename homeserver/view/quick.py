"""Templates that are one plain expression, such as `{{ value_json.t | float > 25 }}`, without Jinja2.

Most templates of devices and conditions are like that. Their expression becomes nested functions that do what Jinja2's
code would do, for the ordinary case only: known types, known filters, nothing missing. Whatever is out of the ordinary
ends in one of `FAULTS`, and Jinja2 renders the template from the beginning, with its own results and complaints.
"""

import operator
import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from jinja2 import nodes

from homeserver.view import template_numbers, template_values
from homeserver.view.state import State

Variables = Mapping[str, Any]
Part = Callable[[Variables], Any]
Functions = Mapping[str, Callable[..., Any]]


class NotQuick(Exception):
    """This one is for Jinja2."""


FAULTS: Final = (NotQuick, TypeError, ValueError, LookupError, ArithmeticError, AttributeError, RuntimeError)
"""What sends a rendering to Jinja2, which then says what is wrong."""
_METHODS: Final = frozenset({*dir(dict), *dir(list), *dir(str), *dir(int)})
_OF_STATE: Final = frozenset({"state", "attributes", "entity_id", "last_changed", "last_updated", "name", "domain"})
_PLAIN: Final = frozenset({str, int, float, bool})
_LONGEST: Final = 1_000
_LARGEST: Final = 1 << 64
_MISSING: Final = object()
_ONE: Final = r"""\.([A-Za-z_]\w{0,99})|\['([^'\\{}]{1,99})'\]|\["([^"\\{}]{1,99})"\]"""
_STEP: Final = re.compile(_ONE, re.ASCII)
_PATH: Final = re.compile(r"\{\{ ?value_json((?:" + _ONE + r"){1,9}) ?\}\}", re.ASCII)
FUNCTIONS: Final = frozenset({"states", "is_state", "state_attr", "is_state_attr", "has_value", "now", "utcnow"})
"""Functions that cost the same whatever they are given."""
_FILTERS: Final[Functions] = {
    "float": template_numbers.to_float,
    "int": template_numbers.to_int,
    "bool": template_numbers.to_bool,
    "round": template_numbers.rounded,
    "is_number": template_numbers.is_number,
    "multiply": template_numbers.multiply,
    "add": template_numbers.add,
    "iif": template_values.iif,
    "abs": abs,
    "lower": lambda text: _text(text).lower(),
    "upper": lambda text: _text(text).upper(),
    "trim": lambda text: _text(text).strip(),
}
_COMPARE: Final[Functions] = {
    "eq": operator.eq,
    "ne": operator.ne,
    "gt": operator.gt,
    "gteq": operator.ge,
    "lt": operator.lt,
    "lteq": operator.le,
    "in": lambda item, items: item in _items(items),
    "notin": lambda item, items: item not in _items(items),
}
_ARITHMETIC: Final[Mapping[type[nodes.Expr], Callable[[Any, Any], Any]]] = {
    nodes.Add: operator.add,
    nodes.Sub: operator.sub,
    nodes.Mul: operator.mul,
    nodes.Div: operator.truediv,
}


def quick_of(tree: nodes.Template, functions: Functions) -> Callable[[Variables], str] | None:
    """A function that renders the template, if it is one expression of the known kinds. It raises one of `FAULTS`."""
    if len(tree.body) != 1 or not isinstance(output := tree.body[0], nodes.Output) or len(output.nodes) != 1:
        return None
    try:
        return _renderer(_part(output.nodes[0], functions))
    except (NotQuick, RecursionError):
        return None


def quick_path(text: str) -> Callable[[Variables], str] | None:
    """The same for `{{ value_json.a['b'] }}`, which nine of ten templates of devices are, without parsing it."""
    if (found := _PATH.fullmatch(text)) is None:
        return None
    names = []
    for attribute, *items in _STEP.findall(found[1]):
        if attribute in _METHODS or attribute.startswith("_"):
            return None
        names.append(attribute or "".join(items))

    def get(variables: Variables) -> Any:
        value = variables["value_json"]
        for name in names:
            if type(value) is not dict:
                raise NotQuick
            value = value[name]
        return value

    return _renderer(get)


def _renderer(part: Part) -> Callable[[Variables], str]:
    def render(variables: Variables) -> str:
        value = part(variables)
        kind = type(value)
        if kind is str:
            return _text(value).strip()
        if kind is bool or kind is float or (kind is int and -_LARGEST < value < _LARGEST):
            return str(value)
        raise NotQuick

    return render


def _items(value: Any) -> Any:
    if type(value) not in (list, dict, str):
        raise NotQuick
    return value


def _text(value: Any) -> str:
    if type(value) is not str or len(value) > _LONGEST:
        raise NotQuick
    return value


# -- one function for each kind of node


def _part(node: nodes.Node, functions: Functions) -> Part:
    compile_node = _NODES.get(type(node))
    if compile_node is None:
        raise NotQuick
    return compile_node(node, functions)


def _const(node: nodes.Const, functions: Functions) -> Part:
    value = node.value
    return lambda variables: value


def _list(node: nodes.List, functions: Functions) -> Part:
    if not all(isinstance(item, nodes.Const) for item in node.items):
        raise NotQuick
    value = [item.value for item in node.items if isinstance(item, nodes.Const)]
    return lambda variables: value


def _name(node: nodes.Name, functions: Functions) -> Part:
    name = node.name
    if name == "self":
        raise NotQuick

    def get(variables: Variables) -> Any:
        value = variables.get(name, _MISSING)
        if value is _MISSING:
            raise NotQuick
        return value

    return get


def _attribute(node: nodes.Getattr, functions: Functions) -> Part:
    inner, name = _part(node.node, functions), node.attr
    if name in _METHODS or name.startswith("_"):
        raise NotQuick

    def get(variables: Variables) -> Any:
        value = inner(variables)
        kind = type(value)
        if kind is dict:
            return value[name]
        if kind is State and name in _OF_STATE:
            return getattr(value, name)
        raise NotQuick

    return get


def _item(node: nodes.Getitem, functions: Functions) -> Part:
    inner, key = _part(node.node, functions), node.arg
    if not isinstance(key, nodes.Const) or type(key.value) not in (str, int):
        raise NotQuick
    wanted = key.value

    def get(variables: Variables) -> Any:
        value = inner(variables)
        kind = type(value)
        if kind is dict or (kind is list and type(wanted) is int):
            return value[wanted]
        raise NotQuick

    return get


def _call(node: nodes.Call, functions: Functions) -> Part:
    if not isinstance(node.node, nodes.Name) or node.kwargs or node.dyn_args or node.dyn_kwargs:
        raise NotQuick
    name = node.node.name
    if name not in FUNCTIONS or name not in functions:
        raise NotQuick
    function, parts = functions[name], tuple(_part(arg, functions) for arg in node.args)
    if all(isinstance(arg, nodes.Const) for arg in node.args):
        fixed = tuple(arg.value for arg in node.args if isinstance(arg, nodes.Const))

        def call_fixed(variables: Variables) -> Any:
            if name in variables:
                raise NotQuick
            return function(*fixed)

        return call_fixed

    def call(variables: Variables) -> Any:
        if name in variables:
            raise NotQuick
        return function(*(part(variables) for part in parts))

    return call


def _filter(node: nodes.Filter, functions: Functions) -> Part:
    function = _FILTERS.get(node.name)
    if function is None or node.node is None or node.kwargs or node.dyn_args or node.dyn_kwargs:
        raise NotQuick
    inner = _part(node.node, functions)
    if not all(isinstance(arg, nodes.Const) and type(arg.value) in _PLAIN for arg in node.args):
        raise NotQuick
    fixed = tuple(arg.value for arg in node.args if isinstance(arg, nodes.Const))
    if any(isinstance(value, int) and abs(value) > _LARGEST for value in fixed):
        raise NotQuick
    if node.name == "round" and any(isinstance(value, int) and abs(value) > 15 for value in fixed):
        raise NotQuick
    return lambda variables: function(inner(variables), *fixed)


def _compare(node: nodes.Compare, functions: Functions) -> Part:
    if len(node.ops) != 1:
        raise NotQuick
    left, right = _part(node.expr, functions), _part(node.ops[0].expr, functions)
    compare = _COMPARE.get(node.ops[0].op)
    if compare is None:
        raise NotQuick
    return lambda variables: compare(left(variables), right(variables))


def _and(node: nodes.And, functions: Functions) -> Part:
    left, right = _part(node.left, functions), _part(node.right, functions)
    return lambda variables: left(variables) and right(variables)


def _or(node: nodes.Or, functions: Functions) -> Part:
    left, right = _part(node.left, functions), _part(node.right, functions)
    return lambda variables: left(variables) or right(variables)


def _not(node: nodes.Not, functions: Functions) -> Part:
    inner = _part(node.node, functions)
    return lambda variables: not inner(variables)


def _negative(node: nodes.Neg, functions: Functions) -> Part:
    inner = _part(node.node, functions)
    return lambda variables: -_number(inner(variables))


def _arithmetic(node: Any, functions: Functions) -> Part:
    left, right, work = _part(node.left, functions), _part(node.right, functions), _ARITHMETIC[type(node)]
    return lambda variables: work(_number(left(variables)), _number(right(variables)))


def _number(value: Any) -> Any:
    kind = type(value)
    if kind is float or (kind is int and -_LARGEST < value < _LARGEST):
        return value
    raise NotQuick


def _choice(node: nodes.CondExpr, functions: Functions) -> Part:
    if node.expr2 is None:
        raise NotQuick
    test, first, second = (_part(part, functions) for part in (node.test, node.expr1, node.expr2))
    return lambda variables: first(variables) if test(variables) else second(variables)


_NODES: Final[Mapping[type[nodes.Node], Callable[[Any, Functions], Part]]] = {
    nodes.Const: _const,
    nodes.List: _list,
    nodes.Name: _name,
    nodes.Getattr: _attribute,
    nodes.Getitem: _item,
    nodes.Call: _call,
    nodes.Filter: _filter,
    nodes.Compare: _compare,
    nodes.And: _and,
    nodes.Or: _or,
    nodes.Not: _not,
    nodes.Neg: _negative,
    nodes.CondExpr: _choice,
    **dict.fromkeys(_ARITHMETIC, _arithmetic),
}
