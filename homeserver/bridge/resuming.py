"""The routes of uploads in pieces: the protocol tus 1.0.0 (https://tus.io/protocols/resumable-upload), for which there
are clients in most languages, with its extensions creation, creation-with-upload, expiration and termination.

`GET` on a finished upload gives the blob that is handed to calls; it is ours, not the protocol's. Keeps what
`resumable` keeps.
"""

import asyncio
from base64 import b64decode
from binascii import Error as NoBase64Error
from collections.abc import Mapping
from email.utils import format_datetime
from typing import Any, Final

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response

from homeserver.bridge.door import STREAMED
from homeserver.bridge.files import SILENCE, Files, Upload, kind_of, name_of
from homeserver.bridge.openapi import error_responses
from homeserver.bridge.refusals import Refusal, json_response
from homeserver.bridge.resumable import Begun, Piece, Resumable
from homeserver.bridge.staging import FullError, Staged, Staging
from homeserver.runtime.house import House

PATH: Final = f"{STREAMED}/resumable"
VERSION: Final = "1.0.0"
PIECE: Final = "application/offset+octet-stream"
_EXTENSIONS: Final = "creation,creation-with-upload,expiration,termination"
_TUS: Final = {"tus-resumable": VERSION}
_CLOSE: Final = {"connection": "close"}
_MOST: Final = 10**18 - 1
"""Bytes; more are a slip of the pen."""
_LONGEST: Final = 4_000
"""Signs of the metadata."""
_BYTES: Final = {"schema": {"type": "string", "format": "binary"}}
_EMPTY: Final = {"description": "Done; `Upload-Offset` tells how many bytes the home has"}
_REFUSED: Final = {"description": "`Tus-Resumable` names no version that is spoken here: 1.0.0"}


def _headers(*needed: str) -> list[dict[str, Any]]:
    """Headers of a request, for the document."""
    told = {
        "Tus-Resumable": {"type": "string", "enum": [VERSION]},
        "Upload-Length": {"type": "integer", "minimum": 0, "maximum": _MOST},
        "Upload-Offset": {"type": "integer", "minimum": 0, "maximum": _MOST},
        "Upload-Metadata": {"type": "string", "maxLength": _LONGEST},
    }
    names = dict.fromkeys(("Tus-Resumable", *needed))
    return [
        {"name": name, "in": "header", "required": name != "Upload-Metadata", "schema": told[name]} for name in names
    ]


class Resuming:
    """What is behind `/api/uploads/resumable`."""

    def __init__(self, house: House, files: Files, staging: Staging) -> None:
        self._house = house
        self._files = files
        self._staging = staging
        self.uploads = Resumable(staging)

    def add_to(self, app: FastAPI) -> None:
        """The routes."""
        one, errors = f"{PATH}/{{upload_id}}", error_responses() | {"412": _REFUSED}
        body = {"requestBody": {"required": True, "content": {PIECE: _BYTES}}}
        rows: list[tuple[str, str, Any, int, dict[str, Any], dict[str, Any]]] = [
            (PATH, "OPTIONS", self.offered, 204, {"description": "What is spoken here"}, {}),
            (
                PATH,
                "POST",
                self.begin,
                201,
                {"description": "Begun; `Location` is where the pieces go"},
                {"parameters": _headers("Upload-Length", "Upload-Metadata")},
            ),
            (one, "HEAD", self.look, 200, _EMPTY, {"parameters": _headers()}),
            (one, "PATCH", self.go_on, 204, _EMPTY, {"parameters": _headers("Upload-Offset"), **body}),
            (one, "DELETE", self.remove, 204, {"description": "Gone"}, {"parameters": _headers()}),
        ]
        for path, method, does, status, told, more in rows:
            app.add_api_route(
                path,
                does,
                methods=[method],
                status_code=status,
                response_class=Response,
                responses={**errors, status: told},
                openapi_extra=more,
            )
        app.add_api_route(one, self.finished, methods=["GET"], response_model=Upload, responses=error_responses())

    # -- what the protocol says

    async def offered(self) -> Response:
        """Tell what of the protocol tus is spoken here."""
        said = {"tus-version": VERSION, "tus-extension": _EXTENSIONS, "tus-max-size": str(self._staging.largest)}
        return Response(status_code=204, headers={**_TUS, **said})

    async def begin(self, request: Request) -> Response:
        """Begin an upload that may come in pieces, of `Upload-Length` bytes."""
        _check_version(request)
        length = _number(request, "upload-length")
        facts = _metadata(request.headers.get("upload-metadata", ""))
        name, login = name_of(facts.get("filename") or facts.get("name") or "file"), str(request.state.login)
        try:
            begun = await asyncio.to_thread(self.uploads.begin, login, length, name, _kind(facts))
        except FullError as error:
            raise _full(error) from error
        except OSError as error:
            raise self._broken(error) from error
        told = {"location": f"{PATH}/{begun.id}"}
        if request.headers.get("content-type") == PIECE or not length:
            return await self._take(begun, request, 0, 201, told)
        expires = format_datetime(self.uploads.expires(begun.id), usegmt=True)
        return Response(status_code=201, headers={**_TUS, **told, "upload-expires": expires})

    async def look(self, upload_id: str, request: Request) -> Response:
        """Tell how far an upload came."""
        _check_version(request)
        found = await self._found(upload_id, request)
        if isinstance(found, Staged):
            offset, expires = found.length, {}
        else:
            offset = self.uploads.offset(found.id)
            expires = {"upload-expires": format_datetime(self.uploads.expires(found.id), usegmt=True)}
        told = {"upload-offset": str(offset), "upload-length": str(found.length), **expires}
        return Response(status_code=200, headers={**_TUS, **told})

    async def go_on(self, upload_id: str, request: Request) -> Response:
        """Go on with an upload from `Upload-Offset` on; what came stays, should the connection break."""
        _check_version(request)
        if request.headers.get("content-type") != PIECE:
            raise Refusal("unsupported", f"A piece comes as {PIECE}.", "content-type", status=415, headers=_CLOSE)
        offset, found = _number(request, "upload-offset"), await self._found(upload_id, request)
        if isinstance(found, Staged):
            raise _elsewhere(found.length, offset)
        return await self._take(found, request, offset, 204, {})

    async def remove(self, upload_id: str, request: Request) -> Response:
        """Give an upload up: what came of it is removed."""
        _check_version(request)
        found = await self._found(upload_id, request)
        if isinstance(found, Staged):
            await asyncio.to_thread(self._staging.remove, found.id, found.login)
        else:
            await asyncio.to_thread(self.uploads.remove, found)
        return Response(status_code=204, headers=_TUS)

    async def finished(self, upload_id: str, request: Request) -> Response:
        """The file of an upload of which all has come, to be handed to a call."""
        found = await self._found(upload_id, request)
        if not isinstance(found, Staged):
            came = self.uploads.offset(found.id)
            raise Refusal("conflict", f"{came} of {found.length} bytes have come: go on with it first.", "upload_id")
        given = await self._files.given(found, found.login, request)
        return json_response(given.model_dump(mode="json"))

    # -- bytes

    async def _found(self, id: str, request: Request) -> Begun | Staged:
        """An upload of who asks, finished or not; raises a `Refusal`."""
        login = str(request.state.login)
        begun = await asyncio.to_thread(self.uploads.find, id, login)
        staged = await asyncio.to_thread(self._staging.find, id) if begun is None else None
        if begun is None and (staged is None or staged.login != login):
            raise Refusal("not_found", "There is no such upload.", "upload_id", headers=_CLOSE)
        return begun or staged  # type: ignore[return-value]  # one of them is there

    async def _take(self, begun: Begun, request: Request, offset: int, status: int, told: dict[str, str]) -> Response:
        """Take a piece in, and finish the upload if it was the last one."""
        try:
            async with self.uploads.piece(begun) as piece:
                if piece.offset != offset:
                    raise _elsewhere(piece.offset, offset)
                await _receive(request, piece)
            if piece.offset == begun.length:
                await self.uploads.finish(begun)
                expires = {}
            else:
                expires = {"upload-expires": format_datetime(self.uploads.expires(begun.id), usegmt=True)}
        except FullError as error:
            raise _full(error) from error
        except FileNotFoundError as error:  # it was given up meanwhile
            raise Refusal("not_found", "There is no such upload.", "upload_id", headers=_CLOSE) from error
        except OSError as error:
            raise self._broken(error) from error
        return Response(status_code=status, headers={**_TUS, **told, **expires, "upload-offset": str(piece.offset)})

    def _broken(self, error: OSError) -> Refusal:
        self._house.log.error("an upload could not be kept: %s", error)
        return Refusal("unavailable", "The disk of the home does not take it.", headers=_CLOSE)


async def _receive(request: Request, piece: Piece) -> None:
    """The body, as far as it comes; raises a `Refusal` where it stops."""
    over = asyncio.ensure_future(piece.over.wait())
    try:
        while True:
            coming = asyncio.ensure_future(request.receive())
            done, _ = await asyncio.wait({coming, over}, timeout=SILENCE, return_when=asyncio.FIRST_COMPLETED)
            if coming not in done:
                coming.cancel()
                if over in done:
                    raise Refusal("conflict", "Another piece of this upload came.", headers=_CLOSE)
                raise Refusal("slow", f"Nothing more came for {SILENCE:g} s.", headers=_CLOSE)
            message = coming.result()
            if message["type"] == "http.disconnect":
                raise Refusal("invalid", "The body broke off.")
            await piece.add(message.get("body", b""))
            if not message.get("more_body"):
                return
    finally:
        over.cancel()


def _check_version(request: Request) -> None:
    if request.headers.get("tus-resumable") != VERSION:
        message = f"Say `Tus-Resumable: {VERSION}`: this is the protocol tus."
        headers = {"tus-version": VERSION, **_CLOSE}
        raise Refusal("unsupported", message, "tus-resumable", status=412, headers=headers)


def _number(request: Request, name: str) -> int:
    text = request.headers.get(name, "")
    if not (text.isascii() and text.isdigit() and len(text) <= 18):
        raise Refusal("invalid", f"{name} must be a number of bytes.", name, headers=_CLOSE)
    return int(text)


def _metadata(text: str) -> dict[str, str]:
    """`filename d29ybGQ,filetype aW1hZ2U=` by name."""
    if len(text) > _LONGEST:
        raise Refusal("invalid", f"upload-metadata has {_LONGEST} signs at most.", "upload-metadata", headers=_CLOSE)
    found = {}
    for pair in filter(None, (part.strip() for part in text.split(","))):
        name, _, value = pair.partition(" ")
        try:
            found[name] = b64decode(value, validate=True).decode()
        except (NoBase64Error, ValueError):
            message = "upload-metadata holds names with values in base64, with commas between."
            raise Refusal("invalid", message, "upload-metadata", headers=_CLOSE) from None
    return found


def _kind(facts: Mapping[str, str]) -> str:
    """The media type; what is none is unknown."""
    try:
        return kind_of(facts.get("filetype") or facts.get("type"))
    except Refusal:
        return kind_of(None)


def _full(error: FullError) -> Refusal:
    return Refusal("too_large", f"This cannot be taken in: {error}.", headers=_CLOSE)


def _elsewhere(came: int, offset: int) -> Refusal:
    message = f"The home has {came} bytes of it, and the piece begins at {offset}: ask with HEAD, and go on from there."
    return Refusal("conflict", message, "upload-offset", headers={**_CLOSE, "upload-offset": str(came)})
