"""Laws about rooms: what a capability's folder holds, where tests lie, and who may know of the demo house.

Each law takes the house and says its breaches, one sentence each. Needs and keeps nothing.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from tests.laws.house import CODE, House, Module

MIRRORED_FROM = 150  # lines: a module of a usual size may be tested through the worker that it is a part of
UNMIRRORED = {"__init__", "__main__", "words"}
DEMO = re.compile(r"demo[_ -]?(home|house)", re.IGNORECASE)
DEMO_ROOM = PurePosixPath("integrations/demo_home")
STARTS_DEMO = (PurePosixPath("homeserver/cli"), PurePosixPath("homeserver/workers.py"))


def capabilities_open_with_a_docstring_alone(house: House) -> Iterator[str]:
    """`__init__.py` is a docstring: to name a capability must not load it."""
    folders = {module.path.parent for module in house.modules if module.path.parts[0] == "integrations"}
    for folder in sorted(folders):
        opening = folder / "__init__.py"
        if not house.has(str(opening)):
            yield f"{folder}: has no __init__.py; it needs one with a docstring."
    for module in house.modules:
        if module.path.parts[0] == "integrations" and module.path.stem == "__init__" and not _is_docstring(module):
            yield f"{module.path}: holds more than a docstring; move it to worker.py or words.py."


def _is_docstring(module: Module) -> bool:
    return len(module.tree.body) == 1 and ast.get_docstring(module.tree) is not None


def every_room_has_tests(house: House) -> Iterator[str]:
    """A folder of code has a folder of tests."""
    for room in sorted(
        {_room(module.path) for module in house.modules if module.is_code and len(module.path.parts) > 2}
    ):
        if not any(path.is_relative_to(room) and path.name.startswith("test_") for path in house.files):
            yield f"{room}: has no tests."


def tests_mirror_the_code(house: House) -> Iterator[str]:
    """The tests of `homeserver/runtime/bus.py` lie in `tests/runtime/`: `test_bus.py`, or a subject's that imports it.

    Under `integrations/` that step stays: `tests/integrations/media/`.
    """
    imported = {folder: set(names) for folder, names in _imports_of_tests(house)}
    for module in house.modules:
        expected = mirror_of(module.path)
        if module.is_code and _needs_mirror(module) and not house.has(str(expected)):
            dotted = ".".join(module.path.with_suffix("").parts)
            if not any(dotted in names for folder, names in imported.items() if _tests_room(folder, expected)):
                yield f"{module.path}: {module.length} lines, and neither {expected} nor a test beside it imports it."


def _room(path: PurePosixPath) -> PurePosixPath:
    """The folder that holds the tests of a module's room."""
    return PurePosixPath("tests", *path.parts[:2] if path.parts[0] == "integrations" else path.parts[1:2])


def _needs_mirror(module: Module) -> bool:
    return module.length > MIRRORED_FROM and module.path.stem not in UNMIRRORED


def mirror_of(path: PurePosixPath) -> PurePosixPath:
    parts = path.parent.parts
    room = parts[1:] if parts[0] == "homeserver" else parts
    return PurePosixPath("tests", *room, f"test_{path.name}")


def _tests_room(folder: PurePosixPath, expected: PurePosixPath) -> bool:
    room = PurePosixPath(*expected.parts[: 3 if expected.parts[1] == "integrations" else 2])
    return folder.is_relative_to(room)


def _imports_of_tests(house: House) -> Iterator[tuple[PurePosixPath, set[str]]]:
    """For each folder of tests, what its modules import directly."""
    found: dict[PurePosixPath, set[str]] = {}
    for module in house.modules:
        if module.path.parts[0] == "tests":
            found.setdefault(module.path.parent, set()).update(_imports(module.tree))
    yield from found.items()


def _imports(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def nobody_knows_of_the_demo_house(house: House) -> Iterator[str]:
    """It must pass for real devices, so only the command and the list that start it may name it."""
    for path in house.files:
        if path.parts[0] in CODE and not _may_know_demo(path):
            for number, line in enumerate(house.text(path).splitlines(), start=1):
                if DEMO.search(line):
                    yield f"{path}:{number}: knows of the demo house; to this room it is devices like any."


def _may_know_demo(path: PurePosixPath) -> bool:
    return any(path.is_relative_to(place) for place in (DEMO_ROOM, *STARTS_DEMO))
