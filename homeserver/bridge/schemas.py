"""Whether the body of a call fits the schema that its worker announced, to the letter: the OpenAPI document says so.

Workers themselves are lenient where a rule or a person writes by hand (`"5"` for 5); over HTTP a client that sends
another type than was announced has a fault, which it is told of. Keeps the checker of each announced schema.
"""

from typing import Any, Final

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError, best_match

from homeserver.bridge.announced import Announced
from homeserver.bridge.refusals import Refusal
from homeserver.topics.process import CallShape

WIDEST: Final = 2**53
"""Integers within this are what all JSON readers agree on; a schema that names no bounds gets these."""


class Schemas:
    """Checkers by call."""

    def __init__(self) -> None:
        self._checkers: dict[tuple[str, str], tuple[CallShape, Draft202012Validator]] = {}

    def check(self, call: Announced, body: Any) -> None:
        """Raises a `Refusal` that names the field."""
        key = (call.worker, call.verb)
        known = self._checkers.get(key)
        if known is None or known[0] is not call.shape:
            known = self._checkers[key] = (call.shape, Draft202012Validator(bounded(call.shape.request)))
        if not known[1].is_valid(body):
            raise _refusal(best_match(known[1].iter_errors(body)))


def bounded(schema: Any) -> Any:
    """A JSON Schema in which integers have bounds."""
    if isinstance(schema, list):
        return [bounded(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    made = {name: part if name in ("default", "const", "enum") else bounded(part) for name, part in schema.items()}
    if made.get("type") == "integer":
        low, high = made.keys() & {"minimum", "exclusiveMinimum"}, made.keys() & {"maximum", "exclusiveMaximum"}
        made |= ({} if low else {"minimum": -WIDEST}) | ({} if high else {"maximum": WIDEST})
    return made


def _refusal(error: ValidationError) -> Refusal:
    field = ".".join(str(part) for part in error.absolute_path)
    said = error.message if len(error.message) <= 200 else f"it must be {_expected(error)}"
    return Refusal("invalid", f"{field or 'The body'}: {said}.", field or _named(error))


def _expected(error: ValidationError) -> str:
    return f"{error.validator} {str(error.validator_value)[:100]}"


def _named(error: ValidationError) -> str | None:
    """The field that is missing, where one is."""
    needed: Any = error.validator_value
    if error.validator != "required" or not isinstance(error.instance, dict):
        return None
    return next((str(name) for name in needed if name not in error.instance), None)
