"""The worker `people` on a bus in memory: who is let in, kept out and forgotten, and what is said of it."""

from datetime import timedelta

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
