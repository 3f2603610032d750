"""2,000 hostile addresses and 2,000 hostile bodies over all routes of a home: 2xx or 4xx, and nothing breaks."""

import asyncio
import json
import random
import re
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.cli.homes import Home, running_home
from tests.peers import hostile

HIDDEN = (
    *(
        ("GET", path)
        for path in ("/", "/page.js", "/nothing", "/api", "/api/websocket", "/auth/providers", "/.well-known/x")
    ),
    *(("POST", path) for path in ("/api/webhook/{webhook_id}", "/auth/token", "/auth/login_flow", "/api/template")),
)
"""Addresses that the OpenAPI document does not list; whether they are there yet or not, they answer well."""
NO_MORE = ("/api/calls/keeper/stop", "/api/calls/keeper/restart", "/api/calls/backup/make")
"""What would end the home, or takes long: asked with hostile addresses, not with bodies that might be right."""
AT_ONCE = 8


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    with running_home(tmp_path_factory.mktemp("home"), "--demo", "--broker", "mosquitto") as home:
        yield home


class Client:
    """Says to the home whatever it is given, byte for byte."""

    def __init__(self, home: Home) -> None:
        self._port = home.http_port
        self._token = (home.data / "http-token").read_text().strip()
        self.seen: Counter[str] = Counter()

    async def ask(self, method: str, path: str, body: bytes = b"", kind: str = "application/json") -> tuple[int, bytes]:
        """Status, and all that follows it; nothing of what went well, which may have no end."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
        lines = [f"{method} {path} HTTP/1.1", f"Host: 127.0.0.1:{self._port}", f"Authorization: Bearer {self._token}"]
        lines += ["Connection: close", f"Content-Length: {len(body)}", *([f"Content-Type: {kind}"] if kind else [])]
        try:
            async with asyncio.timeout(40):
                writer.write("\r\n".join([*lines, "", ""]).encode() + body)
                head = await reader.readline()
                rest = b"" if b"200" in head else await reader.read()
        finally:
            writer.transport.abort()
        assert head.startswith(b"HTTP/1.1 "), (method, path, head)
        self.seen[head.split(b" ")[1].decode()] += 1
        return int(head.split(b" ")[1]), rest

    async def document(self) -> dict[str, Any]:
        reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
        head = f"GET /api/openapi.json HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {self._token}\r\n"
        writer.write(f"{head}Connection: close\r\n\r\n".encode())
        answer = (await reader.read()).partition(b"\r\n\r\n")[2]
        writer.close()
        found: dict[str, Any] = json.loads(answer)
        return found


Row = tuple[str, str, dict[str, Any]]


def rows_of(document: dict[str, Any]) -> list[Row]:
    """Method, path and schema of the body of each route."""
    schemas = document["components"]["schemas"]
    found: list[Row] = [(method, path, {}) for method, path in HIDDEN]
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            content = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
            schema = content.get("schema", {})
            named = schemas.get(schema.get("$ref", "").rpartition("/")[2], schema)
            found.append((method.upper(), path, named))
    return found


async def all_of(count: int, ask: Callable[[int], Any]) -> None:
    """So many requests, a few at a time."""
    for start in range(0, count, AT_ONCE):
        await asyncio.gather(*(ask(number) for number in range(start, min(count, start + AT_ONCE))))


def is_fine(status: int, rest: bytes) -> bool:
    """2xx or 4xx; or, where nobody is there who does it (a history, an assistant, a built page), a 503 that says so."""
    absent = status == 503 and (b'"code":"unavailable"' in rest or b"npm run build" in rest)
    return 200 <= status < 300 or 400 <= status < 500 or absent


def healthy(home: Home) -> None:
    assert home.process.poll() is None
    logs = "".join(path.read_text() for path in (home.data / "logs").glob("*"))
    assert "Traceback" not in logs, logs[-4_000:]
    assert home.post("/api/calls/keeper/status", {})["workers"]


@pytest.mark.proof
async def test_no_address_leads_elsewhere(home: Home, portion: Callable[[int], int]) -> None:
    client, chance = Client(home), random.Random(7)
    rows = rows_of(await client.document())

    async def ask(number: int) -> None:
        method, template, _ = rows[number % len(rows)]
        path = hostile.path(chance, template)
        status, rest = await client.ask(method if chance.random() < 0.8 else "GET", path)
        assert is_fine(status, rest), (status, method, path, rest)
        for inner in (str(home.data).encode(), b"root:x:0", b"Traceback"):
            assert inner not in rest, (path, rest)

    await all_of(portion(2_000), ask)
    assert len(client.seen) > 1, client.seen
    healthy(home)


@pytest.mark.proof
async def test_no_body_breaks_anything(home: Home, portion: Callable[[int], int]) -> None:
    client, chance = Client(home), random.Random(11)
    rows = [row for row in rows_of(await client.document()) if row[0] != "GET" and row[1] not in NO_MORE]

    async def ask(number: int) -> None:
        method, template, schema = rows[number % len(rows)]
        path = re.sub(r"{\w+}", "light", template)
        body, kind = hostile.body(chance, schema), chance.choice((hostile.TYPES[0], *hostile.TYPES))
        status, rest = await client.ask(method, path, body, kind)
        assert is_fine(status, rest), (status, method, path, body, rest)

    await all_of(portion(2_000), ask)
    assert len(client.seen) > 1, client.seen
    healthy(home)
