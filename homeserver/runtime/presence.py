"""Who is there: what processes and workers say of themselves, put together.

A worker's word counts only while the process that said it, in the same run, is online. Keeps both in memory.
"""

import asyncio
from datetime import datetime

from homeserver.topics.process import ProcessStatus, State, WorkerStatus
from homeserver.topics.record import record


@record
class WorkerPresence:
    """One worker in one process, as things are."""

    worker: str
    process: str
    state: State
    reason: str = ""
    since: datetime | None = None
    version: str = ""


class Presence:
    """Fed with statuses; `changed` is set and renewed with each."""

    def __init__(self) -> None:
        self.processes: dict[str, ProcessStatus] = {}
        self.workers: dict[tuple[str, str], WorkerStatus] = {}
        self.changed = asyncio.Event()

    def process(self, process: str, status: ProcessStatus | None) -> None:
        if status is None:
            self.processes.pop(process, None)
        else:
            self.processes[process] = status
        self.wake()

    def worker(self, worker: str, process: str, status: WorkerStatus | None) -> None:
        if status is None:
            self.workers.pop((worker, process), None)
        else:
            self.workers[worker, process] = status
        self.wake()

    def wake(self) -> None:
        """Let those who wait for `changed` look again."""
        self.changed.set()
        self.changed = asyncio.Event()

    def of(self, worker: str) -> WorkerPresence | None:
        """How a worker is where it is best; None where nobody ever spoke of it."""
        found = [self.judge(name, process) for name, process in self.workers if name == worker]
        return max(found, key=lambda one: one.state != "offline", default=None)

    def all(self) -> list[WorkerPresence]:
        return [self.judge(worker, process) for worker, process in sorted(self.workers)]

    def judge(self, worker: str, process: str) -> WorkerPresence:
        """What a worker's own word is worth now."""
        said, home = self.workers[worker, process], self.processes.get(process)
        alive = home is not None and home.state == "online" and home.run == said.run
        state: State = said.state if alive else "offline"
        reason = said.reason if alive or said.state == "offline" else f"process {process} is not running"
        return WorkerPresence(worker, process, state, reason, said.since, said.version)
