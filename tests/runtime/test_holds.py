"""Holds against a model that knows nothing of slots: a list of all that was ever said, read anew each time."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from hypothesis import given, settings
from hypothesis import strategies as st

from homeserver.runtime.holds import Asked, Holds, Slot
from homeserver.runtime.store import Ledger
from homeserver.runtime.turn import Turn
from homeserver.topics.cause import Cause

MIGRATIONS: Final = Path(__file__).parents[2] / "homeserver" / "home" / "migrations"
LAMP: Final = "light.lamp"


def asked(id: str, dies: float = 0.0) -> Asked:
    return Asked(id, "turn_on", {"brightness": 3}, Cause(id, "rule:a"), dies)


def slot(priority: int, id: str, until: float = 0.0, dies: float = 0.0) -> Slot:
    return Slot(priority, f"by {id}", until, (asked(id, dies),))


@contextmanager
def opened(folder: Path) -> Iterator[Holds]:
    with Ledger.open(folder / "home.db", MIGRATIONS) as ledger:
        turn = Turn(ledger)
        yield Holds(turn)
        turn.end()


def ids(found: tuple[Asked, ...] | None) -> list[str]:
    return [one.id for one in found or ()]


async def test_what_waits_is_given_back_as_it_was_after_a_restart(tmp_path: Path) -> None:
    with opened(tmp_path) as holds:
        assert holds.take(LAMP, slot(6, "person", 100.0), 0.0) is None
        held = holds.take(LAMP, slot(4, "rule", 0.0, 50.0), 1.0)
        assert held is not None
        assert (held.by, held.until) == ("by person", 100.0)
    with opened(tmp_path) as holds:
        assert holds.of[LAMP] == {6: slot(6, "person", 100.0), 4: slot(4, "rule", 0.0, 50.0)}
        assert holds.due == 100.0
        assert holds.settle(LAMP, 99.9) is None
        assert holds.settle(LAMP, 100.0) == (), "the wish died at 50"
        assert holds.of == {}
    with opened(tmp_path) as holds:
        assert holds.of == {}


async def test_a_turn_that_is_not_written_is_not_so(tmp_path: Path) -> None:
    with opened(tmp_path) as holds:
        holds.take(LAMP, slot(6, "person", 100.0), 0.0)
        assert holds._turn.end() == ""
        holds.take(LAMP, slot(4, "rule"), 0.0)
        holds._turn.ledger.execute("ROLLBACK")
        holds.read()
        assert list(holds.of[LAMP]) == [6]


# -- the model

Deed = tuple[str, int, int, int]
"""What, a priority, how long it holds, and seconds until the next deed."""


@dataclass
class Word:
    """What was said last with one priority."""

    id: str
    hold: float
    out: bool


@dataclass
class Model:
    """The rules in sentences, each looked up in all that was said; time in whole seconds."""

    now: float = 0.0
    words: dict[int, Word] = field(default_factory=dict)

    def holder(self) -> int:
        return max((p for p, word in self.words.items() if word.hold > self.now), default=0)

    def say(self, priority: int, id: str, hold: float) -> bool:
        """Whether it goes out."""
        if priority < self.holder():
            self.words[priority] = Word(id, hold, out=False)
            return False
        self.words = {p: word for p, word in self.words.items() if p > priority or word.hold}
        self.words.pop(priority, None)
        if hold > self.now:
            self.words[priority] = Word(id, hold, out=True)
        return True

    def ended(self, gone: set[int], strongest: int) -> list[str]:
        """Some holds are over: what is said then."""
        for priority in gone:
            del self.words[priority]
        if strongest not in gone or not self.words:
            return []
        top = max(self.words)
        word = self.words[top]
        if not word.hold:
            self.words = {p: word for p, word in self.words.items() if word.hold}
        return [word.id]

    def pass_time(self, seconds: int) -> list[str]:
        self.now += seconds
        strongest = max((p for p, word in self.words.items() if word.hold), default=0)
        return self.ended({p for p, word in self.words.items() if 0 < word.hold <= self.now}, strongest)

    def release(self, priority: int) -> list[str]:
        if priority not in self.words or not self.words[priority].hold:
            return []
        return self.ended({priority}, self.holder())


deeds = st.lists(
    st.tuples(st.sampled_from(["say", "release", "restart"]), st.integers(1, 4), st.integers(0, 6), st.integers(0, 5)),
    max_size=40,
)


@settings(deadline=None, max_examples=60)
@given(deeds)
def test_commands_releases_expiries_and_restarts_do_what_the_model_says(script: list[Deed]) -> None:
    with TemporaryDirectory() as folder:
        asyncio.run(_play(Path(folder), script))


async def _play(folder: Path, script: list[Deed]) -> None:
    model, number = Model(), 0
    while number < len(script):
        with opened(folder) as holds:
            for what, priority, hold, passes in script[number:]:
                number += 1
                id = f"c{number}"
                if what == "restart":
                    break
                if what == "say":
                    until = model.now + hold if hold else 0.0
                    went = holds.take(LAMP, slot(priority, id, until), model.now) is None
                    assert went == model.say(priority, id, until)
                elif LAMP in holds.of and priority in holds.of[LAMP] and holds.of[LAMP][priority].until:
                    assert ids(holds.release(LAMP, priority, model.now)) == model.release(priority)
                else:
                    assert model.release(priority) == []
                said = model.pass_time(passes)
                assert ids(holds.settle(LAMP, model.now)) == said
                held = holds.lease(LAMP, model.now)
                assert (held.priority if held else 0) == model.holder()
                assert {p: one.wishes[0].id for p, one in holds.of.get(LAMP, {}).items()} == {
                    p: word.id for p, word in model.words.items()
                }
                ends = [word.hold for word in model.words.values() if word.hold]
                assert holds.due == min(ends, default=float("inf"))
