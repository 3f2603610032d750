"""How a WebSocket command fails: Home Assistant's codes for what the home says in its own.

Codes: https://developers.home-assistant.io/docs/api/websocket and the constants of its `websocket_api`.
"""

from collections.abc import Mapping
from typing import Final

from homeserver.bridge.refusals import Refusal
from homeserver.topics.call import CallError, ReplyError

_CODES: Final[Mapping[str, str]] = {
    "invalid": "invalid_format",
    "denied": "unauthorized",
    "unauthorized": "unauthorized",
    "not_found": "not_found",
    "timeout": "timeout",
    "expired": "timeout",
    "not_allowed": "not_supported",
}
OTHERWISE: Final = "home_assistant_error"
"""The code of every other failure that is expected."""


class Failure(Exception):
    """A command that failed as expected: `code` for programs, `message` for people."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


def failure_of(error: Refusal | CallError | Failure) -> Failure:
    """The same in Home Assistant's words."""
    if isinstance(error, Failure):
        return error
    told: ReplyError | Refusal = error.error if isinstance(error, CallError) else error
    return Failure(_CODES.get(told.code, OTHERWISE), told.message)
