"""Which rules somebody may know of: those of which he sees the entity and all that their text names. Pure.

What ran may have reached more than the text tells, through a script or a group: of traces he gets those that name
nothing hidden from him.
"""

from homeserver.rules.rule import Compiled
from homeserver.rules.trace_words import Trace
from homeserver.rules.words import RuleInfo
from homeserver.runtime.judging import Sight
from homeserver.topics.call import CallError


def is_known(compiled: Compiled | None, sight: Sight) -> bool:
    """Whether a rule or script is there for somebody; None is what is in no file any more."""
    if sight.whole or compiled is None:
        return sight.whole
    own = ("entity", f"script.{compiled.id}") if compiled.kind == "script" else ("rule", compiled.id)
    return sight.all((own, *compiled.touches))  # type: ignore[arg-type]  # kinds of things


def unknown(name: str) -> CallError:
    """What is said of a rule that is not there, and of one that is not there for who asks."""
    return CallError("not_found", f"there is no rule {name!r}", "rule")


def told(info: RuleInfo, sight: Sight) -> RuleInfo:
    """What somebody is told of a rule that he knows."""
    return info if sight.whole else info.model_copy(update={"problems": [*filter(sight.tells, info.problems)]})


def told_trace(trace: Trace, sight: Sight) -> Trace | None:
    """The same of a run; None where it touched what he does not see."""
    if sight.whole:
        return trace
    if not sight.tells(trace.model_dump_json(exclude={"because", "by", "cause"})):
        return None
    link, author, parent = trace.cause
    cause = [link, sight.author(author) if author is not None else None, parent]
    by, because = sight.author(trace.by), trace.because
    if trace.by:
        because = because.replace(trace.by, by)
    return trace.model_copy(update={"cause": cause, "by": by, "because": because}) if sight.tells(because) else None
