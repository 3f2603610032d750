"""How a request is turned down: one JSON shape for every fault, and the status of each code.

`{"message", "code", "field"?, "request"}`: a sentence for people, a word for programs, the argument at fault, and
the id under which the log has the rest. No path, SQL or trace ever stands in it. Needs nothing, keeps nothing.
"""

from collections.abc import Mapping
from typing import Any, Final

import orjson
from starlette.responses import Response

from homeserver.runtime.log import request_id
from homeserver.topics.call import CallError

STATUS: Final[Mapping[str, int]] = {
    "invalid": 400,
    "unauthorized": 401,
    "denied": 403,
    "not_found": 404,
    "not_allowed": 405,
    "slow": 408,
    "conflict": 409,
    "too_large": 413,
    "misdirected": 421,
    "too_many": 429,
    "bug": 500,
    "failed": 500,
    "unavailable": 503,
    "timeout": 504,
    "expired": 504,
}
CHALLENGE: Final = {"www-authenticate": "Bearer"}
"""What every 401 tells (RFC 9110)."""
EXPECTED: Final = 422
"""For a code that is not the platform's: a worker's own word for a failure that it expects."""


class Refusal(Exception):
    """A request that is turned down; becomes the answer. `status` where the code alone does not tell it."""

    def __init__(
        self,
        code: str,
        message: str,
        field: str | None = None,
        *,
        status: int | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.field = field
        self.status = status or STATUS.get(code, EXPECTED)
        self.headers = {**(CHALLENGE if self.status == STATUS["unauthorized"] else {}), **(headers or {})}

    @classmethod
    def of(cls, error: CallError) -> "Refusal":
        """What a worker answered, as HTTP says it."""
        return cls(error.error.code, error.error.message, error.error.field)


def refused_call(error: CallError) -> Refusal:
    """What a worker answered to a body that fits its schema: `invalid` then means that it cannot be done as things are,
    which is another status than for a body that does not fit."""
    status = EXPECTED if error.error.code == "invalid" else None
    return Refusal(error.error.code, error.error.message, error.error.field, status=status)


def answer(refusal: Refusal) -> Response:
    body: dict[str, Any] = {"message": refusal.message, "code": refusal.code}
    if refusal.field:
        body["field"] = refusal.field
    body["request"] = request_id.get()
    return json_response(body, refusal.status, refusal.headers)


def json_response(body: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """`body` as JSON; what JSON cannot hold (NaN) becomes null."""
    content = orjson.dumps(body, option=orjson.OPT_NON_STR_KEYS)
    return Response(content, status, dict(headers or {}), "application/json")
