"""The worker `people` on a bus in memory: who is let in, kept out and forgotten, and what is said of it."""

import asyncio
from datetime import timedelta
from pathlib import Path

from homeserver.people.worker import setup
from homeserver.runtime.logins import Logins
from homeserver.runtime.rehearsal import Rehearsal
from tests.people.conftest import Ask


async def test_somebody_is_let_in_and_forgotten(home: Rehearsal, ask: Ask) -> None:
    people = home.process.calls.people
    made = await ask("create_user", name="Anna Müller", trackers=["device_tracker.phone"])
    assert (made["user"]["id"], made["user"]["role"], made["note"]) == ("anna_muller", "adult", "")
    assert people.role("person.anna_muller", "rules", "check") == "adult"
    first = people.person("person.anna_muller")
    assert first is not None
    await ask("remove_user", user="anna_muller")
    assert people.person("person.anna_muller") is None
    await ask("create_user", name="Another", id="anna_muller")
    again = people.person("person.anna_muller")
    assert again is not None
    assert again.epoch > first.epoch  # the name alone gives nobody the proofs of another


async def test_a_guest_has_an_end_and_is_told_of_it(home: Rehearsal, ask: Ask) -> None:
    people = home.process.calls.people
    made = await ask("create_user", name="Gus", role="guest")
    assert made["note"].startswith("a guest leaves one day: this one on 2026-01-12")
    await home.clock.advance(timedelta(days=7).total_seconds() - 1)
    assert people.person("person.gus") is not None
    await home.clock.advance(1)
    assert people.person("person.gus") is None


async def test_where_others_run_the_broker_its_files_follow_who_is_here(tmp_path: Path) -> None:
    """As in compose.yaml: no keeper, a folder that Mosquitto reads."""
    logins = Logins(tmp_path / "data")
    logins.ensure("process.bridge", (), ("homeserver/call/+/+/{person}",))
    folder = tmp_path / "mosquitto"
    settings = [f"home.mosquitto_folder={folder}"]
    async with Rehearsal(setup, folder=tmp_path / "data", settings=settings) as home:
        ask = home.process.calls.ask

        async def acl() -> str:
            for _ in range(200):  # a thread writes it
                await home.clock.advance(0.1)
                await asyncio.sleep(0.005)
            return (folder / "acl").read_text() if (folder / "acl").exists() else ""

        await ask("people", "create_user", {"name": "Anna", "id": "anna"})
        assert "topic write homeserver/call/+/+/person.anna\n" in await acl()
        logins.add("person.anna", (), ())
        await ask("people", "mqtt_login", {"user": "anna"})
        assert "user person.anna\ntopic read homeserver/entity/+/+/config\n" in await acl()
        await ask("people", "update_user", {"user": "anna", "active": False})
        assert (await acl()).split("user person.anna\n")[1].startswith("\nuser process.bridge")
        await ask("people", "remove_user", {"user": "anna"})
        assert "anna" not in await acl()
