"""Helpers, template entities, groups and scenes are checked too, and what they make is known to the rules."""

from dataclasses import replace

import pytest

from homeserver.rules.check.check import check
from homeserver.rules.check.known import Thing
from homeserver.rules.reading.book import Book
from homeserver.rules.reading.rule_file import read_text
from tests.rules.check.seeds import KNOWN, TEMPLATES, problems

_GOOD = """\
input_number:
  kwh: {min: 0, max: 100, unit_of_measurement: kWh}
input_boolean guests:
  guests:
utility_meter:
  energy_day: {source: input_number.kwh, cycle: daily}
group:
  lamps: {entities: [light.hall_ceiling, light.kitchen_counter]}
template:
  - sensor:
      - name: Attic warmth
        state: "{{ (states('sensor.attic_temperature') | float(0) - 32) / 1.8 }}"
  - trigger: [{trigger: event, event_type: bump}]
    sensor: [{name: Bumps, state: "{{ trigger.event.data.n }}"}]
sensor:
  - {platform: min_max, name: Warmest, type: max, entity_ids: [sensor.indoor_temperature, sensor.attic_warmth]}
notify:
  - {platform: mqtt, name: phone, topic: phone/say}
scene:
  - {name: Movie, entities: {light.hall_ceiling: "off", switch.coffee_machine: {state: "on"}}}
automation:
  - id: all
    trigger: {platform: numeric_state, entity_id: [sensor.attic_warmth, sensor.warmest, sensor.bumps], above: 30}
    condition: "{{ is_state('group.lamps', 'on') and states('sensor.energy_day') | int(0) > 3 }}"
    action: [{scene: scene.movie}, {service: notify.phone, data: {message: warm}}]
"""


def test_what_files_bring_is_known_and_without_fault() -> None:
    assert [str(problem) for problem in problems(_GOOD)] == []


@pytest.mark.parametrize(
    ("good", "bad", "line", "code", "told"),
    [
        ("max: 100", "max: 0", 2, "invalid", "max (0) must be above min (0)"),
        ("cycle: daily", "cycle: dayly", 6, "invalid", "did you mean daily?"),
        ("source: input_number.kwh", "source: input_number.kwg", 6, "entity", "did you mean input_number.kwh?"),
        ("[light.hall_ceiling, ", "[light.hall_cieling, ", 8, "entity", "did you mean light.hall_ceiling?"),
        (
            "states('sensor.attic_temp",
            "states('sensor.atic_temp",
            12,
            "entity",
            "did you mean sensor.attic_temperature?",
        ),
        ("event_type: bump", "event_typ: bump", 13, "invalid", "event_type is missing"),
        ("type: max", "type: maxx", 16, "invalid", "did you mean max?"),
        ("platform: mqtt, ", "platform: smtp, ", 18, "invalid", "sender is missing"),
        ('light.hall_ceiling: "off"', 'light.hall_ceilin: "off"', 20, "entity", "did you mean light.hall_ceiling?"),
        ('light.hall_ceiling: "off"', 'light.hall_ceiling: "Of"', 20, "state", "did you mean off?"),
    ],
)
def test_what_is_wrong_with_them_is_told(good: str, bad: str, line: int, code: str, told: str) -> None:
    assert good in _GOOD
    found = [problem for problem in problems(_GOOD.replace(good, bad)) if told in problem.text]
    assert [(problem.line, problem.code) for problem in found] == [(line, code)]


def test_a_group_may_be_its_members_alone() -> None:
    assert problems("group:\n  a: light.hall_ceiling, light.kitchen_counter\n  b: [light.hall_ceiling]\n") == []
    [told] = problems("group:\n  a: light.hall_ceiling\n  b: light.hall_cieling\n")
    assert (told.line, told.code) == (3, "entity")


def test_a_zone_is_the_homes_and_told_only_while_it_has_none() -> None:
    text = "zone:\n  - {name: Work, latitude: 52.1, longitude: 13.1}\nscript: {}\n"
    [told] = problems(text)
    assert (told.line, told.severity) == (2, "warning")
    assert "homeserver import homeassistant" in told.text
    assert problems(text, replace(KNOWN, things={**KNOWN.things, "zone.work": Thing("0")})) == []


def test_others_get_a_turn_between_the_blocks() -> None:
    text = "template:\n" + "".join(f"  - sensor: [{{name: T{number}, state: '{{{{ 1 }}}}'}}]\n" for number in range(50))
    book = Book(written={})
    read_text(text, "rules.yaml", TEMPLATES, None, book)
    assert sum(1 for _ in check(book, KNOWN, TEMPLATES, [])) >= 50


def test_an_id_that_something_else_has_is_told() -> None:
    """Nothing comes of such a block when the home reads it."""
    group = "light:\n  - {platform: group, name: Hall ceiling, entities: [light.kitchen_counter]}\n"
    twice = "sensor:\n" + 2 * "  - {platform: min_max, name: One, type: max, entity_ids: [sensor.indoor_temperature]}\n"
    things = {**KNOWN.things, "light.hall_ceiling": replace(KNOWN.things["light.hall_ceiling"], owner="home")}
    told = problems(group + twice, replace(KNOWN, things=things))
    assert [(one.line, one.severity, one.text) for one in told] == [
        (2, "error", "light.hall_ceiling is there already, of the worker home: call this one something else"),
        (
            5,
            "warning",
            "sensor.one is made already (rules.yaml:4), and nothing comes of this one: give it another name",
        ),
    ]
    things["light.hall_ceiling"].owner = "rules"
    assert [one.line for one in problems(group, replace(KNOWN, things=things))] == [], "that is this one itself"
