"""Which announcements a login may make: what they use, and whose things they speak of; keeps which were denied.

An announcement that was denied is looked at again when the grants change.
"""

from typing import Final

from homeserver.home.building import Draft
from homeserver.home.config import Refused
from homeserver.home.grants import Grants
from homeserver.home.registry import EntityRow, Registry

_MOST: Final = 2_000


class Verdicts:
    """`judge` raises `Refused`."""

    def __init__(self, grants: Grants, registry: Registry) -> None:
        self._grants = grants
        self._registry = registry
        self._denied: set[str] = set()

    def judge(self, draft: Draft, row: EntityRow | None) -> None:
        """A new announcement; `row` is what is known by its `unique_id`."""
        self.judge_use(draft)
        self._judge_kin(draft, row)

    def guard(self, draft: Draft) -> None:
        """Let it hear no more than its login may. For each draft that becomes an entity, once."""
        self._grants.guard(draft.announcement.topic, draft.face)

    def judge_use(self, draft: Draft) -> None:
        """Whether its topics are its login's."""
        announcement = draft.announcement
        self._deny(announcement.key)
        self._grants.check(announcement.topic, draft.face, draft.tells)
        self._denied.discard(announcement.key)

    def _judge_kin(self, draft: Draft, row: EntityRow | None) -> None:
        """Whether `unique_id` and device are not another login's."""
        topic = draft.announcement.topic
        former = {row.topic: f"`unique_id` {draft.unique_id[:80]!r}"} if row is not None and row.key else {}
        if draft.described is not None:
            what = f"`device` {draft.described.keys[0].partition(':')[2][:80]!r}"
            former |= dict.fromkeys(self._registry.announced_on(draft.described), what)
        for other, what in former.items():
            if not self._grants.may_follow(topic, other):
                self._deny(draft.announcement.key)
                raise Refused(f"{what} belongs to another login, which announced it on {other[:200]}: use another")

    def _deny(self, key: str) -> None:
        if len(self._denied) < _MOST:
            self._denied.add(key)

    def forget(self) -> set[str]:
        """The topics on which something was denied; from now on nothing was."""
        denied, self._denied = self._denied, set()
        return {key.partition(" ")[0] for key in denied}
