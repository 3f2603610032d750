"""What is kept of entities: written once, and worth nothing where it makes no sense."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from homeserver.rules.owned.memory import Memory
from homeserver.runtime.clock import VirtualClock
from homeserver.runtime.store import Ledger
from homeserver.runtime.turn import Turn
from tests.rules.owned.test_owner import state, tell
from tests.rules.stage import Stage

MIGRATIONS = Path(__file__).parents[3] / "homeserver" / "rules" / "migrations"
ALL = """
input_boolean: {one: }
input_number: {one: {min: 1, max: 5}}
input_text: {one: }
input_select: {one: {options: [a, b]}}
input_datetime: {one: {has_date: true}}
input_button: {one: }
counter: {one: }
timer: {one: {duration: 5}}
utility_meter: {one: {source: sensor.a, cycle: daily}}
sensor: [{platform: integration, name: one sum, source: sensor.a}]
template: [{triggers: [{trigger: state, entity_id: sensor.a}], sensor: [{name: one told, state: "1"}]}]
script: {one: {sequence: []}}
automation: [{id: one, triggers: [], actions: []}]
"""


async def test_the_same_again_is_not_written(tmp_path: Path) -> None:
    with Ledger.open(tmp_path / "rules.db", MIGRATIONS) as ledger:
        turn = Turn(ledger)
        memory = Memory(turn)
        memory.read(0.0)
        memory.put("a.b", {"state": "on"}, 1.0)
        turn.end()
        memory.put("a.b", {"state": "on"}, 2.0)
        assert ledger.fetch_one("SELECT seen FROM owned")[0] == 1.0  # type: ignore[index]
        memory.drop("a.b")
        turn.end()
        assert (memory.of("a.b"), ledger.fetch("SELECT * FROM owned")) == (None, [])


async def test_what_no_file_names_for_a_month_is_forgotten(tmp_path: Path) -> None:
    with Ledger.open(tmp_path / "rules.db", MIGRATIONS) as ledger:
        turn = Turn(ledger)
        first = Memory(turn)
        first.read(0.0)
        first.put("a.b", {"state": "on"}, 0.0)
        first.put("a.c", {"state": "on"}, 0.0)
        first.seen(["a.c"], 20 * 86_400.0)
        later = Memory(turn)
        later.read(31 * 86_400.0)
        assert [id for id, _ in later.all()] == ["a.c"]
        assert first.first_time("x 1", 0.0)
        assert not first.first_time("x 1", 10.0)
        assert first.first_time("x 1", 5_000.0)  # ids are remembered for an hour
        turn.end()


@pytest.mark.parametrize(
    "body",
    [
        "no json",
        "[]",
        "{}",
        '{"state": null, "last": 7, "lasts": "x", "left": [], "ends": 5, "total": "x", "since": 1, "made": 3}',
        '{"state": "active", "lasts": 5, "left": null, "ends": null, "reading": "x", "last": "never", "made": {}}',
        '{"state": {"a": 1}, "attributes": 7, "rule": 5, "on": "x", "made": {"members": 5, "light.a": 7}}',
    ],
)
async def test_nonsense_in_the_file_keeps_nothing_from_starting(tmp_path: Path, body: str) -> None:
    clock = VirtualClock()
    async with Stage(tmp_path, ALL, {"sensor.a": "1"}, clock=clock) as stage:
        named = list(stage.rules.owner.things)
        await tell(stage, "counter.one", "increment")
    with closing(sqlite3.connect(tmp_path / "rules.db")) as file:
        file.execute("UPDATE owned SET body = ?", (body,))
        for extra in ("scene.made", "group.made"):
            file.execute("INSERT INTO owned VALUES (?, ?, ?)", (extra, body, clock.now().timestamp()))
        file.commit()
    async with Stage(tmp_path, ALL, {"sensor.a": "1"}, clock=clock) as stage:
        assert set(named) <= set(stage.rules.owner.things)
        await tell(stage, "input_number.one", "set_value", value=3)
        assert state(stage, "input_number.one") == "3.0"
        assert (state(stage, "timer.one"), state(stage, "counter.one")) == ("idle", "0")
