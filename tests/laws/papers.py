"""Laws about the repository as a whole: its top level, traces of somebody's machine, the record of decisions.

Each law takes the house and says its breaches, one sentence each. Needs and keeps nothing.
"""

import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from tests.laws.house import House

TOP_LEVEL = {
    *("homeserver", "integrations", "rules", "tests", "mosquitto", "docs"),
    *("compose.yaml", "pyproject.toml", "README.md", "Makefile", "LICENSE"),
}
TRACES = {
    "a path of one machine": re.compile(r"(?<![\w.}/-])/(root|work|opt/pypi)(/|\b)"),
    "a package registry": re.compile(r"(?:pypi|pythonhosted|npmjs|artifactory|nexus)[\w.-]*\.(?:org|com|net|io)\b"),
    "an index setting": re.compile(r"--(?:(?:extra-)?index[-]url|find-links)"),
}
DECISIONS = PurePosixPath("docs/decisions")
DECISION_NAME = re.compile(r"\d{4}-[a-z0-9-]+\.md")
PAGE = 60  # lines


def top_level_holds_what_it_should(house: House) -> Iterator[str]:
    for name in sorted({path.parts[0] for path in house.files}):
        if name not in TOP_LEVEL and not name.startswith("."):
            yield f"{name}: has no place at the top level; which room does it belong to?"


def no_file_names_a_machine_or_a_registry(house: House) -> Iterator[str]:
    for path in house.files:
        for number, line in enumerate(house.text(path).splitlines(), start=1):
            for what, trace in TRACES.items():
                if found := trace.search(line):
                    yield f"{path}:{number}: {found[0]!r} is {what}; the project must run anywhere."


def decisions_are_numbered_pages(house: House) -> Iterator[str]:
    pages = [path for path in house.files if path.parent == DECISIONS]
    for number, page in enumerate(pages, start=1):
        title = house.text(page).split("\n", 1)[0]
        if not DECISION_NAME.fullmatch(page.name) or not page.name.startswith(f"{number:04d}-"):
            yield f"{page}: decision {number} is to be named {number:04d}-its-title.md."
        elif not title.startswith(f"# {number}. "):
            yield f"{page}: its first line is to be '# {number}. Title'."
        elif (length := house.text(page).count("\n")) > PAGE:
            yield f"{page}: {length} lines; a decision is a page, {PAGE} at most."
