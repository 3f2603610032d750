"""MQTT topic filters: syntax, matching, and whether one filter covers another.

Pure functions over strings, as MQTT 3.1.1 section 4.7 defines them. A wildcard at the first level never
matches a topic that begins with `$`. Needs nothing, keeps nothing.
"""

import re
from collections.abc import Iterable
from functools import lru_cache
from itertools import zip_longest
from typing import Final

LONGEST = 65_535  # bytes; MQTT 3.1.1 section 4.7.3
_REMEMBERED: Final = 2_048
"""Answers: the entities of a device name the same topics over and over."""
_MEMORABLE: Final = 512
"""Characters of a text whose answer is remembered: longer ones are somebody's attempt to fill our memory."""
DEEPEST = 200  # slashes; Mosquitto ends the connection of whoever uses more
FORBIDDEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef"
    + "".join(f"{chr(plane << 16 | 0xFFFE)}{chr(plane << 16 | 0xFFFF)}" for plane in range(17))
    + "]"
)
"""Control characters, surrogates and noncharacters, for which a broker may end the connection: MQTT 3.1.1 section
1.5.3, and Mosquitto does."""


def filter_fault(text: str) -> str | None:
    """Say what is wrong with a topic filter, or None when MQTT allows it."""
    return _known_filter_fault(text) if len(text) <= _MEMORABLE else _filter_fault(text)


def topic_fault(text: str) -> str | None:
    """Say what is wrong with a topic name that somebody publishes to, or None when MQTT allows it."""
    return _known_topic_fault(text) if len(text) <= _MEMORABLE else _topic_fault(text)


def _filter_fault(text: str) -> str | None:
    levels = text.split("/")
    if "#" in text and (text.count("#") > 1 or levels[-1] != "#"):
        return "'#' must stand alone and at the end"
    if any("+" in level and level != "+" for level in levels):
        return "'+' must stand alone between slashes"
    return _text_fault(text)


def _topic_fault(text: str) -> str | None:
    if "#" in text or "+" in text:
        return "a topic must not contain '#' or '+'"
    return _text_fault(text)


def _text_fault(text: str) -> str | None:
    if not text:
        return "it is empty"
    if not text.isprintable() and (found := FORBIDDEN.search(text)):
        return f"it contains U+{ord(found[0]):04X}, a sign that MQTT forbids"
    if text.count("/") > DEEPEST:
        return f"it has more than {DEEPEST} slashes"
    return "it is longer than 65535 bytes" if len(text.encode()) > LONGEST else None


_known_filter_fault = lru_cache(_REMEMBERED)(_filter_fault)
_known_topic_fault = lru_cache(_REMEMBERED)(_topic_fault)


def matches(pattern: str, topic: str) -> bool:
    """Whether a published topic is inside a filter."""
    if "+" not in pattern:
        if not pattern.endswith("#"):
            return pattern == topic
        if pattern == "#":
            return not topic.startswith("$")
        return topic.startswith(pattern[:-1]) or topic == pattern[:-2]
    if topic.startswith("$") and pattern[0] != "$":
        return False
    return _walk(pattern.split("/"), topic.split("/"))


def beginning(pattern: str) -> str:
    """What every topic inside a filter begins with: a quick look before `matches` where there are many topics."""
    return pattern.partition("+")[0].partition("#")[0].removesuffix("/")


def covers(allowed: str, asked: str) -> bool:
    """Whether every topic that the filter (or topic) `asked` can match lies inside `allowed`."""
    if asked.startswith("$") and allowed[:1] in ("#", "+"):
        return False
    if asked == "#":
        return allowed in ("#", "+/#")
    return _walk(allowed.split("/"), asked.split("/"))


def _walk(outer: list[str], inner: list[str]) -> bool:
    """Compare level by level; `#` in `inner` stands for its parent and anything deeper."""
    for place, level in enumerate(outer):
        if level == "#":
            return True
        if place >= len(inner) or inner[place] == "#":
            return False
        if level not in ("+", inner[place]):
            return False
    return len(outer) == len(inner)


def overlaps(one: str, other: str) -> bool:
    """Whether a topic can be inside both filters."""
    if one[:1] != other[:1] and "$" in (one[:1], other[:1]):
        return False
    for mine, yours in zip_longest(one.split("/"), other.split("/")):
        if "#" in (mine, yours):
            return True
        if mine is None or yours is None or (mine != yours and "+" not in (mine, yours)):
            return False
    return True


class FilterSet:
    """Several filters asked at once, fast: literals by hash, prefixes in one C call, the rest one by one."""

    __slots__ = ("_literal", "_prefix", "_wild", "filters")

    def __init__(self, filters: Iterable[str]) -> None:
        self.filters = tuple(filters)
        self._literal = {f for f in self.filters if "+" not in f and "#" not in f}
        trees = [f[:-2] for f in self.filters if f.endswith("/#") and "+" not in f]
        self._literal.update(trees)  # `a/#` matches `a` too
        self._prefix = tuple(f"{tree}/" for tree in trees)
        self._wild = tuple(f for f in self.filters if "+" in f or f == "#")

    def matches(self, topic: str) -> bool:
        """Whether any of the filters matches the topic."""
        if topic in self._literal or topic.startswith(self._prefix):
            return True
        return any(matches(pattern, topic) for pattern in self._wild)

    def covers(self, asked: str) -> bool:
        """Whether one of the filters covers all of `asked`."""
        return any(covers(allowed, asked) for allowed in self.filters)
