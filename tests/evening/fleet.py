"""Many small devices with a connection each: they announce themselves, report, and may lose power."""

import asyncio
import contextlib
import json
from types import TracebackType
from typing import Self

from tests.runtime.raw_client import Received, connect_packet, publish_packet

PATIENCE = 60.0


class Fleet:
    """`count` sensors under one login. `switch_on` connects them all at once; each takes its will with it."""

    def __init__(self, port: int, login: str, secret: str, count: int) -> None:
        self._port = port
        self._login, self._secret = login, secret
        self._name = login.partition(".")[2]
        self.count = count
        self._writers: list[asyncio.StreamWriter] = []

    async def switch_on(self, *, announce: bool = False) -> None:
        """Connect, say `online` and the state; returns when the broker has let the last one in."""
        await asyncio.gather(*(self._switch_on(number, announce) for number in range(self.count)))

    async def until_let_in(self) -> None:
        """Return when the broker lets one of these devices in."""
        packet = connect_packet(self._name, self._login, self._secret)
        async with asyncio.timeout(PATIENCE):
            while True:
                with contextlib.suppress(OSError, asyncio.IncompleteReadError):
                    reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
                    writer.write(packet)
                    try:
                        await reader.readexactly(4)
                        return
                    finally:
                        writer.transport.abort()
                await asyncio.sleep(0.05)

    async def _switch_on(self, number: int, announce: bool) -> None:
        place = f"{self._name}/{number}"
        will = Received(f"{place}/here", b"offline", qos=1, retain=True)
        reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
        self._writers.append(writer)
        writer.write(connect_packet(f"{self._name}{number}", self._login, self._secret, keepalive=600, will=will))
        async with asyncio.timeout(PATIENCE):
            answer = await reader.readexactly(4)
        assert answer == b"\x20\x02\x00\x00", answer
        if announce:
            topic = f"homeassistant/binary_sensor/{self._name}/{number}/config"
            writer.write(publish_packet(topic, self._config(number, place), retain=True))
        writer.write(publish_packet(f"{place}/here", b"online", retain=True))
        writer.write(publish_packet(f"{place}/state", b"ON", retain=True))
        await writer.drain()

    def _config(self, number: int, place: str) -> bytes:
        config = {
            "unique_id": f"{self._name}_{number}",
            "object_id": f"{self._name}_{number}",
            "state_topic": f"{place}/state",
            "availability_topic": f"{place}/here",
            "device": {"identifiers": [f"{self._name}_{number}"], "name": f"Sensor {number}"},
        }
        return json.dumps(config).encode()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.cut_power()

    async def cut_power(self) -> None:
        """All connections are gone at once, without a word."""
        writers, self._writers = self._writers, []
        for writer in writers:
            writer.transport.abort()
        for writer in writers:
            with contextlib.suppress(OSError):
                await writer.wait_closed()
