"""The routes of push: the home's key, one's own devices, and what a service worker says of a notification.

A service worker may wake without a session: what it says needs no key but the token that stood in the encrypted
message, and is answered with nothing, whether or not it counts. Keeps how often each address has asked lately.
"""

from typing import Any, Final, TypeVar
from urllib.parse import urlsplit

from fastapi import FastAPI
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.requests import Request
from starlette.responses import Response

from homeserver.bridge.bodies import json_object
from homeserver.bridge.door import ACKNOWLEDGE, address_of
from homeserver.bridge.identity import Identity
from homeserver.bridge.models import Message
from homeserver.bridge.openapi import error_responses
from homeserver.bridge.push.book import Subscription
from homeserver.bridge.push.keys import KeyFileError
from homeserver.bridge.push.pushing import Push
from homeserver.bridge.push.sending import is_allowed
from homeserver.bridge.refusals import Refusal, json_response
from homeserver.bridge.webhooks import Pace
from homeserver.runtime.tls.push import check_keys

MOST: Final = 20
"""Devices of one person."""
_SUBSCRIPTIONS: Final = "/api/push/subscriptions"
M = TypeVar("M", bound=BaseModel)


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class PushKeys(_Body):
    """The keys of a browser, in base64 for addresses."""

    p256dh: str = Field(max_length=200)
    auth: str = Field(max_length=100)


class Subscribe(_Body):
    """A browser's `PushSubscription` as it writes itself in JSON, and what the device is called."""

    endpoint: str = Field(max_length=1000)
    keys: PushKeys
    expirationTime: float | None = None  # noqa: N815  (the browser's own name)
    device: str = Field("", max_length=100)


class Unsubscribe(_Body):
    """One of one's own devices, by its address or by its id in the list."""

    endpoint: str | None = Field(None, max_length=1000)
    id: str | None = Field(None, max_length=100)


class Acknowledge(_Body):
    """`id` and `token` as they stood in the message; `action` where a button was pressed."""

    id: str = Field(max_length=100)
    token: str = Field(max_length=100)
    action: str = Field("", max_length=64)


class PushKey(BaseModel):
    """The home's public key, for `applicationServerKey`."""

    key: str


class PushDevice(BaseModel):
    """One browser; `service` is the host of its push service; times in seconds since 1970."""

    id: str
    device: str
    service: str
    created: float
    used: float


class PushRoutes:
    """What is behind `/api/push/`."""

    def __init__(self, push: Push) -> None:
        self._push = push
        self._pace = Pace(push.house.clock)

    def add_to(self, app: FastAPI) -> None:
        """The routes."""
        errors = error_responses()
        rows: list[tuple[str, str, Any, Any, type[BaseModel] | None]] = [
            ("GET", "/api/push/key", self.key, PushKey, None),
            ("GET", _SUBSCRIPTIONS, self.devices, list[PushDevice], None),
            ("POST", _SUBSCRIPTIONS, self.subscribe, PushDevice, Subscribe),
            ("DELETE", _SUBSCRIPTIONS, self.unsubscribe, Message, Unsubscribe),
        ]
        for method, path, function, model, body in rows:
            told = _described(body) if body is not None else None
            app.add_api_route(
                path, function, methods=[method], response_model=model, responses=errors, openapi_extra=told
            )
        app.add_api_route(
            ACKNOWLEDGE,
            self.acknowledge,
            methods=["POST"],
            status_code=204,
            response_class=Response,
            responses=errors,
            openapi_extra={**_described(Acknowledge), "security": []},
        )

    async def key(self) -> Response:
        """The key with which a browser switches notifications on."""
        try:
            return json_response({"key": self._push.keys.public})
        except KeyFileError as error:
            raise Refusal("unavailable", f"{error}.") from error

    async def devices(self, request: Request) -> Response:
        """One's own devices that get notifications."""
        return json_response([_device(one) for one in self._push.book.subscriptions(_identity(request).login)])

    async def subscribe(self, request: Request) -> Response:
        """Get notifications on this browser from now on."""
        wanted, who, push = await _body(request, Subscribe), _identity(request), self._push
        if not is_allowed(wanted.endpoint, push.options.push_services):
            text = "endpoint is of no push service that this home asks; the setting bridge.push_services names them."
            raise Refusal("invalid", text, "endpoint", status=422)
        try:
            check_keys(wanted.keys.p256dh, wanted.keys.auth)
        except ValueError as error:
            raise Refusal("invalid", f"keys are not those of a browser: {error}.", "keys") from error
        others = [one for one in push.book.subscriptions(who.login) if one.endpoint != wanted.endpoint]
        if len(others) >= MOST:
            raise Refusal("conflict", f"You have {MOST} devices with notifications: remove one first.")
        made = self._made(wanted, who)
        push.book.subscribe(made)
        return json_response(_device(made))

    def _made(self, wanted: Subscribe, who: Identity) -> Subscription:
        push, now = self._push, self._push.now()
        person, keys = push.house.people.person(who.login), wanted.keys
        epoch = person.epoch if person is not None else 0
        name = " ".join(wanted.device.split()) or "Browser"
        places = (push.house.new_id(), who.login, wanted.endpoint, keys.p256dh, keys.auth, name)
        return Subscription(*places, who.kind, who.proof, epoch, now, now)

    async def unsubscribe(self, request: Request) -> Response:
        """Get none on one of one's own devices any more."""
        named, login, book = await _body(request, Unsubscribe), _identity(request).login, self._push.book
        mine = [one for one in book.subscriptions(login) if named.endpoint == one.endpoint or named.id == one.id]
        if not mine:
            raise Refusal("not_found", "You have no such device.", "endpoint" if named.id is None else "id")
        for one in mine:
            book.remove(one.id)
        return json_response({"message": "Removed."})

    async def acknowledge(self, request: Request) -> Response:
        """Tell that a device has shown a notification, or which of its buttons was pressed. Needs no key but the token
        of the notification, and tells nothing."""
        if not self._pace.admits(address_of(request.scope)):
            raise Refusal("too_many", "Too many requests; try again later.", headers={"retry-after": "10"})
        told = await _body(request, Acknowledge)
        await self._push.acknowledge(told.id, told.token, told.action)
        return Response(status_code=204)


def _identity(request: Request) -> Identity:
    identity: Identity = request.state.identity
    return identity


def _device(one: Subscription) -> dict[str, Any]:
    service = urlsplit(one.endpoint).hostname or ""
    return {"id": one.id, "device": one.device, "service": service, "created": one.created, "used": one.used}


async def _body(request: Request, model: type[M]) -> M:
    try:
        return model.model_validate(await json_object(request))
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        name = ".".join(str(part) for part in first["loc"])
        raise Refusal("invalid", f"{name}: {first['msg']}.", name) from error


def _described(model: type[BaseModel]) -> dict[str, Any]:
    schema = model.model_json_schema()
    for name, inner in schema.pop("$defs", {}).items():
        for field in schema["properties"].values():
            if field.get("$ref") == f"#/$defs/{name}":
                field.clear()
                field.update(inner)
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}}
