"""What a person may do with what there is: one answer for every door, from the grants that `people` says.

Deny by default: without a grant nothing is seen. Reads the live view and the people of the process; keeps, for each
person, the verb that he has for each entity he was asked about, until his grants or the home change.
"""

from collections.abc import Iterator
from typing import Final

from homeserver.runtime.people import People
from homeserver.topics.call import Role, may
from homeserver.topics.person import VERBS, Grant, Person, Verb
from homeserver.view.view import View

_NARROWER: Final = {"all": 0, "domain": 1, "area": 2, "label": 3, "entity": 4, "call": 5}
_NOTHING: Final = -1


class Permissions:
    """Ask with logins. Our own processes may all; a device nothing here, for it has topics of its own."""

    def __init__(self, view: View, people: People) -> None:
        self._view = view
        self._people = people
        self._kept: dict[str, tuple[Person, int, dict[str, int]]] = {}

    def may(self, login: str, verb: Verb, entity_id: str) -> bool:
        """Whether somebody may see, control or edit an entity, by its present or a former id."""
        return self.level(login, entity_id) >= VERBS.index(verb)

    def level(self, login: str, entity_id: str) -> int:
        """The place in `VERBS` of the most that somebody may do with an entity; -1 for nothing at all."""
        if login.startswith("process."):
            return len(VERBS) - 1
        person = self._people.person(login)
        if person is None:
            return _NOTHING
        if person.role == "owner":
            return len(VERBS) - 1
        kept = self._kept.get(login)
        if kept is None or kept[0] is not person or kept[1] != self._view.moves:
            kept = self._kept[login] = (person, self._view.moves, {})
        entity_id = self._view.current(entity_id)
        level = kept[2].get(entity_id)
        if level is None:
            level = kept[2][entity_id] = level_of(list(self._about(person.grants, entity_id)))
        return level

    def everywhere(self, login: str) -> int:
        """What somebody may at least do with everything there is or will be, as a place in `VERBS`."""
        person = self._people.person(login)
        if login.startswith("process.") or (person is not None and person.role == "owner"):
            return len(VERBS) - 1
        grants = [one for one in person.grants if one.scope != "call"] if person is not None else []
        allowed = level_of([one for one in grants if one.scope == "all"])
        return min([allowed, *(VERBS.index(one.verb) - 1 for one in grants if not one.allow)])

    def seen(self, login: str) -> Iterator[str]:
        """The entities that somebody may see."""
        return (entity_id for entity_id in self._view.known() if self.level(login, entity_id) >= 0)

    def sees_all(self, login: str) -> bool:
        """Whether nothing is or ever will be hidden from somebody, as his grants are now."""
        return self.everywhere(login) >= 0

    def may_call(self, login: str, worker: str, verb: str, least: Role) -> bool:
        """Whether somebody may make a call that takes the role `least`."""
        return may(self._people.role(login, worker, verb), least)

    def _about(self, grants: tuple[Grant, ...], entity_id: str) -> Iterator[Grant]:
        view, domain = self._view, entity_id.partition(".")[0]
        area, labels = view.area_of(entity_id), None
        for grant in grants:
            if grant.scope == "label" and labels is None:
                labels = self.labels(entity_id)
            if (
                grant.scope == "all"
                or (grant.scope == "domain" and grant.what == domain)
                or (grant.scope == "area" and area is not None and view.place("area", grant.what) == area)
                or (grant.scope == "label" and view.place("label", grant.what) in (labels or ()))
                or (grant.scope == "entity" and view.current(grant.what) == entity_id)
            ):
                yield grant

    def labels(self, entity_id: str) -> frozenset[str]:
        """The labels of an entity and of its device."""
        device = self._view.device(self._view.device_of(entity_id))
        own = self._view.entry(entity_id).labels
        return frozenset(self._view.place("label", id) for id in (*own, *(device.labels if device else ())))


def level_of(grants: list[Grant]) -> int:
    """The most that these grants, all about one thing, allow; -1 for nothing."""
    return max((at for at in range(len(VERBS)) if all(_allows(grants, below) for below in range(at + 1))), default=-1)


def _allows(grants: list[Grant], at: int) -> bool:
    speaking = [one for one in grants if (VERBS.index(one.verb) >= at if one.allow else VERBS.index(one.verb) <= at)]
    last = max(speaking, key=lambda one: (_NARROWER[one.scope], one.own, not one.allow), default=None)
    return last is not None and last.allow
