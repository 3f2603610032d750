"""Rules that never run and steps that are never reached; what other rules, waits or templates decide is possible."""

import pytest

from homeserver.rules.check.outline import outline
from homeserver.rules.check.reach import never, unreached
from homeserver.rules.reading.problem import Problem
from homeserver.rules.reading.yaml_source import Map, read

DOOR = "{condition: state, entity_id: binary_sensor.d, state: 'on'}"
SHUT = "{condition: state, entity_id: binary_sensor.d, state: 'off'}"
OPENS = "{trigger: state, entity_id: binary_sensor.d, to: 'on'}"
DO = "{event: x}"
DEFAULT = "unreachable actions[0].default[0]"


def told(triggers: str, actions: str, conditions: str = "[]") -> list[str]:
    node = read(f"{{triggers: {triggers}, conditions: {conditions}, actions: {actions}}}").root
    assert isinstance(node, Map)
    rule = outline(
        "r", node, lambda error, id, severity: Problem("f", error.line, id, error.field, error.text, error.code)
    )
    return [f"{one.code} {one.field}" for one in (*never(rule), *unreached(rule))]


@pytest.mark.parametrize(
    ("actions", "found"),
    [
        (f"[{{if: [{SHUT}], then: [{DO}]}}]", ["unreachable actions[0]"]),
        (f"[{{delay: 5}}, {{if: [{SHUT}], then: [{DO}]}}]", []),
        (f"[{{action: lock.lock}}, {{if: [{SHUT}], then: [{DO}]}}]", []),
        (f"[{{variables: {{a: 1}}}}, {{if: [{SHUT}], then: [{DO}]}}]", ["unreachable actions[1]"]),
        (f"[{{if: [{DOOR}], then: [{DO}], else: [{DO}]}}]", ["unreachable actions[0].else[0]"]),
        (f"[{{if: ['{{{{ a }}}}'], then: [{DO}], else: [{DO}]}}]", []),
        (
            f"[{{choose: [{{conditions: [], sequence: [{DO}]}}], default: [{DO}]}}]",
            ["unreachable actions[0].default[0]"],
        ),
        (
            f"[{{choose: [{{conditions: [{DOOR}], sequence: []}}], default: [{DO}]}}]",
            ["unreachable actions[0].default[0]"],
        ),
        (f"[{{stop: x}}, {DO}]", ["unreachable actions[1]"]),
        (f"[{{stop: x, enabled: false}}, {DO}]", []),
        (f"[{SHUT}, {DO}, {DO}]", ["unreachable actions[1]"]),
        (f"[{{repeat: {{count: 0, sequence: [{DO}]}}}}]", ["unreachable actions[0].repeat"]),
        (f"[{{repeat: {{while: [{SHUT}], sequence: [{DO}]}}}}]", []),
        (f"[{{parallel: [{{sequence: [{{stop: x}}, {DO}]}}]}}]", ["unreachable actions[0].parallel[0].sequence[1]"]),
    ],
)
def test_steps(actions: str, found: list[str]) -> None:
    assert told(f"[{OPENS}]", actions) == found


def test_rules() -> None:
    assert told(f"[{OPENS}]", f"[{DO}]", f"[{SHUT}]") == ["never triggers[0]"]
    assert told(f"[{OPENS}, {{trigger: event, event_type: x}}]", f"[{DO}]", f"[{SHUT}]") == ["never triggers[0]"]
    assert told(f"[{OPENS}]", f"[{DO}]", f"[{SHUT}, {DOOR}]") == ["never conditions[0]"]
    assert told("[{trigger: state, entity_id: light.a, from: 'on', to: 'on'}]", f"[{DO}]") == ["never triggers[0].to"]
    assert told("[]", f"[{{if: [{SHUT}], then: [{DO}]}}]") == []
    assert told(f"[{OPENS}]", f"[{DO}]", f"[{DOOR}]") == []
