"""Service calls as actions: who is told what, and what is refused when the rule is read, with line and remedy."""

from pathlib import Path
from typing import Any

import pytest

from homeserver.rules.reading.rule_file import read_text
from homeserver.view.templates import Templates
from tests.rules.stage import Stage

START = {
    "binary_sensor.go": "off",
    "light.a": "off",
    "light.b": "off",
    "switch.pump": "off",
    "select.mode": "day",
    "number.level": "1",
    "button.bell": "",
    "notify.tv": "",
}


def rule(action: str) -> str:
    body = action.strip("\n").replace("\n", "\n      ")
    return f"""- id: test
  trigger:
    platform: state
    entity_id: binary_sensor.go
    to: 'on'
  action:
    - {body}
"""


@pytest.mark.parametrize(
    ("action", "told"),
    [
        ("action: light.turn_on\ntarget: {entity_id: light.a}", [("light.a", "turn_on", {})]),
        (
            "action: light.turn_on\ntarget: {entity_id: [light.a, light.b]}\ndata: {brightness_pct: 5, flash: short}",
            [(f"light.{name}", "turn_on", {"brightness_pct": 5.0, "flash": "short"}) for name in "ab"],
        ),
        # the older spellings
        (
            "service: light.turn_off\nentity_id: light.a, light.b",
            [("light.a", "turn_off", {}), ("light.b", "turn_off", {})],
        ),
        (
            "service: light.turn_on\ndata_template:\n  entity_id: light.a\n  brightness: '{{ 100 + 28 }}'",
            [("light.a", "turn_on", {"brightness": 128})],
        ),
        ("service_template: \"light.turn_{{ 'on' }}\"\nentity_id: light.a", [("light.a", "turn_on", {})]),
        (
            "action: light.turn_on\ndata: {entity_id: light.a, rgb_color: [1, 2, 3]}",
            [("light.a", "turn_on", {"rgb_color": (1, 2, 3)})],
        ),
        # targets
        ("action: light.turn_on\ntarget: {entity_id: all}", [("light.a", "turn_on", {}), ("light.b", "turn_on", {})]),
        ("action: light.turn_on\ntarget: {entity_id: none}", []),
        ("action: light.turn_on\ntarget: {area_id: kitchen}", [("light.b", "turn_on", {})]),
        (
            "action: homeassistant.turn_on\ntarget: {area_id: kitchen}",
            [("light.b", "turn_on", {}), ("switch.pump", "turn_on", {})],
        ),
        ("action: light.turn_on\ntarget: {entity_id: \"{{ ['light.a'] }}\"}", [("light.a", "turn_on", {})]),
        ("action: light.turn_on\ntarget: \"{{ {'entity_id': 'light.b'} }}\"", [("light.b", "turn_on", {})]),
        (
            "action: light.turn_on\ntarget: {entity_id: \"light.{{ trigger.entity_id[0] | replace('b', 'a') }}\"}",
            [("light.a", "turn_on", {})],
        ),
        # services of whatever is meant
        (
            "action: homeassistant.toggle\ntarget: {entity_id: [light.a, switch.pump]}",
            [("light.a", "toggle", {}), ("switch.pump", "toggle", {})],
        ),
        # other kinds
        (
            "action: select.select_option\ntarget: {entity_id: select.mode}\ndata: {option: night}",
            [("select.mode", "select_option", {"option": "night"})],
        ),
        # text stays text, whatever number or truth it looks like
        *(
            (
                f"action: select.select_option\ntarget: {{entity_id: select.mode}}\ndata: {{option: {given}}}",
                [("select.mode", "select_option", {"option": option})],
            )
            for given, option in (
                ("on", "on"),
                (5, "5"),
                ("'{{ 1 + 1 }}'", "2"),
                ("'{{ true }}'", "True"),
                ("'007'", "007"),
            )
        ),
        (
            "action: number.set_value\ntarget: {entity_id: number.level}\ndata: {value: '{{ 2.5 }}'}",
            [("number.level", "set_value", {"value": 2.5})],
        ),
        (
            "action: notify.send_message\ntarget: {entity_id: notify.tv}\ndata: {message: 5, title: '{{ 1 }}'}",
            [("notify.tv", "send_message", {"message": "5", "title": "1"})],
        ),
        ("action: button.press\ntarget: {entity_id: button.bell}", [("button.bell", "press", {})]),
        (
            "action: light.turn_on\ntarget: {entity_id: light.a}\ndata: \"{{ {'brightness': 7} }}\"",
            [("light.a", "turn_on", {"brightness": 7})],
        ),
    ],
)
async def test_tells(tmp_path: Path, action: str, told: list[tuple[str, str, dict[str, Any]]]) -> None:
    async with Stage(tmp_path, rule(action), START) as stage:
        stage.place("light.b", "kitchen")
        stage.place("switch.pump", "kitchen")
        assert stage.rules.book.problems == []
        await stage.set("binary_sensor.go", "on")
        assert sorted(stage.told(), key=lambda row: row[0]) == told


@pytest.mark.parametrize(
    ("action", "problem"),
    [
        (
            "action: light.turn_onn\ntarget: {entity_id: light.a}",
            "7: actions[0].action: light has no service 'turn_onn'; it has turn_on, turn_off, toggle; "
            "did you mean turn_on?",
        ),
        (
            "action: light.turn_on\ntarget: {entity_id: light.a}\ndata:\n  brightnes: 5",
            "10: actions[0].data.brightnes: light.turn_on has no field 'brightnes'; did you mean brightness?",
        ),
        (
            "action: light.turn_on\ntarget: {entity_id: light.a}\ndata:\n  transition: 1\n  brightness: 300",
            "11: actions[0].data.brightness: light.turn_on: brightness: Input should be less than or equal to 255, "
            "not 300",
        ),
        (
            "action: light.turn_on\ntarget: {entity_id: light.a}\ndata:\n  brigthness: '{{ 5 }}'",
            "10: actions[0].data.brigthness: light.turn_on has no field 'brigthness'; did you mean brightness?",
        ),
        (
            "action: number.set_value\ntarget: {entity_id: number.level}",
            "7: actions[0]: number.set_value needs value",
        ),
        (
            "action: light.turn_on",
            "7: actions[0].action: light.turn_on needs a target: say which entity, device or area",
        ),
        (
            "action: light.turn_on\ntarget: {entity_id: kitchen lamp}",
            "8: actions[0].target.entity_id: 'kitchen lamp' is no entity id: it must look like light.hall_ceiling",
        ),
        (
            "action: light.turn_on\ntarget: {entity: light.a}",
            "8: actions[0].target.entity: unknown field 'entity'; did you mean entity_id?",
        ),
        ("action: turn_on", "7: actions[0].action: 'turn_on' is no action: it must look like light.turn_on"),
        (
            "action: light.turn_on\ntarget: {entity_id: light.a}\ndat: {}",
            "9: actions[0].dat: unknown field 'dat'; did you mean data?",
        ),
        (
            "action: light.turn_on\ntarget: {entity_id: light.a}\ndata: 5",
            "9: actions[0].data: data must be a mapping, not 5",
        ),
        (
            "action: light.turn_on\ntarget: {entity_id: light.a}\nresponse_variable: x",
            "9: actions[0].response_variable: light.turn_on answers nothing: leave response_variable out",
        ),
        (
            "action: light.turn_on\ntarget: {entity_id: light.a}\ndata: {effect: !secret x}",
            "9: actions[0].data.effect: !secret: there is no secret 'x' (write it into secrets.yaml)",
        ),
        (
            "action: light.turn_on\ntarget: {entity_id: light.a}\ndata:\n  effect: >-\n    {{ 1\n    | nope }}",
            "11: actions[0].data.effect: there is no filter 'nope'",
        ),
    ],
)
def test_refuses_when_it_is_read(action: str, problem: str) -> None:
    book = read_text(rule(action).replace("  action:\n", "  actions:\n"), "hall.yaml", Templates())
    assert [str(found) for found in book.problems] == [f"hall.yaml:{problem}"]


@pytest.mark.parametrize(
    ("action", "error"),
    [
        (
            "action: \"{{ 'light.turn_off_all' }}\"\ntarget: {entity_id: light.a}",
            "nobody answers light.turn_off_all; did you mean light.turn_off?",
        ),
        (
            "action: light.turn_on\ntarget: {entity_id: light.a}\ndata: {brightness: '{{ 300 }}'}",
            "brightness: Input should be less",
        ),
        ("action: light.turn_on\ntarget: {entity_id: light.a}\ndata: '{{ 5 }}'", "must be a mapping, not 5"),
        ("action: light.turn_on\ntarget: '{{ 5 }}'", "needs a target"),
    ],
)
async def test_fails_with_the_reason_when_a_template_decides_wrongly(tmp_path: Path, action: str, error: str) -> None:
    async with Stage(tmp_path, rule(action), START) as stage:
        assert stage.rules.book.problems == []
        await stage.set("binary_sensor.go", "on")
        assert stage.told() == []
        assert stage.runs[-1].outcome == "failed"
        assert error in stage.runs[-1].error


PASSED = "light.turn_on does not reach switch.pump: use switch.turn_on"


@pytest.mark.parametrize(
    ("action", "warning", "told", "error"),
    [
        ("action: light.turn_on\ntarget: {entity_id: switch.pump}", f"8: {{}}: {PASSED}", [], PASSED),
        (
            "action: light.turn_on\ntarget: {entity_id: [switch.pump, light.a]}",
            f"8: {{}}: {PASSED}",
            [("light.a", "turn_on")],
            PASSED,
        ),
        (
            "action: homeassistant.turn_on\ntarget: {entity_id: sensor.t}",
            "8: {}: sensor.t cannot be asked to turn_on",
            [],
            "sensor.t cannot be asked to turn_on",
        ),
        (
            "action: light.turn_on\ntarget: {entity_id: '{{ trigger.entity_id }}'}",
            "",
            [],
            "light.turn_on does not reach binary_sensor.go: use binary_sensor.turn_on",
        ),
    ],
)
async def test_an_entity_that_a_service_is_not_for_is_passed_over(
    tmp_path: Path, action: str, warning: str, told: list[tuple[str, str]], error: str
) -> None:
    """Home Assistant logs that it is missing and goes on."""
    async with Stage(tmp_path, rule(action), START) as stage:
        place = "action[0].target.entity_id"
        wanted = [f"test.yaml:{warning.format(place)}; nothing is done to it"] if warning else []
        assert [str(problem) for problem in stage.rules.book.problems] == wanted
        await stage.set("binary_sensor.go", "on")
        assert stage.services() == told
        assert [(run.outcome, run.error) for run in stage.runs] == [("finished", error)]


async def test_a_command_carries_its_cause(tmp_path: Path) -> None:
    async with Stage(tmp_path, rule("action: light.turn_on\ntarget: {entity_id: light.a}"), START) as stage:
        await stage.set("binary_sensor.go", "on")
        command, state = stage.props.full[0], stage.props.states["binary_sensor.go"]
        assert command.cause is not None
        assert state.cause is not None
        assert (command.cause.by, command.cause.parent) == ("rule:test#1", state.cause.id)
        assert command.ttl == 30.0
