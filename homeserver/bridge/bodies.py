"""The body of a request as JSON that a message of the home can carry. Keeps nothing."""

from typing import Any, Final

import orjson
from starlette.requests import Request

from homeserver.bridge.refusals import Refusal
from homeserver.runtime.codec import LIMIT

_ENVELOPE: Final = 4096
"""Bytes that a message may need beside its arguments."""
DEEPEST: Final = 200
"""Levels of lists and objects in a body; JSON libraries have a limit of their own a little above it."""


async def json_object(request: Request) -> dict[str, Any]:
    """The body as an object of plain JSON that a message can carry; an empty body is an empty object."""
    content = await request.body()
    try:
        body = orjson.loads(content) if content.strip() else {}
    except orjson.JSONDecodeError as error:
        raise Refusal("invalid", f"The body is no JSON: {error}.") from error
    if not isinstance(body, dict):
        raise Refusal("invalid", "The body must be a JSON object.")
    if depth(body) > DEEPEST:
        raise Refusal("invalid", f"The body is nested deeper than {DEEPEST} levels.")
    if len(content) > LIMIT - _ENVELOPE and len(orjson.dumps(body)) > LIMIT - _ENVELOPE:
        raise Refusal("too_large", f"A call may carry {LIMIT - _ENVELOPE} bytes at most.")
    return body


def depth(body: Any) -> int:
    """How deep lists and objects are nested."""
    level, found = [body], 0
    while level:
        found += 1
        level = [
            part
            for outer in level
            for part in (outer.values() if isinstance(outer, dict) else outer)
            if isinstance(part, dict | list)
        ]
    return found
