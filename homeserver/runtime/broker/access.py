"""Access: who is let in by the embedded broker, and what each may read and write.

Reads the same logins as Mosquitto's generated files, with the same meaning: a wide subscription is granted
and every delivery is filtered. Keeps the compiled rights in memory until `reload`.
"""

from homeserver.runtime.filters import FilterSet
from homeserver.runtime.logins import Logins
from homeserver.runtime.password import nobody, verify
from homeserver.topics.record import record


@record
class Rights:
    login: str | None  # None: anonymous
    hash: str
    read: FilterSet
    write: FilterSet

    def may_write(self, topic: str) -> bool:
        """Topics that begin with `$` belong to the broker itself."""
        return not topic.startswith("$") and self.write.matches(topic)


NOBODY = Rights(None, "", FilterSet(()), FilterSet(()))
ANYBODY = Rights(None, "", FilterSet(("#",)), FilterSet(("#",)))


class Access:
    """The rights of all logins, as they were at the last `reload`."""

    def __init__(self, logins: Logins, *, anonymous: bool) -> None:
        self._logins = logins
        self._anonymous = ANYBODY if anonymous else None
        self._rights: dict[str, Rights] = {}
        self.reload()

    def reload(self) -> None:
        """Read the logins again; LoginError leaves everything as it was."""
        hashes = self._logins.hashes()
        self._rights = {
            name: Rights(name, hashes[name], FilterSet(login.read), FilterSet(login.write))
            for name, login in self._logins.all().items()
            if name in hashes
        }

    def admit(self, login: str | None, secret: str | None) -> Rights | None:
        """The rights of who connects, or None; an unknown login takes as long as a wrong secret."""
        if login is None:
            return self._anonymous
        rights = self._rights.get(login)
        good = verify(rights.hash if rights else nobody(), secret or "")
        return rights if good and secret else None

    def renewed(self, rights: Rights) -> Rights | None:
        """What a connected login may do now; None when it is gone or its secret has changed."""
        if rights.login is None:
            return self._anonymous
        now = self._rights.get(rights.login)
        return now if now and now.hash == rights.hash else None
