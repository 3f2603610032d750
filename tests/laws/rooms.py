"""Laws about rooms: what a capability's folder holds, where tests lie, and who may know of the demo house.

Each law takes the house and says its breaches, one sentence each. Needs and keeps nothing.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from tests.laws.house import CODE, House, Module

MIRRORED_FROM = 40  # lines: shorter modules may be tested through their neighbours
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


def tests_mirror_the_code(house: House) -> Iterator[str]:
    """`homeserver/runtime/bus.py` has `tests/runtime/test_bus.py`; under `integrations/` that step stays."""
    for module in house.modules:
        expected = mirror_of(module.path)
        if module.is_code and _needs_mirror(module) and not house.has(expected):
            yield f"{module.path}: has {module.length} lines and no {expected}."


def _needs_mirror(module: Module) -> bool:
    return module.length > MIRRORED_FROM and module.path.stem not in UNMIRRORED


def mirror_of(path: PurePosixPath) -> str:
    parts = path.parent.parts
    room = parts[1:] if parts[0] == "homeserver" else parts
    return str(PurePosixPath("tests", *room, f"test_{path.name}"))


def nobody_knows_of_the_demo_house(house: House) -> Iterator[str]:
    """It must pass for real devices, so only the command and the list that start it may name it."""
    for path in house.files:
        if path.parts[0] in CODE and not _may_know_demo(path):
            for number, line in enumerate(house.text(path).splitlines(), start=1):
                if DEMO.search(line):
                    yield f"{path}:{number}: knows of the demo house; to this room it is devices like any."


def _may_know_demo(path: PurePosixPath) -> bool:
    return any(path.is_relative_to(place) for place in (DEMO_ROOM, *STARTS_DEMO))
