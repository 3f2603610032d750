"""The bodies that the routes of this room take and give, and how one is read. Times are ISO 8601 in UTC."""

from datetime import datetime
from typing import Annotated, Any, Final, TypeVar

import orjson
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.requests import Request

from homeserver.bridge.refusals import Refusal

B = TypeVar("B", bound=BaseModel)
_Secret = Annotated[str, Field(max_length=512)]
_Code = Annotated[str | None, Field(max_length=64, description="of the authenticator app, or a recovery code")]
_LONGEST_LIFE: Final = 3650


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Come(_Body):
    """Sign in: with a name and a password, and a code where one is asked for; or with the key of the data folder."""

    token: _Secret | None = None
    username: Annotated[str | None, Field(max_length=100)] = None
    password: _Secret | None = None
    code: _Code = None


class NewKey(_Body):
    """Make an API key. `login`: another's, a service's, which only an owner may do."""

    name: Annotated[str, Field(min_length=1, max_length=100, description="what it is for")]
    days: Annotated[int | None, Field(ge=1, le=_LONGEST_LIFE, description="of its life; null: without end")] = None
    login: Annotated[str | None, Field(max_length=64)] = None


class ChangePassword(_Body):
    old: _Secret
    new: _Secret


class WithPassword(_Body):
    """Whatever changes how one signs in asks for the password again."""

    password: _Secret


class RemoveFactor(_Body):
    """`password`: one's own. `login`: somebody else's second factor, which only an owner may take away."""

    password: _Secret | None = None
    login: Annotated[str | None, Field(max_length=64)] = None


class Confirm(_Body):
    code: Annotated[str, Field(max_length=64)]


class Invite(_Body):
    login: Annotated[str, Field(max_length=64, description="for whom: person.anna")]


class Look(_Body):
    """Ask whom an invitation is for."""

    invitation: _Secret


class Invited(BaseModel):
    """Whom an invitation is for."""

    login: str
    name: str


class Accept(_Body):
    """Set a password by an invitation."""

    invitation: _Secret
    password: _Secret
    code: _Code = None


class Begin(_Body):
    """Become the first owner, by the link that `homeserver up` prints."""

    welcome: _Secret
    name: Annotated[str, Field(min_length=1, max_length=100)]
    password: _Secret


class Session(BaseModel):
    """Who one is. `kind`: by what he came in; `password` and `second_factor`: whether he has one; `recovery_codes`: how
    many of them he has left."""

    login: str
    name: str
    role: str
    kind: str
    password: bool
    second_factor: bool
    recovery_codes: int


class Standing(BaseModel):
    """How somebody signs in. `invited`: until when his link counts, null where he has none; `sessions`, `programs` and
    `keys`: how many he has; `used`: when one of them was last used."""

    login: str
    password: bool
    second_factor: bool
    invited: datetime | None
    sessions: int
    programs: int
    keys: int
    used: datetime | None


class ProofInfo(BaseModel):
    """A session, a program's token, or a key. `current`: the one by which this was asked."""

    id: str
    login: str
    kind: str
    name: str
    client: str
    address: str
    agent: str
    created: datetime
    used: datetime
    expires: datetime | None
    current: bool


class Made(BaseModel):
    """A secret that is shown this once, and the id by which it can be ended."""

    id: str
    secret: str


class Factor(BaseModel):
    """For an authenticator app: `uri` as a picture or link, `secret` to type."""

    secret: str
    uri: str


class RecoveryCodes(BaseModel):
    """Each lets its owner in once without the app; shown this once."""

    recovery_codes: list[str]


class Health(BaseModel):
    status: str


async def body_of(request: Request, model: type[B]) -> B:
    """The body, checked; raises `Refusal` that names the field."""
    content = await request.body()
    try:
        return model.model_validate(orjson.loads(content) if content.strip() else {})
    except orjson.JSONDecodeError as error:
        raise Refusal("invalid", f"The body is no JSON: {error}.") from error
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        field = ".".join(str(part) for part in first["loc"])
        raise Refusal("invalid", f"{field or 'The body'}: {first['msg']}.", field or None) from error


def described(model: type[BaseModel]) -> dict[str, Any]:
    """What the OpenAPI document says of a route that takes this body."""
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": model.model_json_schema()}}}}
