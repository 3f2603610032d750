"""What touches the safety of the home, said by whoever saw it: somebody signed in, was turned away, changed a proof.

It holds no secret and nothing that one could sign in with. Who keeps the audit hears it.
"""

from dataclasses import field
from typing import Final

from homeserver.topics.cause import Cause
from homeserver.topics.record import record
from homeserver.topics.topic import Topic


@record
class AuditEvent:
    """`kind` is a word such as `sign_in`; `who` did it, as a login, empty where nobody knows; `what` it is about, such
    as the login whose password it was; `outcome` is `ok`, `refused` or `failed`; `where` is the address."""

    kind: str
    who: str
    what: str = ""
    outcome: str = "ok"
    where: str = ""
    details: dict[str, str] = field(default_factory=dict)
    cause: Cause | None = None


AUDIT: Final = Topic[AuditEvent]("event/audit/{login}", AuditEvent)
