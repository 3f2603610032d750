"""Columns of faults, for editors: found by reading the faulty file once more; a reading without faults pays nothing.

A fault knows its line and the way to its field (`triggers[0].entity_id`). The column is that of the field's key on that
line, else of the first value there; of a file that is no YAML, the place at which the parser gave up.
"""

import re
from collections.abc import Iterator
from typing import Final

import yaml
from yaml.events import CollectionEndEvent, CollectionStartEvent, Event, NodeEvent, ScalarEvent

from homeserver.rules.reading.problem import Problem
from homeserver.rules.reading.yaml_source import DEEPEST

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_LAST: Final = re.compile(r"([^.\[\]]+)?(?:\[(\d+)\])?$")


class Columns:
    """The columns of one file, counted from 1 in characters."""

    def __init__(self, text: str) -> None:
        self._lines = text.splitlines()
        self._words: dict[int, list[tuple[int, str]]] = {}
        self._broken: tuple[int, int] | None = None
        for line, column, word in self._events(text):
            self._words.setdefault(line, []).append((column, word))

    def line(self, number: int) -> str:
        """One line, counted from 1; nothing where there is none."""
        return self._lines[number - 1] if 0 < number <= len(self._lines) else ""

    def of(self, problem: Problem) -> int:
        """The column of a problem of this file."""
        line = problem.line
        if self._broken is not None and self._broken[0] == line:
            return self._broken[1]
        words = self._words.get(line, [])
        found = _LAST.search(problem.field)
        name = found[1] if found else None
        for column, word in words:
            if name is not None and word == name:
                return column
        if words:
            return words[0][0]
        text = self.line(line)
        return len(text) - len(text.lstrip()) + 1

    def _events(self, text: str) -> Iterator[tuple[int, int, str]]:
        depth = 0
        try:
            for event in yaml.parse(text, Loader=_LOADER):
                depth += _step(event)
                if depth > DEEPEST:
                    return
                if isinstance(event, NodeEvent) and event.start_mark is not None:
                    word = event.value if isinstance(event, ScalarEvent) else ""
                    yield event.start_mark.line + 1, event.start_mark.column + 1, word
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            if mark is not None:
                self._broken = (mark.line + 1, mark.column + 1)
        except (yaml.YAMLError, UnicodeError, ValueError):
            return


def column_of(text: str, problem: Problem) -> int:
    """The column of one problem in the text of its file; `Columns` where there are several."""
    return Columns(text).of(problem)


def _step(event: Event) -> int:
    return isinstance(event, CollectionStartEvent) - isinstance(event, CollectionEndEvent)
