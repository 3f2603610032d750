"""A home for rules to be tested in: entities that are what the test says, commands that are only written down.

Lives on the memory broker and the virtual clock of `Rehearsal`; needs nothing else.
"""

from dataclasses import replace
from pathlib import Path
from typing import Any, Self

from homeserver.rules.words import RULE_RUN, RuleRun
from homeserver.rules.worker import Rules
from homeserver.rules.worker import setup as rules_setup
from homeserver.runtime.clock import VirtualClock, settle
from homeserver.runtime.heard import Heard
from homeserver.runtime.hosting import Setup
from homeserver.runtime.house import House
from homeserver.runtime.memory_broker import MemoryBroker
from homeserver.runtime.rehearsal import Rehearsal
from homeserver.runtime.worker import Worker, hears
from homeserver.topics.cause import Cause
from homeserver.topics.entity import COMMAND, ENTITY_CONFIG, ENTITY_STATE, Command, EntityConfig, EntityState
from homeserver.topics.event import CALENDAR, DEVICE_EVENT, EVENT, NOTIFICATION, SENTENCE, WEBHOOK
from homeserver.topics.registry import AREA_ENTRY, DEVICE_ENTRY, ENTITY_ENTRY, AreaEntry, EntityEntry
from homeserver.topics.topic import Topic

HAPPENINGS: tuple[Topic[Any], ...] = (EVENT, DEVICE_EVENT, SENTENCE, NOTIFICATION, WEBHOOK, CALENDAR)
"""What leaves no state behind, for tests that tell of it."""


class Props(Worker):
    """Owns the entities of the stage. `obeys` makes lights and switches do as they are told, at once."""

    name = "props"
    says = (ENTITY_STATE, ENTITY_CONFIG, ENTITY_ENTRY, AREA_ENTRY, DEVICE_ENTRY, *HAPPENINGS)

    def __init__(self, house: House, begin: dict[str, str]) -> None:
        super().__init__(house)
        self._begin = begin
        self.commands: list[tuple[str, str, dict[str, Any]]] = []
        self.full: list[Command] = []
        self.states: dict[str, EntityState] = {}
        self.obeys = False

    async def open(self) -> None:
        for entity_id, state in self._begin.items():
            self.set(entity_id, state)

    @hears(COMMAND)
    def note(self, command: Command, heard: Heard) -> None:
        entity_id = f"{heard.where[0]}.{heard.where[1]}"
        self.commands.append((entity_id, command.service, command.data))
        self.full.append(command)
        if self.obeys and command.service in ("turn_on", "turn_off"):
            self.set(entity_id, "on" if command.service == "turn_on" else "off", cause=command.cause)

    def set(self, entity_id: str, state: str | None, cause: Cause | None = None, **attributes: Any) -> None:
        domain, _, object_id = entity_id.partition(".")
        if state is None:
            self.states.pop(entity_id, None)
            self.house.say(ENTITY_STATE, None, domain, object_id)
            return
        before, now = self.states.get(entity_id), self.house.clock.now()
        changed = before.changed if before is not None and before.state == state else now
        made = EntityState(state, attributes, changed, now, self.house.cause("device:test", cause))
        if before is None:
            config = EntityConfig(object_id.replace("_", " ").title(), "props", ("turn_on", "turn_off"))
            self.house.say(ENTITY_CONFIG, config, domain, object_id)
        self.states[entity_id] = made
        self.house.say(ENTITY_STATE, made, domain, object_id)


class Stage:
    """`async with Stage(folder, rules, {"light.hall": "off"}) as stage:` — entities first, then the rules."""

    def __init__(
        self,
        folder: Path,
        rules: str,
        states: dict[str, str] | None = None,
        *,
        clock: VirtualClock | None = None,
        zone: str = "UTC",
        look: float = 86_400.0,
        broker: MemoryBroker | None = None,
        others: tuple[Setup, ...] = (),
        settings: tuple[str, ...] = (),
    ) -> None:
        self.folder = folder
        self.file = folder / "rules" / "test.yaml"
        self.file.parent.mkdir(parents=True, exist_ok=True)
        self.file.write_text(rules)

        def props(house: House) -> Props:
            return Props(house, states or {})

        self.home = Rehearsal(
            props,
            *others,
            rules_setup,
            broker=broker,
            clock=clock or VirtualClock(),
            folder=folder,
            settings=[f"home.time_zone={zone}", f"rules.look={look}", *settings],
        )
        self.clock = self.home.clock
        self.runs: list[RuleRun] = []

    async def __aenter__(self) -> Self:
        await self.home.__aenter__()
        self.runs = self.home.listen(RULE_RUN)
        return self

    async def __aexit__(self, *failure: Any) -> None:
        await self.home.__aexit__(*failure)

    @property
    def props(self) -> Props:
        worker = self.home.process.hosted["props"].worker
        assert isinstance(worker, Props)
        return worker

    @property
    def rules(self) -> Rules:
        worker = self.home.process.hosted["rules"].worker
        assert isinstance(worker, Rules)
        return worker

    async def set(self, entity_id: str, state: str | None, **attributes: Any) -> None:
        """Let an entity be so, and the rules react."""
        self.props.set(entity_id, state, **attributes)
        await settle()

    async def wait(self, seconds: float) -> None:
        """Let time pass."""
        await self.clock.advance(seconds)

    def told(self) -> list[tuple[str, str, dict[str, Any]]]:
        """The commands since the last call, in order: entity, service, data."""
        commands, self.props.commands = self.props.commands, []
        return commands

    def services(self) -> list[tuple[str, str]]:
        """The same without data."""
        return [command[:2] for command in self.told()]

    def place(self, entity_id: str, area_id: str) -> None:
        """Put an entity into a room."""
        props = self.props
        props.house.say(AREA_ENTRY, AreaEntry(area_id.title()), area_id)
        props.house.say(ENTITY_ENTRY, replace(EntityEntry(), area_id=area_id), entity_id)
