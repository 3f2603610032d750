"""Codes of locks and alarm panels: checked here, told to the device, and found in no state, log or file.

What is wrong with a code is said without the code.
"""

from collections.abc import Mapping
from hmac import compare_digest
from typing import Any, Final

from homeserver.home.config import Config, Refused
from homeserver.topics.call import CallError
from homeserver.view import regex
from homeserver.view.bounds import BoundError

_LONGEST: Final = 100
FIELD: Final = "code"


def known_code(data: Mapping[str, Any]) -> dict[str, Any]:
    """What a command template knows of the code."""
    return {FIELD: data[FIELD]} if data.get(FIELD) else {}


def checked_format(config: Config) -> str | None:
    """The regular expression of `code_format`; raises `Refused` for what is none."""
    pattern = config.maybe_text("code_format")
    if pattern:
        try:
            regex.match("", pattern)
        except BoundError as error:
            raise Refused(f"`code_format`: {error}") from None
    return pattern or None


def check_format(pattern: str, code: str | None) -> None:
    """Raises `CallError` for a code that is missing or has another form."""
    if not code:
        raise CallError("invalid", "this needs a code", FIELD)
    try:
        fits = len(code) <= _LONGEST and regex.match(code, pattern)
    except BoundError as error:
        raise CallError("invalid", f"the device's `code_format` cannot be used: {error}", FIELD) from None
    if not fits:
        raise CallError("invalid", "the code has not the form that this device asks for", FIELD)


def check_code(wanted: str, code: str | None) -> None:
    """Raises `CallError` for any other code, after the same time whatever is wrong with it."""
    if not code:
        raise CallError("invalid", "this needs a code", FIELD)
    if not compare_digest(wanted.encode(), code.encode()):
        raise CallError("denied", "the code is wrong", FIELD)
