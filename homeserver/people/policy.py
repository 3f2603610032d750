"""One line of what somebody may: who, about what, which verb, allowed or not, and when it counts."""

from datetime import datetime, time, tzinfo
from typing import Final

from homeserver.people.windows import Window
from homeserver.topics.person import Grant, Scope, Verb
from homeserver.topics.record import record

ROLE: Final = "role:"
ALWAYS: Final = Window()


@record
class Policy:
    """See `migrations/0001_people.sql`; `id` is nought as long as it was not written."""

    who: str
    scope: Scope
    what: str
    verb: Verb
    allow: bool = True
    window: Window = ALWAYS
    until: datetime | None = None
    id: int = 0

    @property
    def is_own(self) -> bool:
        """Whether it is about one person rather than a role."""
        return not self.who.startswith(ROLE)

    @property
    def grant(self) -> Grant:
        return Grant(self.scope, self.what, self.verb, self.allow, self.is_own)

    def counts(self, now: datetime, zone: tzinfo) -> bool:
        """Whether it is in force at a moment."""
        return (self.until is None or self.until > now) and self.window.holds(now, zone)

    def edge(self, now: datetime, zone: tzinfo) -> datetime | None:
        """When that changes next; None: never."""
        if self.until is not None and self.until <= now:
            return None
        edge = self.window.edge(now, zone)
        return min((one for one in (edge, self.until) if one is not None), default=None)


def clock_of(text: str | None) -> time | None:
    """`HH:MM` as a time of day."""
    return None if text is None else time.fromisoformat(text)


def text_of(at: time | None) -> str | None:
    """The other way round."""
    return None if at is None else f"{at:%H:%M}"
