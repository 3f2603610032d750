"""The routes: what each address answers. Thin: a route reads the request, asks the house, and shapes the answer.

Needs the door around it, which has settled who asks. Keeps nothing.
"""

from collections.abc import Callable
from dataclasses import field
from typing import Any, Final, cast

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Match

from homeserver import __version__
from homeserver.bridge import models
from homeserver.bridge.access import Access
from homeserver.bridge.announced import Announcements
from homeserver.bridge.auth.routes import AuthRoutes
from homeserver.bridge.bodies import json_object
from homeserver.bridge.compression import Compression
from homeserver.bridge.dashboard import ADDRESSES, serve
from homeserver.bridge.door import WEBHOOK, WEBHOOK_METHODS
from homeserver.bridge.files import Files
from homeserver.bridge.homeassistant.rest import Rest
from homeserver.bridge.identity import Identity
from homeserver.bridge.mobile_app.routes import MobileApp
from homeserver.bridge.openapi import Document, error_responses
from homeserver.bridge.parts import in_parts
from homeserver.bridge.picture import Picture
from homeserver.bridge.pictures import picture, pictures
from homeserver.bridge.refusals import STATUS, Refusal, answer, json_response, refused_call
from homeserver.bridge.schemas import Schemas
from homeserver.bridge.services import Services
from homeserver.bridge.sight import Sight
from homeserver.bridge.webhooks import Hooks
from homeserver.bridge.weights import HoldFor, Priority, weight_of
from homeserver.runtime.house import House
from homeserver.topics.call import CallError, Role, may
from homeserver.topics.cause import Cause
from homeserver.topics.record import record
from homeserver.view.permission import Permissions

SILENCE: Final = 3600.0
"""Seconds in which a streamed call must say something."""


@record
class Routes:
    """What the routes need, and the routes."""

    house: House
    access: Access
    auth: AuthRoutes
    picture: Picture
    permissions: Permissions
    announced: Announcements
    services: Services
    hooks: Hooks
    files: Files
    rest: Rest
    mobile_app: MobileApp
    schemas: Schemas = field(default_factory=Schemas)
    document: Document = field(default_factory=Document)

    def app(self) -> FastAPI:
        """The application; one row for each route."""
        app = FastAPI(
            title=self.house.settings.home.name,
            version=__version__,
            openapi_url=None,
            docs_url=None,
            redoc_url=None,
            redirect_slashes=False,
            telemetry={"tracing": False, "metrics": False, "logs": False},
        )
        rows: list[tuple[str, str, Callable[..., Any], Any]] = [
            ("GET", "/api/", self.running, models.Message),
            ("GET", "/api/states", self.states, list[models.State]),
            ("GET", "/api/states/{entity_id}", self.state, models.State),
            ("POST", "/api/services/{domain}/{service}", self.service, models.States | models.Responded),
            ("GET", "/api/calls", self.calls, list[models.AnnouncedCall]),
            ("GET", "/api/camera_proxy/{entity_id}", self.camera, None),
            ("GET", "/api/camera_proxy_stream/{entity_id}", self.camera_stream, None),
            ("GET", "/api/image_proxy/{entity_id}", self.image, None),
            ("GET", "/api/openapi.json", self.openapi, None),
            *self.rest.rows(),
        ]
        for method, path, function, model in rows:
            app.add_api_route(path, function, methods=[method], response_model=model, responses=error_responses())
        self.files.add_to(app)
        app.add_api_route("/api/calls/{worker}/{verb}", self.call, methods=["POST"], include_in_schema=False)
        self.auth.add(app)
        self.mobile_app.add_to(app)
        hook = f"{WEBHOOK}{{webhook_id}}"
        app.add_api_route(hook, self.webhook, methods=[*WEBHOOK_METHODS], include_in_schema=False)
        for path in ADDRESSES:
            app.add_api_route(path, self.page, methods=["GET", "HEAD"], include_in_schema=False)
        app.add_middleware(Compression)
        app.add_exception_handler(Refusal, _refused)
        app.add_exception_handler(HTTPException, _unknown)
        app.add_exception_handler(RequestValidationError, _malformed)
        app.add_exception_handler(Exception, _bug)
        return app

    def _sight(self, request: Request) -> Sight:
        return Sight(self.picture, self.permissions, _login(request))

    # -- reading

    async def running(self) -> Response:
        """Tell that the interface is there."""
        return json_response({"message": "API running."})

    async def states(self, request: Request) -> Response:
        """All entities."""
        sight = self._sight(request)
        return json_response([sight.state(entity_id) for entity_id in sight.ids()])

    async def state(self, entity_id: str, request: Request) -> Response:
        """One entity."""
        return json_response(self._sight(request).state(entity_id))

    async def camera(self, entity_id: str, request: Request) -> Response:
        """The latest picture of a camera."""
        return await self._picture(entity_id, "camera", request)

    async def camera_stream(self, entity_id: str, request: Request) -> Response:
        """The pictures of a camera, one after the other, for as long as somebody looks."""
        present = self._sight(request).state(entity_id)["entity_id"]
        asked = (self.house, present, "camera", _login(request), _cause(request))
        return await pictures(*asked, self._valid(request))

    async def image(self, entity_id: str, request: Request) -> Response:
        """The latest picture of an image entity."""
        return await self._picture(entity_id, "image", request)

    async def _picture(self, entity_id: str, domain: str, request: Request) -> Response:
        present = self._sight(request).state(entity_id)["entity_id"]
        return await picture(self.house, present, domain, _login(request), _cause(request))

    def _valid(self, request: Request) -> Callable[[], bool]:
        """Whether who asked may go on listening."""
        identity: Identity = request.state.identity
        return lambda: self.access.alive(identity)

    # -- asking for something

    async def service(
        self,
        domain: str,
        service: str,
        request: Request,
        priority: Priority = None,
        hold_for: HoldFor = None,
        return_response: str | None = None,
    ) -> Response:
        """Carry out a service; answers once the owners have accepted, with the states that changed so far; with
        `return_response` also with what the service answers, and only where it answers anything."""
        weight = weight_of(priority, hold_for)
        body = await json_object(request)
        who, wants = (_login(request), domain, service, body, _cause(request), weight), return_response is not None
        done = await self.services.carry_out(*who, answered=wants)
        sight = self._sight(request)
        changed = [sight.state(id) for id in done.changed if sight.find(id)]
        if return_response is None:
            return json_response(changed)
        if done.answer is None:
            raise Refusal("invalid", f"{domain}.{service} answers nothing: leave it out.", "return_response")
        return json_response({"changed_states": changed, "service_response": done.answer})

    async def calls(self) -> Response:
        """The calls that workers answer now, with the JSON Schemas of request and reply."""
        rows = [(call.worker, call.verb, call.shape) for call in self.announced.all()]
        shapes = [{"worker": worker, "verb": verb, **_shape(shape)} for worker, verb, shape in rows]
        return json_response(shapes)

    async def call(self, worker: str, verb: str, request: Request) -> Response:
        """Make a call; answers with the worker's reply."""
        found = self.announced.find(worker, verb)
        body = await json_object(request)
        who: dict[str, Any] = {"cause": _cause(request), "login": _login(request)}
        least = cast(Role, found.shape.role)  # who may not call it is told that, and nothing of what it takes
        if may(self.house.people.role(_login(request), worker, verb), least):
            self.schemas.check(found, body)
        if found.shape.stream:
            parts = self.house.ask_stream(worker, verb, body, ttl=SILENCE, **who)
            return await in_parts(parts, request.headers.get("accept", ""), self._valid(request), self.access.watch)
        try:
            result = await self.house.ask(worker, verb, body, **who)
        except CallError as error:
            raise refused_call(error) from error
        return json_response(result)

    async def webhook(self, webhook_id: str, request: Request) -> Response:
        """Tell whoever waits for it; answers the same if nobody does. A phone has one of its own."""
        self.hooks.admit(request)
        phone = self.mobile_app.find(webhook_id) if request.method == "POST" else None
        if phone is not None:
            return await self.mobile_app.take(phone, request)
        return await self.hooks.take(request, webhook_id)

    async def openapi(self, request: Request) -> Response:
        """This interface in OpenAPI 3.1, the announced calls included."""
        app: FastAPI = request.app
        return Response(self.document.body(app.openapi(), self.announced.all()), media_type="application/json")

    # -- the page

    async def page(self, request: Request) -> Response:
        """A file of the dashboard."""
        file = serve(request.url.path)
        if file is None:
            raise Refusal("not_found", "There is nothing at this address.")
        headers = file.headers
        if file.etag in request.headers.get("if-none-match", ""):
            return Response(status_code=304, headers=headers)
        if file.packed and "gzip" in request.headers.get("accept-encoding", ""):
            packed = {**headers, "content-encoding": "gzip"}
            return Response(file.packed, headers=packed, media_type=file.media_type)
        return Response(file.content, file.status, headers, file.media_type)


def _login(request: Request) -> str:
    login: str = request.state.login
    return login


def _cause(request: Request) -> Cause:
    return Cause(request.state.request, _login(request))


def _shape(shape: Any) -> dict[str, Any]:
    return {
        "doc": shape.doc,
        "role": shape.role,
        "stream": shape.stream,
        "request": shape.request,
        "reply": shape.reply,
    }


async def _refused(request: Request, error: Exception) -> Response:
    return answer(error) if isinstance(error, Refusal) else await _bug(request, error)


async def _malformed(_: Request, error: Exception) -> Response:
    """A parameter of the address that is not as the OpenAPI document says."""
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    name = str(first["loc"][-1])
    return answer(Refusal("invalid", f"{name}: {first['msg']}.", name))


async def _unknown(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    if status == STATUS["not_allowed"]:
        allowed = {"allow": ", ".join(_methods(request))}
        return answer(Refusal("not_allowed", "This address does not know that method.", headers=allowed))
    return answer(Refusal("not_found", "There is nothing at this address.", status=status))


def _methods(request: Request) -> list[str]:
    """All methods that the address of a request knows: a router tells of the first row with that address only."""
    rows = [route for route in request.app.routes if route.matches(request.scope)[0] is not Match.NONE]
    return sorted({method for route in rows for method in getattr(route, "methods", None) or ()})


async def _bug(_: Request, error: Exception) -> Response:
    return answer(Refusal("bug", "The bridge made a mistake; the log has it under this request's id."))
