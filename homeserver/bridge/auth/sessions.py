"""`/api/session`: come in, say who one is, leave. And `/api/health`, which tells whether the home is there."""

from starlette.requests import Request
from starlette.responses import Response

from homeserver.bridge.auth.bodies import Come, body_of
from homeserver.bridge.auth.entrance import Entrance
from homeserver.bridge.refusals import Refusal, json_response
from homeserver.topics.record import record


@record
class Sessions:
    """The routes."""

    entrance: Entrance

    async def health(self) -> Response:
        """Whether the home can be asked: `ok`, or `degraded` while the broker is out of reach."""
        return json_response({"status": "ok" if self.entrance.house.connected else "degraded"})

    async def read(self, request: Request) -> Response:
        """Who the one is that asks."""
        return json_response(self.entrance.session(self.entrance.identity(request)))

    async def sign_in(self, request: Request) -> Response:
        """Open a session, kept in a cookie that no script can read."""
        body, entrance = await body_of(request, Come), self.entrance
        where = entrance.where(request)
        if body.token is not None or body.username is None:
            return entrance.enter(request, entrance.access.check_key(where.address, body.token or ""), "key")
        entrance.check_inhabited()
        if body.password is None:
            raise Refusal("invalid", "A password is needed.", "password")
        login = await entrance.sign_in.with_password(body.username, body.password, body.code, where)
        return entrance.enter(request, login, "password")

    async def sign_out(self, request: Request) -> Response:
        """End the session, and with it its streams."""
        entrance, identity = self.entrance, self.entrance.identity(request)
        if identity.kind == "session" and entrance.vault.proofs.end(identity.proof):
            entrance.say("token_ended", identity.login, identity.proof, entrance.where(request), reason="sign_out")
        line = entrance.access.forget_line(secure=entrance.is_secure(request))
        return json_response({"message": "Signed out."}, headers={"set-cookie": line})
