"""The door that every request passes: who asks, from where, how much he brings.

An ASGI application around the bridge's own. Deny by default: a path that is not in `OPEN`, no file of the dashboard and
no webhook needs a proof, whether or not it exists. The body is read here, at most `LARGEST` bytes within `PATIENCE`,
before the application begins. Keeps nothing.
"""

import asyncio
from collections.abc import Callable
from typing import Any, Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from homeserver.bridge.access import Access
from homeserver.bridge.auth import addresses
from homeserver.bridge.dashboard import serve
from homeserver.bridge.identity import Identity
from homeserver.bridge.origins import Origins, answers_to, from_elsewhere, same_origin
from homeserver.bridge.refusals import Refusal, answer
from homeserver.runtime.auditing import came_from
from homeserver.runtime.log import request_id

LARGEST: Final = 1024 * 1024
PATIENCE: Final = 15.0
"""Seconds in which the body of a request must have arrived."""
ACKNOWLEDGE: Final = "/api/push/acknowledge"
"""Where a device says what became of a notification, with the token that stood in that."""
OPEN: Final = addresses.OPEN | {("POST", ACKNOWLEDGE)}
"""Method and path of what needs no proof, beside the dashboard's files, which hold nothing of the home."""
WEBHOOK: Final = "/api/webhook/"
"""What begins with this needs no key but the id that follows."""
WEBHOOK_METHODS: Final = ("GET", "HEAD", "POST", "PUT")
WEBHOOK_LARGEST: Final = 64 * 1024
STREAMED: Final = "/api/uploads"
"""Whose body is not read before the application begins: that of this address, and of what lies under it."""
_SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_HEADERS: Final = (
    (
        "content-security-policy",
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; media-src 'self'; "
        "connect-src 'self'; manifest-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'; "
        "require-trusted-types-for 'script'; trusted-types lit-html homeserver",
    ),
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
    ("referrer-policy", "no-referrer"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    ("permissions-policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
)


class Door:
    """`app` behind a door. `state.identity` of the request is who asks, `state.login` his login.

    `names` are other names of this home, `origins` those whose pages may ask beside our own. `request_id` is set for
    the log.
    """

    def __init__(
        self,
        app: ASGIApp,
        access: Access,
        http_host: str,
        new_id: Callable[[], str],
        names: tuple[str, ...] = (),
        origins: tuple[str, ...] = (),
    ) -> None:
        self._names = names
        self._origins = Origins(origins)
        self._app = app
        self._access = access
        self._http_host = http_host
        self._new_id = new_id

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            raise RuntimeError(f"the bridge serves no {scope['type']}")
        request_id.set(request := self._new_id())
        state: dict[str, Any] = scope.setdefault("state", {})
        state.update(request=request, login="", session="", identity=None)

        headers = Headers(scope=scope)

        async def reply(message: Message) -> None:
            if message["type"] == "http.response.start":
                dressed = MutableHeaders(scope=message)
                _dress(dressed, request)
                self._origins.allow(headers, dressed)
            await send(message)

        try:
            self._check_host(headers)
            if self._origins.is_preflight(scope["method"], headers):
                await Response(status_code=204)(scope, receive, reply)
                return
            body = await self._admit(scope, headers, receive)
        except Refusal as refusal:
            await answer(refusal)(scope, receive, reply)
            return
        await self._app(scope, receive if body is None else _replay(body, receive), reply)

    def _check_host(self, headers: Headers) -> None:
        hosts = headers.getlist("host")
        if len(hosts) != 1 or not answers_to(hosts[0], self._http_host, self._names):
            message = "This home does not answer to that name; the settings http_host and bridge.names give it one."
            raise Refusal("misdirected", message)

    async def _admit(self, scope: Scope, headers: Headers, receive: Receive) -> bytes | None:
        came_from.set(address_of(scope))
        if is_webhook(scope):
            return await _body(headers, receive, WEBHOOK_LARGEST)
        self._identify(scope, headers)
        return None if is_streamed(scope) else await _body(headers, receive)

    def _identify(self, scope: Scope, headers: Headers) -> None:
        state, method = scope["state"], scope["method"]
        if is_open(method, scope["path"]):
            if method not in _SAFE and from_elsewhere(headers, scope["scheme"]) and not self._origins.named(headers):
                raise Refusal("denied", "Only this home's own page may sign in; bridge.cors_origins names others.")
            return
        identity = self._signed(scope) or self._access.identify(headers, address_of(scope))
        if identity.kind == "session":
            if method not in _SAFE and not same_origin(headers, scope["scheme"]):
                raise Refusal("denied", "With a session, only this home's own page may change something.")
            state["session"] = self._access.session_in(headers)
        state.update(identity=identity, login=identity.login)

    def _signed(self, scope: Scope) -> Identity | None:
        """Who signed this address, where it was and he may still come in."""
        if scope["method"] not in ("GET", "HEAD") or b"authSig=" not in scope.get("query_string", b""):
            return None
        return self._access.signer(scope["path"], scope["query_string"].decode("latin-1"))


def is_open(method: str, path: str) -> bool:
    """Whether a request needs no proof."""
    if method in addresses.FLOW_METHODS and path.startswith(addresses.FLOW):
        return True
    return (method, path) in OPEN or (method in ("GET", "HEAD") and serve(path) is not None)


def is_webhook(scope: Scope) -> bool:
    """Whether somebody knocks who may have no key, with an id instead."""
    return str(scope["path"]).startswith(WEBHOOK) and scope["method"] in WEBHOOK_METHODS


def is_streamed(scope: Scope) -> bool:
    """Whether the body goes to its route as it comes."""
    path = str(scope["path"])
    return path == STREAMED or path.startswith(f"{STREAMED}/")


async def _body(headers: Headers, receive: Receive, largest: int = LARGEST) -> bytes:
    announced = headers.get("content-length", "0")
    if announced.isdigit() and int(announced) > largest:
        raise _too_large(largest)
    chunks, size = [], 0
    try:
        async with asyncio.timeout(PATIENCE):
            while True:
                message = await receive()
                chunks.append(message.get("body", b""))
                size += len(chunks[-1])
                if size > largest:
                    raise _too_large(largest)
                if not message.get("more_body"):
                    return b"".join(chunks)
    except TimeoutError as error:
        raise Refusal("slow", f"The body did not arrive within {PATIENCE:g} s.", headers=_CLOSE) from error


_CLOSE: Final = {"connection": "close"}


def _too_large(largest: int) -> Refusal:
    return Refusal("too_large", f"A request may hold {largest} bytes at most.", headers=_CLOSE)


def _replay(body: bytes, receive: Receive) -> Receive:
    """The body as one message, then whatever comes: the end of the connection."""
    waiting = [body]

    async def again() -> Message:
        if waiting:
            return {"type": "http.request", "body": waiting.pop(), "more_body": False}
        return await receive()

    return again


def _dress(headers: MutableHeaders, request: str) -> None:
    for name, value in _HEADERS:
        headers[name] = value
    headers["x-request-id"] = request
    headers.setdefault("cache-control", "no-store")


def address_of(scope: Scope) -> str:
    """The address that the connection comes from."""
    client = scope.get("client")
    return str(client[0]) if client else ""
