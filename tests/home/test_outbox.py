"""The outbox: lines first, rows later, each id once, and after any end of the process what is open is open."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homeserver.home import outbox
from homeserver.home.outbox import Outbox
from homeserver.home.worker import MIGRATIONS
from homeserver.runtime.fresh_lines import FreshLines
from homeserver.runtime.store import Ledger
from homeserver.runtime.turn import Turn
from homeserver.topics.cause import Cause

pytestmark = pytest.mark.usefixtures("loop")


@pytest.fixture
async def loop() -> None:
    """A turn is over when the loop says so."""


@contextmanager
def opened(folder: Path) -> Iterator[Outbox]:
    """An outbox that ends as a killed process ends: nothing is written at the end."""
    with Ledger.open(folder / "home.db", MIGRATIONS) as ledger, closing(FreshLines(folder / "lines")) as lines:
        yield Outbox(Turn(ledger), lines)


def add(box: Outbox, id: str, *, sent: bool = False, accepted: float = 1.0) -> bool:
    cause = Cause(f"cause-{id}", "person.anna", None)
    return box.add(id, "light.hall", "turn_on", {"a": 1}, cause, (accepted, 9.0), once=sent, sent=sent)


def open_ids(box: Outbox) -> list[str]:
    return [row.id for row in box.unfinished()]


async def test_what_is_open_at_the_end_is_open_at_the_start(tmp_path: Path) -> None:
    with opened(tmp_path) as box:
        assert [add(box, id) for id in ("a", "b", "c", "a")] == [True, True, True, False]
        assert add(box, "press", sent=True)
    with opened(tmp_path) as box:
        assert open_ids(box) == ["a", "b", "c"]
        row = next(box.unfinished())
        assert (row.entity_id, row.service, row.data, row.deadline) == ("light.hall", "turn_on", {"a": 1}, 9.0)
        assert row.cause == Cause("cause-a", "person.anna", None)
        assert not add(box, "b"), "an earlier run knew it"
        assert not add(box, "press")
        box.finish("a")
        box.finish("b")
        box.write_notes()
    with opened(tmp_path) as box:
        assert open_ids(box) == ["c"]
        assert not add(box, "a")


async def test_a_press_that_is_marked_before_it_leaves_stays_marked(tmp_path: Path) -> None:
    with opened(tmp_path) as box:
        for id in ("sent", "back", "later"):
            add(box, id)
        box.mark_sent("sent")
        box.mark_sent("back")
        box.mark_open("back")
        box.write_notes()
        box.mark_sent("later")  # a row by now
        assert box._turn.end() == ""
    with opened(tmp_path) as box:
        assert open_ids(box) == ["back"]


async def test_lines_that_could_not_be_cleared_bring_nothing_back(tmp_path: Path) -> None:
    with opened(tmp_path) as box:
        add(box, "a")
        add(box, "b")
        lines = (tmp_path / "lines").read_bytes()
        box.finish("a")
        box.write_notes()
        assert (tmp_path / "lines").read_bytes() == b""
    (tmp_path / "lines").write_bytes(lines)
    with opened(tmp_path) as box:
        assert open_ids(box) == ["b"], "what the database knows better counts"
    (tmp_path / "lines").write_bytes(b'\x00\x00 torn by a power cut\n5\n["sent"]\n{}\n["c", "light.hall"')
    with opened(tmp_path) as box:
        assert open_ids(box) == ["b"]


async def test_where_the_database_takes_nothing_lines_go_on_until_they_are_full(tmp_path: Path) -> None:
    with opened(tmp_path) as box:
        add(box, "a")
        box._turn.ledger.execute("PRAGMA query_only = 1")
        told: list[str] = []
        box._turn.watch = told.append
        box.write_notes()
        assert add(box, "b")
        assert open_ids(box) == ["a", "b"]
        box.finish("a")
        box._turn.ledger.execute("PRAGMA query_only = 0")
        box.write_notes()
        assert len(told) == 2
        assert "cannot be written" in told[0]
        assert told[1] == "", "it can be written again"
    with opened(tmp_path) as box:
        assert open_ids(box) == ["b"]


async def test_what_is_committed_with_something_else_goes_back_with_it(tmp_path: Path) -> None:
    with opened(tmp_path) as box:
        faults: list[str] = []
        box._turn.write("DELETE FROM outbox WHERE id = 'nobody'")
        assert add(box, "a")
        box._turn.after(faults.append)
        box._turn.ledger.execute("ROLLBACK")  # the commit will fail
        box._turn.end()
        assert "cannot write" in faults[0]
        assert open_ids(box) == []
        assert add(box, "a"), "it was never there"
    with opened(tmp_path) as box:
        assert open_ids(box) == ["a"]


async def test_ids_are_known_beyond_what_is_remembered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbox, "_FEW", 20)
    monkeypatch.setattr(outbox, "_NOTES", 7)
    with opened(tmp_path) as box:
        for number in range(50):
            assert add(box, f"id{number}", accepted=float(number))
            box.finish(f"id{number}")
        assert [number for number in range(50) if not box.knows(f"id{number}")] == []
        box.write_notes()
    with opened(tmp_path) as box:
        assert [number for number in range(50) if not box.knows(f"id{number}")] == [], "too many to read them"
        assert add(box, "other", accepted=50.0)
        box.finish("other")
        box.write_notes()
        box.forget(outbox.KEPT + 40)
        assert [number for number in range(50) if box.knows(f"id{number}")] == list(range(40, 50))
        monkeypatch.setattr(Ledger, "fetch", lambda *rest: pytest.fail("few enough to know them all"))
        assert not box.knows("new")


STEPS = st.lists(
    st.tuples(st.sampled_from(["add", "press", "finish", "sent", "open", "notes", "kill"]), st.integers(0, 5))
)


@given(STEPS)
async def test_whatever_happens_each_id_counts_once_and_what_is_open_stays_open(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, int]]
) -> None:
    """Beside a model: what was finished may come back as open after a kill, unless it was marked as sent."""
    folder = tmp_path_factory.mktemp("outbox")
    states: dict[str, str] = {}
    loose: set[str] = set()
    at = 0
    while True:
        with opened(folder) as box:
            assert set(open_ids(box)) <= {id for id, state in states.items() if state == "open"} | loose
            assert {id for id, state in states.items() if state == "open"} - loose <= set(open_ids(box))
            states |= dict.fromkeys(open_ids(box), "open")
            loose.clear()
            while at < len(steps) and steps[at][0] != "kill":
                _step(box, *steps[at], states, loose)
                at += 1
            if at >= len(steps):
                return
            at += 1


def _step(box: Outbox, what: str, number: int, states: dict[str, str], loose: set[str]) -> None:
    id = f"c{number}"
    if what in ("add", "press"):
        assert add(box, id, sent=what == "press") == (id not in states)
        states.setdefault(id, "open" if what == "add" else "sent")
    elif what == "notes":
        box.write_notes()
        loose.clear()
    elif id in states and what == "finish":
        if states[id] == "open":
            loose.add(id)
        states[id] = "done"
        box.finish(id)
    elif id in states and states[id] != "done":
        (box.mark_sent if what == "sent" else box.mark_open)(id)
        box._turn.end()
        states[id] = what


async def test_what_comes_while_the_lines_move_is_not_lost(tmp_path: Path) -> None:
    with opened(tmp_path) as box:
        add(box, "a")
        add(box, "press")
        box._turn.write("DELETE FROM outbox WHERE id = 'nobody'")

        def at_last(fault: str) -> None:
            add(box, "b")
            box.mark_sent("press")

        def meanwhile(fault: str) -> None:
            box._turn.write("DELETE FROM outbox WHERE id = 'nobody'")
            box._turn.after(at_last)

        box._turn.after(meanwhile)
        box.write_notes()
        assert box._turn.end() == ""
    with opened(tmp_path) as box:
        assert open_ids(box) == ["a", "b"]
