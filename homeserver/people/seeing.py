"""What somebody sees and may do now, thing by thing, for an owner who wants to know before he trusts his own lines.

The same answer as at every door: it is asked of the permissions, not worked out anew. Keeps nothing.
"""

from typing import Final

from homeserver.people.household import User
from homeserver.people.words import Sight
from homeserver.runtime.people import People
from homeserver.topics.person import VERBS, Verb
from homeserver.view.permission import Permissions
from homeserver.view.view import View

MOST: Final = 4000
"""Entities in one answer, which must fit into one message."""


def sight_of(user: User, view: View, people: People) -> Sight:
    """All that there is, by the most that `user` may do with it."""
    permissions, person = Permissions(view, people), people.person(user.login)
    levels = sorted((id, permissions.level(user.login, id)) for id in view.known())
    seen = [(id, VERBS[level]) for id, level in levels if level >= 0]

    def those(verb: Verb) -> list[str]:
        return [id for id, most in seen[:MOST] if most == verb]

    return Sight(
        user=user.id,
        let_in=person is not None,
        see=those("see"),
        control=those("control"),
        edit=those("edit"),
        left_off=max(0, len(seen) - MOST),
        until=person.until if person is not None else None,
    )
