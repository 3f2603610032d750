"""The keeper: tells how the home is, and starts and stops single workers in running processes."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from homeserver.runtime.child import Child
from homeserver.runtime.clock import VirtualClock, settle
from homeserver.runtime.house import House
from homeserver.runtime.keeper import Keeper
from homeserver.runtime.keeper_words import WorkerReport
from homeserver.runtime.listeners import ListenersError
from homeserver.runtime.logins import Logins
from homeserver.runtime.memory_broker import MemoryBroker
from homeserver.runtime.plan import Plan, Post
from homeserver.runtime.rehearsal import Rehearsal
from homeserver.runtime.worker import Worker
from homeserver.topics.call import CallError
from homeserver.topics.process import PROCESS_WANTED


class Alpha(Worker):
    """Runs in the core."""

    name = "alpha"
    opened = 0

    async def open(self) -> None:
        type(self).opened += 1


class Beta(Worker):
    """Runs beside it."""

    name = "beta"


class Broken(Worker):
    """Never opens."""

    name = "broken"

    async def open(self) -> None:
        raise ValueError("its dongle is missing")


def alpha(house: House) -> Alpha:
    return Alpha(house)


def beta(house: House) -> Beta:
    return Beta(house)


def broken(house: House) -> Broken:
    return Broken(house)


KINDS: dict[str, type[Worker]] = {"alpha": Alpha, "beta": Beta, "broken": Broken, "guest": Beta}


class Staff:
    """Stands for the supervisor: remembers which processes it was asked to start and to end."""

    def __init__(self, folder: Path) -> None:
        self.logins = Logins(folder)
        self.plan = Plan([Post("core", ("alpha", "beta", "broken"))], KINDS.__getitem__)
        self.children: dict[str, Child] = {"core": None}  # type: ignore[dict-item]
        self.wanted: dict[str, tuple[str, ...]] = {"core": ("alpha", "beta")}
        self.log: list[str] = []
        self.trouble = ""
        self.refusal = ""

    def address(self, login: str | None = None) -> str:
        return "mqtt://127.0.0.1:1"

    def apply_logins(self) -> int:
        self.log.append("logins")
        return 4

    def apply_listeners(self) -> bool:
        if self.refusal:
            raise ListenersError(self.refusal)
        self.log.append("listeners")
        return True

    async def renew(self) -> None:
        self.log.append("renew")

    async def launch(self, post: Post) -> None:
        self.log.append(f"launch {post.process}")
        self.wanted[post.process] = post.workers

    async def end(self, process: str) -> None:
        self.log.append(f"end {process}")
        self.wanted[process] = ()


class Scene:
    """Core and keeper, each a process of its own on one broker."""

    def __init__(self, core: Rehearsal, keeper: Rehearsal, staff: Staff) -> None:
        self.core = core
        self.keeper = keeper
        self.staff = staff

    async def call(self, verb: str, **args: Any) -> Any:
        asking = asyncio.create_task(self.core.process.calls.ask("keeper", verb, args))
        for _ in range(60):
            await settle()
            if asking.done():
                break
            await self.core.clock.advance(0.5)
        return await asking

    def report(self, worker: str) -> WorkerReport:
        found = self.keeper.process.hosted["keeper"].worker
        assert isinstance(found, Keeper)
        return found.report(worker)

    def state(self, worker: str) -> str:
        return self.report(worker).state


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    broker, clock, staff = MemoryBroker(), VirtualClock(), Staff(tmp_path)

    def keeper(house: House) -> Keeper:
        return Keeper(house, staff)

    async with Rehearsal(alpha, beta, broker=broker, clock=clock, process="core") as core:
        core._setups["broken"] = broken  # it is known there, but not wanted at first
        async with Rehearsal(keeper, broker=broker, clock=clock, process="keeper") as other:
            await settle()
            yield Scene(core, other, staff)


async def test_it_tells_how_everything_is(scene: Scene) -> None:
    scene.staff.children = {}
    report = await scene.call("status")
    assert {one["worker"]: one["state"] for one in report["workers"]} == {
        "alpha": "online",
        "beta": "online",
        "keeper": "online",
    }
    assert report["broker"] == "mqtt://127.0.0.1:1"


async def test_one_worker_stops_and_starts_while_the_other_goes_on(scene: Scene) -> None:
    before = Alpha.opened
    stopped = await scene.call("stop", worker="alpha")
    assert (stopped["state"], stopped["reason"]) == ("offline", "stopped")
    assert list(scene.core.process.hosted) == ["beta"]
    assert scene.state("beta") == "online"
    started = await scene.call("start", worker="alpha")
    assert started["state"] == "online"
    assert Alpha.opened == before + 1
    assert scene.staff.log == [], "no process had to be started or ended for it"


async def test_restart_makes_a_new_worker(scene: Scene) -> None:
    before, old = Alpha.opened, scene.core.process.hosted["alpha"]
    assert (await scene.call("restart", worker="alpha"))["state"] == "online"
    assert Alpha.opened == before + 1
    assert scene.core.process.hosted["alpha"] is not old


async def test_one_that_cannot_start_says_why(scene: Scene) -> None:
    report = await scene.call("start", worker="broken")
    assert report["state"] == "offline"
    assert "its dongle is missing" in report["reason"]


async def test_a_process_without_workers_ends_and_begins_again(scene: Scene) -> None:
    await scene.call("stop", worker="alpha")
    await scene.call("stop", worker="beta")
    assert scene.staff.log == ["end core"]
    scene.staff.children = {}
    await scene.call("start", worker="beta")
    assert scene.staff.log == ["end core", "launch core"]


async def test_a_worker_without_a_place_gets_a_process_of_its_own(scene: Scene) -> None:
    report = await scene.call("start", worker="guest")
    assert scene.staff.log == ["launch x-guest"]
    assert (report["worker"], report["state"]) == ("guest", "offline"), "nobody runs it in this rehearsal"


async def test_stopping_what_does_not_run_changes_nothing(scene: Scene) -> None:
    report = await scene.call("stop", worker="broken")
    assert (report["state"], scene.staff.log) == ("offline", [])


@pytest.mark.parametrize(
    ("verb", "worker", "code"),
    [("start", "nobody", "not_found"), ("stop", "keeper", "denied"), ("stop", "nobody", "not_found")],
)
async def test_what_it_does_not_do(scene: Scene, verb: str, worker: str, code: str) -> None:
    with pytest.raises(CallError) as caught:
        await scene.call(verb, worker=worker)
    assert caught.value.error.code == code
    assert caught.value.error.field == "worker"


async def test_changed_logins_are_applied(scene: Scene) -> None:
    assert await scene.call("apply_logins") == {"logins": 4}
    assert scene.staff.log == ["logins"]


async def test_changed_listeners_are_applied(scene: Scene) -> None:
    assert await scene.call("apply_listeners") == {"restarts": True}
    assert scene.staff.log == ["listeners"]
    scene.staff.refusal = "port 8883 is taken"
    with pytest.raises(CallError, match="port 8883 is taken"):
        await scene.call("apply_listeners")


async def test_it_looks_after_the_certificate_and_says_what_is_wrong_with_it(scene: Scene) -> None:
    async def state() -> tuple[str, str]:
        await scene.core.clock.advance(300)
        await settle()
        report = scene.report("keeper")
        return report.state, report.reason

    assert await state() == ("online", "")
    scene.staff.trouble = "its certificate cannot be renewed: no key"
    assert await state() == ("degraded", "a listener for the network: its certificate cannot be renewed: no key")
    scene.staff.trouble = ""
    assert await state() == ("online", "")
    assert scene.staff.log == ["renew"] * 3


async def test_what_was_wanted_of_processes_that_are_no_more_is_taken_away(tmp_path: Path) -> None:
    broker, clock, staff = MemoryBroker(), VirtualClock(), Staff(tmp_path)
    broker.retained["homeserver/process/attic/wanted"] = b'{"workers":["x"]}'

    def keeper(house: House) -> Keeper:
        return Keeper(house, staff)

    async with Rehearsal(keeper, broker=broker, clock=clock, process="keeper"):
        await settle()
        assert "homeserver/process/attic/wanted" not in broker.retained
        assert b'["alpha","beta"]' in broker.retained[f"homeserver/{PROCESS_WANTED.address(('core',))}"]
