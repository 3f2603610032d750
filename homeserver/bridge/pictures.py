"""Pictures of cameras and images for pages: asked of the home, checked, and handed on as bytes.

Addresses are those of Home Assistant's clients. A picture is shown only as what it is by its first bytes, so that
nothing which a device sends can become a page or a script. Keeps nothing.
"""

import binascii
from base64 import b64decode
from collections.abc import AsyncIterator, Callable
from typing import Any, Final

from starlette.responses import Response, StreamingResponse

from homeserver.bridge.refusals import Refusal
from homeserver.home.words import IMAGE
from homeserver.runtime.house import House
from homeserver.topics.call import CallError
from homeserver.topics.cause import Cause

PAUSE: Final = 1.0
"""Seconds between two looks at a camera that somebody watches."""
_BOUNDARY: Final = "frame"
_MAGIC: Final = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF8", "image/gif"),
    (b"RIFF", "image/webp"),
)


async def picture(house: House, entity_id: str, domain: str, login: str, cause: Cause) -> Response:
    """The latest picture of an entity of `domain`; raises a `Refusal` where there is none to show."""
    content, kind = await _picture(house, entity_id, domain, login, cause)
    return Response(content, media_type=kind, headers={"cache-control": "private, no-store"})


async def pictures(
    house: House, entity_id: str, domain: str, login: str, cause: Cause, valid: Callable[[], bool]
) -> Response:
    """Picture after picture, as `multipart/x-mixed-replace`, for as long as `valid`; raises a `Refusal` where there is
    none to begin with."""
    first = await _picture(house, entity_id, domain, login, cause)

    async def parts() -> AsyncIterator[bytes]:
        told: tuple[bytes | None, str] = None, ""
        now: tuple[bytes | None, str] = first
        while valid():
            if now[0] is not None and now != told:
                told = now
                head = f"--{_BOUNDARY}\r\ncontent-type: {now[1]}\r\ncontent-length: {len(now[0])}\r\n\r\n"
                yield head.encode() + now[0] + b"\r\n"
            await house.clock.sleep(PAUSE)
            try:
                now = await _picture(house, entity_id, domain, login, cause)
            except Refusal:
                now = told  # it may be back

    kind = f"multipart/x-mixed-replace; boundary={_BOUNDARY}"
    return StreamingResponse(parts(), media_type=kind, headers={"cache-control": "private, no-store"})


async def _picture(house: House, entity_id: str, domain: str, login: str, cause: Cause) -> tuple[bytes, str]:
    """The bytes and what they are."""
    if entity_id.partition(".")[0] != domain:
        raise Refusal("not_found", f"{entity_id[:100]} is no {domain}.", "entity_id")
    try:
        reply: Any = await house.ask(IMAGE.worker, IMAGE.verb, {"entity": entity_id}, cause=cause, login=login)
    except CallError as error:
        raise Refusal.of(error) from error
    content = _content(reply)
    kind = next((kind for magic, kind in _MAGIC if content.startswith(magic)), None)
    if kind is None:
        raise Refusal("unavailable", "What the device sent is no picture: JPEG, PNG, GIF and WebP are understood.")
    return content, kind


def _content(reply: dict[str, Any]) -> bytes:
    data = reply.get("data")
    if not isinstance(data, str):
        told = "only its address is known" if reply.get("url") else "it is too large for one message"
        raise Refusal("unavailable", f"The picture cannot be shown here: {told}.")
    try:
        return b64decode(data, validate=True)
    except binascii.Error as error:
        raise Refusal("unavailable", "The picture did not arrive whole.") from error
