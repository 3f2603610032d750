"""What comes of a command: its end is waited for as long as the home says that something is on its way."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest

from homeserver.cli import outcomes
from homeserver.cli.failures import Failure
from homeserver.topics.cause import Cause
from homeserver.topics.entity import CommandOutcome, EntityState, Outcome

NOW = datetime(2026, 1, 5, 7, 0, tzinfo=UTC)
OURS = Cause("c1", "process.cli")


@pytest.fixture(autouse=True)
def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outcomes, "_REPORT", 0.1)
    monkeypatch.setattr(outcomes, "_BEHIND", 0.05)
    monkeypatch.setattr(outcomes, "_LONGEST", 0.8)


def state(word: str, parent: str | None = None, **attributes: Any) -> EntityState:
    return EntityState(word, attributes, NOW, NOW, Cause("s", "device:gate", parent))


def end(outcome: Outcome, cause: Cause = OURS) -> CommandOutcome:
    return CommandOutcome("id", "cover.gate", "open_cover", outcome, "why", cause)


async def play(*said: EntityState | CommandOutcome | float | None) -> tuple[str, str | None]:
    """Waits and what is told, one after the other; the end and state that were found."""
    told: outcomes.Told = asyncio.Queue()

    async def tell() -> None:
        for one in said:
            if isinstance(one, float):
                await asyncio.sleep(one)
            else:
                told.put_nowait(one)

    telling = asyncio.create_task(tell())
    try:
        found, now = await outcomes.outcome_of(told, OURS, 0.05)
    finally:
        telling.cancel()
    return found.outcome, now


async def test_a_drive_is_waited_for() -> None:
    opening = state("opening", "c1", wanted={"state": "open"})
    assert await play(state("closed"), opening, 0.4, end("confirmed"), state("open", "c1")) == ("confirmed", "open")


async def test_the_state_may_come_before_the_end_or_not_at_all() -> None:
    assert await play(state("on"), end("already")) == ("already", "on")
    assert await play(end("acknowledged")) == ("acknowledged", None)


async def test_what_was_so_already_is_what_it_was_and_not_what_it_does_once_more() -> None:
    """The demo house's lock turns its bolt again."""
    again = (state("locked"), state("locking", "c1"), end("already"), state("locked", "c1"))
    assert await play(*again) == ("already", "locked")


async def test_ends_of_other_commands_are_not_ours() -> None:
    others = end("superseded", Cause("c2", "person.anna"))
    assert await play(others, end("expired")) == ("expired", None)


async def test_silence_is_said_and_not_waited_out() -> None:
    with pytest.raises(Failure, match="nobody told within"):
        await play(state("closed"))
    with pytest.raises(Failure, match="nobody told within"):
        await play(state("opening", wanted={"state": "open"}), 0.1, state("opening"), None)


async def test_a_home_that_dies_on_the_way_is_not_waited_for_for_ever() -> None:
    with pytest.raises(Failure, match="nobody told within 1 s"):
        await asyncio.wait_for(play(state("closed"), state("opening", "c1", wanted={"state": "open"})), 5)
