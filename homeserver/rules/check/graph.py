"""How rules set each other off: circles that do not come to rest, and two rules that want opposite things at once.

A circle is told only where each change in it can come again: something in it changes the state back, or sets it anew.
A circle that waits somewhere is a way to blink and is left alone, as the engine leaves it alone.
"""

import itertools
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from homeserver.rules.check.doubt import at
from homeserver.rules.check.effects import ANEW, Effect, World, effects
from homeserver.rules.check.known import Known
from homeserver.rules.check.logic import Cases, Span, Words, all_of, shared, span_of, together, when
from homeserver.rules.check.outline import Outline, Part, entities, words
from homeserver.rules.reading.problem import Problem

LONGEST: Final = 6
"""Rules of a circle that is looked for."""
MOST: Final = 20_000
"""Steps of the search: a home in which everything sets everything off is told of in part."""


@dataclass(slots=True)
class Node:
    """A rule as one of its triggers begins it: what is so then, what it does, and what of that at once, by what it is
    done to."""

    rule: Outline
    trigger: Part
    begin: Cases
    does: list[Effect]
    sets: dict[tuple[str, str], list[Effect]]


def nodes(rules: list[Outline], known: Known) -> list[Node]:
    """Every trigger of every rule."""
    made, world = [], World(known, {rule.id: rule for rule in rules if rule.id.startswith("script.")})
    for rule in rules:
        if rule.id in world.scripts:
            continue
        done, asked = effects(rule, world), all_of(rule.conditions)
        for number, trigger in enumerate(rule.triggers):
            begin = together(when(trigger, number), asked)
            if trigger.is_on and begin:
                does = [one for one in done if together(begin, one.cases)]
                made.append(Node(rule, trigger, begin, does, _sets(does)))
    return made


def _sets(does: list[Effect]) -> dict[tuple[str, str], list[Effect]]:
    found: dict[tuple[str, str], list[Effect]] = defaultdict(list)
    for effect in does:
        if not effect.late and effect.kind not in ("event", "mqtt", "rule") and effect.value != ANEW:
            found[effect.kind, effect.what].append(effect)
    return found


# -- circles


def loops(found: list[Node]) -> Iterator[Problem]:
    """Circles of rules, each told once, at the action of its first rule."""
    hears: dict[tuple[str, str], list[int]] = defaultdict(list)
    for number, node in enumerate(found):
        for key in _hears(node.trigger, node.rule):
            hears[key].append(number)
    edges = {number: list(_edges(node, found, hears)) for number, node in enumerate(found)}
    told: set[frozenset[str]] = set()
    budget = itertools.count()
    for start in edges:
        for circle in _circles(start, edges, budget):
            ids = frozenset(found[number].rule.id for number, _ in circle)
            if ids not in told and _goes_on(circle, found):
                told.add(ids)
                yield _told(circle, found)


Edge = tuple[int, Effect]


def _hears(trigger: Part, rule: Outline) -> Iterator[tuple[str, str]]:
    match trigger.kind:
        case "state" | "numeric_state":
            for id in entities(trigger.get("entity_id")):
                yield "state", id
        case "event":
            for kind in words(trigger.get("event_type")):
                yield "event", kind
        case "mqtt":
            yield "mqtt", str(trigger.get("topic", ""))
    yield "rule", f"automation.{rule.id}"


def _edges(node: Node, found: list[Node], hears: dict[tuple[str, str], list[int]]) -> Iterator[Edge]:
    for effect in node.does:
        if effect.late:
            continue
        for number in hears.get((effect.kind, effect.what), ()):
            if "for" not in found[number].trigger.node and _sets_off(effect, found[number]):
                yield number, effect


def _sets_off(effect: Effect, node: Node) -> bool:
    """Whether what is done fires the trigger, and the conditions of the rule let it."""
    trigger = node.trigger
    if effect.kind == "mqtt":
        wanted = trigger.get("payload")
        return wanted is None or "{" in str(wanted) or "{" in effect.value or effect.value in words(wanted)
    if effect.kind != "state":
        return effect.kind == "rule" or not trigger.get("event_data")
    if trigger.get("attribute"):
        return False
    if effect.value == ANEW:
        return True
    if trigger.kind == "numeric_state":
        span = span_of(trigger)
        return span is not None and _within(span, effect.value)
    key = ("state", effect.what, "")
    if words(trigger.get("to")) or words(trigger.get("not_to")) or words(trigger.get("from")):
        return bool(together(node.begin, [{key: Words(frozenset({effect.value}))}])) and _is_named(
            trigger, effect.value
        )
    return bool(together(node.begin, [{key: Words(frozenset({effect.value}))}]))


def _is_named(trigger: Part, value: str) -> bool:
    to, out, origin = (words(trigger.get(name)) for name in ("to", "not_to", "from"))
    return (not to or value in to) and value not in out and origin != (value,)


def _within(span: Span, value: str) -> bool:
    try:
        return span.holds(float(value))
    except ValueError:
        return False


def _circles(start: int, edges: dict[int, list[Edge]], budget: Iterator[int]) -> Iterator[list[Edge]]:
    """Ways from a node back to it, through later nodes only, so that each circle is found from its first one."""
    stack: list[tuple[int, list[Edge]]] = [(start, [])]
    while stack:
        number, way = stack.pop()
        if next(budget) > MOST:
            return
        for then, effect in edges[number]:
            step = [*way, (number, effect)]
            if then == start:
                yield step
            elif then > start and len(step) < LONGEST and then not in (one for one, _ in step):
                stack.append((then, step))


def _goes_on(circle: list[Edge], found: list[Node]) -> bool:
    """Whether each change of the circle can come again when it has gone round once."""
    done = [effect for number, _ in circle for effect in found[number].does if not effect.late]
    for position, (_, effect) in enumerate(circle):
        if effect.kind != "state" or effect.value == ANEW:
            continue
        trigger = found[circle[(position + 1) % len(circle)][0]].trigger
        if not any(_undoes(other, effect, trigger) for other in done):
            return False
    return True


def _undoes(other: Effect, effect: Effect, trigger: Part) -> bool:
    if (other.kind, other.what) != ("state", effect.what) or other.value == effect.value:
        return False
    if trigger.kind == "numeric_state" and other.value != ANEW:
        span = span_of(trigger)
        return span is not None and not _within(span, other.value)
    return True


def _told(circle: list[Edge], found: list[Node]) -> Problem:
    number, effect = circle[0]
    rule = found[number].rule
    if len({found[at].rule.id for at, _ in circle}) == 1:
        text = f"this rule sets itself off: {_done(effect)} and so on, without end"
    else:
        names = list(dict.fromkeys(found[at].rule.id for at, _ in circle))
        text = f"these rules set each other off without end: {' -> '.join([*names, names[0]])} ({_done(effect)})"
    return at(rule, effect.part, "", f"{text}; add a condition, or wait for something", "loop")


def _done(effect: Effect) -> str:
    match effect.kind:
        case "state":
            return f"it {'changes' if effect.value == ANEW else 'sets'} {effect.what}" + (
                "" if effect.value == ANEW else f" to {effect.value}"
            )
        case "event":
            return f"it fires the event {effect.what}"
        case "mqtt":
            return f"it publishes on {effect.what}"
        case _:
            return f"it runs {effect.what}"


# -- fights


def fights(found: list[Node]) -> Iterator[Problem]:
    """Two rules that the same thing begins and that set one entity to different states at once."""
    alike: dict[tuple[str, ...], list[Node]] = defaultdict(list)
    for node in found:
        for mark in _marks(node.trigger):
            alike[mark].append(node)
    told: set[tuple[str, str, str]] = set()
    for group in alike.values():
        for one, other in itertools.combinations(group, 2):
            if one.rule.id != other.rule.id and _meet(one.trigger, other.trigger):
                yield from _between(one, other, told)


def _marks(trigger: Part) -> Iterator[tuple[str, ...]]:
    """What begins a rule, as far as another rule must have the same."""
    match trigger.kind:
        case "state" | "numeric_state":
            lasting = str(trigger.get("for", ""))
            for id in entities(trigger.get("entity_id")):
                yield trigger.kind, id, str(trigger.get("attribute", "")), lasting
        case "time":
            for when_ in words(trigger.get("at")):
                yield "time", when_
        case "event":
            for kind in words(trigger.get("event_type")):
                yield "event", kind, repr(trigger.get("event_data")), repr(trigger.get("context"))
        case "sun" | "homeassistant" | "mqtt" | "template" | "tag" | "time_pattern" | "webhook" | "zone" | "calendar":
            row = {str(name): value for name, value in trigger.node.items() if name not in ("id", "alias", "variables")}
            yield (trigger.kind, repr(sorted((name, repr(value)) for name, value in row.items())))


def _meet(one: Part, other: Part) -> bool:
    """Whether one change can fire both triggers."""
    if one.kind == "numeric_state":
        mine, theirs = span_of(one), span_of(other)
        return mine is not None and theirs is not None and mine.meet(theirs) is not None
    for name in ("to", "from"):
        mine_, theirs_ = set(words(one.get(name))), set(words(other.get(name)))
        if mine_ and theirs_ and mine_.isdisjoint(theirs_):
            return False
        if mine_ and mine_ <= set(words(other.get(f"not_{name}"))):
            return False
        if theirs_ and theirs_ <= set(words(one.get(f"not_{name}"))):
            return False
    return not (one.kind == "time" and not together(when(one, 0), _unnamed(when(other, 0))))


def _unnamed(cases: Cases) -> Cases:
    return [shared(case) for case in cases]


def _between(one: Node, other: Node, told: set[tuple[str, str, str]]) -> Iterator[Problem]:
    for mine, theirs in _same_things(one, other):
        if mine.value == theirs.value:
            continue
        first, second = sorted((one.rule.id, other.rule.id))
        if (first, second, mine.what) in told or not _can_meet(one, mine, other, theirs):
            continue
        told.add((first, second, mine.what))
        there = at(one.rule, mine.part, "", "", "conflict")
        text = f"{mine.what} becomes {theirs.value} here and {mine.value} in the rule {one.rule.id} "
        text += f"({there.file}:{there.line}), at the same moment: which is right?"
        yield at(other.rule, theirs.part, "", text, "conflict")


def _same_things(one: Node, other: Node) -> Iterator[tuple[Effect, Effect]]:
    for key in one.sets.keys() & other.sets.keys():
        yield from itertools.product(one.sets[key], other.sets[key])


def _can_meet(one: Node, mine: Effect, other: Node, theirs: Effect) -> bool:
    """Whether nothing that is known keeps both from happening."""
    left = _unnamed(together(one.begin, mine.cases))
    right = _unnamed(together(other.begin, theirs.cases))
    return bool(together(left, right)) and not _is_opaque(left, right)


def _is_opaque(left: Cases, right: Cases) -> bool:
    """Whether different templates on both sides decide: then nobody can say."""
    mine, theirs = ({key for case in side for key in case if key[0] == "template"} for side in (left, right))
    return bool(mine and theirs and mine != theirs)
