"""What stands before the home: a certificate, and proxies whose word is believed."""

import asyncio
import ssl
from pathlib import Path
from typing import Any

import httpx
import pytest

from homeserver.bridge.certificate import Front
from homeserver.bridge.server import Listener
from homeserver.runtime.clock import RealClock
from tests.bridge.certificates import certificate
from tests.ports import free_port


async def telling(scope: Any, receive: Any, send: Any) -> None:
    """Answers with the scheme and the client that it believes."""
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": f"{scope['scheme']} {scope['client'][0]}".encode()})


async def asked(front: Front, scheme: str = "http", **more: Any) -> str:
    port = free_port()
    listener = Listener(telling, "127.0.0.1", port, RealClock(), lambda _: None, front)
    serving = asyncio.create_task(listener.run())
    await listener.up.wait()
    try:
        headers = {"x-forwarded-for": "203.0.113.7, 10.9.9.9", "x-forwarded-proto": "https"}
        async with httpx.AsyncClient(**more) as client:
            return (await client.get(f"{scheme}://127.0.0.1:{port}/", headers=headers)).text
    finally:
        listener.stop()
        await serving


@pytest.mark.parametrize(
    ("proxies", "said"),
    [
        ((), "http 127.0.0.1"),
        (("192.0.2.1",), "http 127.0.0.1"),
        (("127.0.0.1",), "https 10.9.9.9"),
        (("127.0.0.0/8", "10.9.9.9"), "https 203.0.113.7"),
    ],
)
async def test_only_a_trusted_proxy_says_who_asks(proxies: tuple[str, ...], said: str) -> None:
    assert await asked(Front(proxies=proxies)) == said


async def test_with_a_certificate_it_is_https(tmp_path: Path) -> None:
    front = Front(*certificate(tmp_path))
    assert front.check() == ""
    trust = ssl.create_default_context(cafile=str(front.certificate))
    trust.check_hostname = False
    assert await asked(front, "https", verify=trust) == "https 127.0.0.1"
