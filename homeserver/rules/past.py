"""The part of the rules' worker that is asked about what was: former texts of a rule, its runs, why it did not run."""

from collections.abc import Awaitable, Callable
from itertools import islice

from homeserver.rules.engine import Engine
from homeserver.rules.known import is_known, told_trace, unknown
from homeserver.rules.owned.cast import Cast
from homeserver.rules.reading.book import Book
from homeserver.rules.reading.folder import Folder
from homeserver.rules.rule import Rule
from homeserver.rules.trace_words import TRACES, WHY_NOT, AskTraces, AskWhyNot, TraceList, WhyNot
from homeserver.rules.traces.why_not import as_trace, why_not
from homeserver.rules.version_words import (
    DIFFERENCE,
    REVERT,
    VERSIONS,
    AskDifference,
    AskVersions,
    Difference,
    Revert,
    Reverted,
    VersionList,
)
from homeserver.rules.versions.library import bring_back, difference, kept_names, listed, named
from homeserver.rules.versions.versions import Versions
from homeserver.runtime.judging import Sight
from homeserver.runtime.worker import Part, answers
from homeserver.topics.call import Caller, CallError


class Past(Part):
    """Needs `versions`, every text that a rule had, and the traces of the engine."""

    engine: Engine
    folder: Folder
    book: Book
    cast: Cast
    rules: dict[str, Rule]
    versions: Versions
    _load: Callable[[], Awaitable[None]]
    """Reads the folder again."""
    _rule: Callable[[str], Rule]
    """By id or alias; raises `CallError`."""

    @answers(VERSIONS)
    async def log(self, request: AskVersions, caller: Caller) -> VersionList:
        name, sight = named(request.rule, self.book, self.versions), self.engine.house.sight(caller)
        if not (sight.whole or is_known(kept_names(self.book).get(name), sight)):
            raise unknown(request.rule)
        return listed(name, self.versions)

    @answers(DIFFERENCE)
    async def diff(self, request: AskDifference, caller: Caller) -> Difference:
        name = named(request.rule, self.book, self.versions)
        return difference(name, self.versions, request.since, request.to, self.engine.zone)

    @answers(REVERT)
    async def revert(self, request: Revert, caller: Caller) -> Reverted:
        await self._load()  # lines are where they are now
        name = named(request.rule, self.book, self.versions)
        done = bring_back(name, self.versions, request.version, self.book, self.folder.root)
        await self._load()
        problems = [str(problem) for problem in self.book.problems_of(name) if problem.severity == "error"]
        return Reverted(rule=name, version=done.number, file=done.file, problems=problems)

    @answers(TRACES)
    async def traces(self, request: AskTraces, caller: Caller) -> TraceList:
        sight = self.engine.house.sight(caller)
        rule = self._asked(request.rule, sight)
        kept = (told_trace(as_trace(each), sight) for each in self.engine.traces.of(rule.id))
        traces = [*islice((trace for trace in kept if trace is not None), request.most)]
        return TraceList(rule=rule.id, alias=rule.compiled.alias, traces=traces)

    @answers(WHY_NOT)
    async def why_not(self, request: AskWhyNot, caller: Caller) -> WhyNot:
        sight = self.engine.house.sight(caller)
        answer = why_not(self._asked(request.rule, sight), self.engine.traces, request.at)
        if sight.tells(answer.model_dump_json()):
            return answer
        sentence = "what kept it has to do with what you do not see"
        return WhyNot(rule=answer.rule, sentence=sentence)

    def _asked(self, name: str, sight: Sight) -> Rule:
        """A rule, or a script, if it is there for who asks; raises `CallError`."""
        script = self.cast.scripts.get(name.removeprefix("script."))
        try:
            rule = self._rule(name) if script is None or name in self.rules else script
        except CallError as error:
            raise (error if sight.whole else unknown(name)) from None
        if not is_known(rule.compiled, sight):
            raise unknown(name)
        return rule
