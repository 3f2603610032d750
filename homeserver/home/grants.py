"""Whose a discovery topic is, and what its owner may use: from the logins of the broker.

MQTT does not tell who published a message, but the broker lets a login write on the topics that it was granted and on
no others. So the most exact grant that covers a discovery topic says whose it is, and a config may name no topic that
its owner could not use itself: the home, which may use them all, would do it in its place. What another login
announced first is that login's while there is such a login. Reads `logins.json` of the data folder and keeps its grants
by the name in them; where there is none, or the broker asks for no login of ours, nobody is judged. While it cannot be
read the grants are those that were last read, in this run or in an earlier one. Decision: docs/decisions/0023.
"""

import logging
from collections.abc import Iterable
from typing import Final

from homeserver.home.config import Refused
from homeserver.home.entity import Entity, Face, Read
from homeserver.home.last_grants import LastGrants
from homeserver.home.patterns import is_wild
from homeserver.home.report import Ignored, Report
from homeserver.runtime.filters import FilterSet, matches, overlaps
from homeserver.runtime.logins import Login, LoginError, Logins
from homeserver.topics.record import record

log = logging.getLogger(__name__)
_WILD: Final = {"+": 1, "#": 2}
Stamp = tuple[int, int, int] | None


@record
class Owner:
    """A login with what it may hear and what it may say."""

    login: str
    hears: FilterSet
    says: FilterSet


NOBODY: Final = Owner("", FilterSet(()), FilterSet(()))
"""Whose topics are that no device's login was granted."""


class Grants:
    """The grants of all devices' logins, as they were last read. Without `logins` nobody is judged.

    `fault` is why they cannot be read now, or ""; `last` keeps them for a start at which that is so.
    """

    def __init__(self, logins: Logins | None, prefix: str, last: LastGrants | None = None) -> None:
        self._logins = logins
        self._last = last
        self._place = prefix.count("/") + 2
        self._stamp: Stamp = None
        self._judges = False
        self._named: dict[str, list[tuple[str, Owner]]] = {}
        self.fault = ""
        self.renew()

    def renew(self) -> bool:
        """Read the logins if their file has changed; True when what they grant may have."""
        if self._logins is None:
            return False
        try:
            stamp = self._seen(self._logins)
            if stamp in (None, self._stamp):
                return False
            found = [login for name, login in self._logins.all().items() if name.startswith("device.")]
        except (LoginError, OSError) as error:
            return self._go_on_without(str(error))
        self._take(found)
        self._stamp, self.fault = stamp, ""
        if self._last is not None:
            self._last.write(found)
        return True

    def _go_on_without(self, fault: str) -> bool:
        """As it was; at a start, as it was in the run before. Who has come since waits until they can be read."""
        if fault != self.fault:
            log.error("the logins of devices cannot be read, and what they were granted before holds: %s", fault)
        self._stamp, self.fault = None, fault
        if self._judges:
            return False
        self._take(self._last.read() if self._last is not None else ())
        return True

    def _take(self, logins: Iterable[Login]) -> None:
        self._judges, self._named = True, {}
        for login in logins:
            owner = Owner(login.name, FilterSet((*login.read, *login.write)), FilterSet(login.write))
            for text in login.write:
                self._named.setdefault(self._name_in(text), []).append((text, owner))

    @staticmethod
    def _seen(logins: Logins) -> Stamp:
        try:
            found = logins.path.stat()
        except FileNotFoundError:
            return None
        return found.st_ino, found.st_mtime_ns, found.st_size

    def _name_in(self, text: str) -> str:
        """The level at which discovery topics have the name of their device; a wildcard there or before is `+`."""
        levels = text.split("/")
        name = levels[self._place] if len(levels) > self._place else "+"
        return "+" if name in _WILD else name

    def owners(self, topic: str) -> tuple[Owner, ...]:
        """Who may announce on a topic: one, several with equal grants, `NOBODY`; none where nobody is judged."""
        if not self._judges:
            return ()
        rows = self._named.get(self._name_in(topic), []) + self._named.get("+", [])
        found = [(_width(text), owner) for text, owner in rows if matches(text, topic)]
        if not found:
            return (NOBODY,)
        best = min(width for width, _ in found)
        return tuple(owner for width, owner in found if width == best)

    def may_follow(self, topic: str, former: str) -> bool:
        """Whether what is announced on `topic` may take the place of what was announced on `former`."""
        if topic == former:
            return True
        before = {owner.login for owner in self.owners(former)} - {""}
        return not before or not before.isdisjoint(owner.login for owner in self.owners(topic))

    def check(self, topic: str, face: Face, tells: dict[str, str]) -> None:
        """Raise `Refused` unless an owner of `topic` may use all that an entity hears and `tells` (topics with their
        keys). A topic with wildcards may be wider than what its owner may use: see `guard`."""
        refused: Refused | None = None
        for owner in self.owners(topic):
            if owner is NOBODY and self.fault:
                raise Refused(f"it cannot be told yet whose this topic is: {self.fault}")
            try:
                _check_of(owner, face, tells)
            except Refused as reason:
                refused = reason
            else:
                return
        if refused is not None:
            raise refused

    def guard(self, topic: str, face: Face) -> None:
        """Of topics with wildcards an entity hears only what the owner of its announcement may use at that time."""
        if self._logins is not None:
            face.hears = [(heard, self._guarded(topic, read) if is_wild(heard) else read) for heard, read in face.hears]

    def _guarded(self, topic: str, read: Read) -> Read:
        def read_own(entity: Entity, report: Report) -> bool:
            owners = self.owners(topic)
            if owners and not any(owner.hears.matches(report.address) for owner in owners):
                raise Ignored("it is another device's")
            return read(entity, report)

        return read_own


def _check_of(owner: Owner, face: Face, tells: dict[str, str]) -> None:
    for heard, _ in face.hears:
        if not owner.hears.covers(heard) and not (
            is_wild(heard) and any(overlaps(heard, own) for own in owner.hears.filters)
        ):
            raise Refused(_reason(f"{heard[:80]!r}", owner))
    for told, key in tells.items():
        if not owner.says.matches(told):
            raise Refused(_reason(f"`{key}` {told[:80]!r}", owner))


def _width(text: str) -> tuple[int, ...]:
    """Sorts filters, the most exact first."""
    return tuple(_WILD.get(level, 0) for level in text.split("/"))


def _reason(what: str, owner: Owner) -> str:
    if owner is NOBODY:
        return f"{what} cannot be used: no login may announce on this topic; add one with `homeserver device-login add`"
    may = ", ".join(owner.says.filters)[:200]
    return f"{what} is not for {owner.login}, which may use {may}: other `--topics` of its login would allow it"
