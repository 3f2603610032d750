"""When conditions hold, by https://www.home-assistant.io/docs/scripts/conditions/"""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from homeserver.runtime.clock import VirtualClock
from tests.rules.stage import Stage

START = {
    "binary_sensor.go": "off",
    "light.lamp": "off",
    "sensor.t": "20",
    "sensor.limit": "25",
    "sensor.bad": "high",
    "sensor.gone": "unavailable",
    "select.mode": "day",
    "input_select.wanted": "day",
}


def rule(conditions: str) -> str:
    body = conditions.strip("\n").replace("\n", "\n    ")
    return f"""
- id: test
  triggers:
    - trigger: state
      entity_id: binary_sensor.go
      id: go
  conditions:
    {body}
  actions:
    - action: light.turn_on
      target: {{entity_id: light.lamp}}
"""


async def holds(folder: Path, conditions: str, *, clock: VirtualClock | None = None, wait: float = 0.0) -> bool:
    async with Stage(folder, rule(conditions), START, clock=clock) as stage:
        assert stage.rules.book.problems == []
        await stage.set("sensor.t", "20", level=3, charging=True)
        await stage.wait(wait)
        await stage.set("binary_sensor.go", "on")
        return bool(stage.told())


@pytest.mark.parametrize(
    ("conditions", "met"),
    [
        ("- condition: state\n  entity_id: select.mode\n  state: day", True),
        ("- condition: state\n  entity_id: select.mode\n  state: night", False),
        ("- condition: state\n  entity_id: select.mode\n  state: [night, day]", True),
        ("- condition: state\n  entity_id: light.lamp\n  state: off", True),
        ("- condition: state\n  entity_id: [light.lamp, select.mode]\n  state: 'off'", False),
        ("- condition: state\n  entity_id: [light.lamp, select.mode]\n  state: 'off'\n  match: any", True),
        ("- condition: state\n  entity_id: sensor.t\n  attribute: level\n  state: 3", True),
        ("- condition: state\n  entity_id: sensor.t\n  attribute: charging\n  state: on", True),
        ("- condition: state\n  entity_id: sensor.t\n  attribute: missing\n  state: ~\n  enabled: false", True),
        # the state of a helper stands for its value
        ("- condition: state\n  entity_id: select.mode\n  state: input_select.wanted", True),
        # an entity that is not there: the condition cannot be checked and is not met
        ("- condition: state\n  entity_id: light.nope\n  state: off", False),
        ("- condition: numeric_state\n  entity_id: sensor.t\n  above: 19", True),
        ("- condition: numeric_state\n  entity_id: sensor.t\n  above: 20", False),
        ("- condition: numeric_state\n  entity_id: sensor.t\n  below: sensor.limit", True),
        ("- condition: numeric_state\n  entity_id: [sensor.t, sensor.limit]\n  above: 22", False),
        (
            "- condition: numeric_state\n  entity_id: sensor.t\n  value_template: '{{ state.attributes.level }}'\n"
            "  below: 4",
            True,
        ),
        ("- condition: numeric_state\n  entity_id: sensor.gone\n  below: 1000", False),
        ("- condition: numeric_state\n  entity_id: sensor.bad\n  below: 1000", False),
        ("- condition: template\n  value_template: \"{{ states('sensor.t') | float > 19 }}\"", True),
        ("- \"{{ is_state('select.mode', 'day') }}\"", True),
        ("- '{{ 1 }}'", False),
        ('- \'{{ trigger.id == "go" and trigger.to_state.state == "on" }}\'', True),
        ("- '{{ nope.x }}'", False),
        ("- condition: trigger\n  id: go", True),
        ("- condition: trigger\n  id: [stop, went]", False),
        ("- condition: or\n  conditions:\n    - '{{ false }}'\n    - '{{ true }}'", True),
        ("- or:\n    - '{{ false }}'\n    - '{{ true }}'", True),
        ("- and:\n    - '{{ false }}'\n    - '{{ true }}'", False),
        ("- not:\n    - '{{ false }}'\n    - '{{ false }}'", True),
        ("- condition: not\n  conditions:\n    - '{{ false }}'\n    - '{{ true }}'", False),
        # one part that cannot be checked does not keep `or` from being met by another
        ("- or:\n    - condition: state\n      entity_id: light.nope\n      state: on\n    - '{{ true }}'", True),
        ("- not:\n    - condition: state\n      entity_id: light.nope\n      state: on", False),
        ("- and: ['{{ true }}', '{{ true }}']\n- '{{ false }}'\n", False),
        ("- condition: sun\n  enabled: false", True),
        ("condition: state\nentity_id: select.mode\nstate: day", True),
        ("'{{ true }}'", True),
    ],
)
async def test_holds(tmp_path: Path, conditions: str, met: bool) -> None:
    assert await holds(tmp_path, conditions) is met


@pytest.mark.parametrize(("seconds", "met"), [(59, False), (60, True)])
async def test_state_for(tmp_path: Path, seconds: float, met: bool) -> None:
    text = "- condition: state\n  entity_id: select.mode\n  state: day\n  for: {minutes: 1}"
    assert await holds(tmp_path, text, wait=seconds) is met


@pytest.mark.parametrize(
    ("hour", "minute", "conditions", "met"),
    [
        (7, 59, "after: '08:00'", False),
        (8, 0, "after: '08:00'", True),
        (8, 0, "before: '08:00'", False),
        (7, 59, "before: '08:00:00'", True),
        (12, 0, "after: '08:00'\n  before: '16:00'", True),
        (16, 0, "after: '08:00'\n  before: '16:00'", False),
        # over midnight
        (23, 0, "after: '22:00'\n  before: '06:00'", True),
        (5, 59, "after: '22:00'\n  before: '06:00'", True),
        (6, 0, "after: '22:00'\n  before: '06:00'", False),
        (12, 0, "weekday: [mon]", True),
        (12, 0, "weekday: [tue, wed]", False),
        (12, 0, "after: '08:00'\n  weekday: mon", True),
    ],
)
async def test_time(tmp_path: Path, hour: int, minute: int, conditions: str, met: bool) -> None:
    clock = VirtualClock(datetime(2026, 1, 5, hour, minute, tzinfo=UTC))
    assert await holds(tmp_path, f"- condition: time\n  {conditions}", clock=clock) is met
