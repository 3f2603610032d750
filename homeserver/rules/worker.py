"""Rules: reads the household's rule files, runs them, and reads them again when they change.

Needs the folder with the rules (setting `rules`) and the live view of the home. Keeps `rules.db`, in which stands what
is under way, and `rules-read.json`, which only makes its next start quicker.
"""

import asyncio
import importlib
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, Field

from homeserver.rules.ears import Ears
from homeserver.rules.engine import Engine
from homeserver.rules.fired import Fired
from homeserver.rules.journal.journal import Journal
from homeserver.rules.journal.looked import LookedRow
from homeserver.rules.known import is_known, told
from homeserver.rules.outside import SAYS as OUTSIDE_SAYS
from homeserver.rules.outside import Outside
from homeserver.rules.owned.hands import Hands
from homeserver.rules.owned.owner import SAYS as OWNER_SAYS
from homeserver.rules.owned.releasing import Releasing
from homeserver.rules.past import Past
from homeserver.rules.personal import Personal
from homeserver.rules.reading.folder import Folder
from homeserver.rules.reading.problem import Problem, nearest
from homeserver.rules.reading.rule_file import Book
from homeserver.rules.rule import Rule
from homeserver.rules.traces.traces import Traces
from homeserver.rules.versions.library import kept_names
from homeserver.rules.versions.versions import Versions
from homeserver.rules.watching import Watching
from homeserver.rules.words import (
    CHECK_RULES,
    DISABLE_RULE,
    ENABLE_RULE,
    LIST_RULES,
    NOTE,
    RELOAD_RULES,
    RULE_CONFIG,
    RULE_RUN,
    TRIGGER_RULE,
    Checked,
    CheckRules,
    ListRules,
    NamedRule,
    Reloaded,
    ReloadRules,
    RuleConfig,
    RuleInfo,
    RuleList,
    TriggerRule,
)
from homeserver.rules.writing import Writing
from homeserver.runtime.house import House
from homeserver.runtime.slices import in_slices
from homeserver.runtime.store import Ledger
from homeserver.runtime.turn import Turn
from homeserver.runtime.worker import ANY_DEVICE_TOPIC, Worker, answers
from homeserver.topics.call import Caller, CallError
from homeserver.topics.entity import COMMAND, ENTITY_CONFIG, ENTITY_STATE
from homeserver.topics.event import WEBHOOKS
from homeserver.topics.names import slug
from homeserver.topics.priority import weight_said
from homeserver.view.guard import Guard
from homeserver.view.view import View

_PAUSE: Final = 0.25
"""Seconds in which a file that is being written changes again."""
_LOOKS: Final = 20
MIGRATIONS: Final = Path(__file__).with_name("migrations")


class RulesOptions(BaseModel):
    """Settings of the rules."""

    model_config = ConfigDict(defer_build=True, extra="forbid", frozen=True)

    look: float = Field(2.0, gt=0, description="seconds between looks at the rule files")


class Rules(Ears, Hands, Releasing, Outside, Past, Watching, Writing, Personal, Worker):
    """The rules of the home."""

    name = "rules"
    says = (COMMAND, *OWNER_SAYS, *OUTSIDE_SAYS, RULE_CONFIG, RULE_RUN, WEBHOOKS, ANY_DEVICE_TOPIC)
    options = RulesOptions

    def __init__(self, house: House, engine: Engine, folder: Folder, look: float) -> None:
        super().__init__(house)
        self._look_every = look
        self.engine = engine
        self.folder = folder
        self.rules: dict[str, Rule] = {}
        self.book = Book()
        self._said: dict[str, RuleConfig] = {}
        self._file_fault = ""
        self._reading = asyncio.Lock()
        self.writes = asyncio.Lock()
        self.turn: Turn
        """The worker's own file, `rules.db`."""
        engine.changed = self._announce

    async def open(self) -> None:
        async with AsyncExitStack() as undo:
            undo.callback(self._let_go)
            await self._come_up()
            undo.pop_all()

    async def _come_up(self) -> None:
        """The picture of the home is whole before a rule looks at it: numeric triggers are armed by what is so now."""
        ledger = self.house.keep(Ledger.open(self.house.folder / "rules.db", MIGRATIONS))
        self.turn = Turn(ledger)
        self.turn.watch = self._file_changed
        self.turn.often = lambda: self.house.start(self.turn.tidy(), "keep the log of rules.db small")
        self.engine.journal = Journal(self.turn, self.house.clock)
        self.engine.traces = Traces(self.turn, self.house.clock)
        self.versions = Versions(self.turn, self.house.clock, self.folder.root)
        self.engine.schedule.looked = LookedRow(self.turn)
        self.begin(self.turn, self._load)
        async with self._reading:
            book, _ = await asyncio.gather(self.folder.read(self.engine.templates), self.house.snapshot())
            said = await self.house.leftovers(RULE_CONFIG, ENTITY_CONFIG, ENTITY_STATE, NOTE)
            self.keep_notes(said)
            self.watch_people()
            self._take(book)
        self.owner.opened(said)
        for (id,), _ in said.of(RULE_CONFIG):
            if self.book.holder(id) is None:
                self.house.say(RULE_CONFIG, None, id)
        self._take_up()
        self.engine.start()
        self.house.start(self._look(), "look at the rule files")
        self.house.start(self._keep_first_versions(), "keep the texts of rules")
        self.house.start(self.announce_start(), "tell that the home has started")

    def _take_up(self) -> None:
        """Go on with what an earlier process had under way."""
        journal = self.engine.journal
        rules = self.all_rules(self.rules)
        for run in journal.runs(rules):
            run.rule.take_up(run)
        for wait in journal.waits(rules):
            trigger = next((each for each in wait.rule.compiled.triggers if each.number == wait.number), None)
            if trigger is not None and trigger.resume(wait):
                journal.take(wait, trigger)
            else:
                journal.refuse(wait)
        for rule in rules.values():
            if rule.all_runs():
                self.house.start(self._go_on(rule), f"go on with {rule.id}")

    @staticmethod
    async def _go_on(rule: Rule) -> None:
        """By itself: a bug in one rule keeps no other from going on, nor the worker from opening."""
        rule.go_on()

    async def close(self) -> None:
        self.tell_shutdown()
        await asyncio.sleep(0)  # what was asked of other workers is on its way
        self._let_go()
        self._desk().leave()  # last: if it cannot be loaded, nothing here acts any more

    def _let_go(self) -> None:
        """End all that acts, however far it had come up: the next try has rules of its own."""
        if "turn" not in vars(self):
            return  # there was no file, and nothing began
        self.engine.catch_up()
        self.engine.journal.freeze()
        self.engine.stop()
        for rule in self.rules.values():
            rule.disable()
        if self.engine.owner is not None:
            self.engine.owner.close()
        self.engine.traces.close()
        self.turn.end()

    # -- reading

    async def _look(self) -> None:
        while True:
            await self.house.clock.sleep(self._look_every)
            if self.folder.changed():
                await self._written()
                await self._load()

    async def _written(self) -> None:
        """Wait until nobody writes any more: an editor may empty or move a file before it fills it."""
        now = self.folder.marks()
        for _ in range(_LOOKS):
            await self.house.clock.sleep(_PAUSE)
            before, now = now, self.folder.marks()
            if before == now:
                return

    async def _load(self) -> None:
        """Read the folder; rules that say what they said before are left as they are, running or not."""
        async with self._reading:
            self._take(await self.folder.read(self.engine.templates))
        await self._keep_versions()

    async def _keep_first_versions(self) -> None:
        await self.house.lull()
        await self._keep_versions()

    async def _keep_versions(self) -> None:
        await in_slices(self.versions.keep(kept_names(self.book)))

    def _take(self, book: Book) -> None:
        known, self.book = {problem.sense for problem in self.book.problems}, book
        for id in [id for id in self.rules if not self._is_as_it_was(id, book)]:
            self.rules.pop(id).disable()
        for id in [id for id in self._said if book.holder(id) is None]:
            del self._said[id]
            self.house.say(RULE_CONFIG, None, id)
        for id, compiled in book.rules.items():
            if id in self.rules:
                self.rules[id].moved(compiled)
                continue
            self.rules[id] = Rule(compiled, self.engine)
        self.owned_book(book, self.rules)  # and the rules begin to listen
        self.doubt(book)
        for id in (*book.rules, *book.refused):
            self._say(id)
        self._tell(known)

    def _is_as_it_was(self, id: str, book: Book) -> bool:
        fresh = book.rules.get(id)
        return fresh is not None and fresh.print == self.rules[id].compiled.print and not self.rules[id].stopped

    def doubted(self, known: set[tuple[str, ...]]) -> None:
        """Who answers what has changed."""
        for id in self.book.rules:
            self._say(id)
        self._tell(known)

    def _tell(self, known: set[tuple[str, ...]]) -> None:
        """Each fault is logged once: those that are `known` from the last reading are only counted."""
        fresh = [problem for problem in self.book.problems if problem.sense not in known]
        told = len(self.book.problems) - len(fresh)
        self.house.log.info(
            "%d rules run, %d are refused%s",
            len(self.book.rules),
            len(self.book.refused),
            f"; faults told before: {told}" if told else "",
        )
        for problem in fresh:
            self.house.log.warning("%s", problem)
        self._say_health()

    def _say_health(self) -> None:
        """Whether all is well with the rules and their file."""
        if self._file_fault:
            self.house.degraded(f"rules run, but rules.db: {self._file_fault}. What waits would not outlive a restart")
        elif faults := [problem for problem in self.book.problems if problem.severity == "error"]:
            count = len(faults)
            self.house.degraded(f"{count} fault{'s' if count > 1 else ''} in rule files, the first: {faults[0]}")
        else:
            self.house.healthy()

    # -- telling

    def _file_changed(self, fault: str) -> None:
        """The file of the rules can no longer be written, or can be again."""
        self._file_fault = fault
        self._say_health()

    def _announce(self, rule: Rule) -> None:
        self._say(rule.id)

    def _say(self, id: str) -> None:
        info = self._info(id)
        compiled = self.book.holder(id)
        if compiled is None:
            return
        faults = [str(problem) for problem in self.book.problems_of(id) if problem.severity == "error"]
        error = "; ".join(faults or info.problems[len(self.book.problems_of(id)) :])
        config = RuleConfig(info.alias, info.enabled, info.mode, info.file, info.line, compiled.description, error)
        if self._said.get(id) != config:
            self._said[id] = config
            self.house.say(RULE_CONFIG, config, id)

    def _info(self, id: str) -> RuleInfo:
        rule = self.rules.get(id)
        compiled = rule.compiled if rule is not None else self.book.refused[id]
        problems = [str(problem) for problem in self.book.problems_of(id)]
        if rule is not None and rule.stopped:
            problems.append(rule.stopped)
        return RuleInfo(
            id=id,
            alias=compiled.alias,
            enabled=rule is not None and rule.enabled,
            mode=compiled.mode,
            file=compiled.file,
            line=compiled.line,
            running=len(rule.runs) if rule is not None else 0,
            runs=rule.number if rule is not None else 0,
            problems=problems,
        )

    # -- calls

    @answers(LIST_RULES)
    async def list_rules(self, request: ListRules, caller: Caller) -> RuleList:
        rules = {*self.book.rules, *self.book.refused}
        loose: list[Problem] = [problem for problem in self.book.problems if problem.rule not in rules]
        sight = self.house.sight(caller)
        known = (self._info(id) for id in rules if is_known(self.book.holder(id), sight))
        found = sorted((told(info, sight) for info in known), key=lambda info: (info.file, info.line))
        return RuleList(rules=found, problems=[str(problem) for problem in loose] if sight.whole else [])

    @answers(RELOAD_RULES)
    async def reload(self, request: ReloadRules, caller: Caller) -> Reloaded:
        await self._load()
        folder = str(self.folder.root.resolve())
        return Reloaded(running=len(self.book.rules), refused=len(self.book.refused), folder=folder)

    @answers(TRIGGER_RULE)
    async def trigger(self, request: TriggerRule, caller: Caller) -> RuleInfo:
        rule = self._rule(request.rule)
        fired = Fired(None, cause=caller.cause, weight=weight_said(caller.login, None, None))
        if not rule.run_now(fired, skip_condition=request.skip_condition, given=request.variables):
            raise CallError("conflict", f"the conditions of {rule.id} are not met now", "skip_condition")
        return self._info(rule.id)

    @answers(ENABLE_RULE)
    async def enable(self, request: NamedRule, caller: Caller) -> RuleInfo:
        return self._switched(request.rule, True)

    @answers(DISABLE_RULE)
    async def disable(self, request: NamedRule, caller: Caller) -> RuleInfo:
        return self._switched(request.rule, False)

    @answers(CHECK_RULES)
    async def check(self, request: CheckRules, caller: Caller) -> Checked:
        checked: Checked = await self._desk().check(request)
        return checked

    def _desk(self) -> Any:
        """The desk at which rules are checked: loaded when somebody asks, for a quick start."""
        return importlib.import_module("homeserver.rules.check.home").Desk(self.engine, self.folder)

    def _switched(self, name: str, on: bool) -> RuleInfo:
        rule = self._rule(name)
        entity = self.cast.automation(rule.id)
        if entity is not None:
            entity.turn(on)
        return self._info(rule.id)

    def _rule(self, name: str) -> Rule:
        """By id or alias; raises `CallError`."""
        id = slug(name.removeprefix("automation."))
        id = self.cast.rule_of(id) or id if name.startswith("automation.") else id
        rule = self.rules.get(id) or next((r for r in self.rules.values() if slug(r.compiled.alias) == id), None)
        if rule is None:
            refused = self.book.refused.get(id)
            if refused is not None:
                raise CallError("conflict", f"{id} does not run: {self.book.problems_of(id)[0]}", "rule")
            raise CallError("not_found", f"there is no rule {name!r}{nearest(id, self.rules)}", "rule")
        return rule


def setup(house: House) -> Rules:
    house.shared(Guard)
    folder = Folder(house.settings.home.rules, house.folder / "rules-read.json")
    return Rules(house, Engine(house, house.shared(View)), folder, house.options(RulesOptions).look)
