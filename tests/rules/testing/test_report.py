"""Tests that people write beside their rules: they pass, fail with a sentence, tell what they leave unseen and what
changes of the rules they would not notice."""

from pathlib import Path

import pytest

from homeserver.rules.testing.report import Report, run_tests

RULE = """
- id: hall_light
  triggers:
    - {trigger: state, entity_id: binary_sensor.hall_motion, to: "on"}
  conditions:
    - {condition: numeric_state, entity_id: sensor.hall_lux, below: 30}
  actions:
    - {action: light.turn_on, target: {entity_id: light.hall}, data: {brightness_pct: 40}}
    - delay: "00:03:00"
    - {action: light.turn_off, target: {entity_id: light.hall}}
"""
DARK = """
- test: The lamp goes on in the dark, and off after three minutes
  given: {binary_sensor.hall_motion: "off", sensor.hall_lux: 29, light.hall: "off"}
  when:
    - set: {binary_sensor.hall_motion: "on"}
    - wait: "00:10:00"
  then:
    - light.turn_on: {entity_id: light.hall, brightness_pct: 40, after: 0}
    - light.turn_off: {entity_id: light.hall, after: 180}
"""
BRIGHT = """
- test: Nothing happens while it is bright
  given: {binary_sensor.hall_motion: "off", sensor.hall_lux: 30, light.hall: "off"}
  when: [{set: {binary_sensor.hall_motion: "on"}}]
  then: []
"""
LEAVING = """
- test: Nothing happens when somebody leaves
  given: {binary_sensor.hall_motion: "on", sensor.hall_lux: 5, light.hall: "off"}
  when: [{set: {binary_sensor.hall_motion: "off"}}]
  then: []
"""


async def run(folder: Path, tests: str, rules: str = RULE, *, mutate: bool = False) -> Report:
    folder.mkdir(exist_ok=True)
    (folder / "hall.yaml").write_text(rules)
    (folder / "hall.test.yaml").write_text(tests)
    return await run_tests(folder, folder, ["home.time_zone=Europe/Berlin"], mutate=mutate)


def faults(report: Report) -> list[str]:
    return [fault for result in report.results for fault in result.faults]


async def test_whole_coverage_and_no_survivor(tmp_path: Path) -> None:
    report = await run(tmp_path, DARK + BRIGHT + LEAVING, mutate=True)
    assert faults(report) == []
    assert report.passed
    assert report.gaps == ()
    assert (report.seen, report.all) == (6, 6)
    assert report.changes > 15
    assert report.survivors == ()


async def test_what_one_test_leaves_open(tmp_path: Path) -> None:
    report = await run(tmp_path, DARK, mutate=True)
    assert report.passed
    assert [(gap.rule, gap.line, gap.way, gap.what) for gap in report.gaps] == [
        ("hall_light", 6, "conditions[0]", "was never false")
    ]
    changes = {(each.line, each.what) for each in report.survivors}
    assert changes == {(6, "below: 30 became 31"), (6, "item 1 of conditions left out")}


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (
            ("below: 30", "below: 29"),
            "line 8: light.turn_on light.hall, brightness_pct: 40 after 0 s was expected, and",
        ),
        (("brightness_pct: 40", "brightness_pct: 41"), "but brightness_pct was 41"),
        (('delay: "00:03:00"', 'delay: "00:03:01"'), "light.turn_off light.hall after 180 s was expected, but it came"),
        (("action: light.turn_off", "action: light.toggle"), "but light.toggle light.hall after 180 s came"),
        (("entity_id: light.hall}}\n", "entity_id: [light.hall, light.desk]}}\n"), "there is no entity light.desk"),
    ],
)
async def test_a_wrong_rule_fails_with_a_sentence(tmp_path: Path, change: tuple[str, str], told: str) -> None:
    report = await run(tmp_path, DARK, RULE.replace(*change))
    assert not report.passed or "light.desk" in told
    assert any(told in fault for fault in faults(report)) or "light.desk" in told


async def test_more_than_was_expected_is_a_fault(tmp_path: Path) -> None:
    report = await run(tmp_path, DARK.replace("    - light.turn_off: {entity_id: light.hall, after: 180}\n", ""))
    assert faults(report) == ["light.turn_off light.hall after 180 s came, and was not expected"]


async def test_tests_do_not_disturb_each_other(tmp_path: Path) -> None:
    """What one leaves running, its states, and the clock mean nothing to the next, in any order."""
    early = DARK.replace('    - wait: "00:10:00"\n', "").replace(
        "    - light.turn_off: {entity_id: light.hall, after: 180}\n", ""
    )
    report = await run(tmp_path, (early + DARK) * 3)
    assert faults(report) == []
    assert len(report.results) == 6


async def test_times_events_messages_tags_calls_and_strangers(tmp_path: Path) -> None:
    rules = """
- id: many
  mode: queued
  triggers:
    - {trigger: time, at: "07:30:00"}
    - {trigger: event, event_type: doorbell}
    - {trigger: mqtt, topic: remote/action, payload: single}
    - {trigger: tag, tag_id: 04-a7}
  actions:
    - {action: notify.mobile_app_anna, data: {message: "{{ trigger.platform }} at {{ now().strftime('%H:%M') }}"}}
    - {action: input_number.set_value, target: {entity_id: input_number.count}, data: {value: 3}}
    - {event: told, event_data: {what: "{{ trigger.platform }}"}}
    - {action: mqtt.publish, data: {topic: lamp/set, payload: "ON"}}
"""
    tests = """
- test: All kinds
  at: "2026-03-28 20:00"
  when:
    - until: "07:30"
    - event: doorbell
      data: {door: front}
    - mqtt: remote/action
      payload: single
    - tag: 04-a7
  then:
"""
    for kind in ("time at 07:30", "event at 07:30", "mqtt at 07:30", "tag at 07:30"):
        tests += f"""
    - notify.mobile_app_anna: {{message: {kind}}}
    - input_number.set_value: {{entity_id: input_number.count, value: 3}}
    - event: {{event: told, what: {kind.split()[0]}}}
    - mqtt.publish: {{topic: lamp/set, payload: "ON"}}
"""
    (tmp_path / "package.yaml").write_text("input_number: {count: {min: 0, max: 9}}")
    report = await run(tmp_path, tests, rules)
    assert faults(report) == []
    assert len(report.results) == 1


async def test_faults_in_tests_name_line_and_remedy(tmp_path: Path) -> None:
    bad = """
- test: one
  given: {light: "on"}
  then: []
- test: two
  when: [{sleep: 5}]
  then: []
- test: three
  rules: [hall_lihgt]
  then: []
- test: four
"""
    report = await run(tmp_path, bad)
    assert not report.passed
    texts = [f"{problem.line}: {problem.text}" for problem in report.problems]
    assert any(text.startswith("3: ") and "light" in text for text in texts)
    assert "6: a step needs one of set, wait, until, event, mqtt, tag, button, sentence, home, run, call" in texts
    assert "8: there is no rule 'hall_lihgt' that runs; did you mean hall_light?" in texts
    assert "11: then is missing: list the commands that follow, or write `then: []` for none" in texts


async def test_a_test_that_fails_anyway_notices_no_change(tmp_path: Path) -> None:
    wrong = DARK.replace("brightness_pct: 40, after: 0", "brightness_pct: 41, after: 0")
    report = await run(tmp_path, wrong, mutate=True)
    assert len(faults(report)) == 1
    assert len(report.survivors) == report.changes > 0


SCRIPTS = """
film:
  fields: {level: {default: 5}}
  sequence:
    - {condition: state, entity_id: binary_sensor.window, state: "off"}
    - {action: light.turn_on, target: {entity_id: light.hall}, data: {brightness_pct: 20}}
    - delay: "00:00:30"
    - {action: cover.close_cover, target: {entity_id: cover.hall}}
unasked:
  sequence: [{action: light.turn_off, target: {entity_id: light.hall}}]
"""
FILM = """
- test: The film begins
  given: {binary_sensor.button: "off", binary_sensor.window: "off", light.hall: "off", cover.hall: open}
  when:
    - set: {binary_sensor.button: "on"}
    - wait: 60
  then:
    - light.turn_on: {entity_id: light.hall, brightness_pct: 20, after: 0}
    - cover.close_cover: {entity_id: cover.hall, after: 30}
"""
WINDOW = (
    FILM.partition("  then:")[0].replace('binary_sensor.window: "off"', 'binary_sensor.window: "on"') + "  then: []\n"
)
CALLING = """
- id: button
  triggers: [{trigger: state, entity_id: binary_sensor.button, to: "on"}]
  actions: [{action: script.film}]
"""


async def test_a_script_that_a_rule_calls_is_looked_at_and_changed_as_well(tmp_path: Path) -> None:
    (tmp_path / "scripts.yaml").write_text(SCRIPTS)
    report = await run(tmp_path, FILM, CALLING, mutate=True)
    assert faults(report) == []
    assert ("script.film", 5, "sequence[0]", "was never false") in {
        (gap.rule, gap.line, gap.way, gap.what) for gap in report.gaps
    }
    assert {(each.rule, each.what) for each in report.survivors if each.rule.startswith("script")} == {
        ("script.film", "item 1 of sequence left out")
    }
    both = await run(tmp_path, FILM + WINDOW, CALLING, mutate=True)
    assert both.changes == report.changes >= 14, "the form of a script is left alone"
    assert both.survivors == report.survivors[:0]
    assert not any(gap.rule == "script.unasked" for gap in both.gaps), "no test is about it"


async def test_scripts_beside_their_tests_are_run_by_name_and_end_with_the_test(tmp_path: Path) -> None:
    tests = FILM.replace('set: {binary_sensor.button: "on"}', "run: script.film")
    early = tests.replace("    - wait: 60\n", "").replace(
        "    - cover.close_cover: {entity_id: cover.hall, after: 30}\n", ""
    )
    report = await run(tmp_path, early + early + tests, "script: " + SCRIPTS.replace("\n", "\n  "))
    assert faults(report) == []
    assert {gap.rule for gap in report.gaps} == {"script.film", "script.unasked"}
    (fault,) = faults(
        await run(tmp_path, tests.replace("script.film", "script.flim"), "script: " + SCRIPTS.replace("\n", "\n  "))
    )
    assert fault == "there is no rule 'script.flim' on the stage; did you mean script.film?"
