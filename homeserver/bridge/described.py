"""What the OpenAPI document says of routes whose requests are read by hand: parameters, bodies and kinds of answers.

Rows of a table, put over what FastAPI makes of the functions. Keeps nothing.
"""

from typing import Any, Final

_TIME: Final = {"type": "string", "format": "date-time"}
_TEXT: Final = {"type": "string"}
_OBJECT: Final = {"type": "object"}
_FLAG: Final = {"type": "string", "enum": ["0", "1", "true", "false"]}
_EVENT: Final = {"type": "string", "pattern": "^[A-Za-z0-9_.:-]{1,100}$"}
_ENTITIES: Final = {"type": "string", "pattern": "^[a-z0-9_]{1,60}\\.[a-z0-9_]{1,60}$"}
_TEMPLATE: Final = {
    "type": "object",
    "required": ["template"],
    "properties": {"template": _TEXT, "variables": {"type": ["object", "null"]}},
}
_MAYBE: Final = {"type": ["string", "null"]}
_SAID: Final = {
    "type": "object",
    "required": ["text"],
    "properties": {
        "text": _TEXT,
        **dict.fromkeys(("language", "conversation_id", "agent_id", "device_id"), _MAYBE),
    },
    "additionalProperties": False,
}
_TOLD_ENTITY: Final = {"type": "string", "pattern": "^(sensor|binary_sensor|device_tracker)\\.[a-z0-9_]{1,200}$"}
_WORDS: Final = ("friendly_name", "unit_of_measurement", "device_class", "state_class", "icon")
_TOLD_STATE: Final = {
    "type": "object",
    "required": ["state"],
    "properties": {
        "state": {"type": "string", "maxLength": 255},
        "attributes": {
            "type": "object",
            "maxProperties": 100,
            "properties": {name: {"type": ["string", "null"]} for name in _WORDS},
        },
    },
}
_PAST: Final = {"end_time": _TIME}
_HISTORY: Final = _PAST | {"significant_changes_only": _FLAG, "minimal_response": _TEXT, "no_attributes": _TEXT}

Row = tuple[str, str, dict[str, Any], dict[str, Any], dict[str, Any] | None, str]
ROWS: Final[tuple[Row, ...]] = (
    # path, method, parameters that are needed, others, body, type of the answer
    (
        "/api/events/{event_type}",
        "post",
        {"event_type": _EVENT},
        {},
        _OBJECT,
        "",
    ),
    ("/api/states/{entity_id}", "post", {"entity_id": _TOLD_ENTITY}, {}, _TOLD_STATE, ""),
    ("/api/services/{domain}/{service}", "post", {}, {}, _OBJECT, ""),
    ("/api/template", "post", {}, {}, _TEMPLATE, "text/plain"),
    ("/api/intent/handle", "post", {}, {}, _OBJECT, ""),
    ("/api/conversation/process", "post", {}, {}, _SAID, ""),
    ("/api/camera_proxy_stream/{entity_id}", "get", {}, {}, None, "multipart/x-mixed-replace"),
    ("/api/stream", "get", {}, {}, None, "text/event-stream"),
    ("/api/error_log", "get", {}, {}, None, "text/plain"),
    ("/api/history/period", "get", {"filter_entity_id": _ENTITIES}, _HISTORY, None, ""),
    ("/api/history/period/{begin}", "get", {"filter_entity_id": _ENTITIES, "begin": _TIME}, _HISTORY, None, ""),
    ("/api/logbook", "get", {}, _PAST | {"entity": _ENTITIES}, None, ""),
    ("/api/logbook/{begin}", "get", {"begin": _TIME}, _PAST | {"entity": _ENTITIES}, None, ""),
    ("/api/calendars/{entity_id}", "get", {"start": _TIME, "end": _TIME}, {}, None, ""),
)
_MADE: Final = (("/api/states/{entity_id}", "post"),)
"""What answers 201 where it made something."""
_WITHOUT_A_KEY: Final = (("/api/health", "get"),)


def describe(paths: dict[str, Any]) -> None:
    """Put the rows over the paths of a document, as far as they are there."""
    for path, method, needed, others, body, kind in ROWS:
        operation = paths.get(path, {}).get(method)
        if operation is None:
            continue
        given = {
            row["name"]: row for row in operation.get("parameters", []) if row["name"] != "begin" or "begin" in path
        }
        for name, schema in {**needed, **others}.items():
            place = "path" if f"{{{name}}}" in path else "query"
            given[name] = {"name": name, "in": place, "required": name in needed, "schema": schema}
        operation["parameters"] = list(given.values())
        if body is not None:
            content = {"application/json": {"schema": body}}
            operation["requestBody"] = {"required": bool(body.get("required")), "content": content}
        if kind:
            operation["responses"]["200"]["content"] = {kind: {"schema": _TEXT}}
    for path, method in _MADE:
        if operation := paths.get(path, {}).get(method):
            operation["responses"]["201"] = {**operation["responses"]["200"], "description": "It is new"}
    for path, method in _WITHOUT_A_KEY:
        if operation := paths.get(path, {}).get(method):
            operation["security"] = []
