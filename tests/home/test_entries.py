"""What is said of things: under the ids that they have now, and never twice the same."""

from collections import deque
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, cast

import pytest

from homeserver.home.entries import Entries
from homeserver.home.journal import Journal
from homeserver.home.registry import Registry
from homeserver.home.worker import MIGRATIONS
from homeserver.runtime.store import Ledger
from homeserver.runtime.turn import Turn
from homeserver.topics.topic import Topic


class Said:
    """Takes what is said, in order."""

    def __init__(self) -> None:
        self.told: list[tuple[str, bool]] = []

    def say(self, topic: Topic[Any], entry: Any, id: str) -> None:
        self.told.append((topic.address((id,)), entry is not None))


class Books:
    """Two lamps and what is said of them."""

    def __init__(self, turn: Turn) -> None:
        self.journal, self.said = Journal(turn), Said()
        self.registry = Registry(turn, self.journal)
        self.entries = Entries(cast(Any, self.said), self.registry, self.journal)
        for name in ("a", "b"):
            self.registry.assign("light", name, name, name, None)
        self.say_all()

    def say_all(self) -> None:
        deque(self.entries.each(), maxlen=0)

    def name(self, **ids: str) -> list[tuple[str, bool]]:
        """Rename both at once; what is said then."""
        self.said.told.clear()
        self.journal.do([self.journal.step("entity", f"light.{own}", {"id": id}) for own, id in ids.items()], 0, "me")
        self.registry.rename(self.registry.rows.values())
        self.say_all()
        return self.said.told


@pytest.fixture
async def books(tmp_path: Path) -> AsyncIterator[Books]:
    with Ledger.open(tmp_path / "home.db", MIGRATIONS) as ledger:
        turn = Turn(ledger)
        yield Books(turn)
        turn.end()


async def test_the_new_id_is_said_before_the_old_one_is_taken_back(books: Books) -> None:
    assert books.said.told == [("registry/entity/light.a", True), ("registry/entity/light.b", True)]
    assert books.name(a="light.x") == [("registry/entity/light.x", True), ("registry/entity/light.a", False)]
    books.said.told.clear()
    books.say_all()
    assert books.said.told == []


async def test_of_two_that_change_places_the_last_word_is_right(books: Books) -> None:
    told = books.name(a="light.b", b="light.a")
    assert dict(told) == {"registry/entity/light.a": True, "registry/entity/light.b": True}
    assert {own for own, _ in books.entries.said.values()} == {"light.a", "light.b"}
