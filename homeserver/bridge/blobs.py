"""Blobs over HTTP: `/api/blobs/<worker>/<id>` gives the bytes to whom they were given, with ranges.

The bridge knows nothing of them but what their worker's process says: a blob is opened anew for each request. Keeps
nothing. Why bytes are read and not handed to the kernel: docs/decisions/0036.
"""

import logging
import re
from typing import Any, Final

from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from homeserver.bridge.ranges import Part, date, disposition, wanted
from homeserver.bridge.refusals import Refusal
from homeserver.runtime.blobs.reading import Reader
from homeserver.runtime.house import House
from homeserver.topics.call import CallError

log = logging.getLogger(__name__)
_TYPE: Final = re.compile(r"[\w.+-]+/[\w.+-]+(; ?charset=[\w-]+)?")


class BlobResponse(StreamingResponse):
    """Closes the blob when the answer ended, however that came."""

    def __init__(self, reader: Reader, part: Part, headers: dict[str, str], *, body: bool) -> None:
        super().__init__(reader.read(part.start, part.end) if body else (), part.status, headers)
        self._reader = reader

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        except CallError as error:  # the head is out: what is left is to close the connection before its promised end
            log.warning("a blob broke off: %s", error)
        finally:
            self._reader.close()


async def blob(house: House, worker: str, id: str, login: str, headers: Any, *, body: bool, download: bool) -> Response:
    """The blob that this login was given, or as much of it as `headers` want; raises a `Refusal` where there is none.

    The worker must be one that is there now: another would be waited for.
    """
    if not id.isascii():
        raise Refusal("not_found", "There is no such file.")
    try:
        reader = await house.open_blob_by(worker, id, login)
    except CallError as error:
        if error.error.code in ("invalid", "denied", "timeout"):
            raise Refusal("not_found", "There is no such file.") from error
        raise Refusal.of(error) from error
    facts = reader.facts
    part = wanted(headers, facts.etag, facts.modified, facts.length)
    told = {"etag": f'"{facts.etag}"', "last-modified": date(facts.modified), "accept-ranges": "bytes"}
    told["cache-control"] = "private, no-cache"
    if part.status in (304, 412, 416):
        reader.close()
        return _without(part, told, facts.length)
    if part.status == 206:
        told["content-range"] = f"bytes {part.start}-{part.end - 1}/{facts.length}"
    told["content-length"] = str(part.end - part.start)
    told["content-type"] = facts.media_type if _TYPE.fullmatch(facts.media_type) else "application/octet-stream"
    told["content-disposition"] = disposition(facts.filename, told["content-type"], download=download)
    return BlobResponse(reader, part, told, body=body)


def _without(part: Part, told: dict[str, str], length: int) -> Response:
    if part.status == 304:
        return Response(status_code=304, headers=told)
    if part.status == 416:
        range_ = {"content-range": f"bytes */{length}"}
        raise Refusal("no_such_part", f"The file has {length} bytes.", "range", status=416, headers=range_)
    raise Refusal("changed", "The file is another one by now.", "if-match", status=412)
