"""A row of the audit: made of what was heard, and shown again to whoever may see it. Keeps nothing."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import orjson

from homeserver.people.audit.names import Names
from homeserver.people.words import AuditRow
from homeserver.runtime.people import PREFIX
from homeserver.topics.audit import AuditEvent

_BEGINNING: Final = datetime(1970, 1, 1, tzinfo=UTC)
_IDS: Final = ("user", "who", "id")
"""Details in which a person stands by his id alone."""
_LONGEST: Final = 200
_WIDEST: Final = 4_000
"""Signs of a single text, and of all details together: rows stay small, whoever says them."""


def micros(moment: datetime) -> int:
    """Microseconds since 1970."""
    return (moment - _BEGINNING) // timedelta(microseconds=1)


def row_of(event: AuditEvent, sayer: str, at: int, names: Names, users: frozenset[str] | set[str]) -> dict[str, Any]:
    """The columns of what was heard, without the number and the hash; `users`: the ids of all who are known."""

    def veil(text: str) -> str:
        return " ".join(names.veil(word) for word in text.split(" "))

    details = {}
    for name, text in event.details.items():
        words = text[:_WIDEST].split(" ")
        if name in _IDS:
            words = [names.veil(PREFIX + word) if word in users or names.is_erased(word) else word for word in words]
        details[name[:_LONGEST]] = veil(" ".join(words))
    entity = details.pop("entity", "")
    cause = event.cause and {"id": event.cause.id, "by": veil(event.cause.by), "parent": event.cause.parent}
    return {
        "at": at,
        "kind": event.kind[:_LONGEST],
        "who": veil(event.who[:_LONGEST]),
        "what": veil(event.what[:_LONGEST]),
        "outcome": event.outcome,
        "source": event.where[:_LONGEST],
        "entity": entity,
        "details": _text(details),
        "cause": _text(cause) if cause else "",
        "sayer": sayer,
        "run": event.run[:_LONGEST],
        "seq": event.number,
    }


def _text(value: Any) -> str:
    text = orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()
    return text if len(text) <= 2 * _WIDEST else orjson.dumps({"too_large": len(text)}).decode()


def shown(row: Mapping[str, Any], names: Names) -> AuditRow:
    """A row for people: with the logins of those who are known."""
    details: dict[str, str] = orjson.loads(row["details"])
    cause: dict[str, Any] = orjson.loads(row["cause"]) if row["cause"] else {}
    return AuditRow(
        id=row["id"],
        at=_BEGINNING + timedelta(microseconds=row["at"]),
        kind=row["kind"],
        who=names.unveil(row["who"]),
        what=names.unveil(row["what"]),
        outcome=row["outcome"],
        where=row["source"],
        entities=names.unveil(row["entity"]).split(),
        details={name: names.unveil(text) for name, text in details.items()},
        cause=cause.get("id", ""),
        parent=cause.get("parent") or "",
        by=row["sayer"],
    )
