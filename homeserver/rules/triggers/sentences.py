"""Patterns of sentences: `[please] (turn|switch) on the {what} light`.

`[ ]` may be left out, `( | )` is a choice, `{name}` is any words, which become the slot `name`. Blanks, capitals and
punctuation at the end do not count. Facts: https://www.home-assistant.io/docs/automation/trigger/#sentence-trigger
"""

import re
from collections.abc import Iterator
from typing import Final

LONGEST: Final = 300
"""Characters of a sentence that is looked at."""
SLOTS: Final = 8
"""Slots of one pattern: each multiplies the ways in which a sentence could be meant."""
_TOKEN: Final = re.compile(r"\s+|[\[\]()|]|\{[^{}]*\}|[^\s\[\]()|{}]+|[{}]")
_CLOSES: Final = {"[": "]", "(": ")"}
_SLOT: Final = re.compile(r"\{\s*([^\W\d]\w{0,60})\s*(?::\s*([^\W\d]\w{0,60})\s*)?\}")
_BETWEEN: Final = r"\s*(?:(?<!\w)|(?!\w))"
"""Blanks between two words; none where a part in brackets was left out."""
_ENDS: Final = " \t\r\n.,;:!?¡¿…。！？"


class SentenceError(ValueError):
    """A pattern that cannot be understood; the text says why."""


class Sentence:
    """A compiled pattern."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._names: list[str] = []
        self._check_signs(text)
        tokens = list(_TOKEN.findall(text.strip()))
        self._place = 0
        pattern = self._choices(tokens, "")
        if len(self._names) > SLOTS:
            raise SentenceError(f"has more than {SLOTS} slots")
        self._pattern = re.compile(pattern, re.IGNORECASE)
        if self._pattern.fullmatch(""):
            raise SentenceError("would be met by silence: leave a word outside of the brackets")

    @staticmethod
    def _check_signs(text: str) -> None:
        bare = _SLOT.sub("", text)
        if found := next((sign for sign in ".,;:!?" if sign in bare), ""):
            raise SentenceError(f"holds {found!r}: write it without punctuation, which speech has not")

    def match(self, said: str) -> dict[str, str] | None:
        """The slots with the words that were said for them; None where it is another sentence."""
        found = self._pattern.fullmatch(said)
        if found is None:
            return None
        slots: dict[str, str] = {}
        for name, words in zip(self._names, found.groups(), strict=True):
            if words is not None:
                slots.setdefault(name, words.strip())
        return slots

    def _choices(self, tokens: list[str], closes: str) -> str:
        """Alternatives up to the bracket that closes them, or to the end."""
        parts, now = [], ""
        while True:
            if self._place >= len(tokens):
                if closes:
                    raise SentenceError(f"lacks a {closes}")
                break
            token = tokens[self._place]
            self._place += 1
            if token == closes:
                break
            if token == "|":
                if not closes:
                    raise SentenceError("has a | outside of brackets: write (one|other)")
                parts.append(now)
                now = ""
            else:
                now += self._part(token, tokens)
        return "|".join((*parts, now))

    def _part(self, token: str, tokens: list[str]) -> str:
        if token in _CLOSES:
            inner = self._choices(tokens, _CLOSES[token])
            return f"(?:{inner})?" if token == "[" else f"(?:{inner})"
        if token in ("]", ")", "{", "}"):
            raise SentenceError(f"has a {token} that belongs to none")
        if token.isspace():
            return _BETWEEN
        if token[0] == "{":
            return self._slot(token)
        return re.escape(token)

    def _slot(self, token: str) -> str:
        found = _SLOT.fullmatch(token)
        if found is None:
            raise SentenceError(f"has the slot {token}, whose name must be one word")
        self._names.append(found[2] or found[1])
        return r"(\S(?:.*?\S)?)"


def plain(said: str) -> str:
    """A sentence as patterns see it."""
    return " ".join(said.strip(_ENDS).split())[:LONGEST]


def slots_of(patterns: tuple[Sentence, ...], said: str) -> dict[str, str] | None:
    """The slots of the first pattern that is met."""
    text = plain(said)
    return next(_met(patterns, text), None) if text else None


def _met(patterns: tuple[Sentence, ...], text: str) -> Iterator[dict[str, str]]:
    for pattern in patterns:
        slots = pattern.match(text)
        if slots is not None:
            yield slots
