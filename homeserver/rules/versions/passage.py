"""The lines of a file that are one rule or script: from its first line to the next one at the same depth."""

import re
from typing import Final

from homeserver.topics.names import slug
from homeserver.topics.record import record

_NAME: Final = re.compile(r"""["']?([^"':#]+)["']?\s*:\s*(?:[#&].*)?""")
"""A line that holds a name and nothing else, save an anchor or a remark."""


@record
class Passage:
    """Lines `begin` to `end` of a file, counted from 0, the end excluded."""

    begin: int
    end: int


def passage(lines: list[str], line: int, id: str = "") -> Passage:
    """Where the rule lies that begins on `line`, counted from 1.

    An item of a list goes on as long as lines are deeper than its dash, a script as long as they are deeper than its
    name; a file that is one rule is all of it. A name on the first line is a script's if it is its `id`. Blank lines
    and remarks at the end belong to what follows.
    """
    begin = line - 1
    if begin > 0 and lines[begin - 1].strip() == "-":
        begin -= 1
    head = lines[begin].strip()
    name = _NAME.fullmatch(head)
    is_item = head.startswith("- ") or head == "-"
    if not is_item and (name is None or (line == 1 and slug(name[1]) != id)):
        return Passage(0, len(lines))
    depth = _depth(lines[begin])
    end = begin + 1
    while end < len(lines) and (_is_empty(lines[end]) or _depth(lines[end]) > depth):
        end += 1
    while _is_empty(lines[end - 1]):
        end -= 1
    return Passage(begin, end)


def replaced(text: str, line: int, fresh: str, id: str = "") -> str:
    """The file with another text in the place of the rule on `line`, at the depth that it has now."""
    lines = text.splitlines(keepends=True)
    found = passage(lines, line, id)
    shift = _depth(lines[found.begin]) - _depth(fresh)
    ending = fresh if fresh.endswith("\n") else f"{fresh}\n"
    moved = [_shifted(each, shift) for each in ending.splitlines(keepends=True)]
    return "".join([*lines[: found.begin], *moved, *lines[found.end :]])


def _shifted(line: str, by: int) -> str:
    if not line.strip():
        return line
    return " " * by + line if by > 0 else line[min(-by, _depth(line)) :]


def _depth(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def _is_empty(line: str) -> bool:
    bare = line.strip()
    return not bare or bare.startswith("#")
