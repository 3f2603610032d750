"""The keeper on the bus: tells how the home is, and starts and stops single workers while the rest goes on.

Lives in the supervisor's own process. Keeps nothing: what was stopped is started again with the home.
"""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import asdict
from typing import ClassVar, Final, Protocol

from homeserver.runtime.admission import Admission
from homeserver.runtime.child import Child
from homeserver.runtime.heard import Heard
from homeserver.runtime.house import House
from homeserver.runtime.inspecting import Inspecting, Inspection
from homeserver.runtime.inspection_words import Finding
from homeserver.runtime.keeper_words import (
    APPLY_LISTENERS,
    APPLY_LOGINS,
    RESTART,
    START,
    STATUS,
    STOP,
    Applied,
    ApplyListeners,
    ApplyLogins,
    AskStatus,
    Listening,
    ProcessReport,
    Report,
    WorkerName,
    WorkerReport,
)
from homeserver.runtime.listeners import ListenersError
from homeserver.runtime.loads import Loads
from homeserver.runtime.logins import Logins
from homeserver.runtime.plan import Plan, Post, guest_post
from homeserver.runtime.presence import Presence
from homeserver.runtime.rights import NotForGuestsError
from homeserver.runtime.worker import Worker, answers, every, hears
from homeserver.topics.call import Caller, CallError
from homeserver.topics.person import PERSON, REACH, Person, Reach
from homeserver.topics.process import (
    PROCESS_STATUS,
    PROCESS_WANTED,
    WORKER_STATUS,
    ProcessStatus,
    Wanted,
    WorkerStatus,
)

log = logging.getLogger(__name__)
_PATIENCE: Final = 20.0
"""Seconds that a worker has to come up or go down before the keeper answers with what it sees."""


class Staff(Protocol):
    """What the keeper directs: `Supervisor`."""

    plan: Plan
    logins: Logins
    children: dict[str, Child]
    wanted: dict[str, tuple[str, ...]]

    def address(self, login: str | None = None) -> str: ...
    def apply_logins(self) -> int: ...
    @property
    def trouble(self) -> str: ...
    def apply_listeners(self) -> bool: ...
    async def renew(self) -> None: ...
    async def launch(self, post: Post) -> None: ...
    async def end(self, process: str) -> None: ...


class Keeper(Inspecting, Worker):
    """`staff` does the work on processes; single workers follow what is said on `PROCESS_WANTED`."""

    name = "keeper"
    says: ClassVar = (PROCESS_WANTED,)

    def __init__(self, house: House, staff: Staff, inspection: Inspection | None = None) -> None:
        super().__init__(house)
        self.inspection = inspection
        self.loads = Loads()
        self._staff = staff
        self._presence = Presence()
        self._turn = asyncio.Lock()
        self._trouble = ""
        self._admission = Admission(staff.logins, house.root, house.clock, staff.apply_logins)

    async def open(self) -> None:
        self.house.start(self._admission.run(), "let persons in")
        for (process,), _ in (await self.house.leftovers(PROCESS_WANTED)).of(PROCESS_WANTED):
            self.house.say(PROCESS_WANTED, None, process)
        for process in self._staff.wanted:
            self._say_wanted(process)
        self._tell_of_listeners()

    def _say_wanted(self, process: str) -> None:
        self.house.say(PROCESS_WANTED, Wanted(self._staff.wanted[process]), process)

    # -- persons

    @hears(PERSON)
    def person_changed(self, person: Person | None, heard: Heard) -> None:
        self._admission.learn(heard.where[0], person)

    @hears(REACH)
    def reach_changed(self, reach: Reach | None, heard: Heard) -> None:
        self._admission.reach(heard.where[0], reach)

    # -- looking

    @hears(PROCESS_STATUS)
    def process_changed(self, status: ProcessStatus | None, heard: Heard) -> None:
        self._presence.process(heard.where[0], status)

    @hears(WORKER_STATUS)
    def worker_changed(self, status: WorkerStatus | None, heard: Heard) -> None:
        self._presence.worker(heard.where[0], heard.where[1], status)

    def report(self, worker: str) -> WorkerReport:
        """How a worker is."""
        found = self._presence.of(worker)
        if found is None:
            post = self._staff.plan.of(worker)
            return WorkerReport(worker=worker, process=post.process if post else "", state="offline")
        return WorkerReport(**asdict(found))

    def planned(self) -> list[WorkerReport]:
        """All workers that are meant to run."""
        return [self.report(worker) for workers in self._staff.wanted.values() for worker in workers]

    async def until_up(self, timeout: float) -> list[WorkerReport]:
        """Return when all that is meant to run does, or after `timeout` seconds; those that are not up."""
        await self._wait(lambda: not self._down(), timeout)
        return self._down()

    def _down(self) -> list[WorkerReport]:
        return [one for one in self.planned() if one.state not in ("online", "degraded")]

    async def _wait(self, done: Callable[[], bool], seconds: float) -> None:
        """Return when `done`, asked again with every status that comes, or after `seconds`."""
        clock = self.house.clock
        deadline = clock.monotonic() + seconds
        timer = clock.call_later(seconds, self._presence.wake)
        while not done() and clock.monotonic() < deadline:
            await self._presence.changed.wait()
        timer.cancel()

    def unwell(self) -> list[Finding]:
        """Workers that are not as they should be."""
        found = [self.report(name) for name in sorted({name for name, _ in self._presence.workers})]
        return [
            Finding(what=one.worker, state="bad", found=f"{one.state} in process {one.process}", cost=one.reason)
            for one in found
            if one.state != "online" and one.reason != "stopped"
        ]

    # -- answering

    @answers(STATUS)
    async def status(self, request: AskStatus, caller: Caller) -> Report:
        names = {name for name, _ in self._presence.workers} | {one.worker for one in self.planned()}
        processes = [
            ProcessReport(
                process=name,
                state=child.state,
                pid=child.pid,
                restarts=child.restarts,
                workers=list(self._staff.wanted.get(name, ())),
            )
            for name, child in self._staff.children.items()
        ]
        workers = [self.report(name) for name in sorted(names)]
        return Report(broker=self._staff.address(), processes=processes, workers=workers)

    @answers(START)
    async def start(self, request: WorkerName, caller: Caller) -> WorkerReport:
        async with self._turn:
            return await self._start(request.worker)

    @answers(STOP)
    async def stop(self, request: WorkerName, caller: Caller) -> WorkerReport:
        async with self._turn:
            return await self._stop(request.worker)

    @answers(RESTART)
    async def restart(self, request: WorkerName, caller: Caller) -> WorkerReport:
        async with self._turn:
            await self._stop(request.worker)
            return await self._start(request.worker)

    @answers(APPLY_LOGINS)
    async def apply_logins(self, request: ApplyLogins, caller: Caller) -> Applied:
        self._admission.renew()
        return Applied(logins=self._staff.apply_logins())

    @answers(APPLY_LISTENERS)
    async def apply_listeners(self, request: ApplyListeners, caller: Caller) -> Listening:
        try:
            restarts = self._staff.apply_listeners()
        except ListenersError as error:
            raise CallError("failed", str(error)) from error
        self._tell_of_listeners()
        return Listening(restarts=restarts)

    @every(minutes=5)
    async def renew(self) -> None:
        """An address may change, a certificate may near its end."""
        await self._staff.renew()
        self._tell_of_listeners()

    @every(seconds=2)
    async def look(self) -> None:
        """A broker that starts anew for its listeners may find that it cannot."""
        self._tell_of_listeners()

    def _tell_of_listeners(self) -> None:
        before, self._trouble = self._trouble, self._staff.trouble
        if self._trouble and self._trouble != before:
            self.house.degraded(f"a listener for the network: {self._trouble}")
        elif before and not self._trouble:
            self.house.healthy()

    async def _start(self, worker: str) -> WorkerReport:
        post = self._post(worker)
        if post.process not in self._staff.children:
            await self._launch(post)
        elif worker not in self._staff.wanted[post.process]:
            self._staff.wanted[post.process] += (worker,)
        self._presence.worker(worker, post.process, None)  # what an earlier run said is no answer
        self._say_wanted(post.process)
        log.info("%s is to run in process %s", worker, post.process)
        return await self._until(worker, up=True)

    async def _launch(self, post: Post) -> None:
        try:
            await self._staff.launch(post)
        except NotForGuestsError as error:
            raise CallError("denied", str(error), "worker") from error

    async def _stop(self, worker: str) -> WorkerReport:
        post = self._staff.plan.of(worker)
        if post is None or worker not in self._staff.wanted.get(post.process, ()):
            self._post(worker)
            return self.report(worker)
        left = tuple(name for name in self._staff.wanted[post.process] if name != worker)
        log.info("%s is to stop", worker)
        if left:
            self._staff.wanted[post.process] = left
        else:
            await self._staff.end(post.process)
        self._say_wanted(post.process)
        return await self._until(worker, up=False)

    def _post(self, worker: str) -> Post:
        """Where a worker is to run: by the plan, else in a process of its own. Raises `CallError`."""
        if worker == self.name:
            raise CallError("denied", "the keeper runs as long as the home does: stop the home instead", "worker")
        post = self._staff.plan.of(worker)
        if post is not None:
            return post
        try:
            self._staff.plan.kind(worker)
        except LookupError as error:
            raise CallError("not_found", str(error), "worker") from error
        return guest_post(worker)

    async def _until(self, worker: str, *, up: bool) -> WorkerReport:
        """Wait until a worker is up or down, or until it has said why it is not."""
        await self._wait(lambda: _settled(self.report(worker), up=up), _PATIENCE)
        return self.report(worker)


def _settled(report: WorkerReport, *, up: bool) -> bool:
    if not up:
        return report.state == "offline"
    return report.state in ("online", "degraded") or (report.state == "offline" and report.reason != "")
