"""What a trigger of time fires within some hours: the local times, as the run's variable `trigger` has them."""

from datetime import UTC, datetime
from pathlib import Path

from homeserver.runtime.clock import VirtualClock
from tests.rules.stage import Stage

MONDAY = datetime(2026, 1, 5, 7, 0, tzinfo=UTC)
WHEN = "{{ trigger.now.strftime('%a %H:%M:%S') }}"


def rule(trigger: str, told: str = WHEN) -> str:
    body = trigger.strip("\n").replace("\n", "\n      ")
    return f"""
- id: test
  mode: parallel
  max: 100
  trigger_variables: {{early: "06:45", place: input_datetime.wake}}
  triggers:
    - {body}
  actions:
    - action: light.turn_on
      target: {{entity_id: light.lamp}}
      data: {{effect: "{told}"}}
"""


def stage(
    folder: Path,
    trigger: str,
    *,
    start: datetime = MONDAY,
    zone: str = "UTC",
    told: str = WHEN,
    clock: VirtualClock | None = None,
) -> Stage:
    return Stage(folder, rule(trigger, told), {"light.lamp": "off"}, clock=clock or VirtualClock(start), zone=zone)


def said(made: Stage) -> list[str]:
    """What the rule told since the last time."""
    return [str(data["effect"]) for _, _, data in made.told()]


async def fired(
    folder: Path,
    trigger: str,
    hours: float,
    *,
    start: datetime = MONDAY,
    zone: str = "UTC",
    told: str = WHEN,
) -> list[str]:
    async with stage(folder, trigger, start=start, zone=zone, told=told) as made:
        assert made.rules.book.problems == []
        await made.wait(hours * 3600)
        return said(made)


async def problems(folder: Path, trigger: str) -> list[str]:
    """What is wrong with it."""
    async with stage(folder, trigger) as made:
        return [problem.text for problem in made.rules.book.problems]
