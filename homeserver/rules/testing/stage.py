"""The stage on which rules are tested: a home in memory whose entities are what a test says, on a clock moved by hand.

One process serves all tests of a folder, since starting one takes longer than a test: between two tests every rule is
made anew, the helpers are what they were at the start, and the clock is set.
"""

import asyncio
import shutil
import tempfile
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Final, Self, TypeVar

from homeserver.rules.actions.service_check import is_of_entities
from homeserver.rules.engine import Engine, Happening
from homeserver.rules.fired import Fired
from homeserver.rules.offer import Offer
from homeserver.rules.program import RunError
from homeserver.rules.reading.problem import nearest
from homeserver.rules.rule import Compiled
from homeserver.rules.testing.layout import Layout
from homeserver.rules.testing.scenery import Scenery, StageHouse, Told
from homeserver.rules.testing.witness import Witness
from homeserver.rules.triggers.conversation import Answers
from homeserver.rules.worker import Rules
from homeserver.rules.worker import setup as rules_setup
from homeserver.runtime.clock import VirtualClock, settle
from homeserver.runtime.house import House
from homeserver.runtime.rehearsal import Rehearsal
from homeserver.topics.call import CallError
from homeserver.topics.event import Sentence
from homeserver.topics.names import split_entity
from homeserver.topics.services import SERVICES

T = TypeVar("T")
NOWHERE: Final = Layout()
_GIVING: Final[Mapping[str, tuple[str, str]]] = {
    "counter": ("set_value", "value"),
    "input_datetime": ("set_datetime", "datetime"),
    "input_number": ("set_value", "value"),
    "input_select": ("select_option", "option"),
    "input_text": ("set_value", "value"),
}
"""How a helper of the rules is made what a test says: the service, and the field that takes the state."""


class Stage:
    """`async with Stage(folder, settings) as stage:`; `settings` are those of the home, as `--set` takes them."""

    def __init__(self, root: Path, settings: list[str]) -> None:
        self._root = root
        self._data = Path(tempfile.mkdtemp(prefix="rules-test-"))
        self.clock = VirtualClock()

        def scenery(house: House) -> Scenery:
            return Scenery(house)

        rows = [*settings, f"home.rules={root.resolve()}", "rules.look=86400"]
        self._home = Rehearsal(scenery, rules_setup, clock=self.clock, folder=self._data, settings=rows)
        self._helpers: dict[str, dict[str, Any]] = {}
        self._answers: Mapping[str, Any] = {}
        self.told: list[Told] = []
        self._heard: list[Answers] = []
        self.witness = Witness()
        self._begun = 0.0

    async def __aenter__(self) -> Self:
        await self._home.__aenter__()
        self.rules = self._worker("rules", Rules)
        self.scenery = self._worker("scenery", Scenery)
        self.engine: Engine = self.rules.engine
        self.engine.house = StageHouse(self.engine.house, self._tell, self._answer)
        self.engine.offers = _StandIns(self.engine.offers, self._stand_in)
        self.engine.traces = self.witness
        self.rules.owner.house = self.engine.house
        if not self._sun_is_asked_for():
            self.rules.owner.things["sun.sun"].end()
        self._helpers = {id: thing.kept() for id, thing in self.rules.owner.things.items() if thing.keeps}
        return self

    async def __aexit__(self, *failure: Any) -> None:
        await self._home.__aexit__(*failure)
        shutil.rmtree(self._data, ignore_errors=True)

    def _sun_is_asked_for(self) -> bool:
        """To know where the sun is costs more than most tests."""
        return any("sun" in path.read_text(errors="replace") for path in self._root.rglob("*.y*ml") if path.is_file())

    def _worker(self, name: str, kind: type[T]) -> T:
        worker = self._home.process.hosted[name].worker
        assert isinstance(worker, kind), f"{name} is a {kind.__name__}"
        return worker

    # -- before a test

    async def begin(
        self,
        at: datetime,
        rules: Mapping[str, Compiled],
        given: Mapping[str, Any],
        answers: Mapping[str, Any],
        layout: Layout = NOWHERE,
    ) -> None:
        """Empty the stage, set the clock, put up what is given, and let the rules listen."""
        for rule in (*self.rules.rules.values(), *self.rules.cast.scripts.values()):
            rule.disable()
        self.scenery.clear()
        await settle()
        self.clock.set(at.replace(tzinfo=at.tzinfo or self.engine.zone))
        self.engine.recent.clear()
        self.rules.owner.holding.forget_all()
        for id, kept in self._helpers.items():
            thing = self.rules.owner.things[id]
            thing.restore(kept)
            self.rules.owner.show(thing)
        self._answers = answers
        for entity_id, (state, attributes) in given.items():
            self.become(entity_id, state, attributes)
        self._place(layout)
        await settle()
        self._compile(rules)
        await settle()
        self._begun = self.clock.monotonic()
        self.witness.scripts.clear()
        self.told, self._heard = [], []

    def _compile(self, rules: Mapping[str, Compiled]) -> None:
        """Let rules listen as they are given; scripts are what the files say where none is given."""
        for id, script in self.rules.cast.scripts.items():
            script.become(rules.get(script.id, self.rules.book.scripts[id]))
        for id, compiled in rules.items():
            if id in self.rules.rules:
                self.rules.rules[id].become(compiled)
                self.rules.rules[id].enable()

    def _place(self, layout: Layout) -> None:
        there = [*self.scenery.states, *self.rules.owner.things]
        for entity_id, spot in layout.entities.items():
            if entity_id not in there:
                text = f"line {spot.line}: where names {entity_id}, which is not there{nearest(entity_id, there)}"
                raise RunError(f"{text}: say under given what it is like")
        self.scenery.place(layout)

    def become(self, entity_id: str, state: str, attributes: Mapping[str, Any]) -> None:
        """Let an entity be so; a helper of the rules is told to."""
        if entity_id not in self.rules.owner.things:
            self.scenery.become(entity_id, state, attributes)
            return
        domain = entity_id.partition(".")[0]
        service, field = _GIVING.get(domain, (f"turn_{state}", ""))
        if service not in SERVICES.get(domain, {}):
            raise RunError(f"a test cannot say what {entity_id} is: it follows from others")
        self.rules.owner.obey(entity_id, service, {field: state} if field else {}, None)

    # -- during a test

    async def wait(self, seconds: float) -> None:
        await self.clock.advance(seconds)

    async def publish(self, topic: str, payload: str) -> None:
        await self._home.publish(topic, payload)

    async def happen(self, what: str, kind: str) -> None:
        """Something happens that no topic tells of: the home starts."""
        self.engine.happened(Happening((what, kind), {}))
        await settle()

    async def sentence(self, text: str) -> None:
        """Somebody says something to the home."""
        found = Answers()
        self._heard.append(found)
        self.engine.happened(Happening(("sentence", "said"), {"said": Sentence(text), "answers": found}))
        await settle()

    def said(self) -> list[str]:
        """What the home answered to sentences since the begin."""
        return [found.response for found in self._heard if found.response is not None]

    async def command(self, name: str, data: Mapping[str, Any]) -> None:
        """A person tells an entity of the rules something."""
        domain, _, service = name.partition(".")
        entity_id = str(data.get("entity_id", ""))
        split_entity(entity_id)
        rest = {key: value for key, value in data.items() if key != "entity_id"}
        before = list(self.told)
        try:
            self.rules.owner.obey(entity_id, service, rest, None)
        except (KeyError, CallError) as error:
            raise RunError(f"{name} of {entity_id or domain}: {error}") from error
        self.told[:] = before + [each for each in self.told[len(before) :] if each.entity_id != entity_id]
        await settle()

    async def run(self, name: str, variables: Mapping[str, Any]) -> None:
        """Run a rule as if it had been triggered, or a script: `script.film`."""
        known = self.rules.rules | {script.id: script for script in self.rules.cast.scripts.values()}
        rule = known.get(name)
        if rule is None:
            raise RunError(f"there is no rule {name!r} on the stage{nearest(name, known)}")
        rule.run_now(Fired(None), given=variables)
        await settle()

    def ran(self) -> set[str]:
        """The scripts that have run since the begin, or still do."""
        return self.witness.scripts | {script.id for script in self.rules.cast.scripts.values() if script.runs}

    @property
    def elapsed(self) -> float:
        return self.clock.monotonic() - self._begun

    def _tell(self, name: str, entity_id: str, data: Mapping[str, Any]) -> None:
        self.told.append(Told(round(self.elapsed, 3), name, entity_id, dict(data)))

    async def _answer(self, name: str, data: Mapping[str, Any]) -> Any:
        await asyncio.sleep(0)
        return self._answers.get(name, {})

    def _stand_in(self, name: str) -> Offer | None:
        """Of a service that nobody here answers: it is told like a command, and answers what the test says."""
        domain, _, service = name.partition(".")
        if is_of_entities(domain, service):
            return None

        def work(run: Any, data: dict[str, Any]) -> Any:
            targets = data.pop("entity_id", None) or [""]
            for each in targets if isinstance(targets, list) else [targets]:
                self._tell(name, str(each), data)
            return self._answers.get(name, {})

        return Offer(work, answers=True)


class _StandIns(dict[str, Offer]):
    """Services by name, with a stand-in for those that nobody answers here."""

    def __init__(self, real: dict[str, Offer], stand_in: Any) -> None:
        super().__init__(real)
        self._stand_in = stand_in

    def get(self, name: str, default: Any = None) -> Any:
        return super().get(name) or self._stand_in(name) or default
