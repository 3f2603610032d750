"""The home's memory: ids that last, devices known by any of their names, all of it in the file."""

import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from homeserver.home.device import Described, Details
from homeserver.home.journal import Journal
from homeserver.home.refusals import Refusals
from homeserver.home.registry import Registry
from homeserver.home.worker import MIGRATIONS
from homeserver.runtime.clock import VirtualClock
from homeserver.runtime.store import Ledger
from homeserver.runtime.turn import Turn


@pytest.fixture
async def turn(tmp_path: Path) -> AsyncIterator[Turn]:
    with Ledger.open(tmp_path / "home.db", MIGRATIONS) as ledger:
        turn = Turn(ledger)
        yield turn
        turn.end()


def registry_of(turn: Turn) -> Registry:
    return Registry(turn, Journal(turn))


def described(*keys: str, **details: str) -> Described:
    return Described(keys, Details(**details))


async def test_ids_are_given_once_and_kept(turn: Turn) -> None:
    registry = registry_of(turn)
    ids = [registry.assign("light", f"u{n}", f"k{n}", "hall", None).id for n in range(3)]
    assert ids == ["light.hall", "light.hall_2", "light.hall_3"]
    assert registry.assign("light", "u1", "elsewhere", "other", None).id == "light.hall_2"
    assert registry.assign("switch", "u1", "k", "hall", None).id == "switch.hall"
    turn.end()
    again = registry_of(turn)
    assert {row.unique_id: row.id for row in again.entities.values() if row.domain == "light"} == {
        "u0": "light.hall",
        "u1": "light.hall_2",
        "u2": "light.hall_3",
    }


async def test_an_id_of_what_is_gone_is_kept_until_a_new_thing_wants_it(turn: Turn) -> None:
    registry = registry_of(turn)
    registry.assign("light", "old", "k", "hall", None)
    registry.leave("light.hall")
    assert registry.assign("light", "old", "k", "other", None).id == "light.hall"
    registry.leave("light.hall")
    assert registry.assign("light", "new", "k2", "hall", None).id == "light.hall"
    assert registry.assign("light", "old", "k", "hall", None).id == "light.hall_2"


async def test_an_id_of_what_is_gone_and_was_spoken_of_is_given_to_nobody(turn: Turn) -> None:
    journal = Journal(turn)
    registry = Registry(turn, journal)
    registry.assign("light", "old", "k", "hall", None)
    journal.do([journal.step("entity", "light.hall", {"name": "Mine"})], 0.0, "me")
    registry.leave("light.hall")
    assert registry.assign("light", "new", "k2", "hall", None).id == "light.hall_2"
    assert registry.assign("light", "old", "k", "other", None).id == "light.hall"


async def test_a_device_is_known_by_any_of_its_keys(turn: Turn) -> None:
    registry = registry_of(turn)
    first, new = registry.device(described("id:0x1", name="Plug"))
    assert (first.id, first.name, new) == ("0x1", "Plug", True)
    same, new = registry.device(described("mac:aa", "id:0x1", model="P1", suggested_area="Küche"))
    assert (same.id, same.name, same.details.model, same.area_id, new) == ("0x1", "Plug", "P1", "kuche", True)
    again, new = registry.device(described("mac:aa"))
    assert (again.id, new) == ("0x1", False)
    other, _ = registry.device(described("id:0x-1"))
    assert other.id == "0x_1"
    third, _ = registry.device(described("id:0x.1"))
    assert third.id == "0x_1_2"
    turn.end()
    fresh = registry_of(turn)
    assert fresh.device(described("mac:aa"))[0].details == same.details
    assert fresh.areas == {"kuche": "Küche"}


async def test_announcements_are_kept_and_what_is_retained_is_learnt_once(turn: Turn) -> None:
    registry = registry_of(turn)
    registry.keep_announcement("a", b"\xff1", False)
    registry.keep_announcement("b", b"1", True)
    registry.keep_announcement("b", b"2", False)
    registry.drop_announcement("never")
    turn.end()
    fresh = registry_of(turn)
    assert sorted(fresh.announced()) == [("a", b"\xff1", False), ("b", b"2", True)]
    assert fresh.retained() == {"b"}
    fresh.drop_announcement("b")
    turn.end()
    assert registry_of(turn).announced() == [("a", b"\xff1", False)]


async def test_a_turn_is_one_transaction_and_tells_how_it_ended(turn: Turn) -> None:
    heard: list[str] = []
    turn.after(heard.append)
    assert heard == [""]
    turn.write("INSERT INTO area VALUES ('a', 'A')")
    turn.after(heard.append)
    assert heard == [""]
    assert turn.ledger._connection.in_transaction
    turn.end()
    assert heard == ["", ""]
    with pytest.raises(sqlite3.IntegrityError):
        turn.write("INSERT INTO area VALUES ('a', 'A')")
    turn.note("INSERT INTO area VALUES ('a', 'A')")
    turn.write("INSERT INTO area VALUES ('b', 'B')")
    turn.end()
    assert [row["id"] for row in turn.ledger.fetch("SELECT id FROM area ORDER BY id")] == ["a", "b"]


async def test_the_log_is_copied_into_the_file_once_it_has_grown(turn: Turn, tmp_path: Path) -> None:
    log = tmp_path / "home.db-wal"
    while log.stat().st_size < 2 * 1024 * 1024:
        turn.write("INSERT INTO discovery VALUES (?, ?, 0)", (str(log.stat().st_size), b"x" * 200_000))
        turn.end()
    size = (tmp_path / "home.db").stat().st_size
    await turn.tidy()
    assert (tmp_path / "home.db").stat().st_size > size + 1_000_000


def test_refusals_are_counted_by_topic_and_the_oldest_go() -> None:
    refusals, clock = Refusals(), VirtualClock()
    for number in range(3000):
        refusals.add(f"t{number}", "why", clock.now())
        refusals.add("again", f"because {number}", clock.now())
    assert refusals.total == 6000
    assert len(refusals.entries) <= 2001
    assert refusals.entries["t2999"].count == 1
    refusals.clear("t2999")
    assert "t2999" not in refusals.entries
