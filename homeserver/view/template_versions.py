"""Versions that compare as people mean them: `2024.10.0` is later than `2024.9.1`, `1.0.0` later than `1.0.0b3`.

Reference: https://www.home-assistant.io/template-functions/version/
"""

import re
from functools import lru_cache, total_ordering
from typing import Any, Final

from homeserver.view.template_rows import Row, unfit

_LONGEST: Final = 200
_FORM: Final = re.compile(r"[vV]?([0-9]{1,9}(?:[.][0-9]{1,9}){0,9})")
_MODIFIERS: Final = {"dev": 0, "alpha": 1, "a": 1, "beta": 2, "b": 2, "rc": 3}
_FINAL: Final = 9
_CHANNELS: Final = ("latest", "dev", "beta", "stable")


@total_ordering
class Version:
    """Compares with another version, or with a text that is one."""

    def __init__(self, text: Any) -> None:
        self.string = str(text).strip()
        found = _FORM.match(self.string[:_LONGEST])
        if found is None and self.string not in _CHANNELS:
            unfit("version", text)
        self.parts = tuple(int(part) for part in found[1].split(".")) if found is not None else ()
        rest = self.string[found.end() :].lower().partition("+")[0].lstrip("-._") if found is not None else ""
        word = "".join(c for c in rest if c.isalpha())
        number = "".join(c for c in rest if c.isdigit())
        self.modifier = rest or None
        self._rank = (_MODIFIERS.get(word, 0) if rest else _FINAL, int(number[:9] or 0))

    def __str__(self) -> str:
        return self.string

    __repr__ = __str__

    def __hash__(self) -> int:
        return hash(self._key())

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Version | str):
            return NotImplemented
        return self._key() == _version(other)._key()

    def __lt__(self, other: object) -> bool:
        if not isinstance(other, Version | str):
            return NotImplemented
        return self._key() < _version(other)._key()

    def _key(self) -> tuple[tuple[int, ...], tuple[int, int], str]:
        """What is not a number but a channel, as `latest`, is later than all numbers."""
        if not self.parts:
            return (1 << 62,), (_FINAL, 0), self.string
        parts = self.parts
        while len(parts) > 1 and not parts[-1]:
            parts = parts[:-1]
        return parts, self._rank, ""

    @property
    def major(self) -> int | None:
        return self._part(0)

    @property
    def minor(self) -> int | None:
        return self._part(1)

    @property
    def patch(self) -> int | None:
        return self._part(2)

    micro = patch

    @property
    def alpha(self) -> bool:
        return self._rank[0] == _MODIFIERS["alpha"]

    @property
    def beta(self) -> bool:
        return self._rank[0] == _MODIFIERS["beta"]

    @property
    def dev(self) -> bool:
        return self._rank[0] == _MODIFIERS["dev"]

    @property
    def release_candidate(self) -> bool:
        return self._rank[0] == _MODIFIERS["rc"]

    @property
    def sections(self) -> int:
        return len(self.parts)

    def _part(self, place: int) -> int | None:
        return self.parts[place] if place < len(self.parts) else None


def _version(value: Version | str) -> Version:
    return value if isinstance(value, Version) else _of_text(value)


@lru_cache(maxsize=4096)
def _of_text(text: str) -> Version:
    """A sort asks for the same again and again."""
    return Version(text)


def version(value: Any) -> Version:
    return Version(value)


ROWS: Final = (Row("version", version, "gf"),)
