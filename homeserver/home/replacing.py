"""Which entity of a new device takes the place of which of the old one. Pure.

Two match when they are of one domain and class and have most in common of: what their makers call that part of a
device, what their `unique_id`s end in, their names. What is left is matched where it is the only one of its kind.
"""

from collections.abc import Iterable

from homeserver.home.registry import EntityRow
from homeserver.topics.record import record


@record
class Plan:
    """`matched`: old and new, `left`: of the old device only, `added`: of the new one only."""

    matched: tuple[tuple[EntityRow, EntityRow], ...]
    left: tuple[EntityRow, ...]
    added: tuple[EntityRow, ...]


def plan(old: Iterable[EntityRow], new: Iterable[EntityRow]) -> Plan:
    """Each at most once, the most alike first."""
    old, new = sorted(old, key=lambda row: row.id), sorted(new, key=lambda row: row.id)
    marks = {row.own: _marks(row, stem) for rows in (old, new) for stem in [_stem(rows)] for row in rows}
    likeness = [
        (sum(a == b for a, b in zip(marks[one.own], marks[two.own], strict=True) if a), one, two)
        for one in old
        for two in new
        if _kind(one) == _kind(two)
    ]
    matched: list[tuple[EntityRow, EntityRow]] = []
    taken: set[str] = set()
    for count, one, two in sorted(likeness, key=lambda row: -row[0]):
        if count and not taken & {one.own, two.own}:
            matched.append((one, two))
            taken |= {one.own, two.own}
    matched += _only_ones([row for row in old if row.own not in taken], [row for row in new if row.own not in taken])
    taken |= {row.own for pair in matched for row in pair}
    left, added = ([row for row in rows if row.own not in taken] for rows in (old, new))
    return Plan(tuple(sorted(matched, key=lambda pair: pair[0].id)), tuple(left), tuple(added))


def _only_ones(old: list[EntityRow], new: list[EntityRow]) -> list[tuple[EntityRow, EntityRow]]:
    """What is the only one of its kind on both sides."""
    found = []
    for kind in {_kind(row) for row in old}:
        ones, others = ([row for row in rows if _kind(row) == kind] for rows in (old, new))
        if len(ones) == len(others) == 1:
            found.append((ones[0], others[0]))
    return found


def _kind(row: EntityRow) -> tuple[str, str | None]:
    return row.domain, row.device_class


def _stem(rows: list[EntityRow]) -> str:
    """What the `unique_id`s of a device begin with: it tells the device, not the part."""
    if len(rows) < 2:
        return ""
    first, last = min(row.unique_id for row in rows), max(row.unique_id for row in rows)
    return first[: next((at for at, (a, b) in enumerate(zip(first, last, strict=False)) if a != b), len(first))]


def _marks(row: EntityRow, stem: str) -> tuple[str, str, str]:
    topic, _, part = row.key.partition(" ")
    levels = topic.split("/")
    return part or (levels[-2] if len(levels) > 1 else ""), row.unique_id.removeprefix(stem), row.name.lower()
