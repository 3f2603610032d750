"""Admission: who exists and what their own logins may, written into the logins, and taken back in time."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from homeserver.runtime.admission import Admission
from homeserver.runtime.clock import VirtualClock
from homeserver.runtime.logins import EVERYBODY, Logins
from homeserver.topics.person import Person, Reach

ANNA = Person("Anna", "adult")
LIGHT = "homeserver/entity/light/hall/command/person.anna"


class Desk:
    """An admission at work, and how often the broker was told."""

    def __init__(self, folder: Path) -> None:
        self.clock = VirtualClock()
        self.logins = Logins(folder)
        self.logins.ensure("process.bridge", (), (f"homeserver/call/+/+/{EVERYBODY}",))
        self.told = 0
        self.admission = Admission(self.logins, "homeserver", self.clock, self._tell)

    def _tell(self) -> None:
        self.told += 1

    async def pass_by(self, seconds: float = 1.0) -> None:
        for _ in range(10):  # a thread writes
            await self.clock.advance(seconds / 10)
            await asyncio.sleep(0.01)

    def bridge(self) -> tuple[str, ...]:
        return self.logins.all()["process.bridge"].write


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    desk = Desk(tmp_path)
    running = asyncio.create_task(desk.admission.run())
    yield desk
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def test_the_bridge_gets_a_line_for_each_and_no_wildcard(desk: Desk) -> None:
    assert desk.bridge() == ()
    desk.admission.learn("anna", ANNA)
    desk.admission.learn("ben", ANNA)
    await desk.pass_by()
    assert desk.bridge() == ("homeserver/call/+/+/person.anna", "homeserver/call/+/+/person.ben")
    assert desk.told == 1, "what comes together is written together"
    desk.admission.learn("anna", Person("Anna", "child"))
    await desk.pass_by()
    assert desk.told == 1, "what she may is not the bridge's matter"
    desk.admission.learn("anna", None)
    await desk.pass_by()
    assert (desk.bridge(), desk.told) == (("homeserver/call/+/+/person.ben",), 2)


async def test_what_an_earlier_run_granted_is_taken_back(tmp_path: Path) -> None:
    before = Logins(tmp_path)
    before.admit(["person.ghost"])
    before.add("person.ghost", ("homeserver/#",), ("homeserver/#",))
    desk = Desk(tmp_path)
    running = asyncio.create_task(desk.admission.run())
    await desk.pass_by()
    running.cancel()
    ghost = desk.logins.all()["person.ghost"]
    assert (desk.bridge(), ghost.read, ghost.write, desk.told) == ((), (), (), 1)


async def test_a_login_of_ones_own_ends_at_its_time_whoever_lives(desk: Desk) -> None:
    desk.logins.add("person.anna", (), ())
    until = desk.clock.now() + timedelta(seconds=60)
    desk.admission.reach("anna", Reach(control=("light.hall",), until=until))
    await desk.pass_by()
    assert LIGHT in desk.logins.all()["person.anna"].write
    await desk.pass_by(58)
    assert LIGHT in desk.logins.all()["person.anna"].write
    await desk.pass_by(3)
    assert desk.logins.all()["person.anna"].write == ()
    desk.admission.reach("anna", Reach(control=("light.hall",)))
    await desk.pass_by()
    assert LIGHT in desk.logins.all()["person.anna"].write
    desk.admission.reach("anna", None)
    await desk.pass_by()
    assert "person.anna" not in desk.logins.all()


async def test_a_login_that_is_made_later_is_granted_what_was_said(desk: Desk) -> None:
    desk.admission.reach("anna", Reach(control=("light.hall",)))
    await desk.pass_by()
    desk.logins.add("person.anna", (), ())
    desk.admission.renew()
    await desk.pass_by()
    assert LIGHT in desk.logins.all()["person.anna"].write


async def test_a_reach_that_makes_no_sense_grants_nothing(desk: Desk) -> None:
    desk.logins.add("person.anna", ("homeserver/#",), ())
    desk.admission.reach("anna", Reach(see=("#",)))
    await desk.pass_by()
    assert desk.logins.all()["person.anna"].read == ()


async def test_logins_that_cannot_be_written_are_tried_again(desk: Desk) -> None:
    broken = desk.logins.path.read_text()
    desk.logins.path.write_text("{")
    desk.admission.learn("anna", ANNA)
    await desk.pass_by()
    assert desk.told == 0
    desk.logins.path.write_text(broken)
    await desk.pass_by(6)
    assert (desk.bridge(), desk.told) == (("homeserver/call/+/+/person.anna",), 1)
