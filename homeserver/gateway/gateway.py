"""A gateway's side of MQTT: what it shows of its network, and what its devices are told.

It speaks as a device does, under a login of its own (`device.<network>`), so that what it may say is what any device
may: its own topics and its announcements. Needs a house; keeps what it has said.
"""

from collections.abc import Callable
from typing import Final

from homeserver.gateway.board import OFFLINE, Board
from homeserver.gateway.discovery import Dialect
from homeserver.gateway.pacing import Pace, Pacer
from homeserver.runtime.house import House
from homeserver.runtime.wire import Will

LONGEST: Final = 100_000
"""Bytes of a command; what is longer is none."""
Obey = Callable[[str, str, str, bytes], None]
"""A command came: device, feature, what of it (empty for the feature itself) and the payload as it is."""


class Gateway:
    """`open` it when the network's devices are to be shown, and `close` it after them."""

    def __init__(self, house: House, network: str, origin: str, pace: Pace) -> None:
        """`network`: first word of all its topics, and its login's name."""
        self._house = house
        self._link = house.device_link(network)
        self._obey: Obey | None = None
        self.dialect = Dialect(network, origin, "")
        self.board = Board(self.dialect, self._link.publish)
        self.pacer = Pacer(house.clock, house.start, pace)

    async def open(self, obey: Obey) -> None:
        """Connect, for as long as it takes, beside the worker's other work."""
        self._obey = obey
        for pattern in (*self.dialect.commands, self.dialect.announced):
            await self._link.subscribe(pattern)
        will = Will(self.dialect.gateway, OFFLINE)
        self._house.start(self._link.open(self._told, self._connected, will), "connection to the broker")

    async def close(self) -> None:
        self._link.publish(self.dialect.gateway, OFFLINE, True)
        await self._link.close()

    async def _connected(self) -> None:
        self.board.say_again()

    def _told(self, topic: str, payload: bytes) -> None:
        if topic.endswith("/config"):
            self.board.found(topic, payload)
            return
        _, device, key, *what, _ = topic.split("/")
        if self._obey is not None and device in self.board.devices and len(payload) <= LONGEST:
            self._obey(device, key, what[0] if what else "", payload)
