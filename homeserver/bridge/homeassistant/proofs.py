"""Commands by which a client gets a proof of another kind: an address that is signed, a key that stays."""

from datetime import timedelta
from typing import Annotated, Any, Final

from pydantic import Field

from homeserver.bridge.homeassistant.command import Asked, Message, Row
from homeserver.bridge.proofs.signed_path import LONGEST
from homeserver.topics.audit import AuditEvent
from homeserver.topics.cause import Cause

_LONGEST_KEY: Final = 3650


class SignPath(Message):
    """`expires` in seconds."""

    path: Annotated[str, Field(max_length=2000)]
    expires: Annotated[int, Field(ge=1, le=int(LONGEST.total_seconds()))] = 30


class LongLived(Message):
    """`lifespan` in days."""

    client_name: Annotated[str, Field(min_length=1, max_length=100)]
    lifespan: Annotated[int, Field(ge=1, le=_LONGEST_KEY)]
    client_icon: str | None = None


def _sign(asked: Asked, message: SignPath) -> Any:
    identity, life = asked.session.identity, timedelta(seconds=message.expires)
    return {"path": asked.desk.access.signed.sign(message.path, identity, life)}


def _long_lived(asked: Asked, message: LongLived) -> Any:
    made, secret = asked.desk.access.make_key(asked.session.identity, message.client_name, message.lifespan)
    house, details = asked.desk.house, {"of": asked.login, "name": message.client_name}
    cause = Cause(house.new_id(), asked.login)
    house.audit(AuditEvent("token_made", asked.login, made.id, "ok", asked.session.address, details, cause))
    return secret


ROWS: Final = (
    Row("auth/sign_path", SignPath, _sign),
    Row("auth/long_lived_access_token", LongLived, _long_lived),
)
