"""Mistakes that people make when they come from Home Assistant, each told at its line with its remedy; and what only
looks like one."""

import pytest

from homeserver.rules.check.known import Known, Thing
from tests.rules.check.seeds import KNOWN, problems

_HOME = Known(
    whole=True,
    things={
        **KNOWN.things,
        "device_tracker.phone": Thing("home"),
        "scene.movie": Thing("unknown"),
        "timer.tea": Thing("idle"),
        "climate.bedroom": Thing(
            "heat",
            services=["set_temperature", "set_hvac_mode"],
            modes={"hvac_mode": ["off", "heat"]},
            least=5,
            most=30,
        ),
    },
    places=KNOWN.places,
)
_RULE = """\
- id: one
  triggers:
    - {trigger: state, entity_id: binary_sensor.hall_motion, to: "on", id: motion}
    - {trigger: time, at: "07:00"}
  conditions:
    - %s
  actions:
    - %s
"""
_ACTION = "{action: light.turn_on, target: {entity_id: light.hall_ceiling}}"
_CONDITION = "{condition: state, entity_id: light.hall_ceiling, state: 'off'}"


def _conditions(text: str) -> list[str]:
    return [f"{problem.line}: {problem.text}" for problem in problems(_RULE % (text, _ACTION), _HOME)]


def _actions(text: str) -> list[str]:
    return [f"{problem.line}: {problem.text}" for problem in problems(_RULE % (_CONDITION, text), _HOME)]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("\"{{ is_state('light.hall_ceiling', true) }}\"", "6: a state is text, and never True: write it in quotes"),
        ("\"{{ states('light.hall_ceiling') == true }}\"", "6: a state is text, and never true or false"),
        ("\"{{ states('sensor.remote_battery') == 5 }}\"", "6: a state is text, which is no number"),
        ("\"{{ states('sensor.remote_battery') + 5 > 3 }}\"", "6: a state is text, which is no number"),
        ("\"{{ trigger.to_state == 'on' }}\"", "6: to_state is no text: compare to_state.state with 'on'"),
        ("\"{{ states('light.hall_ceiling') = 'on' }}\"", "6: one = sets a value: to compare, write =="),
        ("\"{{ trigger.id == 'moton' }}\"", "6: no trigger has the id 'moton'; did you mean motion?"),
        ("{condition: trigger, id: moton}", "6: no trigger has the id 'moton'; did you mean motion?"),
        (
            "{condition: template, value_template: \"is_state('light.hall_ceiling', 'on')\"}",
            "6: value_template is text and never true: put {{ }} around it",
        ),
        (
            "{condition: state, entity_id: device_tracker.phone, state: Home}",
            "6: device_tracker.phone is never 'Home'; did you mean home?",
        ),
        ("{condition: device, device_id: hall_ey, type: is_on, domain: x}", "6: there is no device 'hall_ey'"),
        (
            "{condition: state, enity_id: light.hall_ceiling, state: 'on'}",
            "6: entity_id is missing, and 'enity_id' is nothing known",
        ),
    ],
)
def test_a_condition_that_is_wrong(text: str, told: str) -> None:
    assert any(one.startswith(told) for one in _conditions(text)), _conditions(text)


@pytest.mark.parametrize(
    "text",
    [
        "\"{{ states('sensor.remote_battery') | int(0) == 5 }}\"",
        "\"{{ states('sensor.remote_battery') + ' %' == '5 %' }}\"",
        '"{{ trigger.to_state == none }}"',
        "\"{{ trigger.to_state.state == 'on' }}\"",
        "\"{{ trigger.id in ['motion', '1'] }}\"",
        "{condition: trigger, id: ['1', motion]}",
        '{condition: template, value_template: "true"}',
        "{condition: state, entity_id: device_tracker.phone, state: Work}",
        "{condition: state, entity_id: device_tracker.phone, state: not_home}",
    ],
)
def test_a_condition_that_is_right(text: str) -> None:
    assert _conditions(text) == []


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{wait_template: \"is_state('light.hall_ceiling', 'on')\"}", "8: wait_template is text and never true"),
        ("{repeat: {count: five, sequence: [{delay: 1}]}}", "8: repeat count must be a whole number, not 'five'"),
        (
            "{action: climate.set_hvac_mode, target: {entity_id: climate.bedroom}, data: {hvac_mode: heating}}",
            "8: climate.bedroom has no hvac_mode 'heating': it has off, heat; did you mean heat?",
        ),
        (
            "{action: climate.set_temperature, target: {entity_id: climate.bedroom}, data: {temperature: 300}}",
            "8: climate.bedroom takes 5 to 30, not 300",
        ),
        ("{if: [], them: [{delay: 1}]}", "8: then is missing, and 'them' is nothing known"),
        ("{event: ring, event_dta: {}}", "8: unknown field 'event_dta'; did you mean event_data?"),
    ],
)
def test_an_action_that_is_wrong(text: str, told: str) -> None:
    assert any(one.startswith(told) for one in _actions(text)), _actions(text)


def test_an_action_without_a_service_is_told_once() -> None:
    assert _actions("{action: light, target: {entity_id: light.hall_ceiling}}") == [
        "8: 'light' is no action: it must look like light.turn_on"
    ]


def test_nothing_far_off_is_suggested() -> None:
    told = _actions("{action: timer.start, target: {entity_id: timer.egg_for_breakfast}}")
    assert told == ["8: there is no entity timer.egg_for_breakfast"]


def test_a_script_may_be_given_what_it_does_not_name() -> None:
    script = "script:\n  say:\n    fields: {who: {}}\n    sequence:\n      - {delay: '{{ %s }}'}\n"
    assert problems(script % "seconds") == []
    assert [one.text for one in problems(script % "whoo")] == [
        "nothing gives whoo a value: it is empty; did you mean who?"
    ]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("- id: a\n\talias: b\n", "rules.yaml:2: no YAML: a line must be indented with blanks, and not with tabs"),
        ("- alias: Light: on\n", "a text that holds ': ' needs quotes around it"),
        ("- alias: @home\n", "rules.yaml:1: no YAML: a text that begins with @ needs quotes around it"),
        ("- alias: [a, b\n- alias: c\n", "a bracket has no end, or a comma is missing"),
        ('- alias: "a\n', "a quote or bracket has no end"),
        ("automatoin: []\nscript: {}\n", "rules.yaml:1: automatoin is nothing known; did you mean automation?"),
        ("scrape: []\nscript: {}\n", "rules.yaml:1: not supported yet: scrape"),
    ],
)
def test_a_file_that_is_wrong(text: str, told: str) -> None:
    found = [str(problem) for problem in problems(text)]
    assert any(told in one for one in found), found
