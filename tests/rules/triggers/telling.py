"""A stage with a rule that says what its trigger saw, and a worker that tells of things that leave no state behind."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from homeserver.rules.reading.problem import Problem
from homeserver.runtime.clock import VirtualClock, settle
from homeserver.runtime.memory_broker import MemoryBroker
from homeserver.topics.cause import Cause
from homeserver.topics.entity import ENTITY_CONFIG, EntityConfig
from homeserver.topics.topic import Topic
from tests.rules.stage import Stage


def rule(trigger: str, shown: str = "trigger.platform", *, more: str = "") -> str:
    """One rule with one trigger, which puts `shown`, a template's inside, into words."""
    body = trigger.strip("\n").replace("\n", "\n      ")
    return f"""
- id: test
  mode: parallel
  max: 1000
{more}
  triggers:
    - {body}
  actions:
    - action: select.select_option
      target: {{entity_id: select.log}}
      data:
        option: "x{{{{ {shown} }}}}"
"""


class Told:
    """`told()` gives what was shown since the last time."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage

    def told(self) -> list[str]:
        return [data["option"][1:] for _, _, data in self.stage.told()]

    async def say(self, topic: Topic[Any], message: Any, *where: str) -> list[str]:
        """Say something, and what was shown then."""
        self.stage.props.house.say(topic, message, *where)
        await settle()
        return self.told()

    async def set(self, entity_id: str, state: str | None, **attributes: Any) -> list[str]:
        await self.stage.set(entity_id, state, **attributes)
        return self.told()

    async def wait(self, seconds: float) -> list[str]:
        await self.stage.wait(seconds)
        return self.told()

    def announce(self, entity_id: str, config: EntityConfig) -> None:
        self.stage.props.house.say(ENTITY_CONFIG, config, *entity_id.split("."))

    @property
    def cause(self) -> Cause:
        return self.stage.props.house.cause("device:test")


@asynccontextmanager
async def telling(
    folder: Path,
    trigger: str,
    shown: str = "trigger.platform",
    *,
    more: str = "",
    states: dict[str, str] | None = None,
    clock: VirtualClock | None = None,
    broker: MemoryBroker | None = None,
    zone: str = "UTC",
) -> AsyncIterator[Told]:
    """The rule at work; nothing is wrong with it."""
    text, start = rule(trigger, shown, more=more), {"select.log": "", **(states or {})}
    async with Stage(folder, text, start, clock=clock, broker=broker, zone=zone) as stage:
        assert [problem for problem in stage.rules.book.problems if problem.severity == "error"] == []
        await settle()
        yield Told(stage)


async def problems_of(folder: Path, trigger: str) -> list[Problem]:
    """What is wrong with the trigger."""
    async with Stage(folder, rule(trigger), {"select.log": ""}) as stage:
        return list(stage.rules.book.problems)
