"""Pictures of cameras and images for pages: asked of the home, checked, and handed on as bytes.

Addresses are those of Home Assistant's clients. A picture is shown only as what it is by its first bytes, so that
nothing which a device sends can become a page or a script. Keeps nothing.
"""

import binascii
from base64 import b64decode
from typing import Any, Final

from starlette.responses import Response

from homeserver.bridge.refusals import Refusal
from homeserver.home.words import IMAGE
from homeserver.runtime.house import House
from homeserver.topics.call import CallError
from homeserver.topics.cause import Cause

_MAGIC: Final = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF8", "image/gif"),
    (b"RIFF", "image/webp"),
)


async def picture(house: House, entity_id: str, domain: str, login: str, cause: Cause) -> Response:
    """The latest picture of an entity of `domain`; raises a `Refusal` where there is none to show."""
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
    return Response(content, media_type=kind, headers={"cache-control": "private, no-store"})


def _content(reply: dict[str, Any]) -> bytes:
    data = reply.get("data")
    if not isinstance(data, str):
        told = f"only its address is known: {reply['url']}" if reply.get("url") else "it is too large for one message"
        raise Refusal("unavailable", f"The picture cannot be shown here: {told}.")
    try:
        return b64decode(data, validate=True)
    except binascii.Error as error:
        raise Refusal("unavailable", "The picture did not arrive whole.") from error
