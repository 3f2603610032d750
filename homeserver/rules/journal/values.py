"""The values of a run as JSON and back: what templates make, states, and the passes of a repeat.

What JSON has stays as it is; the rest is `{"~": kind, "v": ...}`. A value of another kind is kept as its text.
"""

import json
from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from homeserver.rules.actions.rounds import Round
from homeserver.topics.cause import Cause
from homeserver.topics.entity import EntityState
from homeserver.view.state import Naming, State, said_of

_MARK: Final = "~"


def written(value: Any) -> str:
    """JSON of any value of a run."""
    return json.dumps(kept(value), separators=(",", ":"))


def read(text: str, naming: Naming) -> Any:
    """What `written` was given; states find their names with `naming`."""
    return restored(json.loads(text), naming)


def kept(value: Any) -> Any:
    """The value in the words of JSON."""
    if value is None or isinstance(value, str | bool | int | float):
        return value
    if isinstance(value, list):
        return [kept(part) for part in value]
    if isinstance(value, Mapping):
        if _MARK not in value and all(isinstance(key, str) for key in value):
            return {key: kept(part) for key, part in value.items()}
        return _marked("mapping", [[kept(key), kept(part)] for key, part in value.items()])
    for kind, (form, keep, _) in _KINDS.items():
        if isinstance(value, form):
            return _marked(kind, keep(value))
    return str(value)


def _marked(kind: str, value: Any) -> dict[str, Any]:
    return {_MARK: kind, "v": value}


def restored(value: Any, naming: Naming) -> Any:
    """The value that `kept` was given."""
    if isinstance(value, list):
        return [restored(part, naming) for part in value]
    if not isinstance(value, dict):
        return value
    if _MARK not in value:
        return {key: restored(part, naming) for key, part in value.items()}
    kind, inner = value[_MARK], value["v"]
    if kind == "mapping":
        return {restored(key, naming): restored(part, naming) for key, part in inner}
    if kind == "state":
        return State(inner[0], state_of(inner[1]), naming)
    if kind == "round":
        items, most, outer, count = restored(inner, naming)
        return Round(items, most, outer, count)
    if kind in ("tuple", "set"):
        return (tuple if kind == "tuple" else set)(restored(inner, naming))
    return _KINDS[kind][2](inner)


# -- states and causes


def of_state(state: EntityState | None) -> list[Any] | None:
    """An entity's state as a list."""
    if state is None:
        return None
    at = state.changed.isoformat(), state.updated.isoformat()
    return [state.state, state.attributes, *at, of_cause(state.cause)]


def state_of(row: list[Any] | None) -> EntityState:
    """The state that `of_state` was given."""
    assert row is not None, "a state is a list"
    word, attributes, changed, updated, cause = row
    return EntityState(
        word, attributes, datetime.fromisoformat(changed), datetime.fromisoformat(updated), cause_of(cause)
    )


def of_cause(cause: Cause | None) -> list[str | None] | None:
    return None if cause is None else [cause.id, cause.by, cause.parent]


def cause_of(row: list[Any] | None) -> Cause | None:
    return None if row is None else Cause(*row)


_Kind = tuple[type | tuple[type, ...], Callable[[Any], Any], Callable[[Any], Any]]
_KINDS: Final[Mapping[str, _Kind]] = {
    "tuple": (tuple, lambda value: [kept(part) for part in value], tuple),
    "set": ((set, frozenset), lambda value: [kept(part) for part in value], set),
    "datetime": (datetime, datetime.isoformat, datetime.fromisoformat),
    "date": (date, date.isoformat, date.fromisoformat),
    "time": (time, time.isoformat, time.fromisoformat),
    "timedelta": (timedelta, timedelta.total_seconds, lambda seconds: timedelta(seconds=seconds)),
    "state": (State, lambda state: [state.entity_id, of_state(said_of(state))], list),
    "round": (Round, lambda frame: [kept(part) for part in (frame.items, frame.most, frame.outer, frame.count)], list),
}
"""By name: the type, how it is kept, and how it is made again."""
