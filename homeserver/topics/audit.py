"""What touches the safety of the home, said by whoever saw it: somebody signed in, was turned away, changed something.

It holds no secret, nothing that one could sign in with, and no value that may be private: of a call the names of its
arguments and the ids that it is about. `people` keeps what is said here, and believes only the home's own processes.
"""

from dataclasses import field
from typing import Final, Literal

from homeserver.topics.cause import Cause
from homeserver.topics.record import record
from homeserver.topics.topic import Retained, Topic

Outcome = Literal["ok", "refused", "failed"]


@record
class AuditEvent:
    """One thing that somebody did. Fields:

    kind      a word: call, command, sign_in, sign_in_failed, locked_out, proof_refused, token_made, token_ended,
              password_changed, policy_changed, blob_read, event, ...
    who       who did it, as a login; empty where nobody knows
    what      what it is about: `home.rename`, `light.hall`, the login whose password it was
    outcome   `ok`, `refused` (he may not) or `failed`
    where     the network address it came from, as the door saw it
    details   small and never private: names of arguments, entity ids
    run, number  who says it numbers what he says in a book of this name, so that what got lost is noticed;
              `House.audit` fills them in. Without a `run` nothing is numbered. (`seq` is taken: every message on the
              wire has one)
    first     the number of the first event that he still holds and can say again; 0 where he holds none
    """

    kind: str
    who: str
    what: str = ""
    outcome: Outcome = "ok"
    where: str = ""
    details: dict[str, str] = field(default_factory=dict)
    cause: Cause | None = None
    run: str = ""
    number: int = 0
    first: int = 0


@record
class AuditTaken:
    """How far the audit is written: `upto` has, by login, the book of whoever says events and the last number of it.
    `opening` is another one each time that `people` opens: what is not written by then is said to it again."""

    opening: str
    upto: dict[str, tuple[str, int]] = field(default_factory=dict)


AUDIT: Final = Topic[AuditEvent]("event/audit/{login}", AuditEvent)
AUDIT_TAKEN: Final = Retained("people/audit", AuditTaken)
