"""Lets the demo house live: its devices connect to the broker under the login `device.demo`, as real ones do.

Needs a device login `demo` that may use `demo/#` and `homeassistant/+/demo/#` and hear `homeassistant/status`. Keeps
nothing: a new start is a new life of the family. It says nothing on the home's own topics, so nothing there can know
of it.
"""

import asyncio
from typing import Final
from zoneinfo import ZoneInfo

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from homeserver.runtime.house import House as Host
from homeserver.runtime.wire import Will
from homeserver.runtime.worker import Worker
from integrations.demo_home.house import BIRTH, FILTERS, House
from integrations.demo_home.sun import Place
from integrations.demo_home.unit import OFFLINE, PREFIX, Message

WILL: Final = Will(OFFLINE.topic, OFFLINE.payload.encode())
SHORTEST_PAUSE: Final = 0.02
"""Seconds between two steps at high speed."""
LONGEST_STEP: Final = 600.0
"""Simulated seconds in one go; what is left is caught up in the next ones, so that the loop stays free."""


class DemoOptions(BaseModel):
    """Settings of the demo house."""

    model_config = ConfigDict(defer_build=True, extra="forbid", frozen=True)

    seed: int = Field(1, description="the same number gives the same life of the family")
    speed: float = Field(1.0, gt=0, le=3_600, description="how many times faster than life")
    start: AwareDatetime | None = Field(None, description="when the simulated time begins; by default now")


class DemoHome(Worker):
    name = "demo_home"
    options = DemoOptions

    def __init__(self, host: Host, house: House, speed: float) -> None:
        super().__init__(host)
        self._sim = house
        self._speed = speed
        self._link = host.device_link(PREFIX)
        self._wake = asyncio.Event()
        self._begun = host.clock.monotonic()

    async def open(self) -> None:
        for pattern in (*FILTERS, BIRTH):
            await self._link.subscribe(pattern)
        self.house.start(self._link.open(self._told, self._connected, WILL), "connection")
        self._begun = self.house.clock.monotonic()
        self.house.start(self._live(), "simulation")

    async def close(self) -> None:
        """The devices go offline as if somebody had pulled the fuse, but politely."""
        self._publish([OFFLINE])
        await self._link.close()

    async def _connected(self) -> None:
        """After each connection the devices announce themselves and say all that they know."""
        self._publish(self._sim.announcements())
        self._publish(self._sim.reports())

    def _told(self, topic: str, payload: bytes) -> None:
        self._advance()
        self._publish(self._sim.command(topic, payload))
        self._wake.set()

    async def _live(self) -> None:
        """Sleep until something is due in the simulation, or a command has changed what is due."""
        while True:
            self._advance()
            self._wake.clear()
            pause = max(SHORTEST_PAUSE, self._sim.next_due() / self._speed)
            timer = self.house.clock.call_later(pause, self._wake.set)
            await self._wake.wait()
            timer.cancel()

    def _advance(self) -> None:
        now = (self.house.clock.monotonic() - self._begun) * self._speed
        behind = now - self._sim.timeline.now
        if behind > 0:
            self._publish(self._sim.step(min(behind, LONGEST_STEP)))

    def _publish(self, messages: list[Message]) -> None:
        for topic, payload, retain in messages:
            self._link.publish(topic, payload.encode(), retain)


def setup(house: Host) -> DemoHome:
    options = house.options(DemoOptions)
    home = house.settings.home
    start = (options.start or house.clock.now()).astimezone(ZoneInfo(home.time_zone))
    return DemoHome(house, House(options.seed, start, Place(home.latitude, home.longitude)), options.speed)
