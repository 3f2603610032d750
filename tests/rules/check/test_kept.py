"""The report of the last check is told again as long as it would be the same, and no longer."""

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from homeserver.rules.check import desk
from homeserver.rules.check.desk import examine_again
from homeserver.rules.check.kept import Report
from homeserver.rules.check.known import Known, Thing

RULE = """
- id: hall
  triggers: {trigger: state, entity_id: binary_sensor.door, to: opened}
  actions:
    - action: light.turn_on
      target: {entity_id: light.hall}
"""
BOTH = "- !include hall.part.yaml\n- id: other\n  triggers: []\n  actions: !include_dir_list more\n"


@dataclass(slots=True)
class Home:
    """A folder of rules, what is known of a home, and how often all was really looked at."""

    root: Path
    data: Path
    zone: str = "Europe/Berlin"
    looked: int = 0
    known: Known = field(
        default_factory=lambda: Known(
            {
                "light.hall": Thing("on", attributes=["brightness"], services=["turn_on"]),
                "binary_sensor.door": Thing("off"),
                "sensor.wind": Thing("3.5"),
                "sensor.words": Thing("a"),
            },
            whole=True,
        )
    )

    async def check(self) -> Report:
        return await examine_again(self.root, self.known, self.zone, self.data)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    made = Home(tmp_path / "rules", tmp_path / "data")
    made.root.mkdir()
    made.data.mkdir()
    (made.root / "a.yaml").write_text(RULE)
    real = desk.examine

    async def counted(*args: Any) -> Any:
        made.looked += 1
        return await real(*args)

    monkeypatch.setattr(desk, "examine", counted)
    return made


async def test_the_same_is_told_again_without_looking(home: Home) -> None:
    first = await home.check()
    assert (first.rules, [problem["line"] for problem in first.problems]) == (1, [3])
    assert (await home.check(), home.looked) == (first, 1)
    (home.root / "a.yaml").touch()
    assert (await home.check(), home.looked) == (first, 1), "what it says counts, not its date"


def _write(name: str, text: str) -> Callable[[Home], object]:
    def change(home: Home) -> None:
        path = home.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    return change


def _knows(id: str, thing: Thing) -> Callable[[Home], object]:
    return lambda home: home.known.things.update({id: thing})


CHANGES: dict[str, Callable[[Home], object]] = {
    "a rule says something else": _write("a.yaml", RULE.replace("opened", "on")),
    "a file came": _write("b.yaml", RULE.replace("hall", "porch")),
    "a file went": lambda home: (home.root / "a.yaml").unlink(),
    "a macro came": _write("custom_templates/x.jinja", "{% macro m() %}{% endmacro"),
    "an entity came": _knows("light.new", Thing()),
    "an entity has gone away": _knows("light.hall", Thing("unavailable", services=["turn_on"])),
    "an entity says another word": _knows("sensor.words", Thing("b")),
    "a number is none any more": _knows("sensor.wind", Thing("calm")),
    "an attribute that only it has": _knows("sensor.wind", Thing("3.5", attributes=["gusts"])),
    "a service came": lambda home: home.known.services.append("script.new"),
    "another worker answers": lambda home: setattr(home.known, "calls", {"finance.sum": {}}),
    "another time zone": lambda home: setattr(home, "zone", "Asia/Tokyo"),
    "the environment": lambda home: os.environ.update(RULES_LAMP="light.porch"),
    "its file is torn": lambda home: (home.data / "rules-report.json").write_bytes(b'{"mark": "x'),
    "its file holds something else": lambda home: (home.data / "rules-report.json").write_bytes(b"[1]"),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=list(CHANGES))
async def test_all_is_looked_at_where_something_changed(
    home: Home, change: Callable[[Home], object], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RULES_LAMP", "light.hall")
    await home.check()
    change(home)
    fresh = await home.check()
    assert home.looked == 2
    assert (await home.check(), home.looked) == (fresh, 2), "and that is kept in its turn"


INCLUDED: dict[str, Callable[[Home], object]] = {
    "what is included": _write("hall.part.yaml", "alias: Hall\ntriggers: []\nactions: []\n"),
    "a folder that is included": _write("more/two.yaml", "delay: 2\n"),
    "a file of it": _write("more/one.yaml", "delay: 3\n"),
    "a secret": _write("secrets.yaml", "lamp: light.porch_two\n"),
    "a blueprint": _write("blueprints/automation/b.yaml", "blueprint: {name: B, domain: automation}\n"),
}


@pytest.mark.parametrize("change", INCLUDED.values(), ids=list(INCLUDED))
async def test_files_that_others_name_count_too(home: Home, change: Callable[[Home], object]) -> None:
    _write("a.yaml", BOTH + "- use_blueprint: {path: b.yaml}\n")(home)
    part = "alias: Hall\ntriggers: []\nactions: [{action: light.turn_on, target: {entity_id: !secret lamp}}]\n"
    _write("hall.part.yaml", part)(home)
    _write("more/one.yaml", "delay: 1\n")(home)
    _write("secrets.yaml", "lamp: light.hall\n")(home)
    await home.check()
    assert (await home.check(), home.looked)[1] == 1
    change(home)
    await home.check()
    assert home.looked == 2


async def test_lamps_that_go_on_and_numbers_that_change_are_nothing_to_it(home: Home) -> None:
    first = await home.check()
    home.known.things["light.hall"] = Thing("off", services=["turn_on"])
    home.known.things["sensor.wind"] = Thing("12")
    assert (await home.check(), home.looked) == (first, 1)


async def test_secrets_are_not_in_its_file_and_nobody_else_reads_it(home: Home) -> None:
    _write("a.yaml", RULE.replace("light.hall", "!secret lamp"))(home)
    _write("secrets.yaml", "lamp: light.hidden_from_all\n")(home)
    await home.check()
    file = home.data / "rules-report.json"
    assert b"hidden_from_all" not in file.read_bytes()
    assert file.stat().st_mode & 0o077 == 0


async def test_where_nothing_can_be_kept_all_is_looked_at_each_time(home: Home) -> None:
    first = await examine_again(home.root, home.known, home.zone, None)
    assert await examine_again(home.root, home.known, home.zone, None) == first
    assert (home.looked, list(home.data.iterdir())) == (2, [])


async def test_what_is_saved_while_all_is_looked_at_is_looked_at_next_time(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted = desk.examine

    async def slow(*args: Any) -> Any:
        found = await counted(*args)
        _write("a.yaml", RULE.replace("opened", "on"))(home)
        return found

    monkeypatch.setattr(desk, "examine", slow)
    assert len((await home.check()).problems) == 1
    monkeypatch.setattr(desk, "examine", counted)
    assert (await home.check()).problems == []
