"""The OpenAPI document: the bridge's own routes as FastAPI describes them, and a path for each announced call.

Calls come and go, and the document with them. Keeps the last one.
"""

import re
from collections.abc import Iterator
from copy import deepcopy
from typing import Any, Final

import orjson

from homeserver.bridge.announced import Announced
from homeserver.bridge.described import describe
from homeserver.bridge.models import Error
from homeserver.bridge.parts import EVENTS, LINES
from homeserver.bridge.schemas import bounded

STATUSES: Final = {
    400: "The request is not as this document says.",
    401: "A valid token or session is needed.",
    403: "Who asks may not do this.",
    404: "There is no such thing, or none that may be seen.",
    405: "This address does not know that method.",
    408: "The body did not arrive in time.",
    409: "It contradicts what is there.",
    413: "It is too large.",
    415: "The body is of a type that is not taken here.",
    421: "The home is not called so.",
    422: "The request is as this document says, and cannot be fulfilled as things are.",
    429: "Too many requests.",
    500: "A mistake in the home; the log has it under this request's id.",
    503: "Who has to do this is not there now.",
    504: "Who has to do this did not answer in time.",
}
_HEADERS: Final[dict[int, dict[str, Any]]] = {
    401: {"WWW-Authenticate": {"description": "how to ask", "required": True, "schema": {"type": "string"}}},
    405: {"Allow": {"description": "the methods it knows", "required": True, "schema": {"type": "string"}}},
    429: {"Retry-After": {"description": "seconds to wait", "schema": {"type": "string"}}},
}
_REQUEST_ID: Final[dict[str, Any]] = {
    "X-Request-Id": {"description": "under which the log has it", "required": True, "schema": {"type": "string"}}
}
_SCHEMES: Final = {"token": {"type": "http", "scheme": "bearer", "description": "The key of the home, or one's own."}}
_NOT_A_NAME: Final = re.compile(r"[^A-Za-z0-9._-]")
_DEFINITIONS: Final = "#/$defs/"


class Document:
    """The document as it is sent. Making it takes a quarter of a second: it is done once for the same calls."""

    def __init__(self) -> None:
        self._announced: list[Announced] | None = None
        self._body = b""

    def body(self, routes: dict[str, Any], announced: list[Announced]) -> bytes:
        """`routes`: what FastAPI says of the bridge's own."""
        if announced != self._announced:
            self._announced, self._body = announced, orjson.dumps(with_calls(routes, announced))
        return self._body


def with_calls(document: dict[str, Any], announced: list[Announced]) -> dict[str, Any]:
    """The OpenAPI document with a path for each call; schemas go to `components`, as `worker.verb.Name`."""
    document = deepcopy(document)
    components: dict[str, Any] = document.setdefault("components", {})
    schemas: dict[str, Any] = components.setdefault("schemas", {})
    schemas["Error"] = Error.model_json_schema()
    components["securitySchemes"] = _SCHEMES
    document["security"] = [{"token": []}]
    describe(document["paths"])
    for call in announced:
        where = f"/api/calls/{call.worker}/{call.verb}"
        document["paths"][where] = {"post": _operation(call, schemas)}
    return document


def _operation(call: Announced, schemas: dict[str, Any]) -> dict[str, Any]:
    prefix = _NOT_A_NAME.sub("_", f"{call.worker}.{call.verb}")
    request = bounded(call.shape.request)
    for side, schema in (("Request", request), ("Reply", call.shape.reply)):
        schemas.update(_moved(schema, f"{prefix}.{side}"))
    needed = bool(request.get("required"))
    content = {"application/json": {"schema": _reference(f"{prefix}.Request")}}
    return {
        "tags": [call.worker],
        "summary": call.shape.doc or f"{call.worker} {call.verb}",
        "description": f"Least role: {call.shape.role}.",
        "operationId": f"call_{prefix}",
        "requestBody": {"required": needed, "content": content},
        "responses": {"200": _reply(call, f"{prefix}.Reply")} | error_responses(),
    }


def _reference(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


def _reply(call: Announced, schema: str) -> dict[str, Any]:
    if not call.shape.stream:
        content: dict[str, Any] = {"application/json": {"schema": _reference(schema)}}
        return {"description": "The worker's reply", "headers": _REQUEST_ID, "content": content}
    events = {"type": "string", "description": "events `part`, then `last` or `error`", "x-part": _reference(schema)}
    lines = {"type": "string", "description": '`{"part", "result"}`, then `{"last"}` or `{"error"}`'}
    content = {EVENTS: {"schema": events}, LINES: {"schema": lines | {"x-part": _reference(schema)}}}
    return {"description": "The parts of the worker's reply", "headers": _REQUEST_ID, "content": content}


def error_responses() -> dict[int | str, dict[str, Any]]:
    """The answers that every route may give beside its own; `Error` is among the schemas of the finished document."""
    content = {"application/json": {"schema": _reference("Error")}}
    return {
        str(status): {"description": told, "headers": {**_REQUEST_ID, **_HEADERS.get(status, {})}, "content": content}
        for status, told in STATUSES.items()
    }


def _moved(schema: dict[str, Any], name: str) -> Iterator[tuple[str, Any]]:
    """A JSON Schema and its definitions as components of their own, with references that follow them."""
    schema = dict(schema)
    definitions = schema.pop("$defs", {})
    yield name, _pointing(schema, name)
    for inner, definition in definitions.items():
        yield f"{name}.{_NOT_A_NAME.sub('_', inner)}", _pointing(definition, name)


def _pointing(part: Any, name: str) -> Any:
    if isinstance(part, list):
        return [_pointing(item, name) for item in part]
    if not isinstance(part, dict):
        return part
    moved = {key: _pointing(value, name) for key, value in part.items()}
    target = moved.get("$ref")
    if isinstance(target, str) and target.startswith(_DEFINITIONS):
        inner = _NOT_A_NAME.sub("_", target.removeprefix(_DEFINITIONS))
        moved["$ref"] = f"#/components/schemas/{name}.{inner}"
    return moved
