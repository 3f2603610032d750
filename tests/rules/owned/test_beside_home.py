"""The rules' entities beside the home's own: each owner answers for what is his."""

from pathlib import Path

import pytest

from homeserver.home.worker import setup as home_setup
from homeserver.rules.worker import Rules
from homeserver.rules.worker import setup as rules_setup
from homeserver.runtime.clock import VirtualClock, settle
from homeserver.runtime.memory_broker import MemoryBroker
from homeserver.runtime.rehearsal import Rehearsal
from homeserver.topics.call import REPLY, CallError, Reply
from homeserver.topics.entity import ENTITY_STATE, EntityState

RULES = """
input_boolean: {guests: }
scene: [{name: Quiet, entities: {input_boolean.guests: "off"}}]
switch:
  - platform: template
    switches:
      both: {turn_on: [], turn_off: []}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "helpers.yaml").write_text(RULES)
    return tmp_path


async def command(home: Rehearsal, entity_id: str, service: str) -> None:
    await home.process.calls.command(entity_id, service, {}, ttl=2.0)
    await settle()


async def test_each_is_answered_once_by_its_owner(folder: Path) -> None:
    async with Rehearsal(home_setup, rules_setup, folder=folder) as home:
        replies: list[Reply] = home.listen(REPLY)
        for entity_id in ("input_boolean.guests", "switch.both"):
            await command(home, entity_id, "turn_on")
        assert [reply.ok for reply in replies] == [True, True]
        with pytest.raises(CallError, match=r"input_boolean\.nobody"):
            await command(home, "input_boolean.nobody", "turn_on")
        worker = home.process.hosted["rules"].worker
        assert isinstance(worker, Rules)
        assert {worker.owner.things[id].state for id in ("input_boolean.guests", "switch.both")} == {"on"}


async def test_in_a_process_of_their_own_too(folder: Path) -> None:
    broker, clock = MemoryBroker(), VirtualClock()
    async with (
        Rehearsal(home_setup, broker=broker, process="core", clock=clock, folder=folder / "core") as core,
        Rehearsal(rules_setup, broker=broker, process="rules", clock=clock, folder=folder),
    ):
        states: list[EntityState | None] = core.listen(ENTITY_STATE, domain="input_boolean")
        replies: list[Reply] = core.listen(REPLY)
        for entity_id in ("input_boolean.guests", "switch.both", "scene.quiet"):
            await command(core, entity_id, "turn_on")
            await clock.advance(1)  # the broker's copies of states are said in bundles
        assert [reply.ok for reply in replies] == [True, True, True]
        assert [state.state for state in states if state is not None] == ["off", "on", "off"]
