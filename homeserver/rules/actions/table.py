"""Actions: what a rule does. One row in `ACTIONS` for each kind; each adds steps to the rule's program.

Kinds and fields: https://www.home-assistant.io/docs/scripts/
A condition among actions ends its own block only: the branch of a choose, one pass of a repeat, or at the top the rule.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from homeserver.rules.actions.conversation import compile_conversation_response
from homeserver.rules.actions.device import compile_device_action, compile_scene
from homeserver.rules.actions.event import compile_event
from homeserver.rules.actions.rounds import enter, is_enough, leave, next_round, outside
from homeserver.rules.actions.services import compile_service
from homeserver.rules.actions.waits import IGNORED, compile_delay, compile_wait_for_trigger, compile_wait_template
from homeserver.rules.compiler import Compiler, rendered
from homeserver.rules.conditions.condition import Condition, met
from homeserver.rules.conditions.table import compile_condition, compile_conditions, is_condition, of_template
from homeserver.rules.program import END, Label, Misconfigured, RunError, Step, is_hidden
from homeserver.rules.reading.fields import Fields, kind_of
from homeserver.rules.reading.problem import RuleError, nearest
from homeserver.rules.reading.yaml_source import Map, Seq
from homeserver.rules.run import Halt, Run

Compile = Callable[[Fields, Compiler, Label], None]
"""Adds the steps of one action; the label stands at the end of its block."""


def _jump(compiler: Compiler, way: str, label: Label) -> None:
    compiler.program.add(way, lambda run: label.at)


def _service(fields: Fields, compiler: Compiler, block: Label) -> None:
    program = compiler.program
    program.add(fields.way, compile_service(fields, compiler, program.next()))


def _condition(fields: Fields, compiler: Compiler, block: Label) -> None:
    made = compile_condition(fields, compiler)
    if made is not None:
        _add_condition(made, fields.way, compiler, block)


def _add_condition(condition: Condition, way: str, compiler: Compiler, block: Label) -> None:
    then = compiler.program.next()
    compiler.program.add(way, lambda run: then if met((condition,), run) else _stop_block(run, block))


def _stop_block(run: Run, block: Label) -> int:
    return block.at if block.at < len(run.rule.program.steps) else run.end("condition")


def _variables(fields: Fields, compiler: Compiler, block: Label) -> None:
    inner = fields.inner("variables")
    values, then = compiler.data(inner.node, inner.line(), inner.way), compiler.program.next()
    fields.done(*IGNORED)

    def step(run: Run) -> int:
        made: dict[str, Any] = {}
        for name, value in values.items():
            made[str(name)] = rendered(value, {**run.values, **made})
        for name, value in made.items():
            run.assign(name, value)
        return then

    compiler.program.add(fields.way, step)


def _stop(fields: Fields, compiler: Compiler, block: Label) -> None:
    """`error` marks the run as failed; `response_variable` names the variable that the run answers with."""
    text, failed, name = fields.text("stop"), fields.flag("error", False), fields.text("response_variable")
    reason = compiler.template(text, fields.line("stop"), fields.where("stop"))
    if failed and name:
        raise fields.wrong("a run that stops with an error answers nothing: leave one out", "response_variable")
    fields.done(*IGNORED)

    def step(run: Run) -> int:
        if name and name not in run.values:
            raise Misconfigured(f"response_variable: there is no variable {name!r}{nearest(name, run.values)}")
        response = run.values[name] if name else None
        return run.stop(Halt("failed" if failed else "stopped", reason.render(run.values), response))

    compiler.program.add(fields.way, step)


def _choose(fields: Fields, compiler: Compiler, block: Label) -> None:
    end = Label()
    for option in fields.maps("choose"):
        if not isinstance(option, Fields):
            raise RuleError(f"an option has conditions and a sequence, and is not {kind_of(option[0])}", *option[1:])
        enabled = compiler.enabled(option)
        conditions = compile_conditions(option, option.first("conditions", "condition"), compiler)
        if enabled:
            _branch(conditions, option, "sequence", compiler, end)
        option.done("alias", "note")
    if "default" in fields:
        compile_block(fields, "default", compiler, end)
    fields.done(*IGNORED)
    compiler.program.place(end)


def _branch(conditions: tuple[Condition, ...], fields: Fields, name: str, compiler: Compiler, end: Label) -> None:
    """Steps that are taken where the conditions are met, and then lead to `end`."""
    program, otherwise = compiler.program, Label()
    then = program.next()
    program.add(fields.way, lambda run: then if met(conditions, run) else otherwise.at)
    compile_block(fields, name, compiler, end)
    _jump(compiler, fields.way, end)
    program.place(otherwise)


def _if(fields: Fields, compiler: Compiler, block: Label) -> None:
    end = Label()
    conditions = compile_conditions(fields, "if", compiler)
    fields.need("then", "say what to do")
    _branch(conditions, fields, "then", compiler, end)
    if "else" in fields:
        compile_block(fields, "else", compiler, end)
    fields.done(*IGNORED)
    compiler.program.place(end)


def _sequence(fields: Fields, compiler: Compiler, block: Label) -> None:
    end = Label()
    compile_block(fields, "sequence", compiler, end)
    fields.done(*IGNORED, "metadata")
    compiler.program.place(end)


def _parallel(fields: Fields, compiler: Compiler, block: Label) -> None:
    """Branches that go on beside each other; the action is over when all of them are. A fault in one ends none of the
    others, and is the fault of the action when they are over."""
    program, end = compiler.program, Label()
    starts: list[Label] = []

    def step(run: Run) -> int:
        return run.fork([start.at for start in starts]) if starts and not run.take() else end.at

    program.add(fields.way, step)
    for item in fields.maps("parallel"):
        start, over = Label(), Label()
        program.place(start)
        _compile_item(item, compiler, over)
        if start.at < len(program.steps):
            program.place(over)
            program.add(program.ways[start.at], lambda run: END)
            program.branches.append(range(start.at, len(program.steps)))
            starts.append(start)
    fields.done(*IGNORED)
    program.place(end)


def _repeat(fields: Fields, compiler: Compiler, block: Label) -> None:
    inner = fields.inner("repeat")
    kinds = [kind for kind in ("count", "for_each", "while", "until") if kind in inner]
    if len(kinds) != 1:
        raise fields.wrong("repeat needs one of count, for_each, while and until", "repeat")
    program, kind = compiler.program, kinds[0]
    begin, check, last, end = Label(), Label(), Label(), Label()
    then = program.next()
    program.add(fields.way, enter(inner, kind, compiler, then))
    program.place(check)
    conditions = compile_conditions(inner, kind, compiler) if kind in ("while", "until") else ()
    body = program.next()
    program.add(fields.way, lambda run: body if next_round(run, kind, conditions) else leave(run, end))
    program.place(begin)
    compiler.loops += 1
    compile_block(inner, "sequence", compiler, last)
    compiler.loops -= 1
    inner.done()
    fields.done(*IGNORED)
    program.place(last)
    until = conditions if kind == "until" else ()
    program.add(fields.way, lambda run: leave(run, end) if until and is_enough(until, run) else check.at)
    program.place(end)


# -- rows

ACTIONS: Final[Mapping[str, Compile]] = {
    "delay": compile_delay,
    "wait_template": compile_wait_template,
    "wait_for_trigger": compile_wait_for_trigger,
    "event": compile_event,
    "scene": compile_scene,
    "set_conversation_response": compile_conversation_response,
    "parallel": _parallel,
    "choose": _choose,
    "if": _if,
    "repeat": _repeat,
    "variables": _variables,
    "stop": _stop,
    "sequence": _sequence,
    "action": _service,
    "service": _service,
    "service_template": _service,
    "action_template": _service,
    "device_id": compile_device_action,
}
"""By the field that tells them apart, in the order in which it is looked for."""


def compile_block(fields: Fields, name: str, compiler: Compiler, end: Label) -> None:
    """The actions of a field, in order. Faults go to the compiler."""
    for item in fields.maps(name):
        _compile_item(item, compiler, end)


def _compile_item(item: Fields | tuple[Any, int, str], compiler: Compiler, end: Label) -> None:
    try:
        if isinstance(item, Fields):
            compile_action(item, compiler, end)
        elif isinstance(item[0], str) and "{" in item[0]:
            _add_condition(of_template(compiler, *item), item[2], compiler, end)
        elif isinstance(item[0], Seq):
            _nested(item[0], item[2], compiler, end)
        else:
            raise RuleError(f"an action is a mapping, not {kind_of(item[0])}", item[1], item[2])
    except RuleError as error:
        compiler.faults.append(error)


def _nested(items: Seq, way: str, compiler: Compiler, end: Label) -> None:
    """A list inside a list of actions, as anchors make them."""
    node = Map()
    node.line = items.line
    node["sequence"], node.lines["sequence"] = items, items.line
    compile_block(Fields(node, way), "sequence", compiler, end)


def compile_action(fields: Fields, compiler: Compiler, end: Label) -> None:
    """One action; nothing for one that is not enabled, whatever else it says. Raises `RuleError`."""
    if not compiler.enabled(fields):
        return
    kind = next((kind for kind in ACTIONS if kind in fields.node), None)
    if is_condition(fields.node):
        _condition(fields, compiler, end)
        return
    if kind is None:
        known = ", ".join(ACTIONS)
        raise fields.wrong(f"no action is known by {', '.join(map(str, fields.node))}: it needs one of {known}")
    first, forgiving = len(compiler.program.steps), fields.flag("continue_on_error", False)
    ACTIONS[kind](fields, compiler, end)
    if forgiving:
        _forgive(compiler, first)


def _forgive(compiler: Compiler, first: int) -> None:
    """Let the steps of one action fail without ending the run."""
    steps = compiler.program.steps
    after, loops = len(steps), compiler.loops
    branches = [branch for branch in compiler.program.branches if branch.start > first]
    for at in range(first, after):
        if not any(at in branch for branch in branches):
            steps[at] = _forgiving(steps[at], after, loops)


def _forgiving(step: Step, after: int, loops: int) -> Step:
    """Goes on at `after` where the step fails, out of all repeats but the `loops` around the action. What the rule
    itself says wrongly (a template, a length of time, a service that is not there) is not hidden by it."""

    def work(run: Run) -> int:
        try:
            return step(run)
        except RunError as error:
            if not is_hidden(error):
                raise
            run.error = str(error)
            if len(run.frames) > loops:
                outside(run, run.frames[loops])
                del run.frames[loops:]
            return after

    return work
