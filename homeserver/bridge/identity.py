"""Who asks, as a door has made sure of it."""

from typing import Literal

from homeserver.topics.record import record

ProofKind = Literal["key", "session", "access", "api_key", "mobile_app"]
"""key: the one in the data folder. session: a browser's. access: a program's short token. api_key: one that stays.
mobile_app: the webhook of a phone."""


@record
class Identity:
    """`login` is `person.anna`; `proof` is the id of the session or token, empty for the folder's key."""

    login: str
    proof: str = ""
    kind: ProofKind = "key"
