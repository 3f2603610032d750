"""`POST /api/mobile_app/registrations`, and the webhook of each phone.

A webhook needs no key but its id, which is one; see `phones`. What an app encrypts is answered encrypted. Keeps
nothing.
"""

from typing import Any, Final

import orjson
from fastapi import FastAPI
from pydantic import BaseModel, Field, StrictBool, ValidationError
from starlette.requests import Request
from starlette.responses import Response

from homeserver.bridge.auth.bodies import body_of, described
from homeserver.bridge.door import address_of
from homeserver.bridge.homeassistant.desk import Desk
from homeserver.bridge.homeassistant.failure import Failure
from homeserver.bridge.identity import Identity
from homeserver.bridge.mobile_app.hooks import CLIENTS, TYPES, WRAPPED, Registration, Speaking, failed
from homeserver.bridge.mobile_app.phones import Phone, Phones
from homeserver.bridge.mobile_app.sealed import Seal, SealError, opened
from homeserver.bridge.openapi import error_responses
from homeserver.bridge.refusals import Refusal, json_response
from homeserver.runtime.codec import sentence
from homeserver.topics.audit import AuditEvent
from homeserver.topics.call import CallError
from homeserver.topics.cause import Cause

REGISTRATIONS: Final = "/api/mobile_app/registrations"


class Register(Registration):
    """Register the phone that an app runs on, as one of whoever asks."""

    supports_encryption: StrictBool = False


class Registered(BaseModel):
    """`webhook_id` is as good as a key, and shown this once; `secret` where both encrypt."""

    webhook_id: str
    secret: str | None = None
    cloudhook_url: str | None = Field(None, description="always null: nothing here goes through a cloud")
    remote_ui_url: str | None = Field(None, description="always null, as before")


class MobileApp:
    """`desk` for what a phone asks, `phones` for who it is."""

    def __init__(self, desk: Desk, phones: Phones) -> None:
        self._desk = desk
        self._phones = phones

    def add_to(self, app: FastAPI) -> None:
        """The route of registrations."""
        app.add_api_route(
            REGISTRATIONS,
            self.register,
            methods=["POST"],
            status_code=201,
            response_model=Registered,
            responses=error_responses(),
            openapi_extra=described(Register),
        )

    async def register(self, request: Request) -> Response:
        """Register a phone: an app that tells of it, and is told, without signing in each time."""
        said = await body_of(request, Register)
        identity: Identity = request.state.identity
        address, agent = address_of(request.scope), request.headers.get("user-agent", "")
        if self._desk.announced.shape(CLIENTS, "register_phone") is None:
            raise Refusal("unavailable", f"The worker {CLIENTS}, which has the entities of phones, is not there.")
        phone, hook = self._phones.register(
            identity, said.device_name, address, agent, encrypts=said.supports_encryption
        )
        facts = said.model_dump(exclude_none=True, exclude={"supports_encryption"})
        cause = Cause(request.state.request, identity.login)
        try:
            told = await self._desk.ask(
                identity.login, CLIENTS, "register_phone", {"phone": phone.id, "facts": facts}, cause
            )
        except CallError as error:
            self._phones.end(phone.id)
            raise Refusal.of(error) from error
        if told["replaced"]:
            self._phones.end(told["replaced"])
        self._desk.joined(phone, told["facts"])
        details = {"of": identity.login, "name": said.device_name}
        self._desk.house.audit(AuditEvent("token_made", identity.login, phone.id, "ok", address, details, cause))
        return json_response(Registered(webhook_id=hook, secret=phone.secret).model_dump(), 201)

    def find(self, hook: str) -> Phone | None:
        return self._phones.find(hook)

    async def take(self, phone: Phone, request: Request) -> Response:
        """What a phone says, carried out, and the answer."""
        standing = self._phones.standing(phone)
        if standing == "ended":
            return Response(status_code=410)  # an app that is told so registers its phone anew
        if standing == "out":
            raise Refusal("denied", "You may not come in now.")
        self._phones.use(phone, address_of(request.scope), request.headers.get("user-agent", ""))
        cause = Cause(request.state.request, phone.login)
        message = _message(await request.body())
        seal: Seal | None = None
        if phone.secret is not None:
            if not message.get("encrypted"):
                return json_response(failed("encryption_required", "Encryption required"), 400)
            try:
                data, seal = opened(phone.secret, str(message.get("encrypted_data", "")))
            except SealError as error:
                self._desk.house.log.warning("a webhook of a phone: %s", error)
                return json_response({})
        else:
            data = message.get("data")
        status, answer = await self._carried_out(Speaking(self._desk, self._phones, phone, cause), message, data)
        return _sealed(seal, status, answer)

    async def _carried_out(self, speaking: Speaking, message: dict[str, Any], data: Any) -> tuple[int, Any]:
        row, log = TYPES.get(str(message.get("type"))), self._desk.house.log
        if row is None:
            log.info("a phone said something of a type that is not known here: %.60r", message.get("type"))
            return 200, {}
        model, work = row
        if field := WRAPPED.get(str(message["type"])):
            data = {field: data if data is not None else {}}
        try:
            said = model.model_validate(data if data is not None else {})
            return await work(speaking, said)
        except ValidationError as error:
            return 400, failed("invalid_format", sentence(error, model.model_fields))
        except (Refusal, Failure) as error:
            return 400, failed(error.code, error.message)
        except CallError as error:
            return 400, failed(error.error.code, error.error.message)


def _message(content: bytes) -> dict[str, Any]:
    """What came, as an object; raises `Refusal`."""
    try:
        message = orjson.loads(content)
    except orjson.JSONDecodeError as error:
        raise Refusal("invalid", "The body is no JSON.") from error
    if not isinstance(message, dict) or not isinstance(message.get("type"), str):
        raise Refusal("invalid", "Say what it is: {type: ..., data: ...}.", "type")
    return message


def _sealed(seal: Seal | None, status: int, answer: Any) -> Response:
    plain = json_response(answer, status)
    if seal is None or answer == {}:
        return plain
    return json_response({"encrypted": True, "encrypted_data": seal.close(bytes(plain.body))}, status)
