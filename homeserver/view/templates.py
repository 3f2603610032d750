"""Templates: compiled once, rendered within bounds.

Devices bring them in their discovery, people write them in rules. Everything that can go wrong with one, at load or
later, is `TemplateError` with its line. Keeps the compiled templates by their text. Serves one thread.
"""

import re
from collections import OrderedDict
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, tzinfo
from difflib import get_close_matches
from functools import cached_property, lru_cache
from types import TracebackType
from typing import Any, Final

from jinja2 import TemplateError as JinjaError
from jinja2 import TemplateSyntaxError, UndefinedError, meta, nodes
from jinja2.environment import Template as JinjaTemplate

from homeserver.view import (
    template_calls,
    template_lists,
    template_numbers,
    template_times,
    template_values,
    template_versions,
)
from homeserver.view.allowance import paid_by
from homeserver.view.bounds import BoundError
from homeserver.view.native import native
from homeserver.view.quick import FAULTS as NOT_QUICK
from homeserver.view.quick import quick_of, quick_path
from homeserver.view.sandbox import Sandbox
from homeserver.view.template_rows import Row

LONGEST: Final = 32 * 1024
"""Characters of the longest template."""
RESULT: Final = 64 * 1024
"""Characters of the longest result."""
_KEPT: Final = 5_000
_OF_PATH: Final = frozenset(("value_json",))
_FAULTS: Final = (
    JinjaError,
    BoundError,
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    MemoryError,
    NameError,
    OSError,
    RuntimeError,
    StopIteration,
    SyntaxError,
    TypeError,
    ValueError,
    re.error,
)
"""What Python code written by a template can raise."""


_NO_SUCH: Final = re.compile(r"No (filter|test) named '([^']*)'")
_UNDEFINED: Final = re.compile(r"'(\w+)' is undefined")


class TemplateError(Exception):
    """A template that is wrong, or that could not be rendered with these values; `line` counts from 1."""

    def __init__(self, text: str, line: int = 1) -> None:
        super().__init__(f"template line {line}: {text}")
        self.text = text
        self.line = line


class Template:
    """One compiled template; made by `Templates.compile`."""

    def __init__(self, sandbox: Sandbox, text: str, functions: Mapping[str, Callable[..., Any]]) -> None:
        self.text = text
        self.static = not ("{{" in text or "{%" in text or "{#" in text)
        """Whether it says the same whatever the variables are."""
        self._sandbox = sandbox
        self._functions = functions
        self._stripped = text.strip()
        self._before = text[: len(text) - len(text.lstrip())].count("\n")
        self._quick: Callable[[Mapping[str, Any]], str] | None = None
        if not self.static:
            self._compile()

    def __repr__(self) -> str:
        return f"Template({self.text!r})"

    def render(self, variables: Mapping[str, Any]) -> str:
        """The text it gives, without blanks around it; raises `TemplateError`."""
        if self.static:
            return self._stripped
        if self._quick is not None:
            try:
                return self._quick(variables)
            except NOT_QUICK:
                pass
        try:
            return self._sandbox.run(self._jinja, dict(variables), RESULT).strip()
        except _FAULTS as error:
            raise self._error(error, self._line_of(error.__traceback__)) from error

    def render_native(self, variables: Mapping[str, Any]) -> Any:
        """The value that the text spells: a number, list, dictionary, true, false or none, else the text itself."""
        return native(self.render(variables))

    @cached_property
    def names(self) -> frozenset[str]:
        """The variables it looks at, so that a caller need not make what is not used."""
        if self.static:
            return frozenset()
        self._sandbox.begin()
        return frozenset(meta.find_undeclared_variables(self._sandbox.parse(self._stripped)))

    def _compile(self) -> None:
        if len(self._stripped) > LONGEST:
            raise TemplateError(f"longer than {LONGEST // 1024} KiB")
        self._quick = quick_path(self._stripped)
        if self._quick is not None:
            self.names = _OF_PATH
            return
        try:
            with paid_by(self._sandbox.allowance):
                self._sandbox.begin()
                tree = self._sandbox.parse(self._stripped)
                self._quick = quick_of(tree, self._functions)
                if self._quick is None and not self._sandbox.sure:
                    self._jinja = self._made(tree)
        except _FAULTS as error:
            raise self._error(error, _line(error)) from error

    @cached_property
    def _jinja(self) -> JinjaTemplate:
        """The code: made at once where that can fail, else when it is needed. One expression alone seldom needs any."""
        self._sandbox.begin()
        return self._made(self._sandbox.parse(self._stripped))

    def _made(self, tree: nodes.Template) -> JinjaTemplate:
        code = self._sandbox.compile(tree)
        return JinjaTemplate.from_code(self._sandbox, code, self._sandbox.globals)

    def _line_of(self, trace: TracebackType | None) -> int:
        line = 1
        while trace is not None:
            if trace.tb_frame.f_code.co_filename == "<template>":
                line = self._jinja.get_corresponding_lineno(trace.tb_lineno)
            trace = trace.tb_next
        return line

    def _error(self, error: BaseException, line: int) -> TemplateError:
        return TemplateError(_words(error, self._sandbox), line + self._before)


def _line(error: BaseException) -> int:
    """Where in the template; the line of a `SyntaxError` is one of the code that Jinja2 generates."""
    return (None if isinstance(error, SyntaxError) else getattr(error, "lineno", None)) or 1


@lru_cache(maxsize=256)
def _nearest(name: str, known: frozenset[str]) -> str:
    found = get_close_matches(name, known, 1)
    return f"; did you mean {found[0]}?" if found else ""


def _words(error: BaseException, sandbox: Sandbox) -> str:
    """What to tell the author of the template."""
    match error:
        case JinjaError(message=str(message)) if found := _NO_SUCH.match(message):
            known = sandbox.filters if found[1] == "filter" else sandbox.tests
            return f"there is no {found[1]} {found[2]!r}{_nearest(found[2], frozenset(known))}"
        case TemplateSyntaxError(message=str(message)) if message.endswith("got '='"):
            return "one = sets a value: to compare, write =="
        case TemplateSyntaxError(message=message):
            return f"{(message or 'wrong syntax').rstrip('.')}: check brackets, quotes and {{% end... %}}"
        case UndefinedError():
            name = _UNDEFINED.match(str(error))
            near = _nearest(name[1], frozenset(sandbox.globals)) if name is not None else ""
            return f"{error}: check the name, or add | default(...){near}"
        case ZeroDivisionError():
            return "divides by nought: test the divisor first"
        case RecursionError():
            return "nests or calls itself too deeply"
        case SyntaxError():
            return f"nests too deeply ({error.msg})"
        case MemoryError():
            return "needs too much memory"
        case KeyError():
            return f"there is no {error}"
        case _:
            return str(error) or type(error).__name__


class Templates:
    """Compiles templates. `functions` are at hand in all of them, as functions, filters and tests; `|name` as a filter.

    `zone` is the home's time zone, in which templates see and show local time; `now` tells the time in UTC.
    """

    def __init__(
        self,
        functions: Mapping[str, Callable[..., Any]] | None = None,
        *,
        zone: tzinfo = UTC,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.sandbox = Sandbox()
        self._compiled: OrderedDict[str, Template] = OrderedDict()
        tables = (template_numbers, template_values, template_lists, template_calls, template_versions)
        for row in (*(row for table in tables for row in table.ROWS), *template_times.rows(zone, now)):
            self._add(row)
        self._functions = {row.name: row.value for row in template_times.rows(zone, now)} | dict(functions or {})
        for name, function in (functions or {}).items():
            self._add(Row(name.removeprefix("|"), function, "f" if name.startswith("|") else "gft"))

    def _add(self, row: Row) -> None:
        if "g" in row.uses:
            self.sandbox.add_function(row.name, row.value)
        if "f" in row.uses:
            self.sandbox.add_filter(row.name, row.value)
        if "t" in row.uses:
            self.sandbox.add_test(row.name, row.value)

    def known_functions(self) -> list[str]:
        """The names of all functions."""
        return list(self.sandbox.globals)

    def learn(self, library: Mapping[str, str]) -> dict[str, TemplateError]:
        """Take the files of macros that templates may import, in place of those before; returns what is wrong."""
        self.sandbox.library.clear()
        faults = {}
        for name, text in library.items():
            try:
                self.sandbox.learn(name, text)
            except _FAULTS as error:
                faults[name] = TemplateError(_words(error, self.sandbox), _line(error))
        return faults

    def compile(self, text: str) -> Template:
        """The template of `text`; raises `TemplateError` that names the line."""
        template = self._compiled.get(text)
        if template is None:
            template = self._compiled[text] = Template(self.sandbox, text, self._functions)
            if len(self._compiled) > _KEPT:
                self._compiled.popitem(last=False)
        return template
