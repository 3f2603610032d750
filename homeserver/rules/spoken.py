"""Parts of rules that come as plain values, without a file: read, compiled, and told about in plain values again."""

from collections.abc import Mapping
from datetime import date, time, timedelta
from typing import Any, Final

import orjson

from homeserver.rules.compiler import Compiler
from homeserver.rules.reading.fields import Fields
from homeserver.rules.reading.problem import RuleError
from homeserver.rules.reading.yaml_source import Map, SourceError, read
from homeserver.topics.call import CallError
from homeserver.view.state import State

_DEEPEST: Final = 50


def fields_of(**parts: Any) -> Fields:
    """A mapping as a file would hold it; raises `CallError`."""
    try:
        root = read(orjson.dumps(parts).decode()).root
    except (SourceError, TypeError, ValueError) as error:
        raise CallError("invalid", f"it cannot be read: {error}", next(iter(parts))) from error
    assert isinstance(root, Map)
    return Fields(root)


def check(compiler: Compiler, field: str) -> None:
    """Raises `CallError` with all that is wrong with what was compiled."""
    if compiler.faults:
        raise CallError("invalid", "; ".join(told_fault(fault) for fault in compiler.faults), field)


def told_fault(fault: RuleError) -> str:
    """A fault without a line: there is no file."""
    return f"{fault.field}: {fault.text}" if fault.field else fault.text


def plain(value: Any, depth: int = 0) -> Any:
    """Variables of a run as JSON values, spelt as Home Assistant does for clients: a state as its object, times in ISO
    8601, a length of time and whatever else JSON does not know as a mapping with `__type`."""
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if depth >= _DEEPEST:
        return None
    match value:
        case State():
            return plain(_state(value), depth + 1)
        case Mapping():
            return {str(key): plain(part, depth + 1) for key, part in value.items()}
        case list() | tuple() | set() | frozenset():
            return [plain(part, depth + 1) for part in value]
        case date() | time():
            return value.isoformat()
        case timedelta():
            return {"__type": str(type(value)), "total_seconds": value.total_seconds()}
    return {"__type": str(type(value)), "repr": repr(value)}


def _state(state: State) -> dict[str, Any]:
    said = {"entity_id": state.entity_id, "state": state.state, "attributes": state.attributes}
    times = {name: getattr(state, name) for name in ("last_changed", "last_reported", "last_updated")}
    return {**said, **times, "context": state.context}
