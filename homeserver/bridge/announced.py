"""The calls that workers announce, as long as their process is there, and their place in the OpenAPI document.

Keeps what it heard. What a process announced counts only while the process says that it is there.
"""

import re
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from typing import Any, Final

from homeserver.bridge.refusals import Refusal
from homeserver.topics.process import CallShape, ProcessStatus, WorkerCalls

_ERRORS: Final = ("400", "401", "403", "404", "408", "409", "413", "421", "422", "429", "500", "503", "504")
_NOT_A_NAME: Final = re.compile(r"[^A-Za-z0-9._-]")
_DEFINITIONS: Final = "#/$defs/"


@dataclass(frozen=True, slots=True)
class Announced:
    """One call that can be made now."""

    worker: str
    verb: str
    shape: CallShape


class Announcements:
    """Who answers what, now."""

    def __init__(self) -> None:
        self._calls: dict[tuple[str, str], WorkerCalls] = {}
        self._online: dict[str, bool] = {}
        self.version = 0

    def calls(self, worker: str, process: str, calls: WorkerCalls | None) -> None:
        """A process said what its worker answers, or that it answers nothing more."""
        self.version += 1
        if calls is None:
            self._calls.pop((worker, process), None)
        else:
            self._calls[worker, process] = calls

    def process(self, process: str, status: ProcessStatus | None) -> None:
        """A process came or went."""
        self.version += 1
        self._online[process] = status is not None and status.state == "online"

    def all(self) -> list[Announced]:
        """By worker and verb."""
        found = {
            (worker, verb): Announced(worker, verb, shape)
            for (worker, process), said in self._calls.items()
            if self._online.get(process, False)
            for verb, shape in said.calls.items()
        }
        return [found[key] for key in sorted(found)]

    def find(self, worker: str, verb: str) -> Announced:
        """Raises a `Refusal` that names what there is."""
        calls = self.all()
        for call in calls:
            if (call.worker, call.verb) == (worker, verb):
                return call
        verbs = [call.verb for call in calls if call.worker == worker]
        if verbs:
            raise Refusal("not_found", f"This worker answers {_list(verbs)}, and no other verb.", "verb")
        workers = sorted({call.worker for call in calls})
        what = f"These workers answer calls: {_list(workers)}." if workers else "No worker answers calls now."
        raise Refusal("not_found", f"There is no such worker at the moment. {what}", "worker")


def _list(names: list[str]) -> str:
    return ", ".join(names[:40]) + (" and more" if len(names) > 40 else "")


def with_calls(document: dict[str, Any], announced: list[Announced]) -> dict[str, Any]:
    """The OpenAPI document with a path for each call; schemas go to `components`, as `worker.verb.Name`."""
    document = deepcopy(document)
    schemas: dict[str, Any] = document.setdefault("components", {}).setdefault("schemas", {})
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


def error_responses() -> dict[str, Any]:
    """The answers that every route may give beside its own."""
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}
    return {status: {"description": "Refused", "content": content} for status in _ERRORS}


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
