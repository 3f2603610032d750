"""The routes of bytes: blobs out, uploads in.

An upload is the body of one request, written as it comes; its answer is a blob of the bridge, which its owner, and
nobody else, may hand to a call. Keeps nothing but what `staging` keeps.
"""

import asyncio
import re
from typing import Any, Final

from fastapi import FastAPI
from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive

from homeserver.bridge.announced import Announcements
from homeserver.bridge.blobs import blob
from homeserver.bridge.door import STREAMED
from homeserver.bridge.models import Message
from homeserver.bridge.openapi import error_responses
from homeserver.bridge.refusals import Refusal, json_response
from homeserver.bridge.staging import Arriving, FullError, Staged, Staging
from homeserver.runtime.house import House
from homeserver.topics.blob import Blob
from homeserver.topics.call import Caller
from homeserver.topics.cause import Cause

SILENCE: Final = 30.0
"""Seconds in which more of an upload must have come."""
_BLOB: Final = "/api/blobs/{worker}/{blob_id}"
_TYPE: Final = re.compile(r"[a-z0-9.+-]{1,80}/[a-z0-9.+-]{1,80}(; ?charset=[a-z0-9-]{1,40})?", re.IGNORECASE)
_CLOSE: Final = {"connection": "close"}
_UNKNOWN: Final = "application/octet-stream"
_BYTES: Final = {"type": "string", "format": "binary"}
_ERROR: Final = {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}
_PARTS: Final[dict[int | str, dict[str, Any]]] = {
    200: {"description": "The whole file", "content": {"*/*": {"schema": _BYTES}}},
    206: {"description": "The part that `Range` named", "content": {"*/*": {"schema": _BYTES}}},
    304: {"description": "It is what the client has"},
    412: {"description": "It is not what `If-Match` named", "content": _ERROR},
    416: {"description": "It has no such part", "content": _ERROR},
}
_LONGEST: Final = 255


class Upload(Blob):
    """A file that was uploaded, to be handed to a call. `path` is its id, by which it is removed."""

    sha256: str = Field(pattern="^[0-9a-f]{64}$")


class Files:
    """What is behind `/api/blobs/` and `/api/uploads`."""

    def __init__(self, house: House, announced: Announcements, staging: Staging) -> None:
        self._house = house
        self._announced = announced
        self._staging = staging

    def add_to(self, app: FastAPI) -> None:
        """The routes."""
        errors, upload = error_responses(), f"{STREAMED}/{{upload_id}}"
        app.add_api_route(_BLOB, self.blob, methods=["GET"], response_class=Response, responses=errors | _PARTS)
        app.add_api_route(_BLOB, self.blob, methods=["HEAD"], include_in_schema=False)
        app.add_api_route(
            STREAMED,
            self.upload,
            methods=["POST"],
            status_code=201,
            response_model=Upload,
            responses=errors,
            openapi_extra={"requestBody": {"required": False, "content": {_UNKNOWN: {"schema": _BYTES}}}},
        )
        app.add_api_route(upload, self.remove, methods=["DELETE"], response_model=Message, responses=errors)

    async def blob(self, worker: str, blob_id: str, request: Request, download: str | None = None) -> Response:
        """Bytes that a call's reply named, whole or in part; with `download` as a file to be saved."""
        body, save = request.method != "HEAD", download is not None
        if worker != self._house.worker and not self._announced.verbs(worker):
            raise Refusal("not_found", "There is no such file.")
        login: str = request.state.login
        return await blob(self._house, worker, blob_id, login, request.headers, body=body, download=save)

    async def upload(self, request: Request, filename: str = "file") -> Response:
        """Take a file in: the body of the request is its content. It is kept for a day, for calls that want it."""
        name, kind = name_of(filename), kind_of(request.headers.get("content-type"))
        length, login = request.headers.get("content-length", ""), str(request.state.login)
        try:
            arriving = self._staging.begin(login, int(length) if length.isdigit() else None)
            try:
                await _receive(request.receive, arriving)
                staged = await arriving.finish(name, kind)
            finally:
                arriving.close()
        except FullError as error:
            raise Refusal("too_large", f"This cannot be taken in: {error}.", headers=_CLOSE) from error
        except OSError as error:
            self._house.log.error("an upload could not be kept: %s", error)
            raise Refusal("unavailable", "The disk of the home does not take it.", headers=_CLOSE) from error
        given = await self.given(staged, login, request)
        return json_response(given.model_dump(mode="json"), 201, {"location": given.url})

    async def given(self, staged: Staged, login: str, request: Request) -> Upload:
        """An uploaded file as its owner may hand it on."""
        caller = Caller(login, None, Cause(request.state.request, login))
        folder, id = self._staging.folder, staged.id
        kind, name = staged.media_type, staged.filename
        blob = await self._house.blob(caller, folder, id, media_type=kind, filename=name)
        return Upload(**blob.model_dump(), sha256=staged.sha256)

    async def remove(self, upload_id: str, request: Request) -> Response:
        """Remove an upload that is not needed; its id is the `path` that it was given."""
        if not await asyncio.to_thread(self._staging.remove, upload_id, str(request.state.login)):
            raise Refusal("not_found", "There is no such upload.", "upload_id")
        return json_response({"message": "Removed."})


async def _receive(receive: Receive, arriving: Arriving) -> None:
    """The whole body; raises a `Refusal` where it stops coming."""
    while True:
        try:
            async with asyncio.timeout(SILENCE):
                message = await receive()
        except TimeoutError as error:
            raise Refusal("slow", f"Nothing more came for {SILENCE:g} s.", headers=_CLOSE) from error
        if message["type"] == "http.disconnect":
            raise Refusal("invalid", "The body broke off.")
        await arriving.add(message.get("body", b""))
        if not message.get("more_body"):
            return


def name_of(text: str) -> str:
    """What a browser may save it as; where it lies here it is called otherwise."""
    plain = "".join(char if char.isprintable() and char not in "/\\" else "_" for char in text)
    short = plain.encode("utf-8", "replace")[:_LONGEST].decode("utf-8", "ignore")
    return short if short.strip(". ") else "file"


def kind_of(text: str | None) -> str:
    if text is None:
        return _UNKNOWN
    if not _TYPE.fullmatch(text.strip()):
        message = "The body is the file itself; content-type says what it is, such as image/jpeg."
        raise Refusal("unsupported", message, "content-type", status=415)
    if text.lower().startswith("multipart/"):
        raise Refusal("unsupported", "Send the file itself as the body, not a form.", "content-type", status=415)
    return text.strip()
