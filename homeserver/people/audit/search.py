"""What is looked for in the audit: the latest rows, found without looking through all.

Everything that is asked for is a phrase of the full text index, whose lists are crossed from the latest row on; what
the index cannot tell apart (`light.hall` in `light.hall_2`) is looked at in the row. Times become bounds of rows:
`tide` never falls, and no row is further behind it than the largest lag.
"""

import json
import re
from datetime import datetime
from typing import Any, Final

from homeserver.people.audit.entry import micros
from homeserver.people.audit.names import Names
from homeserver.people.words import AskAudit
from homeserver.runtime.people import PREFIX
from homeserver.runtime.store import Store

_WORD: Final = re.compile(r"\w+\*?")
_EXACT: Final = ("who", "kind", "what", "outcome", "entity")
_MANY: Final = 1 << 62
_LATEST: Final = """
SELECT * FROM audit WHERE id BETWEEN :first AND :last AND at BETWEEN :since AND :until ORDER BY id DESC LIMIT :limit
"""
_FOUND: Final = """
SELECT a.* FROM audit_text t CROSS JOIN audit a ON a.id = t.rowid
WHERE audit_text MATCH :match AND t.rowid BETWEEN :first AND :last AND a.at BETWEEN :since AND :until
    AND (:who IS NULL OR a.who IN (SELECT value FROM json_each(:who)))
    AND (:own IS NULL OR a.who = :own)
    AND (:kind IS NULL OR a.kind IN (SELECT value FROM json_each(:kind)))
    AND (:what IS NULL OR a.what IN (SELECT value FROM json_each(:what)))
    AND (:outcome IS NULL OR a.outcome IN (SELECT value FROM json_each(:outcome)))
    AND (:entity IS NULL OR EXISTS (
        SELECT 1 FROM json_each(:entity) WHERE instr(' ' || a.entity || ' ', ' ' || value || ' ')
    ))
ORDER BY t.rowid DESC LIMIT :limit
"""
_FIRST: Final = "SELECT id FROM audit WHERE tide >= ? ORDER BY tide, id LIMIT 1"
_LAST: Final = "SELECT id FROM audit WHERE tide <= ? ORDER BY tide DESC, id DESC LIMIT 1"
_LAG: Final = "SELECT max(tide - at) AS most FROM audit WHERE tide > at"


async def find(store: Store, asked: AskAudit, names: Names, own: str | None) -> list[Any]:
    """The rows that are asked for and one more, the latest first; `own`: what stands for whoever may see nothing but
    his own."""
    wanted = {name: names.tokens(said) for name in _EXACT if (said := _said(asked, name))}
    words = _WORD.findall(asked.text or "")
    if asked.text and not words:
        return []
    since, until = _micros(asked.since, -_MANY), _micros(asked.until, _MANY)
    first, last = await _bounds(store, since, until)
    values: Any = {
        "first": first,
        "last": min(last, (asked.before or _MANY) - 1),
        "since": since,
        "until": until,
        "limit": asked.limit + 1,
    }
    if not wanted and not words and own is None:
        return await store.fetch(_LATEST, values)
    values |= {name: json.dumps(wanted[name]) if name in wanted else None for name in _EXACT}
    return await store.fetch(_FOUND, values | {"own": own, "match": _match(wanted, own, words, names)})


def _said(asked: AskAudit, name: str) -> str | None:
    said: str | None = getattr(asked, name)
    return PREFIX + said if name == "who" and said and "." not in said else said


def _micros(moment: datetime | None, otherwise: int) -> int:
    return otherwise if moment is None else micros(moment)


async def _bounds(store: Store, since: int, until: int) -> tuple[int, int]:
    """The first and the last row that can be meant."""
    first, last = 0, _MANY
    if since > -_MANY:
        row = await store.fetch_one(_FIRST, (since,))
        first = row["id"] if row is not None else _MANY
    if until < _MANY:
        lag = await store.fetch_one(_LAG)
        row = await store.fetch_one(_LAST, (until + int((lag and lag["most"]) or 0),))
        last = row["id"] if row is not None else 0
    return first, last


def _match(wanted: dict[str, list[str]], own: str | None, words: list[str], names: Names) -> str:
    """An expression of the full text index: everything that is asked for, as phrases."""
    parts = [_any([f"{name} : {_phrase(one)}" for one in told]) for name, told in wanted.items()]
    if own is not None:
        parts.append(f"who : {_phrase(own)}")
    for word in words:
        whole = word.rstrip("*")
        known = [token for token in names.tokens(PREFIX + whole) if not token.startswith(PREFIX)]
        parts.append(_any([f'"{whole}"{" *" if whole != word else ""}', *(_phrase(token) for token in known)]))
    return " AND ".join(parts)


def _any(parts: list[str]) -> str:
    return f"({' OR '.join(parts)})"


def _phrase(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'
