"""Which ids may be given, and which words cannot stand beside others."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from homeserver.home.journal import FORMER, ID, REMOVED, Journal
from homeserver.home.registry import Registry
from homeserver.home.renaming import Renaming
from homeserver.home.worker import MIGRATIONS
from homeserver.runtime.store import Ledger
from homeserver.runtime.turn import Turn
from homeserver.topics.call import CallError


class Names:
    """Three lamps, of which one is gone, with a journal."""

    def __init__(self, turn: Turn) -> None:
        self.journal = Journal(turn)
        self.registry = Registry(turn, self.journal)
        self.renaming = Renaming(self.registry, self.journal)
        for name in ("a", "b", "gone"):
            self.registry.assign("light", name, f"homeassistant/light/{name}/config", name, None)
        self.registry.leave("light.gone")

    def rename(self, own: str, **asked: Any) -> None:
        steps = list(self.renaming.renamed("entity", own, asked))
        words = {**self.journal.of("entity", own), **asked}
        self.journal.do([*steps, self.journal.step("entity", own, words)], 0.0, "me")
        self.registry.rename(self.registry.rows.values())

    def ids(self) -> dict[str, str]:
        return {row.own: id for id, row in self.registry.entities.items()}


@pytest.fixture
async def names(tmp_path: Path) -> AsyncIterator[Names]:
    with Ledger.open(tmp_path / "home.db", MIGRATIONS) as ledger:
        turn = Turn(ledger)
        yield Names(turn)
        turn.end()


async def test_back_to_where_it_was_leaves_only_the_way_from_the_other(names: Names) -> None:
    names.rename("light.a", id="light.x")
    assert names.journal.of("entity", "light.a") == {ID: "light.x", FORMER: ["light.a"]}
    names.rename("light.a", id="light.a")
    assert names.journal.of("entity", "light.a") == {FORMER: ["light.x"]}
    names.rename("light.a", former=None)
    assert names.journal.of("entity", "light.a") == {}
    assert names.registry.entity("light.x") is None


async def test_the_oldest_of_many_former_ids_are_let_go(names: Names) -> None:
    for number in range(30):
        names.rename("light.a", id=f"light.x{number}")
    former = names.journal.of("entity", "light.a")[FORMER]
    assert former == [f"light.x{number}" for number in range(9, 29)]


async def test_an_id_of_what_is_gone_may_be_taken_and_one_that_another_has_may_not(names: Names) -> None:
    names.rename("light.a", id="light.gone")
    assert names.ids() == {"light.a": "light.gone", "light.b": "light.b"}
    assert REMOVED in names.journal.of("entity", "light.gone")
    with pytest.raises(CallError, match=r"light.gone is taken: there is an entity of that id already"):
        names.rename("light.b", id="light.gone", take=True)
    names.registry.others.add("light.theirs")
    with pytest.raises(CallError, match="another worker has it"):
        names.rename("light.b", id="light.theirs")


async def test_what_is_given_an_id_anew_has_an_own_id_of_its_own(names: Names) -> None:
    names.rename("light.a", id="light.x")
    names.rename("light.a", former=None)
    row = names.registry.assign("light", "new", "homeassistant/light/new/config", "a", None)
    assert (row.own, row.id) == ("light.a#2", "light.a")
    names.rename("light.a#2", id="light.y")
    names.rename("light.a#2", id=None)
    assert names.ids()["light.a#2"] == "light.a"


async def test_words_that_would_clash_or_dangle_are_told(names: Names) -> None:
    names.journal.do([names.journal.step("label", "red", {"name": "Red"})], 0.0, "me")
    step, clash = names.journal.step, names.renaming.clash
    assert "light.b is another's now" in clash([step("entity", "light.a", {ID: "light.b"})])
    assert "light.b is another's now" in clash([step("entity", "light.a", {FORMER: ["light.b"]})])
    swap = [step("entity", "light.a", {ID: "light.b"}), step("entity", "light.b", {ID: "light.a"})]
    assert clash(swap) == ""
    both = [step("entity", "light.a", {ID: "light.x"}), step("entity", "light.b", {FORMER: ["light.x"]})]
    assert "light.x is another's now" in clash(both)
    assert "is not there any more" in clash([step("entity", "light.never", {"name": "X"})])
    assert "would be in label blue" in clash([step("entity", "light.a", {"labels": ["blue"]})])
    names.rename("light.a", labels=["red"])
    assert "would be in label red" in clash([step("label", "red", None)])
    assert clash([step("label", "red", None), step("entity", "light.a", None)]) == ""
