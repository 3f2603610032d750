"""Laws about the shape of single modules: docstrings, names, lengths, broad handlers, silenced rules.

Each law takes the house and says its breaches, one sentence each. Needs and keeps nothing.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from tests.laws.house import SOURCES, House, Module

VAGUE = {"base", "common", "core", "helper", "helpers", "manager", "managers", "misc", "util", "utils"}
LONGEST_FILE = 400
LONG_FILE = 150
LONG_FUNCTION = 40
BUG_CATCHER = PurePosixPath("homeserver/runtime")
GUARDS = re.compile(r"#\s*noqa:[^#\n]*\b(BLE001|PLC0415|TID25\d)")
Function = ast.FunctionDef | ast.AsyncFunctionDef


def every_module_has_a_docstring(house: House) -> Iterator[str]:
    for module in house.modules:
        if not (ast.get_docstring(module.tree) or "").strip():
            yield f"{module.path}: say in a docstring what this does, what it needs, what it keeps."


def no_module_has_a_vague_name(house: House) -> Iterator[str]:
    for module in house.modules:
        for part in (*module.path.parent.parts, module.path.stem.removeprefix("test_")):
            if part in VAGUE:
                yield f"{module.path}: {part!r} says nothing; name the thing that lives there."


def no_file_is_two_subjects(house: House) -> Iterator[str]:
    for path, length in file_lengths(house):
        if length > LONGEST_FILE:
            yield f"{path}: {length} lines, over {LONGEST_FILE} are two subjects."


def only_the_runtime_catches_everything(house: House) -> Iterator[str]:
    for module in house.modules:
        if not module.path.is_relative_to(BUG_CATCHER):
            for line in broad_handlers(module):
                yield f"{module.path}:{line}: catch what you expect; bugs are caught in the runtime."


def no_comment_switches_a_guard_off(house: House) -> Iterator[str]:
    for module in house.modules:
        for number, line in enumerate(module.text.splitlines(), start=1):
            if guard := GUARDS.search(line):
                yield f"{module.path}:{number}: {guard[1]} guards the architecture; mend the code instead."


def what_nobody_changes_is_a_record(house: House) -> Iterator[str]:
    for module in house.modules:
        if module.is_code and (frozen := re.search(r"@dataclass\([^)]*frozen=True", module.text)):
            line = module.text.count("\n", 0, frozen.start()) + 1
            yield f"{module.path}:{line}: say @record, which costs a quarter (homeserver/topics/record.py)."


def broad_handlers(module: Module) -> Iterator[int]:
    """Lines of `except:`, `except Exception`, tuples that hold it, and `suppress(Exception)`."""
    for node in ast.walk(module.tree):
        match node:
            case ast.ExceptHandler(type=None):
                yield node.lineno
            case ast.ExceptHandler(type=ast.expr() as caught) if _is_broad(caught):
                yield node.lineno
            case ast.Call(func=ast.Name("suppress") | ast.Attribute(attr="suppress"), args=args):
                if any(map(_is_broad, args)):
                    yield node.lineno


def _is_broad(caught: ast.expr) -> bool:
    if isinstance(caught, ast.Tuple):
        return any(map(_is_broad, caught.elts))
    return isinstance(caught, ast.Name) and caught.id in ("Exception", "BaseException")


def file_lengths(house: House) -> Iterator[tuple[PurePosixPath, int]]:
    """Sources of every language, tests too, with their number of lines."""
    for path in house.files:
        if path.suffix in SOURCES:
            yield path, house.text(path).count("\n")


def function_lengths(house: House) -> Iterator[tuple[str, int]]:
    """`path:line name` and lines of each function, its docstring not counted."""
    for module in house.modules:
        for node in ast.walk(module.tree):
            if isinstance(node, Function):
                yield f"{module.path}:{node.lineno} {node.name}", _length(node)


def _length(function: Function) -> int:
    first = function.body[0]
    docstring = ast.get_docstring(function) is not None
    told = (first.end_lineno or first.lineno) - first.lineno + 1 if docstring else 0
    return (function.end_lineno or function.lineno) - function.lineno + 1 - told


def long_ones(house: House) -> Iterator[str]:
    """What is legal but longer than we aim at, longest first."""
    files = [(length, f"{path}") for path, length in file_lengths(house) if length > LONG_FILE]
    functions = [(length, name) for name, length in function_lengths(house) if length > LONG_FUNCTION]
    for length, name in sorted(files, reverse=True) + sorted(functions, reverse=True):
        yield f"{length:4d} lines  {name}"
