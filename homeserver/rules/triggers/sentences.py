"""Patterns of sentences: `[please] (turn|switch) on the {what} light`.

`[ ]` may be left out, `( | )` is a choice, `{name}` is any words, which become the slot `name`. Blanks, capitals and
punctuation at the end do not count. Facts: https://www.home-assistant.io/docs/automation/trigger/#sentence-trigger

A pattern is a chain of functions from places in the sentence to places, so that no pattern takes more than a few
thousand steps, whatever it is held against.
"""

import re
from collections.abc import Callable, Mapping
from typing import Final

LONGEST: Final = 300
"""Characters of a sentence that is looked at."""
SLOTS: Final = 8
_TOKEN: Final = re.compile(r"\s+|[\[\]()|]|\{[^{}]*\}|[^\s\[\]()|{}]+|[{}]")
_CLOSES: Final = {"[": "]", "(": ")"}
_SLOT: Final = re.compile(r"\{\s*([^\W\d]\w{0,60})\s*(?::\s*([^\W\d]\w{0,60})\s*)?\}")
_ENDS: Final = " \t\r\n.,;:!?¡¿…。！？"

Places = dict[int, Mapping[str, str]]
"""Where in the sentence a part of the pattern may have ended, and with which slots; of two ways the first counts."""
Part = Callable[["Said", Places], Places]


class SentenceError(ValueError):
    """A pattern that cannot be understood; the text says why."""


class Said:
    """A sentence: its text, the same in small letters, and where words begin and end."""

    def __init__(self, text: str) -> None:
        self.text = text
        lower = text.lower()
        self.lower = lower if len(lower) == len(text) else text
        self.begins = frozenset(at for at in range(len(text)) if text[at] != " " and (at == 0 or text[at - 1] == " "))
        self.ends = [
            at for at in range(1, len(text) + 1) if text[at - 1] != " " and (at == len(text) or text[at] == " ")
        ]


class Sentence:
    """A compiled pattern."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._slots = 0
        bare = _SLOT.sub("", text)
        if found := next((sign for sign in ".,;:!?" if sign in bare), ""):
            raise SentenceError(f"holds {found!r}: write it without punctuation, which speech has not")
        self._tokens = _TOKEN.findall(text.strip())
        self._place = 0
        self._whole = self._choices("")
        if self._slots > SLOTS:
            raise SentenceError(f"has more than {SLOTS} slots")
        if self.match(Said("")) is not None:
            raise SentenceError("would be met by silence: leave a word outside of the brackets")

    def match(self, said: Said) -> dict[str, str] | None:
        """The slots with the words that were said for them; None where it is another sentence."""
        found = self._whole(said, {0: {}}).get(len(said.text))
        return dict(found) if found is not None else None

    # -- reading

    def _choices(self, closes: str) -> Part:
        """Alternatives up to the bracket that closes them, or to the end."""
        choices: list[list[Part]] = [[]]
        while True:
            if self._place >= len(self._tokens):
                if closes:
                    raise SentenceError(f"lacks a {closes}")
                break
            token = self._tokens[self._place]
            self._place += 1
            if token == closes:
                break
            if token != "|":
                choices[-1].append(self._part(token))
            elif closes:
                choices.append([])
            else:
                raise SentenceError("has a | outside of brackets: write (one|other)")
        return _any_of([_chain(parts) for parts in choices])

    def _part(self, token: str) -> Part:
        if token in _CLOSES:
            inner = self._choices(_CLOSES[token])
            return _any_of([inner, _chain([])]) if token == "[" else inner
        if token in ("]", ")", "{", "}"):
            raise SentenceError(f"has a {token} that belongs to none")
        if token.isspace():
            return _between
        if token[0] != "{":
            return _word(token.lower())
        found = _SLOT.fullmatch(token)
        if found is None:
            raise SentenceError(f"has the slot {token}, whose name must be one word")
        self._slots += 1
        return _slot(found[2] or found[1])


def _chain(parts: list[Part]) -> Part:
    def run(said: Said, places: Places) -> Places:
        for part in parts:
            if not places:
                break
            places = part(said, places)
        return places

    return run


def _any_of(choices: list[Part]) -> Part:
    if len(choices) == 1:
        return choices[0]

    def run(said: Said, places: Places) -> Places:
        found: Places = {}
        for choice in choices:
            for place, slots in choice(said, places).items():
                found.setdefault(place, slots)
        return found

    return run


def _word(text: str) -> Part:
    def run(said: Said, places: Places) -> Places:
        return {place + len(text): slots for place, slots in places.items() if said.lower.startswith(text, place)}

    return run


def _between(said: Said, places: Places) -> Places:
    """Blanks between two words; none where a part in brackets was left out."""
    found: Places = {}
    text = said.text
    for place, slots in places.items():
        after = place + 1 if place < len(text) and text[place] == " " else place
        if not (0 < after < len(text) and _is_of_word(text[after - 1]) and _is_of_word(text[after])):
            found.setdefault(after, slots)
    return found


def _is_of_word(sign: str) -> bool:
    return sign.isalnum() or sign == "_"


def _slot(name: str) -> Part:
    """Whole words."""

    def run(said: Said, places: Places) -> Places:
        found: Places = {}
        for begin, slots in places.items():
            if begin in said.begins:
                for end in said.ends:
                    if end > begin and end not in found:
                        found[end] = {**slots, name: said.text[begin:end]} if name not in slots else slots
        return found

    return run


def plain(said: str) -> str:
    """A sentence as patterns see it: with single blanks and no punctuation around it."""
    return " ".join(said[: LONGEST * 2].strip(_ENDS).split())[:LONGEST].strip()


def slots_of(patterns: tuple[Sentence, ...], said: str) -> dict[str, str] | None:
    """The slots of the first pattern that is met."""
    text = plain(said)
    if not text:
        return None
    sentence = Said(text)
    return next((slots for pattern in patterns if (slots := pattern.match(sentence)) is not None), None)
