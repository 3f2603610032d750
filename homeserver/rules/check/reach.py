"""What can never happen: rules that cannot fire, branches that cannot be taken, steps after the end.

Certain only: what a template, a wait or another rule decides is taken for possible.
"""

from collections.abc import Iterator

from homeserver.rules.check.doubt import SURE, at
from homeserver.rules.check.logic import (
    ANYTHING,
    Cases,
    all_of,
    denial,
    lasting,
    together,
    when,
    why_not,
)
from homeserver.rules.check.outline import Outline, Part, words
from homeserver.rules.reading.problem import Problem


def never(rule: Outline) -> Iterator[Problem]:
    """Triggers that cannot fire, and conditions that cannot hold."""
    for part in rule.triggers:
        if part.is_on and (text := _cannot_fire(part)):
            yield at(rule, part, "to" if "to" in part.node else "", text, "never", SURE)
    asked = all_of(rule.conditions)
    if not asked:
        yield at(rule, rule.conditions[0], "", f"this rule never runs: {_clash(rule.conditions)}", "never", SURE)
        return
    for number, part in enumerate(rule.triggers):
        fires = when(part, number)
        if part.is_on and not together(fires, asked):
            text = f"nothing follows from this trigger: {why_not(fires, asked)}"
            yield at(rule, part, "", text, "never", SURE)


def _cannot_fire(part: Part) -> str:
    if part.kind != "state" or part.get("attribute"):
        return ""
    to, origin = words(part.get("to")), words(part.get("from"))
    if len(origin) == 1 and to == origin:
        return f"this trigger never fires: no state changes from {to[0]} to {to[0]}"
    excluded = set(words(part.get("not_to")))
    return "this trigger never fires: what it waits for is excluded" if to and set(to) <= excluded else ""


def _clash(parts: list[Part]) -> str:
    made: Cases = list(ANYTHING)
    for part in parts:
        if not part.is_on:
            continue
        found = all_of([part])
        if not found:
            return "a condition is always false"
        if not (next_made := together(made, found)):
            return why_not(made, found)
        made = next_made
    return "the conditions exclude one another"


# -- branches


def unreached(rule: Outline) -> Iterator[Problem]:
    """Branches that are never taken and steps that are never reached."""
    ways = [case for number, part in enumerate(rule.triggers) if part.is_on for case in when(part, number)]
    # A rule can be run by hand and by scripts; only what its own triggers lead to is judged.
    begin = together(ways, all_of(rule.conditions)) if ways else list(ANYTHING)
    if begin:
        yield from _block(rule, rule.actions, begin)


_HARMLESS = ("variables", "condition", "choose", "if", "stop", "sequence", "set_conversation_response")
"""Actions that change no state by themselves."""


def _block(rule: Outline, parts: list[Part], now: Cases) -> Iterator[Problem]:
    """Walk through a block of which `now` tells what is so at its begin."""
    ended = ""
    for part in parts:
        if not part.is_on:
            continue
        if ended:
            yield at(rule, part, "", f"this step is never reached: {ended}", "unreachable", SURE)
            return
        if part.kind == "condition":
            asked = all_of(part.inner["if"])
            if not together(now, asked):
                ended = why_not(now, asked) if asked else "the condition before it is always false"
            now = together(now, asked) or now
        elif part.kind == "stop":
            ended = "the rule stops before it"
        yield from _inside(rule, part, now)
        if any(one.kind not in _HARMLESS and one.part == "action" for one in part.all()):
            now = [lasting(case) for case in now]


def _inside(rule: Outline, part: Part, now: Cases) -> Iterator[Problem]:
    later = [lasting(case) for case in now]
    match part.kind:
        case "choose":
            yield from _choose(rule, part, now)
        case "if":
            asked = all_of(part.inner["if"])
            yield from _branch(rule, part, part.inner["if"], part.inner.get("then", []), now)
            otherwise = together(now, denial(part.inner["if"]))
            if part.inner.get("else"):
                if asked and not otherwise:
                    first = part.inner["else"][0]
                    text = "this branch is never taken: the conditions of `if` always hold here"
                    yield at(rule, first, "", text, "unreachable", SURE)
                elif otherwise:
                    yield from _block(rule, part.inner["else"], otherwise)
        case "repeat":
            yield from _repeat(rule, part, later)
        case "parallel":
            for one in part.inner.get("parallel", []):
                yield from _block(rule, [one], later)
        case _:
            yield from _block(rule, part.inner.get("sequence", []), now)


def _repeat(rule: Outline, part: Part, later: Cases) -> Iterator[Problem]:
    count = part.get("repeat", {}).get("count")
    if isinstance(count, int) and count <= 0:
        yield at(rule, part, "repeat", f"this is repeated {count} times, which is never", "unreachable", SURE)
    elif "while" in part.inner and not together(later, all_of(part.inner["while"])):
        yield at(rule, part, "", "the condition of this repeat never holds", "unreachable", SURE)
    else:
        yield from _block(rule, part.inner.get("sequence", []), later)


def _choose(rule: Outline, part: Part, now: Cases) -> Iterator[Problem]:
    left = now
    for option in part.inner.get("options", []):
        if not option.is_on:
            continue
        if not left:
            yield at(rule, option, "", "this option is never taken: one before it always is", "unreachable", SURE)
            return
        conditions = option.inner["if"]
        yield from _branch(rule, option, conditions, option.inner["sequence"], left)
        left = together(left, denial(conditions)) if any(one.is_on for one in conditions) else []
    if part.inner.get("default"):
        if left:
            yield from _block(rule, part.inner["default"], left)
        else:
            first = part.inner["default"][0]
            yield at(
                rule, first, "", "default is never reached: one of the options is always taken", "unreachable", SURE
            )


def _branch(rule: Outline, place: Part, conditions: list[Part], block: list[Part], now: Cases) -> Iterator[Problem]:
    asked = all_of(conditions)
    taken = together(now, asked)
    if taken:
        yield from _block(rule, block, taken)
        return
    text = why_not(now, asked) if asked else _clash(conditions)
    yield at(rule, place, "", f"this branch is never taken: {text}", "unreachable", SURE)
