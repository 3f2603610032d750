"""Why a rule did not run: one sentence that names the very condition that was false, or what its triggers wait for."""

from datetime import UTC, datetime, timedelta
from typing import Any, Final

from homeserver.rules.fired import Fired
from homeserver.rules.rule import Rule
from homeserver.rules.run import Run
from homeserver.rules.trace_words import Checked, Trace, WhyNot
from homeserver.rules.traces.trace import BUSY, NOT_MET, settle
from homeserver.rules.traces.traces import Traces

NEAR: Final = timedelta(minutes=5)
"""How far from the time that was asked for a trace may be."""
_FEW: Final = 5
_LONGEST: Final = 200
"""Characters of what a trigger waits for."""


def why_not(rule: Rule, traces: Traces, at: datetime | None) -> WhyNot:
    """The answer for a rule that is there; `at` in any zone."""
    moment = None if at is None else at.timestamp()
    kept = [as_trace(each) for each in traces.of(rule.id, moment)]
    nearest = next((each for each in kept if at is None or abs(each.at - at) <= NEAR), None)
    waits = [_trigger(trigger, rule, at) for trigger in rule.compiled.triggers]
    sentence, decisive = _told(rule, nearest, at)
    return WhyNot(rule=rule.id, sentence=sentence, decisive=decisive, trace=nearest, triggers=waits)


def as_trace(kept: dict[str, Any]) -> Trace:
    """A trace as it was kept, for whoever asked."""
    return Trace.model_validate(kept | {"at": datetime.fromtimestamp(kept["at"], UTC)})


def _told(rule: Rule, trace: Trace | None, at: datetime | None) -> tuple[str, Checked | None]:
    if rule.stopped:
        return f"{rule.id} is {rule.stopped}", None
    if not rule.enabled and rule.compiled.triggers:
        return f"{rule.id} is switched off", None
    if trace is None:
        return _never(rule, at)
    when = _clock(trace.at, rule)
    if trace.outcome == NOT_MET:
        decisive = trace.conditions[-1] if trace.conditions else None
        saw = _decision(trace.conditions) if decisive is not None else trace.error
        return f"at {when} {trace.because}, but {saw}", decisive
    if trace.outcome == BUSY:
        return f"at {when} {trace.because}, but it was running already (mode {rule.compiled.mode})", None
    if trace.outcome == "condition":
        stopped = next((each for each in reversed(trace.conditions) if each.met is not True), None)
        saw = _words(stopped) if stopped is not None else "a condition among its actions was false"
        return f"it did run at {when}, because {trace.because}, until {saw}", stopped
    if trace.outcome == "failed":
        return f"it did run at {when}, because {trace.because}, and failed: {trace.error}", None
    itself = f". It says: {trace.explained}" if trace.explained else ""
    return f"it did run at {when}, because {trace.because}: {trace.outcome}{_waiting(trace)}{itself}", None


def _waiting(trace: Trace) -> str:
    """Which of its commands had to wait."""
    held = [f"{told.entity_id} was held by {told.held}: {told.service} waited" for told in trace.commands if told.held]
    return f", but {'; '.join(held[:_FEW])}" if held else ""


def _never(rule: Rule, at: datetime | None) -> tuple[str, Checked | None]:
    """None of its triggers fired: what would happen now, where that is asked."""
    near = f" near {_clock(at, rule)}" if at is not None else " lately"
    if not rule.compiled.triggers:
        return f"{rule.id} has no triggers: it only runs when it is asked to", None
    if at is not None:
        return f"none of its triggers fired{near}", None
    run = Run(rule, Fired(None), 0)
    if rule.met(run):
        return f"none of its triggers fired{near}; its conditions would be met now", None
    settle(run)
    looked = [Checked(way=leaf.way, line=leaf.line, met=so, saw=saw) for leaf, so, saw in run.looked]
    if not looked:
        return f"none of its triggers fired{near}", None
    if _asks_for_trigger(looked[-1]):
        last = looked[-1]
        return f"none of its triggers fired{near}; {last.way} (line {last.line}) looks at what triggers it", last
    return f"none of its triggers fired{near}; and now {_decision(looked)}", looked[-1]


def _asks_for_trigger(last: Checked) -> bool:
    """Whether a condition that did not hold asks for a trigger, of which there is none now."""
    return last.saw.startswith("no trigger fired") or (last.met is None and "has no attribute" in last.saw)


def _decision(conditions: list[Checked]) -> str:
    """The last one that was looked at decided; with `or`, those beside it too."""
    last = conditions[-1]
    group = last.way.rpartition("[")[0]
    beside = [each for each in conditions if "." in group and each.way.rpartition("[")[0] == group]
    beside = [each for each in beside if each.met == last.met]
    return " and ".join(map(_words, beside or [last]))


def _words(one: Checked) -> str:
    return f"{one.way} (line {one.line}) did not let it: {one.saw}"


def _trigger(trigger: Any, rule: Rule, at: datetime | None) -> str:
    """What a trigger waits for, and what its entities did last or at that time."""
    seen = [text for entity_id in getattr(trigger, "entity_ids", ()) if (text := _seen(entity_id, rule, at))]
    waits = rule.shown(trigger.text)
    waits = f"{waits[:_LONGEST]}..." if len(waits) > _LONGEST else waits
    return "; ".join([f"{trigger.way} (line {trigger.line}) waits for {waits}", *seen[:5]])


def _seen(entity_id: str, rule: Rule, at: datetime | None) -> str:
    engine = rule.engine
    rows = [row for row in engine.recent.get(entity_id, ()) if at is None or abs(row[0] - at) <= NEAR]
    if rows:
        when, old, new = rows[-1] if at is None else min(rows, key=lambda row: abs(row[0] - at))
        return f"at {_clock(when, rule)} {entity_id} went from {old} to {new}"
    state = engine.view.said(entity_id)
    if state is None:
        return f"there is no entity {entity_id}"
    return f"{entity_id} is {state.state} since {_clock(state.changed, rule)}"


def _clock(moment: datetime, rule: Rule) -> str:
    """As people of this home read it, with the day where it is another one."""
    local, now = moment.astimezone(rule.engine.zone), rule.engine.clock.now().astimezone(rule.engine.zone)
    return f"{local:%H:%M:%S}" if local.date() == now.date() else f"{local:%Y-%m-%d %H:%M:%S}"
