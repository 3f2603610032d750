"""`/api/websocket`: lets a client in, then takes its commands one by one, as Home Assistant's clients speak.

The protocol: https://developers.home-assistant.io/docs/api/websocket. Commands of one client begin in their order; one
that takes long holds up none of its others. Needs a wire (`homeserver.bridge.wire`). Keeps the sessions that are open.
"""

import asyncio
from collections.abc import Callable
from typing import Any, Final

import orjson
from starlette.datastructures import Headers
from starlette.types import Receive, Scope, Send

from homeserver.bridge.access import Access
from homeserver.bridge.door import address_of
from homeserver.bridge.homeassistant.command import Asked, Then, carry_out
from homeserver.bridge.homeassistant.commands import COMMANDS
from homeserver.bridge.homeassistant.desk import VERSION, Desk
from homeserver.bridge.homeassistant.failure import Failure, failure_of
from homeserver.bridge.homeassistant.outgoing import Outgoing
from homeserver.bridge.homeassistant.session import Session
from homeserver.bridge.identity import Identity
from homeserver.bridge.origins import answers_to
from homeserver.bridge.refusals import Refusal
from homeserver.bridge.wire import EXTENSION, Wire
from homeserver.runtime.auditing import came_from
from homeserver.runtime.log import request_id
from homeserver.topics.call import CallError

PATH: Final = "/api/websocket"
PATIENCE: Final = 10.0
"""Seconds in which a client must have shown who it is."""
AT_ONCE: Final = 100
"""Commands of one client that may be under way."""
MOST: Final = 1_000
"""Clients at a time that were let in; one person has half of them at most."""
STRANGERS: Final = 600
"""Clients at a time that did not say yet who they are: the one that is silent for longest makes room."""
COOKIE: Final = "session"
"""What our own page says in place of a token: its cookie came with the handshake."""
_AGAIN: Final = 1013
"""Close codes, https://www.iana.org/assignments/websocket: try again later; not allowed."""
_DENIED: Final = 1008


class Sockets:
    """The ASGI application for WebSockets. `host` is the setting http_host, `names` are bridge.names."""

    def __init__(self, desk: Desk, access: Access, host: str, names: tuple[str, ...] = ()) -> None:
        self._desk = desk
        self._access = access
        self._host = host
        self._names = names
        self._open: dict[_Client, None] = {}
        access.watch(lambda _: self.check())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await receive()  # websocket.connect
        headers, wire = Headers(scope=scope), scope["extensions"].get(EXTENSION)
        hosts = headers.getlist("host")
        known = len(hosts) == 1 and answers_to(hosts[0], self._host, self._names)
        if wire is None or not known or scope["path"] != PATH:
            await send({"type": "websocket.close", "code": _DENIED})
            return
        await send({"type": "websocket.accept"})
        came_from.set(address_of(scope))
        client = _Client(self._desk, self._access, wire, address_of(scope), send, self._has_room)
        self._open[client] = None
        self._make_room()
        try:
            await client.run(receive, self._by_cookie(headers, scope))
        finally:
            del self._open[client]

    def _make_room(self) -> None:
        """Whoever says nothing keeps nobody out."""
        strangers = [one for one in self._open if one.is_waited_for]
        if len(strangers) > STRANGERS:
            strangers[0].drop("too many who did not say who they are")

    def _has_room(self, login: str) -> bool:
        """Whether there are not too many clients, nor too many of this person."""
        logins = [one.login for one in self._open if one.login]
        return len(logins) < MOST and logins.count(login) < MOST // 2

    def _by_cookie(self, headers: Headers, scope: Scope) -> Callable[[], Identity] | None:
        """How a page of ours shows who it is; None for anybody else's, whatever cookie the browser sent along.

        A browser always says `Origin` here (RFC 6455, 10.2), and by itself keeps nobody's page from coming.
        """
        scheme = "https" if scope["scheme"] == "wss" else "http"
        own = headers.get("origin", "").lower() == f"{scheme}://{headers.get('host', '').lower()}"
        if not own or headers.get("sec-fetch-site", "same-origin") != "same-origin":
            return None
        cookie, address = {"cookie": headers.get("cookie", "")}, address_of(scope)
        return lambda: self._access.identify(cookie, address)

    @property
    def open(self) -> int:
        """How many connections there are."""
        return len(self._open)

    def check(self) -> None:
        """End the connections of those who may come in no longer; to be called now and then."""
        for client in list(self._open):
            client.check()

    def close(self) -> None:
        for client in list(self._open):
            client.drop("the home ends or starts again", 1012)


class _Client:
    """One connection."""

    def __init__(
        self, desk: Desk, access: Access, wire: Wire, address: str, send: Send, has_room: Callable[[str], bool]
    ) -> None:
        self._desk = desk
        self._access = access
        self._address = address
        self._send = send
        self._has_room = has_room
        self._over = asyncio.Event()
        self._end = (1000, "")
        self._last = 0
        self._running: set[asyncio.Task[None]] = set()
        self._session: Session | None = None
        self._alive: Callable[[], bool] = lambda: True
        self.out = Outgoing(wire, desk.house.clock, self.drop)

    @property
    def login(self) -> str:
        """Of whoever was let in."""
        return self._session.login if self._session is not None else ""

    @property
    def is_waited_for(self) -> bool:
        """Whether it has yet to say who it is."""
        return self._session is None and not self._over.is_set()

    # -- its life

    async def run(self, receive: Receive, by_cookie: Callable[[], Identity] | None) -> None:
        listening = asyncio.create_task(self._listen(receive, by_cookie))
        ending = asyncio.create_task(self._over.wait())
        try:
            await asyncio.wait((listening, ending), return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (listening, ending, *self._running):
                task.cancel()
            await asyncio.gather(listening, ending, *self._running, return_exceptions=True)
            if self._session is not None:
                self._session.close()
        self.out.flush()
        code, reason = self._end
        await self._send({"type": "websocket.close", "code": code, "reason": reason})

    def drop(self, reason: str, code: int = _AGAIN) -> None:
        """End the connection with a reason."""
        self._end = (code, reason)
        self._over.set()

    def check(self) -> None:
        if self._session is not None and not self._alive():
            self.drop("you may come in no longer", _DENIED)

    # -- what it says

    async def _listen(self, receive: Receive, by_cookie: Callable[[], Identity] | None) -> None:
        self._say({"type": "auth_required", "ha_version": VERSION})
        patience = self._desk.house.clock.call_later(PATIENCE, self.drop, "you did not say who you are", _DENIED)
        message = await self._next(receive)
        patience.cancel()
        if message is None or not self._let_in(message, by_cookie):
            return
        while (message := await self._next(receive)) is not None:
            for one in message if isinstance(message, list) else [message]:
                if not self._take(one):
                    return

    async def _next(self, receive: Receive) -> Any:
        """The next message as JSON; None at the end, or where it is none."""
        message = await receive()
        if message["type"] != "websocket.receive":
            return None
        try:
            return orjson.loads(message.get("text") or message.get("bytes") or b"")
        except orjson.JSONDecodeError:
            self.drop("a message that is no JSON", 1003)
            return None

    def _let_in(self, message: Any, by_cookie: Callable[[], Identity] | None) -> bool:
        token = message.get("access_token") if isinstance(message, dict) and message.get("type") == "auth" else None
        try:
            if not isinstance(token, str):
                raise Refusal("unauthorized", "Say {type: auth, access_token: ...} first.")
            if token == COOKIE and by_cookie is not None:
                identity = by_cookie()
            else:
                identity = self._access.check_access_token(self._address, token)
        except Refusal as refusal:
            self._say({"type": "auth_invalid", "message": refusal.message})
            self._end = (_DENIED, refusal.message)
            return False
        if not self._has_room(identity.login):
            self._end = (_AGAIN, "too many clients are connected: close some of them")
            return False
        self._session = Session(identity, self.out, self._address, self._desk.house.new_id)
        access = self._access
        self._alive = lambda: access.alive(identity)
        self._say({"type": "auth_ok", "ha_version": VERSION})
        return True

    def _take(self, message: Any) -> bool:
        """Begin a command; False where the client speaks no sense and is to go."""
        session = self._session
        assert session is not None
        id = message.get("id") if isinstance(message, dict) else None
        if not isinstance(message, dict) or type(id) is not int or not isinstance(message.get("type"), str):
            session.fail(id if type(id) is int else 0, Failure("invalid_format", "Message incorrectly formatted."))
            return type(id) is int
        if id <= self._last:
            session.fail(id, Failure("id_reuse", "Identifier values have to increase."))
            return True
        self._last = id
        if message["type"] == "ping":
            session.say({"id": id, "type": "pong"})
        elif len(self._running) >= AT_ONCE:
            session.fail(id, Failure("home_assistant_error", f"{AT_ONCE} commands are under way; wait for some."))
        else:
            self._start(session, id, message)
        return True

    def _start(self, session: Session, id: int, message: dict[str, Any]) -> None:
        request_id.set(self._desk.house.new_id())
        task = asyncio.create_task(self._carry_out(session, id, message))
        self._running.add(task)
        task.add_done_callback(lambda done: self._done(session, id, done))

    def _done(self, session: Session, id: int, task: asyncio.Task[None]) -> None:
        """A command has ended; one that ended by a bug is answered too."""
        self._running.discard(task)
        fault = None if task.cancelled() else task.exception()
        if fault is not None:
            self._desk.house.log.error("a command of a client failed", exc_info=fault)
            session.fail(id, Failure("unknown_error", "The bridge made a mistake; the log has it."))

    async def _carry_out(self, session: Session, id: int, message: dict[str, Any]) -> None:
        row = COMMANDS.get(message["type"])
        if row is None:
            session.fail(id, Failure("unknown_command", "Unknown command."))
            return
        fields = {name: value for name, value in message.items() if name not in ("id", "type")}
        try:
            result = await carry_out(row, Asked(self._desk, session, id), fields)
            if isinstance(result, Then):
                session.succeed(id, result.result)
                result.act()
            else:
                session.succeed(id, result)
        except (Failure, Refusal, CallError) as error:
            session.fail(id, failure_of(error))

    def _say(self, message: dict[str, Any]) -> None:
        self.out.add(orjson.dumps(message))
