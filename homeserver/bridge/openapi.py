"""The OpenAPI document: the bridge's own routes as FastAPI describes them, and a path for each announced call.

Keeps nothing; the document is made anew for who asks, for calls come and go.
"""

import re
from collections.abc import Iterator
from copy import deepcopy
from typing import Any, Final

from homeserver.bridge.announced import Announced
from homeserver.bridge.models import Error

_STATUSES: Final = (400, 401, 403, 404, 408, 409, 413, 421, 422, 429, 500, 503, 504)
_NOT_A_NAME: Final = re.compile(r"[^A-Za-z0-9._-]")
_DEFINITIONS: Final = "#/$defs/"


def with_calls(document: dict[str, Any], announced: list[Announced]) -> dict[str, Any]:
    """The OpenAPI document with a path for each call; schemas go to `components`, as `worker.verb.Name`."""
    document = deepcopy(document)
    schemas: dict[str, Any] = document.setdefault("components", {}).setdefault("schemas", {})
    schemas["Error"] = Error.model_json_schema()
    for call in announced:
        where = f"/api/calls/{call.worker}/{call.verb}"
        document["paths"][where] = {"post": _operation(call, schemas)}
    return document


def _operation(call: Announced, schemas: dict[str, Any]) -> dict[str, Any]:
    prefix = _NOT_A_NAME.sub("_", f"{call.worker}.{call.verb}")
    sides = {"Request": call.shape.request, "Reply": call.shape.reply}
    for side, schema in sides.items():
        schemas.update(_moved(schema, f"{prefix}.{side}"))
    refs = {side: {"application/json": {"schema": {"$ref": f"#/components/schemas/{prefix}.{side}"}}} for side in sides}
    return {
        "tags": [call.worker],
        "summary": call.shape.doc or f"{call.worker} {call.verb}",
        "description": f"Least role: {call.shape.role}.",
        "operationId": f"call_{prefix}",
        "requestBody": {"required": True, "content": refs["Request"]},
        "responses": {"200": {"description": "The worker's reply", "content": refs["Reply"]}} | error_responses(),
    }


def error_responses() -> dict[int | str, dict[str, Any]]:
    """The answers that every route may give beside its own; `Error` is among the schemas of the finished document."""
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}
    return {str(status): {"description": "Refused", "content": content} for status in _STATUSES}


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
