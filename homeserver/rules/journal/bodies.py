"""A run as plain data and back: where it stands, what it knows, and what it said since it last stood still."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from homeserver.rules.fired import Fired
from homeserver.rules.journal.values import cause_of, kept, of_cause, of_state, restored, state_of
from homeserver.rules.program import Misconfigured, RunError, is_hidden
from homeserver.rules.run import Halt, Run
from homeserver.topics.entity import Command
from homeserver.topics.priority import UNSAID, Weight

if TYPE_CHECKING:
    from homeserver.rules.rule import Rule

_MADE_ANEW = frozenset(("trigger", "this", "context"))
"""Variables that follow from what fired."""


def body_of(run: Run) -> dict[str, Any]:
    """All of a run that a restart must not lose."""
    return {
        "fired": _of_fired(run.fired),
        "given": kept(run.given),
        "depth": run.depth,
        "count": run.count,
        "conversation": run.conversation,
        "explained": run.explained,
        "cause": of_cause(run.cause),
        "path": run.path,
        "commands": run.commands,
        "held": run.held,
        "said": [[*where, _of_command(command)] for *where, command in run.said],
        "stand": _stand(run),
    }


def _stand(run: Run) -> dict[str, Any]:
    """Where a run and its branches stand."""
    values = run.known
    return {
        "at": run.at,
        "until": run.until.timestamp() if run.until is not None else None,
        "error": run.error,
        "ended": run.ended and run.parent is not None,
        "hard": run.fault is not None and not is_hidden(run.fault),
        "halt": None if run.halt is None else kept(list(run.halt)),
        "values": None if values is None else kept({k: v for k, v in values.items() if k not in _MADE_ANEW}),
        "frames": kept(run.frames),
        "branches": [_stand(branch) for branch in run.branches if not branch.ended or branch.fault or branch.halt],
    }


def run_of(body: dict[str, Any], rule: "Rule", number: int, key: str) -> Run:
    """The run that `body_of` was given; it does not run yet."""
    naming = rule.engine.view
    fired = _fired(body["fired"], rule)
    run = Run(rule, fired, number, restored(body["given"], naming))
    run.key, run.count, run.depth = key, body["count"], body["depth"]
    run.conversation = body.get("conversation")
    run.explained = body.get("explained", "")
    run.path.extend(body["path"])
    run.commands.extend((id, entity_id, service) for id, entity_id, service in body["commands"])
    run.held.update(body.get("held", {}))
    run.caused(cause_of(body["cause"]))
    run.said = [(domain, object_id, _command(row)) for domain, object_id, row in body["said"]]
    _place(run, body["stand"])
    return run


def _place(run: Run, stand: dict[str, Any]) -> None:
    naming = run.engine.view
    run.at, run.error, until = stand["at"], stand["error"], stand["until"]
    run.ended = stand.get("ended", False)  # a branch that failed or stopped: that is told when the others are over
    if halt := stand.get("halt"):
        run.halt = Halt(*restored(halt, naming))
    elif run.ended:
        run.fault = (Misconfigured if stand.get("hard") else RunError)(run.error)
    run.until = None if until is None else datetime.fromtimestamp(until, UTC)
    if stand["values"] is not None:
        run.values.update(restored(stand["values"], naming))
    run.frames[:] = restored(stand["frames"], naming)
    for inner in stand["branches"]:
        branch = Run(run.rule, run.fired, run.number, run.given, parent=run)
        _place(branch, inner)
        run.branches.append(branch)


def _of_command(command: Command) -> list[Any]:
    weight = (command.priority, command.hold_for)
    return [command.id, command.service, command.data, command.ttl, of_cause(command.cause), *weight]


def _command(row: list[Any]) -> Command:
    id, service, data, ttl, cause, *weight = row
    return Command(id, service, data, ttl, cause_of(cause), None, False, *weight)


def _of_fired(fired: Fired) -> list[Any]:
    return [
        fired.trigger.number if fired.trigger is not None else None,
        fired.entity_id,
        of_state(fired.old),
        of_state(fired.new),
        of_cause(fired.cause),
        fired.lasted,
        fired.now.isoformat() if fired.now is not None else None,
        kept(fired.data),
        list(fired.weight),
    ]


def _fired(row: list[Any], rule: "Rule") -> Fired:
    number, entity_id, old, new, cause, lasted, now, data, *weight = row
    return Fired(
        next((trigger for trigger in rule.compiled.triggers if trigger.number == number), None),
        entity_id,
        state_of(old) if old is not None else None,
        state_of(new) if new is not None else None,
        cause=cause_of(cause),
        lasted=lasted,
        now=datetime.fromisoformat(now) if now is not None else None,
        data=restored(data, rule.engine.view),
        weight=Weight(*weight[0]) if weight and any(weight[0]) else UNSAID,
    )
