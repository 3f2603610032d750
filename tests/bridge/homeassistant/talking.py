"""A WebSocket client of the tests: speaks to the bridge's ASGI application over a wire of its own."""

import asyncio
from typing import Any

import orjson
from starlette.types import ASGIApp, Message

from homeserver.bridge.homeassistant.socket import PATH
from homeserver.bridge.wire import EXTENSION
from tests.bridge.conftest import Home


class Talk:
    """One connection. `slow`: bytes that the client has not read yet."""

    def __init__(self, home: Home, *, headers: dict[str, str] | None = None, path: str = PATH) -> None:
        self.home = home
        self.said: list[Any] = []
        self.frames: list[bytes] = []
        self.slow = 0
        self.closed: Message | None = None
        self.accepted = False
        self._incoming: asyncio.Queue[Message] = asyncio.Queue()
        self._count = 0
        port = home.client.base_url.port
        given = {"host": f"127.0.0.1:{port}", **(headers or {})}
        scope: dict[str, Any] = {
            "type": "websocket",
            "path": path,
            "scheme": "ws",
            "query_string": b"",
            "client": ("127.0.0.1", 50_000),
            "headers": [(name.encode(), value.encode()) for name, value in given.items()],
            "extensions": {EXTENSION: self},
            "state": {},
        }
        self._incoming.put_nowait({"type": "websocket.connect"})
        app: ASGIApp = home.bridge.app
        self.task = asyncio.ensure_future(app(scope, self._incoming.get, self._sent))

    # -- the wire

    @property
    def waiting(self) -> int:
        return self.slow

    def write(self, *messages: bytes) -> None:
        for frame in messages:
            self.frames.append(frame)
            message = orjson.loads(frame)
            self.said += message if isinstance(message, list) else [message]

    async def _sent(self, message: Message) -> None:
        self.accepted = self.accepted or message["type"] == "websocket.accept"
        if message["type"] == "websocket.close":
            self.closed = message

    def ended(self) -> int:
        """The code with which the connection was closed; 0 while it is open."""
        return 0 if self.closed is None else int(self.closed["code"])

    # -- speaking

    async def say(self, message: Any) -> None:
        text = message if isinstance(message, str) else orjson.dumps(message).decode()
        self._incoming.put_nowait({"type": "websocket.receive", "text": text})
        await self.home.settle()

    async def let_in(self, token: str = "") -> "Talk":
        await self.say({"type": "auth", "access_token": token or self.home.token})
        assert self.said[-1]["type"] == "auth_ok", self.said[-1]
        return self

    async def ask(self, type: str, **fields: Any) -> Any:
        """A command and its answer: the result, or the error."""
        self._count += 1
        id = self._count
        await self.say({"id": id, "type": type, **fields})
        answer = next((one for one in self.said if one.get("id") == id and one["type"] in ("result", "pong")), None)
        if answer is None:
            await self.home.clock.advance(0.5)
            answer = next(one for one in self.said if one.get("id") == id and one["type"] in ("result", "pong"))
        return answer

    async def result(self, type: str, **fields: Any) -> Any:
        answer = await self.ask(type, **fields)
        assert answer["success"], answer
        return answer["result"]

    async def error(self, type: str, **fields: Any) -> str:
        answer = await self.ask(type, **fields)
        assert not answer["success"], answer
        return str(answer["error"]["code"])

    def events(self, id: int | None = None) -> list[Any]:
        """What came for a subscription, the last command's without one."""
        wanted = self._count if id is None else id
        return [one["event"] for one in self.said if one.get("type") == "event" and one["id"] == wanted]

    async def leave(self) -> None:
        self._incoming.put_nowait({"type": "websocket.disconnect", "code": 1000})
        await self.task
