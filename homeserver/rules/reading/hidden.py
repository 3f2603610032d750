"""What may not be shown: the secrets of a rule file, and what takes their place in every text for people.

A rule works with the values; problems, logs, records of runs and retained topics show `!secret name` instead.
"""

import re
from functools import cached_property
from typing import Any, Final

from homeserver.rules.reading.yaml_source import Map, Seq

_SHORTEST: Final = 3
"""Characters of a part of a secret that is hidden by itself; shorter ones stand in every text."""


_IN_WORDS: Final = 5
"""Letters from which on a secret of letters alone is hidden within a word, too: the user `me` is none of
`homeassistant`. One with a digit, as a code has, is hidden everywhere."""


class Hidden:
    """Values by the words that are shown for them; begins empty, and grows while a file is read."""

    def __init__(self) -> None:
        self._texts: set[str] = set()
        self._shown: dict[str, str] = {}

    def __bool__(self) -> bool:
        return bool(self._shown)

    def add(self, value: Any, shown: str) -> None:
        """Hide a value, and everything in it if it is a mapping or a list."""
        if isinstance(value, Map):
            for part in value.values():
                self.add(part, shown)
        elif isinstance(value, Seq):
            for part in value:
                self.add(part, shown)
        elif isinstance(value, str | int | float) and not isinstance(value, bool):
            self._add(str(value), shown)

    def _add(self, text: str, shown: str) -> None:
        self.__dict__.pop("_found", None)
        for part in (text, *re.split(r"[\s,;'\"]+", text)):
            if part == text or len(part) >= _SHORTEST:
                for form in {part.strip(), repr(part)[1:-1]} - {""}:
                    self._texts.add(form)
                    self._shown.setdefault(form.lower(), shown)

    @cached_property
    def _found(self) -> re.Pattern[str]:
        return re.compile("|".join(map(_pattern, sorted(self._texts, key=len, reverse=True))), re.IGNORECASE)

    def mask(self, text: str) -> str:
        """The text as people may see it."""
        if not self._shown or not text:
            return text
        return self._found.sub(lambda found: self._shown.get(found[0].lower(), "!secret"), text)


def _pattern(text: str) -> str:
    is_short = len(text) < _IN_WORDS and text.isalpha()
    return rf"(?<!\w){re.escape(text)}(?!\w)" if is_short else re.escape(text)
