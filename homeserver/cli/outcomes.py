"""What comes of a command that was accepted: its end, and the state that goes with it, as the home tells them."""

import asyncio
from typing import Final

from homeserver.cli.client import Client
from homeserver.cli.failures import Failure
from homeserver.topics.cause import Cause
from homeserver.topics.entity import COMMAND_ENDED, COMMAND_FAILED, ENTITY_STATE, WANTED, CommandOutcome, EntityState

_REPORT: Final = 2.0
"""Seconds that the report of a command may take when its time is up."""
_BEHIND: Final = 0.3
"""Seconds that a state may come behind the end of its command: the broker's copies of states are said in bundles."""
_LONGEST: Final = 300.0
"""Seconds without a word after which a thing that was under way is asked about no more: the home may have died."""
Told = asyncio.Queue[EntityState | CommandOutcome | None]


def listen(client: Client, where: tuple[str, str]) -> Told:
    """What is told of the entity, and of the ends of commands, from before the command is said."""
    told: Told = asyncio.Queue()
    own = {"domain": where[0], "object_id": where[1]}
    for topic, fixed in ((ENTITY_STATE, own), (COMMAND_ENDED, {}), (COMMAND_FAILED, {})):
        client.bus.replay(client.bus.hear(topic, told.put_nowait, "set", **fixed))
    return told


async def outcome_of(told: Told, cause: Cause, timeout: float) -> tuple[CommandOutcome, str | None]:
    """The end of a command and the state that goes with it; raises `Failure` where nobody tells. As long as the home
    says that something is on its way, such as a shutter that drives, its end is waited for. What was so already goes
    with the state before the command: a lock that is told again to lock may turn its bolt once more."""
    clock, before, state, under_way = asyncio.get_running_loop().time, None, None, False
    began = clock()
    until = began + timeout + _REPORT
    try:
        while True:
            async with asyncio.timeout_at(clock() + _LONGEST if under_way else until):
                said = await told.get()
            if isinstance(said, EntityState):
                state, under_way = said.state, WANTED in said.attributes
                before = before or state
            elif isinstance(said, CommandOutcome) and said.cause is not None and said.cause.id == cause.id:
                return said, before if said.outcome == "already" else await _settled(told, cause, state)
            until = max(until, clock() + _REPORT)
    except TimeoutError:
        raise Failure(f"nobody told within {clock() - began:.0f} s what came of it") from None


async def _settled(told: Told, cause: Cause, state: str | None) -> str | None:
    """The state that follows from a command comes right behind its end, where it changes at all."""
    try:
        async with asyncio.timeout(_BEHIND):
            while True:
                said = await told.get()
                if isinstance(said, EntityState):
                    state = said.state
                    if said.cause is not None and said.cause.parent == cause.id and WANTED not in said.attributes:
                        return state
    except TimeoutError:
        return state
