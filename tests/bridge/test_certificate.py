"""The certificate: files that are replaced are served from the next connection on, and a wrong pair never is."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from homeserver.bridge.certificate import LOOK, Front
from homeserver.bridge.server import Listener
from homeserver.runtime.clock import VirtualClock
from tests.bridge.certificates import certificate
from tests.bridge.test_front import telling
from tests.ports import free_port

ASK = b"GET / HTTP/1.1\r\nhost: home\r\n\r\n"


def test_files_that_do_not_serve_are_named(tmp_path: Path) -> None:
    chain, key = certificate(tmp_path)
    assert "No such file" in Front(tmp_path / "nothing.pem", key).check()
    assert "http_certificate" in Front(None, key).check()
    assert str(key) in Front(key, chain).check()


def test_a_key_with_a_password_is_refused_and_nobody_is_asked_for_it(tmp_path: Path) -> None:
    chain, key = certificate(tmp_path)
    secret = serialization.BestAvailableEncryption(b"secret")
    made = ec.generate_private_key(ec.SECP256R1())
    key.write_bytes(made.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, secret))
    assert str(chain) in Front(chain, key).check()


class Serving:
    """A listener with files in a folder; `told` is what it says of them."""

    def __init__(self, folder: Path) -> None:
        self.front = Front(*certificate(folder))
        self.clock = VirtualClock()
        self.told: list[str] = []
        self.port = free_port()
        self.listener = Listener(telling, "127.0.0.1", self.port, self.clock, self.told.append, self.front)

    async def connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        anybody = ssl.create_default_context()
        anybody.check_hostname, anybody.verify_mode = False, ssl.CERT_NONE
        return await asyncio.open_connection("127.0.0.1", self.port, ssl=anybody)

    async def shown(self) -> bytes:
        """The certificate that a new connection is shown."""
        _, writer = await self.connect()
        found = writer.get_extra_info("ssl_object").getpeercert(binary_form=True)
        writer.close()
        return bytes(found)

    def on_disk(self) -> bytes:
        assert self.front.certificate is not None
        return ssl.PEM_cert_to_DER_cert(self.front.certificate.read_text())


@asynccontextmanager
async def serving(folder: Path) -> AsyncIterator[Serving]:
    made = Serving(folder)
    running = asyncio.create_task(made.listener.run())
    await made.listener.up.wait()
    try:
        yield made
    finally:
        made.listener.stop()
        await running


async def test_new_files_are_served_without_a_restart_and_open_connections_stay(tmp_path: Path) -> None:
    async with serving(tmp_path) as home:
        first = await home.shown()
        reader, writer = await home.connect()
        certificate(tmp_path)
        await home.clock.advance(2 * LOOK)
        assert home.on_disk() != first
        assert await home.shown() == home.on_disk()
        assert home.told == [""]
        writer.write(ASK)
        assert (await reader.readline()).startswith(b"HTTP/1.1 200")
        writer.close()
        second = home.on_disk()
        certificate(tmp_path)
        await home.clock.advance(2 * LOOK)
        assert await home.shown() == home.on_disk() != second


async def test_half_a_renewal_leaves_the_former_pair_and_says_so(tmp_path: Path) -> None:
    elsewhere = tmp_path / "new"
    elsewhere.mkdir()
    async with serving(tmp_path) as home:
        first = await home.shown()
        chain, key = certificate(elsewhere)
        assert home.front.certificate is not None
        assert home.front.key is not None
        chain.replace(home.front.certificate)
        await home.clock.advance(LOOK)
        assert home.told == [""]  # somebody may still be writing
        await home.clock.advance(LOOK)
        assert "certificate of before is served" in home.told[-1]
        assert await home.shown() == first
        home.front.key.unlink()
        await home.clock.advance(2 * LOOK)
        assert "No such file" in home.told[-1]
        key.replace(home.front.key)
        await home.clock.advance(2 * LOOK)
        assert home.told[-1] == ""
        assert await home.shown() == home.on_disk() != first
