"""The book of what is to be audited: in order, over restarts, and no more under way than can be taken."""

from pathlib import Path

import pytest

from homeserver.runtime import audit_book
from homeserver.runtime.audit_book import AGAIN, AuditBook
from homeserver.runtime.clock import VirtualClock
from homeserver.topics.audit import AuditEvent, AuditTaken

ME = "process.core"


def event(what: object) -> AuditEvent:
    return AuditEvent("sign_in", "person.anna", str(what))


class Desk:
    """A book with what it says; `write` is `people` telling how far it is."""

    def __init__(self, path: Path | None, clock: VirtualClock | None = None) -> None:
        self.clock = clock or VirtualClock()
        self.said: list[AuditEvent] = []
        self.book = AuditBook(self.clock, self.said.append)
        if path is not None:
            self.book.open(path)

    def write(self, opening: str = "a", upto: int | None = None) -> None:
        last = self.said[-1] if self.said else None
        number = (last.number if last is not None else 0) if upto is None else upto
        told = {} if last is None else {ME: (last.run, number)}
        self.book.taken(AuditTaken(opening, told), ME)

    @property
    def whats(self) -> list[str]:
        return [one.what for one in self.said]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "audit.core-outbox"


def test_nothing_is_said_while_nobody_writes_and_all_of_it_later(path: Path) -> None:
    desk = Desk(path)
    for at in range(3):
        desk.book.add(event(at))
    assert desk.said == []
    desk.write()
    assert [(one.what, one.number, one.first) for one in desk.said] == [("0", 1, 1), ("1", 2, 1), ("2", 3, 1)]
    desk.write()
    desk.book.add(event("after"))
    assert (desk.said[-1].number, desk.said[-1].first) == (4, 4)


def test_what_was_not_written_is_said_by_the_next_process(path: Path) -> None:
    desk = Desk(path)
    desk.write()
    for at in range(3):
        desk.book.add(event(at))
    desk.write(upto=2)
    again = Desk(path)  # the other was killed: it did not close anything
    again.book.taken(AuditTaken("b", {ME: (desk.said[0].run, 2)}), ME)
    assert [(one.what, one.number, one.first) for one in again.said] == [("2", 3, 3)]
    again.book.add(event("new"))
    assert again.said[-1].number == 4
    assert {one.run for one in (*desk.said, *again.said)} == {desk.said[0].run}


def test_numbers_go_on_where_nothing_was_left(path: Path) -> None:
    desk = Desk(path)
    desk.write()
    desk.book.add(event(1))
    desk.write()
    desk.book.close()
    assert b"person.anna" not in path.read_bytes()
    again = Desk(path)
    again.write()
    again.book.add(event(2))
    assert (again.said[0].run, again.said[0].number) == (desk.said[0].run, 2)


def test_another_people_is_told_what_is_not_written_from_the_first_on(path: Path) -> None:
    desk = Desk(path)
    desk.write()
    for at in range(3):
        desk.book.add(event(at))
    desk.write("b", upto=1)
    assert desk.whats == ["0", "1", "2", "1", "2"]
    desk.write("b", upto=1)
    assert len(desk.said) == 5


async def test_what_did_not_arrive_is_said_again_after_a_while(path: Path) -> None:
    desk = Desk(path)
    desk.write()
    desk.book.add(event("lost"))
    await desk.clock.advance(AGAIN)
    assert desk.whats == ["lost", "lost"]
    desk.write()
    await desk.clock.advance(3 * AGAIN)
    assert desk.whats == ["lost", "lost"]


def test_few_are_under_way_at_once(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit_book, "WINDOW", 10)
    desk = Desk(path)
    for at in range(25):
        desk.book.add(event(at))
    found = []
    for _ in range(4):
        desk.write()
        found.append(len(desk.said))
    assert found == [10, 20, 25, 25]
    assert desk.whats == [str(at) for at in range(25)]


def test_of_too_many_the_number_is_kept(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit_book, "MOST", 5)
    desk = Desk(path)
    for at in range(8):
        desk.book.add(event(at))
    desk.write()
    desk.write()
    desk.book.add(event("after"))
    assert desk.whats[:5] == ["0", "1", "2", "3", "4"]
    assert desk.said[5].details == {"note": "3 events were too many to be kept while the audit could not be written"}
    assert [one.number for one in desk.said] == [1, 2, 3, 4, 5, 6, 7]


def test_half_a_line_of_a_power_cut_is_left_out(path: Path) -> None:
    desk = Desk(path)
    for at in range(2):
        desk.book.add(event(at))
    path.write_bytes(path.read_bytes()[:-20])
    again = Desk(path)
    again.write()
    assert again.whats == ["0"]
    again.book.add(event("new"))
    assert again.said[-1].number == 2


def test_without_a_file_it_is_kept_in_memory(tmp_path: Path) -> None:
    for path in (None, tmp_path / "nowhere" / "audit"):
        desk = Desk(path)
        desk.book.add(event(1))
        desk.write()
        assert desk.whats == ["1"]
