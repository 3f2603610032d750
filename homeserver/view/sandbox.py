"""Jinja2's sandbox made bounded: whatever a template says, it ends soon and stays small.

Jinja2's own sandbox keeps a template away from Python's insides, but lets it multiply and loop without end. Here every
pass of a loop, every call and every filter costs steps of one budget, every value that is made is weighed, and a look
at the thread's processor time catches what the table of costs does not foresee. Devices and strangers' files bring
templates: nothing in here trusts one.
"""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from difflib import get_close_matches
from types import BuiltinMethodType, MethodType
from typing import Any, Final, NoReturn

from jinja2 import nodes, pass_context
from jinja2.environment import Template as JinjaTemplate
from jinja2.exceptions import SecurityError, TemplateNotFound
from jinja2.runtime import Context, LoopContext
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.utils import Namespace, missing

from homeserver.view.allowance import Allowance, paid_by
from homeserver.view.bounds import (
    FILTERS,
    OPERATORS,
    RANGE,
    BoundError,
    check_braces,
    check_method,
    checked_weight,
    sized,
    weight,
)
from homeserver.view.counting import COUNTED, Counting, Generator, MissingValue, tick_of_file

STEPS: Final = 50_000
"""Passes of loops, calls and filters in one rendering."""
TEXT: Final = 256 * 1024
"""Characters that a rendering may write in all, into variables and macros too."""
NODES: Final = 3_000
"""Parts of one template; compiling takes time for each."""
SECONDS = 0.25
"""Processor time of one rendering, looked at every `_LOOK` steps. The steps alone take about 0.1 s on a usual machine;
this is for what the table of costs does not foresee."""
_LOOK: Final = 64
_PER_STEP: Final = 64
"""Weight that one step can carry."""
LIBRARY_NODES: Final = 20_000
"""The same for a file of macros that the home brings itself."""
_UNKNOWN_HERE: Final[frozenset[type[nodes.Node]]] = frozenset((nodes.Extends, nodes.Block))
_SURE: Final[frozenset[type[nodes.Node]]] = frozenset(
    (
        *(nodes.Template, nodes.Output, nodes.TemplateData, nodes.If, nodes.Assign, nodes.Name, nodes.Const),
        *(
            nodes.Call,
            nodes.Keyword,
            nodes.Filter,
            nodes.Test,
            nodes.Getattr,
            nodes.Getitem,
            nodes.Slice,
            nodes.CondExpr,
        ),
        *(nodes.Compare, nodes.Operand, nodes.And, nodes.Or, nodes.Not, nodes.Neg, nodes.Pos, nodes.Add, nodes.Sub),
        *(
            nodes.Mul,
            nodes.Div,
            nodes.FloorDiv,
            nodes.Mod,
            nodes.Concat,
            nodes.List,
            nodes.Tuple,
            nodes.Dict,
            nodes.Pair,
        ),
    )
)
"""Parts whose code is sound, if they are not too many: no loops, macros and blocks of other kinds."""
_FEW: Final = 90
"""Parts among which nothing nests too deeply for Python."""
_REMOVED: Final = ("lipsum", "urlize", "xmlattr", "pprint", "forceescape", "random")
"""What `template_calls` and `template_numbers` bring anew, with bounds."""
DEAR: Final = frozenset(
    (
        *("expand", "closest", "area_entities", "floor_entities", "device_entities", "label_entities"),
        *("integration_entities", "device_attr", "is_device_attr", "device_name", "assist_exposed_entities", "labels"),
    )
)
"""Functions that go through the whole home; each call costs `_DEAR`, so that the time is looked at."""
_DEAR: Final = 64
_STEPS: Final[Mapping[str, int]] = {
    **dict.fromkeys(DEAR, _DEAR),
    **{"strptime": 32, "strftime": 32, "natural_sort": 32, "version": 8, "timestamp_custom": 8, "as_datetime": 4},
}
"""What a call costs beside one step and the weight of what it is given: about a step for two microseconds."""
_NO_COST: Final = frozenset(
    {"defined", "undefined", "none", "string", "number", "mapping", "boolean", "true", "false", "integer", "float"}
)


class _LightContext(Context):
    """Looks names up in the variables, then in the globals, without copying either."""

    def resolve_or_missing(self, key: str) -> Any:
        if key in self.vars:
            return self.vars[key]
        if key in self.parent:
            return self.parent[key]
        return self.environment.globals.get(key, missing)


class Sandbox(ImmutableSandboxedEnvironment):
    """The environment of all templates of a `Templates`. One rendering at a time: it belongs to one thread."""

    code_generator_class = Generator
    context_class = _LightContext
    intercepted_binops = frozenset(OPERATORS)

    def __init__(self) -> None:
        extensions = ["jinja2.ext.loopcontrols", "jinja2.ext.do"]
        super().__init__(extensions=extensions, optimized=False, undefined=MissingValue)
        self.library: dict[str, JinjaTemplate] = {}
        """Files of macros, by the name under which templates import them."""
        for name in _REMOVED:
            self.filters.pop(name, None)
            self.globals.pop(name, None)
        self.sure = False
        """Whether what was parsed last can be compiled without fail, so that this has time until it is rendered."""
        self.allowance: Allowance | None = None
        """Of whom renderings and compilations are for; None for the home itself."""
        self.steps = STEPS
        self.text = TEXT
        self._until = 0.0
        self._look_at = STEPS - _LOOK
        self.passes = self._counted
        self.finalize = self._written
        self.globals["range"] = bounded_range
        for name, function in list(self.filters.items()):
            self.add_filter(name, function)
        tests: dict[str, Any] = dict(self.tests)
        for name, test in tests.items():
            self.add_test(name, test)

    # -- what templates may use

    def add_filter(self, name: str, function: Callable[..., Any]) -> None:
        """Add a filter, counted and checked."""
        check = FILTERS.get(name)
        passed = 1 if hasattr(function, "jinja_pass_arg") else 0
        more = _STEPS.get(name, 0)

        def counted(*args: Any, **named: Any) -> Any:
            self.charge(args[passed:])
            if more:
                self.spend(more)
            if check is not None:
                check(*args[passed:], **named)
            return sized(function(*args, **named))

        self.filters[name] = _same_mark(function, counted)

    def add_function(self, name: str, function: Any) -> None:
        """Add a function, or another value, counted where it is dear; methods of objects are looked at in `call`."""
        self.globals[name] = function
        if name in _STEPS and not isinstance(function, BuiltinMethodType | MethodType):

            def counted(*args: Any, **named: Any) -> Any:
                self.spend(_STEPS[name])
                return function(*args, **named)

            self.globals[name] = _same_mark(function, counted)

    def add_test(self, name: str, function: Callable[..., Any]) -> None:
        """Add a test, counted."""
        passed = 1 if hasattr(function, "jinja_pass_arg") else 0

        def counted(*args: Any, **named: Any) -> Any:
            self.charge(args[passed:])
            return function(*args, **named)

        self.tests[name] = function if name in _NO_COST else _same_mark(function, counted)

    # -- compiling and running

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        tree = super()._parse(source, name, filename)
        found, left = self._kinds(tree, most := NODES if name is None else LIBRARY_NODES)
        for kind in found & _UNKNOWN_HERE:
            node = next(tree.find_all(kind))
            self.refuse(f"{kind.__name__.lower()} is not known in templates of the home", node.lineno)
        self.sure = most - left <= _FEW and found <= _SURE and self._known(tree, found)
        counted: nodes.Template = tree if found.isdisjoint(COUNTED) else Counting().visit(tree)
        if name is not None:
            counted.body.insert(0, tick_of_file(counted))
        return counted

    def _kinds(self, tree: nodes.Template, most: int) -> tuple[set[type[nodes.Node]], int]:
        """The kinds of parts that a template has, of which there are not too many, and how many there might be more."""
        found: set[type[nodes.Node]] = set()
        waiting: list[nodes.Node] = [tree]
        while waiting:
            node = waiting.pop()
            found.add(type(node))
            waiting.extend(node.iter_child_nodes())
            most -= 1
            if most < 0:
                self.refuse("is too long, with thousands of names, values and operators: make it shorter", 1)
        return found, most

    def _known(self, tree: nodes.Template, found: set[type[nodes.Node]]) -> bool:
        filters = tree.find_all(nodes.Filter) if nodes.Filter in found else ()
        tests = tree.find_all(nodes.Test) if nodes.Test in found else ()
        return all(node.name in self.filters for node in filters) and all(node.name in self.tests for node in tests)

    # -- files of macros

    def get_template(self, name: str | JinjaTemplate, parent: str | None = None, globals: Any = None) -> JinjaTemplate:
        """A file of `library`; called by `import` and `include`."""
        found = self.library.get(str(name))
        if found is None:
            near = _near(str(name), self.library)
            raise TemplateNotFound(str(name), f"there is no {str(name)!r} in the folder custom_templates{near}")
        return found

    def select_template(self, names: Iterable[Any], parent: str | None = None, globals: Any = None) -> JinjaTemplate:
        """The first of `names` that is there."""
        wanted = [str(name) for name in names]
        known = [name for name in wanted if name in self.library]
        return self.get_template(known[0] if known else ", ".join(wanted))

    def get_or_select_template(
        self, template_name_or_list: Any, parent: str | None = None, globals: Any = None
    ) -> JinjaTemplate:
        if isinstance(template_name_or_list, str):
            return self.get_template(template_name_or_list)
        return self.select_template(template_name_or_list)

    def learn(self, name: str, source: str) -> None:
        """Compile a file of macros; raises what Jinja2 raises, and `BoundError`."""
        self.begin()
        code = self.compile(source, name, name)
        self.library[name] = JinjaTemplate.from_code(self, code, self.globals)

    def refuse(self, text: str, line: int) -> NoReturn:
        error = BoundError(text)
        error.lineno = line  # type: ignore[attr-defined]
        raise error

    def begin(self) -> None:
        """A fresh budget: before each compilation and each rendering."""
        self.steps = STEPS
        self.text = TEXT
        self._look_at = STEPS - _LOOK
        self._until = 0.0

    def run(self, template: JinjaTemplate, variables: dict[str, Any], most: int) -> str:
        """Render into at most `most` characters."""
        if self.allowance is None:
            return self._run(template, variables, most)
        with paid_by(self.allowance):
            return self._run(template, variables, most)

    def _run(self, template: JinjaTemplate, variables: dict[str, Any], most: int) -> str:
        self.begin()
        pieces: list[str] = []
        left = most
        for piece in template.root_render_func(_LightContext(self, variables, None, {})):
            left -= len(piece)
            if left < 0:
                raise BoundError(f"the result is longer than {most // 1024} KiB")
            pieces.append(piece)
        return "".join(pieces)

    # -- counting

    def charge(self, values: Iterable[Any]) -> None:
        """Take what work on `values` costs from the budget."""
        cost = 1
        for value in values:
            if isinstance(value, str):
                cost += len(value) // _PER_STEP
            elif not isinstance(value, int | float | Namespace):
                cost += weight(value) // _PER_STEP
        self.spend(cost)

    def spend(self, steps: int) -> None:
        self.steps = left = self.steps - steps
        if left < self._look_at:
            self._look(left)

    def _look(self, left: int) -> None:
        if left < 0:
            raise BoundError(f"takes more than {STEPS} steps: loop over less")
        self._look_at = left - _LOOK
        now = time.thread_time()
        if not self._until:
            self._until = now + SECONDS
        elif now > self._until:
            raise BoundError(f"takes more than {SECONDS * 1000:.0f} ms: loop over less")

    def tick(self, written: int) -> None:
        """One pass of a loop or a macro, which writes that many characters of plain text."""
        self.spend(1)
        self.text -= written
        if self.text < 0:
            raise BoundError(f"writes more than {TEXT // 1024} KiB")

    def _counted(self, values: Any) -> Any:
        """What a loop goes over."""
        if hasattr(values, "__len__"):
            self.charge((values,))
            return values
        return self._each(values)

    def _each(self, values: Any) -> Iterator[Any]:
        for value in values:
            self.spend(1)
            yield value

    def made(self, value: Any) -> Any:
        self.spend(1 + checked_weight(value) // _PER_STEP)
        return value

    def joined(self, parts: tuple[Any, ...]) -> str:
        self.made(parts)
        return "".join(map(str, parts))

    @pass_context
    def _written(self, context: Context, value: Any) -> Any:
        """Every value on its way into the result."""
        if isinstance(value, str):
            self.text -= len(value)
        elif isinstance(value, int):
            self.text -= 1 + (value.bit_length() >> 2)
        elif not isinstance(value, float):
            self.text -= checked_weight(value)
        self.tick(1)
        return value

    # -- Jinja2's own gates

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        self.spend(1)
        return OPERATORS[operator](left, right)

    def call(__self, __context: Context, __obj: Any, *args: Any, **kwargs: Any) -> Any:  # noqa: N805
        if __obj is __self.passes:
            return __obj(*args)
        __self.charge(args)
        if kwargs:
            __self.charge(kwargs.values())
        if isinstance(__obj, BuiltinMethodType | MethodType):
            check_method(__obj, args, kwargs)
            if __obj.__name__ in _STEPS:
                __self.spend(_STEPS[__obj.__name__])
        return sized(super().call(__context, __obj, *args, **kwargs))

    def wrap_str_format(self, value: Any) -> Callable[..., str] | None:
        inner = super().wrap_str_format(value)
        if inner is None:
            return None

        def bounded(*args: Any, **named: Any) -> str:
            check_braces(value.__self__, (args, named))
            return inner(*args, **named)

        return bounded

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        if isinstance(obj, LoopContext | Namespace):
            return not attr.startswith("_")
        return super().is_safe_attribute(obj, attr, value)

    def unsafe_undefined(self, obj: Any, attribute: str) -> Any:
        raise SecurityError(f"templates may not use {attribute!r} of {type(obj).__name__}")


def _near(name: str, known: Iterable[str]) -> str:
    found = get_close_matches(name, list(known), 1)
    return f"; did you mean {found[0]!r}?" if found else ""


def _same_mark(original: Callable[..., Any], wrapper: Callable[..., Any]) -> Callable[..., Any]:
    if hasattr(original, "jinja_pass_arg"):
        wrapper.jinja_pass_arg = original.jinja_pass_arg  # type: ignore[attr-defined]
    return wrapper


def bounded_range(*args: int) -> range:
    """`range` of at most `RANGE` numbers."""
    made = range(*args)
    if len(made) > RANGE:
        raise BoundError(f"range goes over more than {RANGE} numbers")
    return made
