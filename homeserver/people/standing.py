"""Standing: what somebody may at a moment, and until when that is so. Pure: keeps nothing."""

from collections.abc import Iterable
from datetime import datetime, timedelta, tzinfo
from typing import Final

from homeserver.people.household import User
from homeserver.people.policy import Policy
from homeserver.topics.person import Person

GRACE: Final = timedelta(seconds=10)
"""How long what was said still counts after an edge of the hours, lest a moment's delay lock somebody out: at the edge
`people` says it anew. If `people` is gone, an open window closes this much late, and with it the door."""


def standing(user: User, lines: Iterable[Policy], now: datetime, zone: tzinfo) -> tuple[Person | None, datetime | None]:
    """What is in force for somebody, or None who may not come in; and when to look again, None for never.

    A day on which he is to leave is met to the second: nobody is locked out by it who ought not to be.
    """
    if not user.is_in(now):
        return None, None
    lines = [] if user.role == "owner" else list(lines)
    grants = tuple(line.grant for line in lines if line.counts(now, zone))
    edges = [edge for line in lines if (edge := line.edge(now, zone)) is not None]
    look = min([*edges, *((user.expires,) if user.expires else ())], default=None)
    ends = [*((min(edges) + GRACE,) if edges else ()), *((user.expires,) if user.expires else ())]
    return Person(user.name, user.role, grants, user.epoch, min(ends, default=None)), look
