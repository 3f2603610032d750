"""What is sent in gzip: larger texts to clients that take it, and nothing else."""

import asyncio
import gzip
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from homeserver.bridge.compression import LARGE, LEAST, Compression, takes_gzip
from tests.bridge.conftest import Home

TEXT = b'{"state": "on"}' * 200


@pytest.mark.parametrize(
    ("accepted", "taken"),
    [
        ("gzip", True),
        ("gzip, deflate, br", True),
        ("br;q=1.0, GZIP;q=0.5", True),
        ("*", True),
        ("gzip;q=0", False),
        ("gzip;q=0, *", False),
        ("*;q=0", False),
        ("br, deflate", False),
        ("xgzip", False),
        ("gzipped", False),
        ("identity", False),
        ("", False),
    ],
)
def test_who_takes_gzip(accepted: str, taken: bool) -> None:
    assert takes_gzip(accepted) is taken


async def sent(answer: Response, accept: str = "gzip") -> tuple[httpx.Headers, bytes]:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await answer(scope, receive, send)

    transport = httpx.ASGITransport(Compression(app))
    headers = {"accept-encoding": accept}
    async with (
        httpx.AsyncClient(transport=transport, base_url="http://home") as client,
        client.stream("GET", "/", headers=headers) as got,
    ):
        return got.headers, b"".join([chunk async for chunk in got.aiter_raw()])


@pytest.mark.parametrize(
    "kind", ["application/json", "text/html; charset=utf-8", "image/svg+xml", "application/ld+json"]
)
@pytest.mark.parametrize("size", [len(TEXT), LARGE])
async def test_larger_texts_are(kind: str, size: int) -> None:
    text = TEXT * (size // len(TEXT) + 1)
    headers, body = await sent(Response(text, media_type=kind, headers={"etag": '"1"', "vary": "Origin"}))
    assert gzip.decompress(body) == text
    assert headers["content-encoding"] == "gzip"
    assert headers["content-length"] == str(len(body))
    assert headers["vary"] == "Origin, Accept-Encoding"
    assert headers["etag"] == 'W/"1"'


async def parts() -> AsyncIterator[bytes]:
    for _ in range(3):
        yield TEXT
        await asyncio.sleep(0)


@pytest.mark.parametrize(
    ("answer", "accept"),
    [
        (Response(TEXT, media_type="application/json"), ""),
        (Response(TEXT[: LEAST - 1], media_type="application/json"), "gzip"),
        (Response(TEXT, media_type="image/jpeg"), "gzip"),
        (Response(TEXT, media_type="text/event-stream"), "gzip"),
        (Response(TEXT, 206, {"content-range": "bytes 0-1/2"}, "text/plain"), "gzip"),
        (Response(TEXT, 200, {"content-encoding": "br"}, "text/plain"), "gzip"),
        (StreamingResponse(parts(), media_type="text/plain"), "gzip"),
        (StreamingResponse(parts(), media_type="text/event-stream"), "gzip"),
    ],
)
async def test_nothing_else_is(answer: Response, accept: str) -> None:
    headers, body = await sent(answer, accept)
    assert headers.get("content-encoding", "none") != "gzip"
    assert body.startswith(TEXT[: LEAST - 1])


async def test_the_bridge_does_it(home: Home) -> None:
    async def get(accept: str) -> Any:
        return await home.get("/api/openapi.json", headers={"accept-encoding": accept})

    plain, small = await get("identity"), await get("gzip")
    assert "content-encoding" not in plain.headers
    assert small.headers["content-encoding"] == "gzip"
    assert small.json() == plain.json()
    assert int(small.headers["content-length"]) * 4 < len(plain.content)
    assert small.headers["x-content-type-options"] == "nosniff"
