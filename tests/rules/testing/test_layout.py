"""Tests of rules that speak of areas, labels, devices and floors: where things are is said in the test."""

from pathlib import Path

import pytest

from homeserver.rules.testing.rule_test import read_tests
from tests.rules.testing.test_report import faults, run

RULES = """
- id: evening
  triggers: [{trigger: event, event_type: evening}]
  actions:
    - {action: light.turn_on, target: {area_id: hall}}
    - {action: light.turn_off, target: {label_id: bright}}
    - {action: switch.turn_off, target: {floor_id: ground}}
    - {action: fan.turn_on, target: {device_id: ceiling}}
- id: door
  triggers: [{trigger: door.opened, target: {area_id: hall}}]
  conditions: "{{ area_name('binary_sensor.front') == 'Hall' }}"
  actions: [{action: light.turn_on, target: {entity_id: light.hall}}]
"""
GIVEN = """
  given:
    light.hall: "off"
    light.desk: "on"
    switch.pump: "on"
    switch.attic: "on"
    fan.one: "off"
    binary_sensor.front: {state: "off", device_class: door}
    binary_sensor.back: {state: "off", device_class: door}
  where:
    light.hall: hall
    light.desk: {area: study, labels: [bright]}
    switch.pump: {device: pump}
    switch.attic: attic
    fan.one: {device: ceiling}
    binary_sensor.front: hall
    binary_sensor.back: study
  devices: {pump: {area: hall}, ceiling: {area: attic, labels: [bright]}}
  floors: {ground: [hall, study], top: attic}
"""
EVENING = f"""
- test: Each is reached by where it is
{GIVEN}
  when: [{{event: evening}}]
  then:
    - light.turn_on: light.hall
    - light.turn_off: light.desk
    - switch.turn_off: switch.pump
    - fan.turn_on: fan.one
"""
DOORS = f"""
- test: Of two doors that of the hall counts
{GIVEN}
  when:
    - set: {{binary_sensor.back: "on"}}
    - set: {{binary_sensor.front: "on"}}
  then: [light.turn_on: light.hall]
"""
NOWHERE = """
- test: Without a place nothing is reached
  given: {light.hall: "off", light.desk: "on"}
  when: [event: evening]
  then: []
"""


async def test_rules_find_things_by_where_they_are_and_the_next_test_begins_without(tmp_path: Path) -> None:
    report = await run(tmp_path, EVENING + DOORS + NOWHERE + DOORS + EVENING, RULES)
    assert faults(report) == []
    assert len(report.results) == 5
    assert not report.problems


async def test_what_is_put_somewhere_has_to_be_there(tmp_path: Path) -> None:
    report = await run(tmp_path, EVENING.replace("light.desk: {area", "light.dask: {area"), RULES)
    (fault,) = faults(report)
    line = (
        EVENING.replace("light.desk: {area", "light.dask: {area")
        .splitlines()
        .index("    light.dask: {area: study, labels: [bright]}")
    )
    assert fault.startswith(f"line {line + 1}: where names light.dask, which is not there; did you mean light.desk?")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("where: {hall: hall}", "'hall' is no entity id: it must look like light.hall_ceiling"),
        ("where: {light.a: Living Room}", "'Living Room' is no id of an area: write living_room"),
        ("where: {light.a: 5}", "light.a is in an area such as hall, or {area: hall}, not 5"),
        ("where: {light.a: {aera: hall}}", "unknown field 'aera'; did you mean area?"),
        ("where: {light.a: {labels: [Gute Nacht]}}", "'Gute Nacht' is no id of a label: write gute_nacht"),
        ("where: {light.a: {device: a/b}}", "'a/b' is no id of a device: leave out / + and #"),
        ("where: [light.a]", "where must be a mapping, not a list"),
        ("devices: {lamp: {device: other}}", "unknown field 'device'"),
        ("devices: {a+b: hall}", "'a+b' is no id of a device: leave out / + and #"),
        ("floors: {ground: 5}", "ground has a list of areas such as [hall, kitchen], not 5"),
        (
            "where: {light.a: hall}\n  floors: {ground: [hal]}",
            "nothing of this test is in 'hal'; did you mean hall?: put something there under `where`",
        ),
        (
            "where: {light.a: hall}\n  floors: {ground: hall, top: hall}",
            "hall is on two floors, ground and top: leave one out",
        ),
    ],
)
def test_faults_name_line_and_remedy(tmp_path: Path, text: str, told: str) -> None:
    path = tmp_path / "x.test.yaml"
    path.write_text(f"- test: one\n  then: []\n  {text}\n")
    tests, (problem,) = read_tests(path, "x.test.yaml")
    assert tests == []
    assert problem.text == told
    assert problem.line == 3 + text.count("\n")
