"""Standing: what somebody may at a moment, and until when that is so. Pure: keeps nothing."""

from collections.abc import Iterable
from datetime import datetime, timedelta, tzinfo
from typing import Final

from homeserver.people.household import User
from homeserver.people.policy import Policy
from homeserver.topics.person import Ahead, Grant, Person

GRACE: Final = timedelta(seconds=10)
"""How long what was said still counts after an edge of the hours, lest a moment's delay lock somebody out: at the edge
`people` says it anew."""
AHEAD: Final = 3
"""Edges after which what is in force is said beforehand: a `people` that is late, or a machine that slept, keeps nobody
out. If `people` is gone, the door closes at the edge after these."""


def standing(user: User, lines: Iterable[Policy], now: datetime, zone: tzinfo) -> tuple[Person | None, datetime | None]:
    """What is in force for somebody, or None who may not come in; and when to look again, None for never.

    A day on which he is to leave is met to the second: nobody is locked out by it who ought not to be.
    """
    if not user.is_in(now):
        return None, None
    lines = [] if user.role == "owner" else list(lines)
    grants, edge = _in_force(lines, now, zone)
    ahead: list[Ahead] = []
    begins = edge
    while begins is not None and len(ahead) < AHEAD and (user.expires is None or begins < user.expires):
        after, following = _in_force(lines, begins, zone)
        ahead.append(Ahead(begins, after, _end(following, user.expires)))
        begins = following
    look = min((one for one in (edge, user.expires) if one is not None), default=None)
    return Person(user.name, user.role, grants, user.epoch, _end(edge, user.expires), tuple(ahead)), look


def _in_force(lines: list[Policy], at: datetime, zone: tzinfo) -> tuple[tuple[Grant, ...], datetime | None]:
    """What counts at a moment, and when that changes next."""
    edges = (edge for line in lines if (edge := line.edge(at, zone)) is not None)
    return tuple(line.grant for line in lines if line.counts(at, zone)), min(edges, default=None)


def _end(edge: datetime | None, expires: datetime | None) -> datetime | None:
    """Until when what was said counts."""
    return min((one for one in (edge and edge + GRACE, expires) if one is not None), default=None)
