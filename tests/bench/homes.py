"""A home in real processes whose doors are measured: ours, and with PEERS=1 Home Assistant on the same load.

Needs Mosquitto; for Home Assistant what `PEERS=1 make bench` sets up. Keeps nothing.
"""

import asyncio
import contextlib
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from tests.evening.whole_home import WholeHome
from tests.peers.broker import bare_broker
from tests.peers.home_assistant import HomeAssistant, missing


@dataclass(frozen=True)
class Doors:
    """Where a home is spoken to. `secret` is of the MQTT login device.bench, None where nobody needs one; `pid` is the
    process that answers HTTP; `data` is our own home's folder."""

    name: str
    mqtt_port: int
    http_port: int
    token: str
    pid: int
    secret: str | None = None
    data: Path | None = None


@contextlib.contextmanager
def homeserver() -> Iterator[Doors]:
    with tempfile.TemporaryDirectory() as folder:
        home = WholeHome(Path(folder), "mosquitto")
        try:
            home.device_login("bench")
            home.start()
            asyncio.run(home.until_up())
            token = (home.data / "http-token").read_text().strip()
            secret = home.device_secrets["bench"]
            yield Doors("homeserver", home.mqtt_port, home.http_port, token, home.pid("bridge"), secret, home.data)
        finally:
            home.stop()


@contextlib.contextmanager
def home_assistant() -> Iterator[Doors]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "hass").mkdir()
        with bare_broker(folder) as port:
            peer = HomeAssistant(folder / "hass", port)
            with peer.running():
                yield Doors("Home Assistant", port, peer.port, peer.token, peer.pid)


def homes() -> list[Callable[[], AbstractContextManager[Doors]]]:
    """Those to be measured, one after the other; says which is left out and why."""
    if os.environ.get("PEERS") != "1":
        return [homeserver]
    if missing():
        print(f"Home Assistant is not measured: {missing()}")
        return [homeserver]
    return [homeserver, home_assistant]
