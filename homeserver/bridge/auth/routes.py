"""All routes of this room as rows, and the files of its pages. Keeps nothing."""

from typing import Any

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response

from homeserver.bridge.auth import bodies
from homeserver.bridge.auth.addresses import FILES, FLOW, HEALTH, SESSION
from homeserver.bridge.auth.entrance import Entrance
from homeserver.bridge.auth.invitations import Arrivals
from homeserver.bridge.auth.own import Own
from homeserver.bridge.auth.page import page_file
from homeserver.bridge.auth.programs import Programs
from homeserver.bridge.auth.sessions import Sessions
from homeserver.bridge.models import Message
from homeserver.bridge.openapi import error_responses
from homeserver.topics.record import record


@record
class AuthRoutes:
    """`add` them to the application."""

    entrance: Entrance

    def add(self, app: FastAPI) -> None:
        """One row for each route that programs may read of: method, path, what answers, its body, its answer."""
        own, sessions, arrivals = Own(self.entrance), Sessions(self.entrance), Arrivals(self.entrance)
        rows: list[tuple[str, str, Any, Any, Any]] = [
            ("GET", HEALTH, sessions.health, None, bodies.Health),
            ("GET", SESSION, sessions.read, None, bodies.Session),
            ("POST", SESSION, sessions.sign_in, bodies.Come, bodies.Session),
            ("DELETE", SESSION, sessions.sign_out, None, Message),
            ("GET", "/api/auth/proofs", own.proofs, None, list[bodies.ProofInfo]),
            ("DELETE", "/api/auth/proofs/{id}", own.end, None, Message),
            ("GET", "/api/auth/people", own.people, None, list[bodies.Standing]),
            ("POST", "/api/auth/api_keys", own.api_key, bodies.NewKey, bodies.Made),
            ("POST", "/api/auth/password", own.password, bodies.ChangePassword, Message),
            ("POST", "/api/auth/second_factor", own.begin_factor, bodies.WithPassword, bodies.Factor),
            ("POST", "/api/auth/second_factor/confirm", own.confirm_factor, bodies.Confirm, bodies.RecoveryCodes),
            ("POST", "/api/auth/second_factor/remove", own.remove_factor, bodies.RemoveFactor, Message),
            ("POST", "/api/auth/invitations", arrivals.invite, bodies.Invite, bodies.Made),
            ("POST", "/api/auth/invitations/look", arrivals.look, bodies.Look, bodies.Invited),
            ("POST", "/api/auth/invitations/accept", arrivals.accept, bodies.Accept, bodies.Session),
            ("POST", "/api/auth/welcome", arrivals.welcome, bodies.Begin, bodies.Session),
        ]
        for method, path, function, takes, gives in rows:
            more = bodies.described(takes) if takes else None
            app.add_api_route(
                path,
                function,
                methods=[method],
                response_model=gives,
                responses=error_responses(),
                openapi_extra=more,
            )
        self._add_programs(app)
        for path in FILES:
            app.add_api_route(path, _page, methods=["GET", "HEAD"], include_in_schema=False)

    def _add_programs(self, app: FastAPI) -> None:
        programs = Programs(self.entrance)
        for method, path, function in (
            ("GET", "/auth/providers", programs.providers),
            ("POST", FLOW.rstrip("/"), programs.begin),
            ("POST", f"{FLOW}{{id}}", programs.step),
            ("DELETE", f"{FLOW}{{id}}", programs.abort),
            ("POST", "/auth/token", programs.token),
            ("POST", "/auth/revoke", programs.revoke),
        ):
            app.add_api_route(path, function, methods=[method], include_in_schema=False)


async def _page(request: Request) -> Response:
    file = page_file(request.url.path)
    headers = {"etag": file.etag, "cache-control": "no-cache"}
    if file.etag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    return Response(file.content, headers=headers, media_type=file.media_type)
