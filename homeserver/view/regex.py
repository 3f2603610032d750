"""Regular expressions of templates, with an end.

Python's `re` tries every way to match before it gives up, which for a pattern such as `(a+)+b` takes for ever. On the
main thread the kernel's timer of spent processor time interrupts it; elsewhere only patterns with a single repeat are
tried, on short text.
"""

import re
import signal
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from types import FrameType
from typing import Any, Final, TypeVar

from homeserver.view.bounds import BoundError, limit

T = TypeVar("T")
SECONDS: Final = 0.05
"""Processor time of one match."""
_SHORT: Final = 2_000
_PATTERN: Final = 2_000
"""Characters of the longest pattern."""
_REPEAT: Final = re.compile(r"(?<!\\)[*+?{]")


@lru_cache(maxsize=512)
def _compiled(pattern: str, flags: int) -> re.Pattern[str]:
    if len(pattern) > _PATTERN:
        raise BoundError(f"a pattern has at most {_PATTERN} characters")
    try:
        with warnings.catch_warnings(action="ignore"):  # of what may mean something else in another Python
            return re.compile(pattern, flags)
    except re.error as error:
        raise BoundError(f"{pattern!r} is no regular expression: {error}") from error


def run(work: Callable[[re.Pattern[str]], T], text: str, pattern: Any, ignorecase: bool = False) -> T:
    """Do `work` with the compiled pattern; raises `BoundError` when it takes too long."""
    compiled = _compiled(str(pattern), re.IGNORECASE if ignorecase else 0)
    if _is_plain(compiled.pattern) and len(text) < _SHORT:
        return work(compiled)
    if threading.current_thread() is not threading.main_thread():
        raise BoundError(f"{compiled.pattern!r} repeats more than once: too costly here")
    with _limited(compiled.pattern):
        return work(compiled)


def _is_plain(pattern: str) -> bool:
    """Whether there is little to try: no repeat, or a single one outside of groups."""
    repeats = len(_REPEAT.findall(pattern))
    return not repeats or (repeats == 1 and "(" not in pattern)


@contextmanager
def _limited(pattern: str) -> Iterator[None]:
    def stop(number: int, frame: FrameType | None) -> None:
        raise BoundError(f"{pattern!r} takes too long: do not repeat a repeat, as in (a+)+")

    before = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def match(value: Any, find: str = "", ignorecase: bool = False) -> bool:
    """Whether the text begins with the pattern."""
    text = str(value)
    return run(lambda pattern: bool(pattern.match(text)), text, find, ignorecase)


def search(value: Any, find: str = "", ignorecase: bool = False) -> bool:
    """Whether the pattern stands anywhere in the text."""
    text = str(value)
    return run(lambda pattern: bool(pattern.search(text)), text, find, ignorecase)


def replace(value: Any = "", find: str = "", replace: str = "", ignorecase: bool = False) -> str:
    """The text with each match replaced; the replacement is short, or the matches few."""
    text = str(value)
    references = replace.count("\\") * len(text) * (len(text) if "(?" in str(find) else 1)
    limit((len(text) + 1) * len(replace) + references, "the replacement")
    return run(lambda pattern: pattern.sub(replace, text), text, find, ignorecase)


def findall(value: Any, find: str = "", ignorecase: bool = False) -> list[Any]:
    """All matches."""
    text = str(value)
    return run(lambda pattern: pattern.findall(text), text, find, ignorecase)


def findall_index(value: Any, find: str = "", index: int = 0, ignorecase: bool = False) -> Any:
    """One of all matches."""
    return findall(value, find, ignorecase)[index]
