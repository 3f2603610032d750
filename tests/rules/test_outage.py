"""An outage: two hundred devices go away and are back within a second, as they were or as something else.

Rules that say `ignore_unavailable` hear nothing of it, whatever the kind of their trigger; the others fire as Home
Assistant documents it, save that coming back as one was is no change (docs/triggers.md).
"""

from collections import Counter
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from homeserver.rules.purpose import names
from homeserver.rules.triggers.table import TRIGGERS
from homeserver.runtime.clock import settle
from tests.rules.stage import Stage

EACH: Final = 50
"""Entities of each of four kinds."""
MOTION = [f"binary_sensor.m{number}" for number in range(EACH)]
TEMPERATURE = [f"sensor.t{number}" for number in range(EACH)]
LAMPS = [f"light.l{number}" for number in range(EACH)]
PEOPLE = [f"device_tracker.p{number}" for number in range(EACH - 1)]
QUAKE = "geo_location.quake"
HERE: dict[str, Any] = {"latitude": 50.0, "longitude": 8.0}
AFAR: dict[str, Any] = {"latitude": 51.0, "longitude": 8.0}
WORK: dict[str, Any] = {"latitude": 50.0, "longitude": 8.0, "radius": 100}
BEFORE: Final[dict[str, tuple[str, dict[str, Any]]]] = {
    **dict.fromkeys(MOTION, ("on", {"battery": 80})),
    **dict.fromkeys(TEMPERATURE, ("25", {"unit_of_measurement": "C", "level": 25})),
    **dict.fromkeys(LAMPS, ("on", {"brightness": 200})),
    **dict.fromkeys(PEOPLE, ("Work", {**HERE, "gps_accuracy": 5})),
    QUAKE: ("3", {**HERE, "source": "quakes"}),
}
AFTER: Final[dict[str, tuple[str, dict[str, Any]]]] = {
    **dict.fromkeys(MOTION, ("off", {"battery": 70})),
    **dict.fromkeys(TEMPERATURE, ("15", {"unit_of_measurement": "C", "level": 15})),
    **dict.fromkeys(LAMPS, ("off", {})),
    **dict.fromkeys(PEOPLE, ("not_home", {**AFAR, "gps_accuracy": 5})),
    QUAKE: ("3", {**AFAR, "source": "quakes"}),
}
"""What they are when they come back as something else; the other way round too."""

Row = tuple[str, dict[str, Any]]
ROWS: Final[list[Row]] = [
    *[
        ("state", {"entity_id": MOTION, **more})
        for more in (
            {},
            {"to": None},
            {"to": "on"},
            {"to": "off"},
            {"from": "on"},
            {"from": "off", "to": "on"},
            {"not_to": "on"},
            {"not_from": "on"},
            {"to": "on", "for": 0.2},
            {"attribute": "battery"},
        )
    ],
    *[
        ("numeric_state", {"entity_id": TEMPERATURE, **more})
        for more in (
            {"above": 20},
            {"below": 20},
            {"above": 20, "for": 0.2},
            {"attribute": "level", "above": 20},
            {"value_template": "{{ state.state | float(0) * 2 }}", "below": 40},
        )
    ],
    ("template", {"value_template": f"{{{{ is_state('{MOTION[0]}', 'on') }}}}"}),
    ("template", {"value_template": f"{{{{ not is_state('{MOTION[0]}', 'on') }}}}", "for": 0.2}),
    ("template", {"value_template": f"{{{{ states('{TEMPERATURE[0]}') | float(99) > 24 }}}}"}),
    ("template", {"value_template": "{{ states.light | selectattr('state', 'eq', 'on') | list | count > 0 }}"}),
    (
        "template",
        {"value_template": "{{ states.light | rejectattr('state', 'in', ['on', 'off']) | list | count > 9 }}"},
    ),
    ("event", {"event_type": "state_changed"}),
    ("event", {"event_type": "state_changed", "event_data": {"entity_id": LAMPS[0]}}),
    ("zone", {"entity_id": PEOPLE, "zone": "zone.work", "event": "enter"}),
    ("zone", {"entity_id": PEOPLE, "zone": "zone.work", "event": "leave"}),
    ("geo_location", {"source": "quakes", "zone": "zone.work", "event": "enter"}),
    ("geo_location", {"source": "quakes", "zone": "zone.work", "event": "leave"}),
    ("device", {"domain": "light", "device_id": "x", "entity_id": LAMPS[0], "type": "turned_on"}),
    ("device", {"domain": "light", "device_id": "x", "entity_id": LAMPS[0], "type": "turned_off"}),
    ("device", {"domain": "light", "device_id": "x", "entity_id": LAMPS[0], "type": "changed_states"}),
    ("light.turned_on", {"target": {"entity_id": LAMPS}}),
    ("light.turned_off", {"target": {"entity_id": LAMPS}}),
    ("time", {"at": TEMPERATURE[0]}),
]
"""Kinds of triggers that look at entities."""
NO_ENTITY: Final = frozenset(
    {"mqtt", "webhook", "homeassistant", "conversation", "sentence", "calendar", "tag", "persistent_notification"}
    | {"time_pattern", "event.received"}
)
"""Kinds that look at none."""


def rules(ignoring: bool) -> str:
    made = []
    for number, (kind, fields) in enumerate(ROWS):
        trigger = {"trigger": kind, **fields, **({"ignore_unavailable": True} if ignoring else {})}
        of = "trigger.event.data.entity_id" if kind == "event" else "trigger.entity_id | default('')"
        option = f"{number} {{{{ {of} }}}}"
        told = {"action": "select.select_option", "target": {"entity_id": "select.log"}, "data": {"option": option}}
        made.append({"id": f"r{number}", "mode": "parallel", "max": 1000, "triggers": [trigger], "actions": [told]})
    return yaml.safe_dump(made, sort_keys=False)


async def blink(stage: Stage, after: dict[str, tuple[str, dict[str, Any]]], away: str = "unavailable") -> Counter[str]:
    """All of them go away and come back, and the rules that fired, by number."""
    stage.told()
    for entity_id in after:
        stage.props.set(entity_id, away)
    await settle()
    await stage.wait(0.5)
    for entity_id, (state, attributes) in after.items():
        stage.props.set(entity_id, state, **attributes)
    await settle()
    await stage.wait(0.5)
    await stage.wait(60)
    return fired(stage)


def fired(stage: Stage) -> Counter[str]:
    """The rules that fired since the last call, by number, save for what the sun and the rules did meanwhile."""
    told = [data["option"].partition(" ") for id, _, data in stage.told() if id == "select.log"]
    return Counter(number for number, _, entity_id in told if not entity_id.startswith(("sun.", "automation.")))


class Outage(Stage):
    """A home with two hundred devices."""

    def __init__(self, folder: Path, *, ignoring: bool) -> None:
        super().__init__(folder, rules(ignoring), {"select.log": "x"})

    async def begin(self) -> None:
        assert [str(problem) for problem in self.rules.book.problems if problem.severity == "error"] == []
        self.props.set("zone.work", "0", friendly_name="Work", **WORK)
        for entity_id, (state, attributes) in BEFORE.items():
            self.props.set(entity_id, state, **attributes)
        await settle()
        await self.wait(60)


def test_every_kind_of_trigger_is_here_or_looks_at_no_entity() -> None:
    here = {kind for kind, _ in ROWS}
    others = {kind for kind in TRIGGERS if "." not in kind} - here - NO_ENTITY - {"sun"}
    assert others == set()
    assert {kind for kind in here if "." in kind} <= set(names.triggers())
    assert len(BEFORE) == len(AFTER) == 4 * EACH


@pytest.mark.parametrize("away", ["unavailable", "unknown"])
async def test_who_ignores_what_is_away_hears_nothing_of_an_outage(tmp_path: Path, away: str) -> None:
    async with Outage(tmp_path, ignoring=True) as stage:
        await stage.begin()
        assert await blink(stage, BEFORE, away) == {}
        assert await blink(stage, AFTER, away) == {}
        assert await blink(stage, BEFORE, away) == {}
        # They do listen: a change that is one sets off those that wait for it.
        for entity_id, (state, attributes) in AFTER.items():
            await stage.set(entity_id, state, **attributes)
        for entity_id, (state, attributes) in BEFORE.items():
            await stage.set(entity_id, state, **attributes)
        await stage.wait(60)
        silent = set(range(len(ROWS))) - {int(number) for number in fired(stage)}
        assert {ROWS[number][0] for number in silent} <= {"template", "time"}


AS_IT_WAS: Final = {15: 1, 16: 1, 20: 8 * EACH, 21: 2, 24: 1, 25: 1}
"""Rules that do not ignore it and fire where all come back as they were: templates see that they are away, and so does
who asks for every change or for places. Templates over a whole kind of entities look at most once a second."""
AS_SOMETHING_ELSE: Final = {
    **dict.fromkeys((0, 1, 3, 4, 6, 9, 11, 14), EACH),
    **{16: 1, 20: 8 * EACH, 21: 2, 23: EACH - 1, 25: 1, 27: 1, 28: 1},
}
"""And those where all come back as something else: that is a change from what was known before. Named triggers such as
`light.turned_off` leave it out in any case."""


@pytest.mark.parametrize(("after", "wanted"), [(BEFORE, AS_IT_WAS), (AFTER, AS_SOMETHING_ELSE)])
async def test_who_does_not_say_so_hears_what_is_documented(
    tmp_path: Path, after: dict[str, tuple[str, dict[str, Any]]], wanted: dict[int, int]
) -> None:
    async with Outage(tmp_path, ignoring=False) as stage:
        await stage.begin()
        assert {int(number): count for number, count in (await blink(stage, after)).items()} == wanted
