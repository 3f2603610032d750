"""Who may come in now, as this process hears it; the one for all of its workers is `house.people`.

Nobody is known whom the broker has not vouched for: what is heard here is said by the worker `people` alone. Whoever
watches is called at once and must be quick.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from typing import Final

from homeserver.runtime.clock import Clock
from homeserver.topics.call import Role
from homeserver.topics.person import Person

PREFIX: Final = "person."
Watcher = Callable[[str], None]
"""Called with the login of a person whose rights were changed, given or taken away."""


class People:
    """`OWNER` is the data folder's owner, who is there before anybody else and has all rights."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._known: dict[str, Person] = {OWNER: Person("Owner", "owner")}
        self._watchers: list[Watcher] = []

    def person(self, login: str) -> Person | None:
        """What is in force for a login; None where it is nobody's, or may not come in now."""
        known = self._known.get(login)
        if known is None or known.until is None:
            return known
        now = self._clock.now()
        if known.ahead and known.ahead[0].begins <= now:
            known = self._known[login] = at(known, now)
        return None if known.until is not None and known.until <= now else known

    def role(self, login: str, worker: str, verb: str) -> Role | None:
        """The role with which a login makes a call: our own processes that of the owner, devices none."""
        if login.startswith("process."):
            return "owner"
        person = self.person(login)
        return None if person is None else role_for(person, worker, verb)

    def logins(self) -> Iterator[str]:
        """All that may come in now."""
        return (login for login in list(self._known) if self.person(login))

    def learn(self, id: str, person: Person | None) -> None:
        """Take in what `people` says of somebody."""
        login = f"{PREFIX}{id}"
        if login == OWNER:
            return
        if person is None:
            self._known.pop(login, None)
        else:
            self._known[login] = person
        for watcher in list(self._watchers):
            watcher(login)

    def watch(self, watcher: Watcher) -> Callable[[], None]:
        """Call `watcher` at each change until the returned function is called."""
        self._watchers.append(watcher)
        return lambda: self._watchers.remove(watcher)


def at(person: Person, now: datetime) -> Person:
    """What is in force for somebody at a moment, by what was said of him."""
    begun = [one for one in person.ahead if one.begins <= now]
    if not begun:
        return person
    return replace(person, grants=begun[-1].grants, until=begun[-1].until, ahead=person.ahead[len(begun) :])


OWNER: Final = "person.owner"
"""Who has the key in the data folder; nobody else is ever called so."""


def role_for(person: Person, worker: str, verb: str) -> Role | None:
    """The role with which somebody makes a call: his own, none where a grant forbids it; a service has an adult's where
    a grant allows it."""
    about = [
        one for one in person.grants if one.scope == "call" and one.what in ("*", f"{worker}.*", f"{worker}.{verb}")
    ]
    last = max(about, key=lambda one: (one.what.count("*") == 0, one.what != "*", one.own, not one.allow), default=None)
    if person.role == "owner":
        return "owner"
    if last is not None and not last.allow:
        return None
    if person.role == "service":
        return "adult" if last is not None else None
    return person.role
