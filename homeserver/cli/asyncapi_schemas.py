"""JSON Schemas for the AsyncAPI document: of every message, and of what each call asks and answers.

In the words of draft 7, which AsyncAPI 3 builds on; pydantic speaks a later one.
"""

from collections.abc import Iterable
from typing import Any, Final

from pydantic import BaseModel, TypeAdapter

from homeserver.topics.call import Call, Reply, Request

PLACE: Final = "#/components/schemas/"
_DATA: Final = frozenset({"const", "default", "enum", "examples", "required"})
_LEFT_OUT: Final = frozenset({"title", "discriminator", "properties"})


def call_name(call: Call[Any, Any]) -> str:
    return f"call_{call.worker}_{call.verb}".replace("-", "_")


class Schemas:
    """Of all messages, and of what each call asks and answers: `found` by name, `names` by class."""

    def __init__(self, models: Iterable[Any], calls: list[Call[Any, Any]]) -> None:
        asked = [model for call in calls for model in (call.request, call.reply) if _is_model(model)]
        every = {f"{model.__module__}.{model.__qualname__}": model for model in (*models, *asked)}
        inputs = [(key, "validation", TypeAdapter(model)) for key, model in sorted(every.items())]
        made, rest = TypeAdapter.json_schemas(inputs, ref_template=f"{PLACE}{{model}}")  # type: ignore[arg-type]
        self.found = {name: _draft7(schema) for name, schema in rest.get("$defs", {}).items()}
        self.names = {every[str(key)]: self._add(every[str(key)], schema) for (key, _), schema in made.items()}
        for call in calls:
            name = call_name(call)
            self.found[f"{name}_request"] = self._with(Request, "args", call.request)
            self.found[f"{name}_reply"] = self._with(Reply, "result", call.reply)
        self.found = dict(sorted(self.found.items()))

    def _add(self, model: type[Any], schema: dict[str, Any]) -> str:
        """Its name; classes of the same name in different rooms are told apart by their modules."""
        if schema.keys() == {"$ref"}:
            return str(schema["$ref"]).removeprefix(PLACE)
        name = model.__name__ if model.__name__ not in self.found else f"{model.__module__}.{model.__name__}"
        self.found[name] = _draft7(schema)
        return name

    def _with(self, envelope: type[Any], field: str, model: type[Any]) -> dict[str, Any]:
        """An envelope whose one field is said more exactly."""
        whole = self.found[self.names[envelope]]
        exactly: dict[str, Any] = {"type": "null"}
        if _is_model(model):
            exactly = {"$ref": f"{PLACE}{self.names[model]}"}
            if field == "result":  # a refusal has none
                exactly = {"anyOf": [exactly, {"type": "null"}]}
        return {**whole, "properties": {**whole["properties"], field: exactly}}


def _is_model(model: Any) -> bool:
    return isinstance(model, type) and issubclass(model, BaseModel)


def _draft7(schema: Any) -> Any:
    """A schema as pydantic gives it, in the words of draft 7, without the titles that repeat names."""
    if isinstance(schema, list):
        return [_draft7(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    found = {key: part if key in _DATA else _draft7(part) for key, part in schema.items() if key not in _LEFT_OUT}
    if "properties" in schema:
        found["properties"] = {name: _draft7(part) for name, part in schema["properties"].items()}
    if "prefixItems" in found:
        found["items"] = found.pop("prefixItems")
        found["additionalItems"] = False
    return found
