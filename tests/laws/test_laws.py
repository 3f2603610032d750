"""The house keeps its laws, and each law bites: a small made-up house that breaks it is found out.

Needs git (see house.py); made-up houses live in pytest's temporary folder.
"""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.laws import papers, rooms, shape
from tests.laws.house import ROOT, House

Law = Callable[[House], Iterable[str]]
LAWS: tuple[Law, ...] = (
    papers.decisions_are_numbered_pages,
    papers.no_file_names_a_machine_or_a_registry,
    papers.top_level_holds_what_it_should,
    rooms.capabilities_open_with_a_docstring_alone,
    rooms.every_room_has_tests,
    rooms.nobody_knows_of_the_demo_house,
    rooms.tests_mirror_the_code,
    shape.every_module_has_a_docstring,
    shape.no_comment_switches_a_guard_off,
    shape.no_file_is_two_subjects,
    shape.no_module_has_a_vague_name,
    shape.only_the_runtime_catches_everything,
    shape.what_nobody_changes_is_a_record,
)

HANDLER = '"""A module."""\n\ntry:\n    pass\nexcept {}:\n    pass\n'
LONG = '"""A module."""\n' + "x = 1\n" * 160
SMALL_HOUSE = {
    "README.md": "# A house\n",
    "docs/decisions/0001-record-decisions.md": "# 1. Record decisions\n",
    "homeserver/runtime/bus.py": HANDLER.format("Exception"),
    "homeserver/cli/up.py": '"""Starts demo_home."""\n',
    "homeserver/workers.py": '"""Names integrations.demo_home.worker."""\n',
    "homeserver/home/registry.py": LONG,
    "homeserver/home/words.py": LONG,
    "homeserver/home/index.html": "<p>the demo of a house</p>\n",
    "integrations/__init__.py": '"""Capabilities."""\n',
    "integrations/demo_home/__init__.py": '"""The demo house."""\n',
    "integrations/demo_home/rooms.py": LONG,
    "tests/cli/test_up.py": '"""Tests up."""\n',
    "tests/home/test_registry.py": '"""Tests the registry."""\n',
    "tests/runtime/test_bus.py": '"""Tests the bus."""\n',
    "tests/integrations/demo_home/test_rooms.py": '"""Tests the rooms."""\n',
}


class Breach(NamedTuple):
    """A file added to the small house, and what the law must say of it (a part of the sentence)."""

    law: Law
    path: str
    text: str
    said: str


def under(law: Law, *cases: tuple[str, str, str]) -> list[Breach]:
    return [Breach(law, *case) for case in cases]


BREACHES = [
    *under(
        papers.decisions_are_numbered_pages,
        ("docs/decisions/0003-skips-a-number.md", "# 3. Skips\n", "named 0002-"),
        ("docs/decisions/0001-second.md", "# 1. Second\n", "named 0002-"),
        ("docs/decisions/0002-Shouts.md", "# 2. Shouts\n", "named 0002-"),
        ("docs/decisions/0002-untitled.md", "Untitled\n", "# 2. Title"),
        ("docs/decisions/0002-long.md", "# 2. Long\n" + "and on\n" * 60, "61 lines"),
    ),
    *under(
        papers.no_file_names_a_machine_or_a_registry,
        ("docs/media.md", "Put it in /" + "root/media.\n", "docs/media.md:1"),
        ("docs/media.md", "cd /" + "work\n", "a path of one machine"),
        (".ci/pins.txt", "x @ https://files.python" + "hosted.org/x.whl\n", "a package registry"),
        ("docs/lock.json", '"https://registry.npm' + 'js.org/x"\n', "a package registry"),
        (".ci/pins.txt", "--extra-index" + "-url https://example.test\n", "an index setting"),
    ),
    *under(
        papers.top_level_holds_what_it_should,
        ("scripts/run.sh", "true\n", "scripts"),
        ("notes.txt", "\n", "notes.txt"),
    ),
    *under(
        rooms.capabilities_open_with_a_docstring_alone,
        ("integrations/media/__init__.py", '"""Media."""\nfrom .worker import x\n', "more than a docstring"),
        ("integrations/media/__init__.py", '"""Media."""\nVERSION = 1\n', "more than a docstring"),
        ("integrations/media/__init__.py", "", "more than a docstring"),
        ("integrations/media/worker.py", '"""Media."""\n', "has no __init__.py"),
    ),
    *under(
        rooms.nobody_knows_of_the_demo_house,
        ("homeserver/home/seen.py", '"""Devices."""\nfrom integrations.demo_home import x\n', "seen.py:2"),
        ("homeserver/home/seen.py", '"""Devices."""\nDEVICE = "Demo house lamp"\n', "seen.py:2"),
        ("integrations/media/worker.py", '"""Media for DemoHome."""\n', "worker.py:1"),
        ("homeserver/bridge/page.js", "const demoHome = true\n", "page.js:1"),
    ),
    *under(
        rooms.tests_mirror_the_code,
        ("homeserver/runtime/clock.py", LONG, "tests/runtime/test_clock.py"),
        ("homeserver/runtime/broker/access.py", LONG, "tests/runtime/broker/test_access.py"),
        ("integrations/media/ffmpeg.py", LONG, "tests/integrations/media/test_ffmpeg.py"),
        ("homeserver/workers.py", LONG, "tests/test_workers.py"),
    ),
    *under(
        rooms.every_room_has_tests,
        ("integrations/media/short.py", '"""A module."""\n', "tests/integrations/media: has no tests"),
    ),
    *under(
        shape.every_module_has_a_docstring,
        ("homeserver/home/silent.py", "x = 1\n", "silent.py"),
        ("homeserver/home/__init__.py", "", "__init__.py"),
        ("tests/home/test_silent.py", '""" """\n', "test_silent.py"),
    ),
    *under(
        shape.no_comment_switches_a_guard_off,
        ("homeserver/home/lazy.py", "import x  # no" + "qa: BLE001\n", "lazy.py:1: BLE001"),
        ("tests/home/test_lazy.py", "import x  # no" + "qa: E501, PLC0415\n", "test_lazy.py:1: PLC0415"),
    ),
    *under(
        shape.no_file_is_two_subjects,
        ("homeserver/home/vast.py", "x = 1\n" * 401, "401 lines"),
        ("homeserver/bridge/page.js", "let x\n" * 401, "401 lines"),
    ),
    *under(
        shape.no_module_has_a_vague_name,
        ("homeserver/home/utils.py", '"""Things."""\n', "'utils'"),
        ("homeserver/core/state.py", '"""States."""\n', "'core'"),
        ("tests/home/test_common.py", '"""Things."""\n', "'common'"),
    ),
    *under(
        shape.only_the_runtime_catches_everything,
        ("homeserver/home/deaf.py", HANDLER.format("Exception"), "deaf.py:5"),
        ("integrations/media/deaf.py", HANDLER.format("(OSError, Exception)"), "deaf.py:5"),
        ("homeserver/home/deaf.py", HANDLER.format("BaseException as error"), "deaf.py:5"),
        ("homeserver/home/deaf.py", HANDLER.replace(" {}", ""), "deaf.py:5"),
        ("homeserver/home/deaf.py", '"""M."""\nwith contextlib.suppress(Exception):\n    x()\n', "deaf.py:2"),
    ),
    *under(
        shape.what_nobody_changes_is_a_record,
        ("homeserver/home/row.py", '"""M."""\n@dataclass(frozen=True)\nclass Row: ...\n', "row.py:2"),
        ("integrations/media/row.py", '"""M."""\n@dataclass(slots=True, frozen=True)\nclass R: ...\n', "row.py:2"),
    ),
]


def build(root: Path, files: dict[str, str]) -> House:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return House(root)


def name_of(value: object) -> str:
    return getattr(value, "__name__", "")


@pytest.mark.parametrize("law", LAWS, ids=name_of)
def test_the_house_keeps(law: Law) -> None:
    breaches = list(law(House(ROOT)))
    assert not breaches, "\n".join(["", *breaches])


@pytest.mark.parametrize("law", LAWS, ids=name_of)
def test_a_small_lawful_house_keeps(law: Law, tmp_path: Path) -> None:
    assert list(law(build(tmp_path, SMALL_HOUSE))) == []


@pytest.mark.parametrize("breach", BREACHES, ids=lambda breach: f"{name_of(breach.law)}-{breach.path}")
def test_the_law_bites(breach: Breach, tmp_path: Path) -> None:
    said = list(breach.law(build(tmp_path, SMALL_HOUSE | {breach.path: breach.text})))
    assert len(said) == 1
    assert breach.said in said[0]


def test_every_law_is_seen_to_bite() -> None:
    assert {breach.law for breach in BREACHES} == set(LAWS)


def test_files_that_git_ignores_are_not_judged() -> None:
    """The working copy holds caches and a .venv full of other people's files; none of it is ours."""
    files = {str(path) for path in House(ROOT).files}
    assert "pyproject.toml" in files
    assert not any(name.startswith(".venv/") or "__pycache__" in name for name in files)


def test_long_functions_are_listed_without_their_docstring(tmp_path: Path) -> None:
    body = "    x = 1\n" * 39
    told = f'"""M."""\n\n\ndef told():\n    """Tells\n    much."""\n{body}'
    long = f'"""M."""\n\n\ndef long():\n    y = 1\n{body}'
    house = build(tmp_path, {"homeserver/told.py": told, "homeserver/long.py": long})
    assert list(shape.long_ones(house)) == ["  41 lines  homeserver/long.py:4 long"]
