"""A push service and the browsers of its subscribers, as small as they can be.

The service is an ASGI application: it checks the home's signature (RFC 8292) and answers as it is told to. What it took
is decrypted with the browser's private key by another implementation than ours (`http_ece`).
"""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import http_ece
import httpx
import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from starlette.types import Receive, Scope, Send

ORIGIN = "https://updates.push.services.mozilla.com"


def b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def unb64(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


class Browser:
    """One browser with its keys."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.auth = name.encode().ljust(16, b"_")[:16]
        self.endpoint = f"{ORIGIN}/{name}"

    def subscription(self) -> dict[str, Any]:
        form, kind = serialization.PublicFormat.UncompressedPoint, serialization.Encoding.X962
        point = self.key.public_key().public_bytes(kind, form)
        keys = {"p256dh": b64(point), "auth": b64(self.auth)}
        return {"endpoint": self.endpoint, "expirationTime": None, "keys": keys, "device": self.name}

    def read(self, body: bytes) -> dict[str, Any]:
        plain = http_ece.decrypt(body, private_key=self.key, auth_secret=self.auth, version="aes128gcm")
        said: dict[str, Any] = json.loads(plain)
        return said


@dataclass
class Taken:
    """One request that came to the service."""

    path: str
    headers: Mapping[str, str]
    body: bytes
    status: int


@dataclass
class PushService:
    """`answers` by the name of a browser: status, or status and headers; 201 for the others. `down`: nobody answers."""

    key: str = ""
    answers: dict[str, tuple[int, dict[str, str]]] = field(default_factory=dict)
    down: bool = False
    taken: list[Taken] = field(default_factory=list)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = {name.decode(): value.decode() for name, value in scope["headers"]}
        body, more = b"", True
        while more:
            message = await receive()
            body, more = body + message.get("body", b""), message.get("more_body", False)
        name = scope["path"].removeprefix("/")
        status, extra = self.answers.get(name, (201, {})) if self.is_signed(headers) else (403, {})
        self.taken.append(Taken(name, headers, body, status))
        raw = [(key.encode(), value.encode()) for key, value in extra.items()]
        await send({"type": "http.response.start", "status": status, "headers": raw})
        await send({"type": "http.response.body", "body": b"x" * 10})

    def is_signed(self, headers: Mapping[str, str]) -> bool:
        kind, _, rest = headers["authorization"].partition(" ")
        given = dict(part.strip().split("=", 1) for part in rest.split(","))
        point = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), unb64(given["k"]))
        claims = jwt.decode(given["t"], point, algorithms=["ES256"], audience=ORIGIN, options={"verify_exp": False})
        return kind == "vapid" and given["k"] == self.key and claims["sub"].startswith("mailto:")

    def transport(self) -> httpx.AsyncBaseTransport:
        service, asgi = self, httpx.ASGITransport(self)

        class Transport(httpx.AsyncBaseTransport):
            async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
                if service.down:
                    raise httpx.ConnectError("nobody there")
                return await asgi.handle_async_request(request)

        return Transport()

    def of(self, browser: Browser) -> list[Taken]:
        return [one for one in self.taken if one.path == browser.name]

    def read(self, browser: Browser) -> list[dict[str, Any]]:
        """What a browser was given."""
        return [browser.read(one.body) for one in self.of(browser) if one.status == 201]
