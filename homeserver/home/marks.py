"""What people see of commands that are not done yet, beside the state that the device reported.

`wanted` stands among the attributes while a command is on its way, `not_confirmed` once its time was up: until the
device reports what was wanted after all, or a newer command comes. Both hold facts under the names of attributes.
`held` tells who holds the entity against weaker commands: see `holding`.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from homeserver.home.confirming import confirmed
from homeserver.home.entity import NO_MARKS, Entity
from homeserver.home.pending import Pending, pending_of
from homeserver.topics.entity import HELD, NOT_CONFIRMED, WANTED


def renew(entity: Entity) -> bool:
    """Bring `wanted` up to date with what is open for an entity; tells whether anything is new."""
    wanted: dict[str, Any] = {}
    for pending in pending_of(entity):
        if pending.shown:
            wanted = {**pending.wanted, **wanted}
    rest = {name: mark for name, mark in entity.marks.items() if name != WANTED}
    return _set(entity, {**rest, WANTED: _worded(wanted)} if wanted else rest)


def miss(entity: Entity, pending: Pending, now: datetime) -> None:
    """A command was given up; `now` in UTC."""
    missed = {
        "wanted": _worded(pending.wanted or pending.wish.facts),
        "service": pending.service,
        "since": now.isoformat(timespec="seconds"),
    }
    _set(entity, {**entity.marks, NOT_CONFIRMED: missed})


def forgive(entity: Entity) -> bool:
    """What was not confirmed is of no interest any more; tells whether anything was."""
    return _set(entity, {name: mark for name, mark in entity.marks.items() if name != NOT_CONFIRMED})


def is_made_good(entity: Entity) -> bool:
    """Whether what was not confirmed in time has come true after all."""
    missed = entity.marks.get(NOT_CONFIRMED)
    if not missed or not missed["wanted"]:
        return False
    wanted = {name: tuple(one) if isinstance(one, list) else one for name, one in missed["wanted"].items()}
    return confirmed(entity, wanted)


def hold(entity: Entity, held: Mapping[str, Any] | None) -> bool:
    """Who holds it now, if anybody does; tells whether that is new."""
    rest = {name: mark for name, mark in entity.marks.items() if name != HELD} if entity.marks else NO_MARKS
    return _set(entity, rest if held is None else {**rest, HELD: dict(held)})


def restore(entity: Entity, attributes: Mapping[str, Any]) -> None:
    """Take over what an earlier run said."""
    if isinstance(missed := attributes.get(NOT_CONFIRMED), dict) and isinstance(missed.get("wanted"), dict):
        _set(entity, {**entity.marks, NOT_CONFIRMED: missed})
        if is_made_good(entity):
            forgive(entity)


def _set(entity: Entity, marks: dict[str, Any]) -> bool:
    if marks == entity.marks:
        return False
    entity.marks = marks or NO_MARKS
    return True


def _worded(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Facts as they are said: lists for tuples, nothing for what is to be unknown."""
    return {
        name: list(value) if isinstance(value, tuple) else value for name, value in facts.items() if value is not None
    }
