"""Whether conditions can hold together: each as a few cases, each case as what it asks of states, numbers and times.

A case is a mapping from what is asked about to what it may be. What cannot be told (a template, `for`) is a word of its
own, equal only to itself. Too many cases count as "anything may be so": nothing is claimed that is not certain.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from homeserver.rules.check.outline import Part, entities, words
from homeserver.rules.moments import days_of
from homeserver.topics.record import record

MOST: Final = 48
"""Cases of one condition."""
DAY: Final = 24 * 60
ALL_DAY: Final = (1 << DAY) - 1
ALL_WEEK: Final = (1 << 7) - 1
Key = tuple[str, ...]
_LOW, _HIGH = float("-inf"), float("inf")
_HELPERS: Final = ("input_select.", "input_text.", "input_number.", "input_boolean.", "input_datetime.")


@record
class Words:
    """One of some words, or with `inverted` none of them."""

    values: frozenset[str]
    inverted: bool = False

    def meet(self, other: "Words") -> "Words | None":
        if self.inverted and other.inverted:
            return Words(self.values | other.values, True)
        if not self.inverted and not other.inverted:
            left = self.values & other.values
        else:
            one, out = (self, other) if other.inverted else (other, self)
            left = one.values - out.values
        return Words(left) if left else None


@record
class Span:
    """Numbers between two ends; `closed` whether they belong to it."""

    low: float = _LOW
    high: float = _HIGH
    low_closed: bool = False
    high_closed: bool = False

    def meet(self, other: "Span") -> "Span | None":
        low, low_closed = max((self.low, not self.low_closed), (other.low, not other.low_closed))
        high, high_closed = min((self.high, self.high_closed), (other.high, other.high_closed))
        made = Span(low, high, not low_closed, high_closed)
        empty = low > high or (low == high and not (made.low_closed and made.high_closed))
        return None if empty else made

    def holds(self, number: float) -> bool:
        return self.meet(Span(number, number, True, True)) is not None


@record
class Mask:
    """Minutes of the day or days of the week, one bit for each."""

    bits: int

    def meet(self, other: "Mask") -> "Mask | None":
        left = self.bits & other.bits
        return Mask(left) if left else None


Asked = Words | Span | Mask
Case = Mapping[Key, Asked]
Cases = list[Case]
ANYTHING: Final[Cases] = [{}]


def both(one: Case, other: Case) -> Case | None:
    """What two cases ask together; None where they cannot both hold."""
    made = dict(one)
    for key, asked in other.items():
        known = made.get(key)
        if known is None:
            made[key] = asked
            continue
        found: Asked | None = known.meet(asked) if type(known) is type(asked) else known  # type: ignore[arg-type]
        if found is None:
            return None
        made[key] = found
    return made


def clash(one: Case, other: Case) -> str:
    """What two cases cannot agree on, in words."""
    for key, asked in other.items():
        known = one.get(key)
        if known is not None and type(known) is type(asked) and known.meet(asked) is None:  # type: ignore[arg-type]
            return _told(key, known, asked)
    return ""


def _told(key: Key, one: Asked, other: Asked) -> str:
    match key[0]:
        case "state":
            what = key[1] if not key[2] else f"{key[2]} of {key[1]}"
            return f"{what} cannot be {_said(one)} and {_said(other)} at once"
        case "number":
            return f"{key[1]} cannot be {_said(one)} and {_said(other)} at once"
        case "time":
            return "the times have no minute in common"
        case "weekday":
            return "the weekdays have no day in common"
        case "trigger":
            return f"the trigger cannot be {_said(one)} and {_said(other)} at once"
        case _:
            return f"a condition would have to hold and not hold: {key[-1][:60]}"


def _said(asked: Asked) -> str:
    match asked:
        case Words(values=values, inverted=inverted):
            return ("not " if inverted else "") + " or ".join(sorted(values))
        case Span(low=low, high=high):
            parts = ([f"above {low:g}"] if low != _LOW else []) + ([f"below {high:g}"] if high != _HIGH else [])
            return " and ".join(parts)
        case _:
            return "so"


def together(one: Cases, other: Cases) -> Cases:
    """All ways in which two conditions hold at once; empty: there is none."""
    if len(one) * len(other) > 4 * MOST:
        return one if one != ANYTHING else other
    found = [case for a in one for b in other if (case := both(a, b)) is not None]
    return found[:MOST] if len(found) <= MOST else list(one)


def why_not(one: Cases, other: Cases) -> str:
    """Why they cannot hold at once."""
    return next((text for a in one for b in other if (text := clash(a, b))), "the conditions exclude one another")


# -- conditions


def all_of(parts: Iterable[Part]) -> Cases:
    """The cases of a list of conditions of which each must hold."""
    made: Cases = list(ANYTHING)
    for part in parts:
        if part.is_on:
            made = together(made, cases(part))
    return made


def cases(part: Part, *, wanted: bool = True) -> Cases:
    """The cases in which a condition holds, or with `wanted` False does not."""
    inner = [one for one in part.inner.get("conditions", ()) if one.is_on]
    match part.kind:
        case "and" | "or" | "not":
            holds = wanted is (part.kind != "not")
            needs_all = (part.kind == "and") is holds if part.kind != "not" else not holds
            return _joined(inner, holds, needs_all)
        case kind if kind in _ROWS:
            found = _ROWS[kind](part)
            if found is None:
                return list(ANYTHING)
            return list(found) if wanted else _denied(found)
        case _:
            return list(ANYTHING)


def _joined(parts: list[Part], wanted: bool, needs_all: bool) -> Cases:
    made: Cases = list(ANYTHING) if needs_all else []
    for part in parts:
        found = cases(part, wanted=wanted)
        made = together(made, found) if needs_all else made + found
        if len(made) > MOST:
            return list(ANYTHING)
    return made


def denial(parts: Iterable[Part]) -> Cases:
    """The cases in which one of a list of conditions does not hold."""
    found = [case for part in parts if part.is_on for case in cases(part, wanted=False)]
    return found if len(found) <= MOST else list(ANYTHING)


def _denied(found: Cases) -> Cases:
    """The opposite of cases of which each asks one thing or several of."""
    made: Cases = list(ANYTHING)
    for case in found:
        made = together(made, [{key: other} for key, asked in case.items() for other in _others(key, asked)])
    return made


def _others(key: Key, asked: Asked) -> Iterator[Asked]:
    match asked:
        case Words(values=values, inverted=inverted):
            yield Words(values, not inverted)
        case Span() as span:
            if span.low != _LOW:
                yield Span(_LOW, span.low, False, not span.low_closed)
            if span.high != _HIGH:
                yield Span(span.high, _HIGH, not span.high_closed, False)
        case Mask(bits=bits):
            whole = ALL_DAY if key[0] == "time" else ALL_WEEK
            if whole & ~bits:
                yield Mask(whole & ~bits)


def _state(part: Part) -> Cases | None:
    ids, attribute = entities(part.get("entity_id")), str(part.get("attribute") or "")
    values = words(part.get("state"))
    if not ids or not values or "for" in part.node or any("{" in v or v.startswith(_HELPERS) for v in values):
        return None
    asked: list[dict[Key, Asked]] = [{("state", id, attribute): Words(frozenset(values))} for id in ids]
    if part.get("match") == "any":
        return list(asked)
    return [{key: value for one in asked for key, value in one.items()}]


def span_of(part: Part) -> Span | None:
    """The numbers between `above` and `below`; None where an entity or a template decides."""
    ends: dict[str, float] = {}
    for name in ("above", "below"):
        value = part.get(name)
        if value is None:
            continue
        try:
            ends[name] = float(value)
        except (TypeError, ValueError):
            return None
    return Span(ends.get("above", _LOW), ends.get("below", _HIGH)) if ends else None


def _numeric(part: Part) -> Cases | None:
    span, ids = span_of(part), entities(part.get("entity_id"))
    if span is None or not ids or "value_template" in part.node:
        return None
    attribute = str(part.get("attribute") or "")
    return [{("number", id, attribute): span for id in ids}]  # each of them


def minute(value: Any) -> int | None:
    """The minute of the day of a time such as 07:30; None for what is none."""
    parts = str(value).split(":")
    if len(parts) not in (2, 3) or not all(part.isdigit() for part in parts):
        return None
    found = int(parts[0]) * 60 + int(parts[1])
    return found if found < DAY else None


def days(value: Any) -> Mask | None:
    found = [days_of(word) for word in words(value)]
    named = {day for days in found if days is not None for day in days}
    return Mask(sum(1 << day for day in named)) if named and None not in found else None


def _time(part: Part) -> Cases | None:
    case: dict[Key, Asked] = {}
    after, before = part.get("after"), part.get("before")
    ends = [None if value is None else minute(value) for value in (after, before)]
    known = (after is None or ends[0] is not None) and (before is None or ends[1] is not None)
    if known and (after is not None or before is not None):
        low, high = ends[0] or 0, DAY if ends[1] is None else ends[1]
        exact = all(len(str(value).split(":")) == 2 or str(value).endswith(":00") for value in (after, before) if value)
        high = high if exact else min(DAY, high + 1)
        bits = (1 << max(high, 0)) - 1 & ~((1 << low) - 1)
        if low >= high:
            bits = ALL_DAY & ~((1 << low) - 1 & ~((1 << high) - 1))
        if bits and exact:
            case[("time",)] = Mask(bits)
    if (week := days(part.get("weekday"))) is not None:
        case[("weekday",)] = week
    return [case] if case else None


def _trigger(part: Part) -> Cases | None:
    ids = words(part.get("id"))
    return [{("trigger",): Words(frozenset(ids))}] if ids and not any("{" in id for id in ids) else None


_TRUE: Final = frozenset({"true"})


def _template(part: Part) -> Cases | None:
    text = part.get("value_template") if not isinstance(part.node, str) else part.node
    if isinstance(text, bool):
        return list(ANYTHING) if text else []
    plain = " ".join(str(text).split()).removeprefix("{{").removesuffix("}}").strip().lower()
    if plain in ("true", "false"):
        return list(ANYTHING) if plain == "true" else []
    return [{("template", " ".join(str(text).split())): Words(_TRUE)}]


_ROWS: Final[Mapping[str, Any]] = {
    "state": _state,
    "numeric_state": _numeric,
    "time": _time,
    "trigger": _trigger,
    "template": _template,
}


# -- triggers


def when(part: Part, number: int) -> Cases:
    """What is so at the moment at which a trigger fires."""
    named = next(iter(words(part.get("id"))), str(number))
    own: Case = {("trigger",): Words(frozenset({named}))}
    return together([own], _at(part))


def _at(part: Part) -> Cases:
    match part.kind:
        case "state":
            return _at_state(part)
        case "numeric_state":
            span = span_of(part)
            if span is None or "value_template" in part.node:
                return list(ANYTHING)
            attribute = str(part.get("attribute") or "")
            return [{("number", id, attribute): span} for id in entities(part.get("entity_id"))] or list(ANYTHING)
        case "time":
            minutes = [minute(at) for at in words(part.get("at"))]
            if not minutes or any(at is None for at in minutes):
                return list(ANYTHING)
            case: dict[Key, Asked] = {("time",): Mask(sum(1 << at for at in set(minutes) if at is not None))}
            if (week := days(part.get("weekday"))) is not None:
                case[("weekday",)] = week
            return [case]
        case _:
            return list(ANYTHING)


def _at_state(part: Part) -> Cases:
    attribute = str(part.get("attribute") or "")
    for name, inverted in (("to", False), ("not_to", True), ("from", True)):
        values = words(part.get(name))
        lone = name == "from" and (len(values) != 1 or "for" in part.node)
        if values and not lone:
            asked = Words(frozenset(values), inverted)
            return [{("state", id, attribute): asked} for id in entities(part.get("entity_id"))] or list(ANYTHING)
    return list(ANYTHING)


def lasting(case: Case) -> Case:
    """What of a case is still certain after something was done or waited for."""
    return {key: asked for key, asked in case.items() if key[0] == "trigger"}


def shared(case: Case) -> Case:
    """What of a case two rules can be compared by."""
    return {key: asked for key, asked in case.items() if key[0] != "trigger"}
