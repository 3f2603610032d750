"""The lease of a singleton worker: of all processes that claim it, one holds it, and all agree which.

A claim is a worker's status that is not offline, in a process that is online. A worker that runs is stronger than one
that starts, then the older claim is, then the name of the process decides. Every process looks at the same statuses,
its own among them, for as long as it has the worker; so two that began unseen by each other end up with one. A claim
grows stronger only until it is given up, and whoever yields says so and claims anew: both can never yield to the other.
"""

from typing import Final

from homeserver.runtime.bus import Bus
from homeserver.runtime.heard import Heard
from homeserver.runtime.presence import Presence, WorkerPresence
from homeserver.runtime.routes import Hearing
from homeserver.topics.process import PROCESS_STATUS, WORKER_STATUS, ProcessStatus, State, WorkerStatus

_RANK: Final[dict[State, int]] = {"online": 0, "degraded": 0, "starting": 1}


class Lease:
    """The claims on one worker, from `open` to `close`."""

    def __init__(self, bus: Bus, worker: str) -> None:
        self._bus = bus
        self._worker = worker
        self._presence = Presence()
        self._hearings: list[Hearing] = []

    async def open(self) -> None:
        """Returns when the claims that the broker knows of have arrived."""
        self._hearings = [
            self._bus.hear(PROCESS_STATUS, self._process, f"{self._worker}.lease"),
            self._bus.hear(WORKER_STATUS, self._claim, f"{self._worker}.lease", name=self._worker),
        ]
        for hearing in self._hearings:
            self._bus.replay(hearing)
        await self._bus.sync()

    def _process(self, status: ProcessStatus | None, heard: Heard) -> None:
        self._presence.process(heard.where[0], status)

    def _claim(self, status: WorkerStatus | None, heard: Heard) -> None:
        self._presence.worker(self._worker, heard.where[1], status)

    async def close(self) -> None:
        for hearing in self._hearings:
            await self._bus.unhear(hearing)
        self._hearings = []

    async def rival(self) -> str:
        """Wait until another process holds the lease; tells which and where."""
        while (holder := self._holder()) is None or holder.process == self._bus.process:
            await self._presence.changed.wait()
        return f"process {holder.process} on {self._presence.processes[holder.process].host}"

    async def free(self) -> None:
        """Wait until nobody claims the lease."""
        while self._holder() is not None:
            await self._presence.changed.wait()

    def _holder(self) -> WorkerPresence | None:
        claims = [one for one in self._presence.all() if one.state in _RANK]
        return min(claims, key=lambda one: (_RANK[one.state], one.since, one.process), default=None)
