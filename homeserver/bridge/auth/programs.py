"""Home Assistant's way in for programs: `/auth/providers`, `/auth/login_flow`, `/auth/token`, `/auth/revoke`.

Shapes and errors as in developers.home-assistant.io/docs/auth_api; codes and tokens as in RFC 6749, whose error bodies
are `{"error", "error_description"}`. Needs somebody to sign in. Keeps nothing but attempts under way.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Final

import orjson
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from homeserver.bridge.auth.clients import is_client, may_redirect
from homeserver.bridge.auth.entrance import Entrance
from homeserver.bridge.auth.flows import HANDLER, Flow, Flows, entry, form
from homeserver.bridge.proofs.proofs import Proof
from homeserver.bridge.proofs.sign_in import CODE_NEEDED
from homeserver.bridge.proofs.tokens import ACCESS_LIFE
from homeserver.bridge.refusals import Refusal, json_response

_MOST_FIELDS: Final = 20
_LONGEST: Final = 1024
_LATE: Final = "That took too long, or never began: start again."


class Programs:
    """The routes."""

    def __init__(self, entrance: Entrance) -> None:
        self._entrance = entrance
        self._flows = Flows(entrance.house.clock)

    async def providers(self) -> Response:
        """The ways to sign in."""
        self._entrance.check_inhabited()
        only = {"name": self._entrance.house.settings.home.name, "id": None, "type": "homeassistant"}
        return json_response({"providers": [only], "preselect_remember_me": True})

    # -- signing in

    async def begin(self, request: Request) -> Response:
        """Begin: `client_id` and `redirect_uri` of the program."""
        self._entrance.check_inhabited()
        body = await _json(request)
        client_id, redirect_uri = _text(body, "client_id"), _text(body, "redirect_uri")
        if not is_client(client_id) or not may_redirect(client_id, redirect_uri):
            message = "Invalid client id or redirect uri: the answer may only go to the address of the program itself."
            raise Refusal("invalid", message, "redirect_uri" if is_client(client_id) else "client_id")
        if body.get("handler", HANDLER) != HANDLER:
            raise Refusal("invalid", "Invalid handler specified: /auth/providers names the one there is.", "handler")
        return json_response(form(self._flows.begin(client_id, redirect_uri), "init"))

    async def step(self, id: str, request: Request) -> Response:
        """Answer what the last step asked for."""
        flow, body = self._flows.find(id), await _json(request)
        if flow is None:
            raise Refusal("not_found", f"Invalid flow specified. {_LATE}")
        if _text(body, "client_id") != flow.client_id:
            raise Refusal("invalid", "Invalid client id: it is another than that which began.", "client_id")
        asks_for_code = bool(flow.username)
        if not asks_for_code:
            flow = replace(flow, username=_text(body, "username"), password=_text(body, "password"))
        code = _text(body, "code") if asks_for_code else None
        return await self._signed_in(id, flow, code, request)

    async def abort(self, id: str) -> Response:
        """Give up."""
        if not self._flows.end(id):
            raise Refusal("not_found", "Invalid flow specified.")
        return json_response({"message": "Flow aborted"})

    async def _signed_in(self, id: str, flow: Flow, code: str | None, request: Request) -> Response:
        where = self._entrance.where(request)
        try:
            login = await self._entrance.sign_in.with_password(flow.username, flow.password, code, where)
        except Refusal as refusal:
            if refusal.code == CODE_NEEDED:
                self._flows.keep(id, flow)
                return json_response(form(id, "mfa"))
            if refusal.code != "unauthorized":
                raise
            return json_response(form(id, "init" if code is None else "mfa", _fault(code)))
        if not self._flows.end(id):
            raise Refusal("not_found", f"Invalid flow specified. {_LATE}")  # two answers at once
        self._entrance.vault.attempts.learn(login, where.address)
        self._entrance.say("sign_in", login, flow.client_id, where, how="program")
        answer = json_response(entry(id, self._flows.grant(flow, login, self._sound(login))))
        line = self._entrance.access.device_line(login, secure=self._entrance.is_secure(request))
        answer.headers.append("set-cookie", line)
        return answer

    def _sound(self, login: str) -> Callable[[], bool]:
        """Whether his sessions were not ended, nor his password changed, from now on."""
        people, vault = self._entrance.house.people, self._entrance.vault

        def standing() -> tuple[int | None, float | None]:
            person = people.person(login)
            return None if person is None else person.epoch, vault.password_age(login)

        epoch, password = standing()
        return lambda: standing() in ((epoch, password), (None, password))

    # -- tokens

    async def token(self, request: Request) -> Response:
        """A code or a refresh token for an access token. The body is a form."""
        fields = await _form(request)
        grant = fields.get("grant_type")
        if fields.get("action") == "revoke":
            return await self._revoked(fields, request)
        if grant == "authorization_code":
            return self._by_code(fields, request)
        if grant == "refresh_token":
            return self._by_refresh(fields, request)
        return _error("unsupported_grant_type")

    def _by_code(self, fields: Mapping[str, str], request: Request) -> Response:
        client_id = fields.get("client_id", "")
        if not is_client(client_id):
            return _error("invalid_request", "Invalid client id")
        login = self._flows.take(fields.get("code", ""), client_id)
        if not login:
            return _error("invalid_request", "Invalid code")
        if self._entrance.house.people.person(login) is None:
            return _error("access_denied", "User is not active", 403)
        where = self._entrance.where(request)
        proof, refresh = self._entrance.vault.proofs.make(
            login, "refresh", name=client_id, client=client_id, address=where.address, agent=where.agent
        )
        self._entrance.say("token_made", login, proof.id, where, client=client_id)
        return self._given(proof, {"refresh_token": refresh, "ha_auth_provider": "homeassistant"})

    def _by_refresh(self, fields: Mapping[str, str], request: Request) -> Response:
        client_id = fields.get("client_id")
        if client_id is not None and not is_client(client_id):
            return _error("invalid_request", "Invalid client id")
        if not fields.get("refresh_token"):
            return _error("invalid_request")
        where, vault = self._entrance.where(request), self._entrance.vault
        proof = vault.proofs.find(fields["refresh_token"], "refresh")
        try:
            self._entrance.access.check_secret(where.address, True, proof is not None)
        except Refusal as refusal:
            if refusal.code == "too_many":
                raise
            return _error("invalid_grant")
        assert proof is not None
        if client_id is not None and proof.client != client_id:
            return _error("invalid_request")
        vault.proofs.use(proof, where.address, where.agent)
        return self._given(proof, {})

    def _given(self, proof: Proof, more: dict[str, str]) -> Response:
        seconds = int(ACCESS_LIFE.total_seconds())
        token = {"access_token": self._entrance.access.access_token(proof), "token_type": "Bearer"}
        headers = {"cache-control": "no-store", "pragma": "no-cache"}
        return json_response({**token, "expires_in": seconds, **more}, headers=headers)

    async def revoke(self, request: Request) -> Response:
        """End a refresh token, and with it all that came of it. Answers the same where there is none (RFC 7009)."""
        return await self._revoked(await _form(request), request)

    async def _revoked(self, fields: Mapping[str, str], request: Request) -> Response:
        vault = self._entrance.vault
        proof = vault.proofs.find(fields.get("token", ""), "refresh")
        if proof is not None and vault.proofs.end(proof.id):
            where = self._entrance.where(request)
            self._entrance.say("token_ended", proof.login, proof.id, where, client=proof.client)
        return Response(status_code=200)


def _fault(code: str | None) -> str:
    return "invalid_auth" if code is None else "invalid_code"


def _error(error: str, description: str = "", status: int = 400) -> Response:
    body = {"error": error, **({"error_description": description} if description else {})}
    return json_response(body, status)


async def _form(request: Request) -> Mapping[str, str]:
    """The fields of a form, in either of its two encodings; what is no text counts for nothing."""
    try:
        fields: FormData = await request.form(max_files=0, max_fields=_MOST_FIELDS, max_part_size=8 * _LONGEST)
    except HTTPException:
        return {}
    return {name: value for name, value in fields.items() if isinstance(value, str)}


async def _json(request: Request) -> dict[str, Any]:
    try:
        body = orjson.loads(await request.body())
    except orjson.JSONDecodeError as error:
        raise Refusal("invalid", "Invalid JSON specified.") from error
    if not isinstance(body, dict):
        raise Refusal("invalid", "The body must be a JSON object.")
    return body


def _text(body: Mapping[str, Any], field: str) -> str:
    value = body.get(field)
    if not isinstance(value, str) or len(value) > _LONGEST:
        raise Refusal("invalid", f"Message format incorrect: {field} must be a text.", field)
    return value
