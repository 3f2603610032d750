"""Whether what a rule compares with can be: states of each kind, options, numbers in their range, units, attributes."""

from collections.abc import Iterator
from difflib import get_close_matches

from homeserver.rules.check.doubt import MAYBE, SURE, at
from homeserver.rules.check.effects import targets
from homeserver.rules.check.known import Known, Thing, is_away
from homeserver.rules.check.logic import Span, span_of
from homeserver.rules.check.outline import Outline, Part, entities, words
from homeserver.rules.check.words_of_state import ANY_TIME, ATTRIBUTES, MEANT, SAME, STATES
from homeserver.rules.reading.problem import Code, Problem, RuleError
from homeserver.rules.reading.yaml_source import Map

_FIELDS = ("to", "from", "not_to", "not_from", "state")
_PEOPLE = ("person.", "device_tracker.")
_NO_EFFECT = ("none", "off", "stop_effect", "random", "colorloop")
"""Words that lights understand beside the effects that they list."""
_WHERE = ("home", "not_home")
_HELPERS = ("input_select.", "input_text.", "input_number.", "input_boolean.", "input_datetime.")


def values(rule: Outline, known: Known) -> Iterator[Problem]:
    """What can be told of triggers, conditions and actions; templates are looked at elsewhere."""
    for part in rule.all():
        if not part.is_on or not isinstance(part.node, Map):
            continue
        if part.part != "action" and part.kind == "state":
            yield from _states(rule, part, known)
        elif part.part != "action" and part.kind == "numeric_state":
            yield from _numbers(rule, part, known)
        elif part.kind == "action":
            yield from _data(rule, part, known)
        if part.part != "action" and part.get("attribute"):
            yield from _attributes(rule, part, known)


def possible(entity_id: str, known: Known) -> frozenset[str] | None:
    """The states that an entity can have; None where it may say anything."""
    thing, domain = known.thing(entity_id), entity_id.partition(".")[0]
    if thing is not None and thing.options and domain in ("select", "input_select", "sensor"):
        return frozenset(thing.options)
    return STATES.get(domain)


def impossible(entity_id: str, word: str, known: Known) -> str | None:
    """What to say of a state that an entity cannot have."""
    if word in ANY_TIME or "{" in word or word.startswith(_HELPERS):
        return None
    can = possible(entity_id, known)
    if can is None and entity_id.startswith(_PEOPLE):
        return _not_place(entity_id, word)
    if can is None or word in can:
        return _not_number(entity_id, word, known) if can is None else None
    thing = known.thing(entity_id)
    if thing is not None and thing.state == word:
        return None  # it says so itself
    near = _near(word, can)
    told = ", ".join(sorted(can)) if len(can) <= 8 else ""
    text = f"{entity_id} is never {word!r}" + (f": it is {told}" if told else "")
    return text + (f"; did you mean {near}?" if near else "")


def _not_place(entity_id: str, word: str) -> str | None:
    """People are at home, not_home, or in a zone, which may be called anything else."""
    meant = word.strip().lower().replace(" ", "_")
    return f"{entity_id} is never {word!r}; did you mean {meant}?" if meant in _WHERE and meant != word else None


def _near(word: str, can: frozenset[str]) -> str:
    low = word.lower()
    for guess in (low, SAME.get(low, ""), MEANT.get(low, "")):
        if guess in can:
            return guess
    by_case = next((one for one in can if one.lower() == low), "")
    return by_case or next(iter(get_close_matches(low, list(can), 1, 0.6)), "")


def _not_number(entity_id: str, word: str, known: Known) -> str | None:
    thing = known.thing(entity_id)
    if thing is None or not thing.unit or is_number(word) or not is_number(thing.state):
        return None
    return f"{entity_id} is a number of {thing.unit}, and never {word!r}"


def is_number(word: str) -> bool:
    try:
        float(word)
    except ValueError:
        return False
    return True


def _states(rule: Outline, part: Part, known: Known) -> Iterator[Problem]:
    if part.get("attribute"):
        return
    for id in entities(part.get("entity_id")):
        for field in _FIELDS:
            for word in words(part.get(field)):
                if (text := impossible(id, word, known)) is not None:
                    yield at(rule, part, field, text, "state", SURE)


# -- numbers


def _numbers(rule: Outline, part: Part, known: Known) -> Iterator[Problem]:
    if "value_template" in part.node:
        return
    for id in entities(part.get("entity_id")):
        thing = known.thing(id)
        yield from _limits_of_units(rule, part, id, known)
        if part.get("attribute"):
            continue
        can = STATES.get(id.partition(".")[0])
        if can is not None:
            text = f"{id} is no number: it is {', '.join(sorted(can)[:6])}; use a state condition, or an attribute"
            yield at(rule, part, "entity_id", text, "state", SURE)
        elif thing is not None and (span := span_of(part)) is not None:
            yield from _range(rule, part, id, thing, span)


def _range(rule: Outline, part: Part, id: str, thing: Thing, span: Span) -> Iterator[Problem]:
    low, high = thing.least, thing.most
    if thing.unit == "%" and thing.device_class in ("battery", "humidity", "moisture"):
        low, high = (0.0 if low is None else low), (100.0 if high is None else high)
    if (high is not None and span.low >= high) or (low is not None and span.high <= low):
        field = "above" if high is not None and span.low >= high else "below"
        ends = f"{low:g} to {high:g}" if low is not None and high is not None else f"{low if high is None else high:g}"
        text = f"{id} is never {_told(span)}: it goes from {ends} {thing.unit}".rstrip()
        yield at(rule, part, field, text, "unit", SURE)
    elif not thing.unit and thing.state and not is_away(thing.state) and not is_number(thing.state):
        yield at(rule, part, "entity_id", f"{id} is {thing.state!r} now, which is no number", "unit", MAYBE)


def _told(span: Span) -> str:
    parts = ([f"above {span.low:g}"] if span.low > float("-inf") else []) + (
        [f"below {span.high:g}"] if span.high < float("inf") else []
    )
    return " and ".join(parts)


def _limits_of_units(rule: Outline, part: Part, id: str, known: Known) -> Iterator[Problem]:
    """A limit that is an entity must have the unit of what it limits."""
    thing = known.thing(id)
    for field in ("above", "below"):
        value = part.get(field)
        limit = known.thing(value) if isinstance(value, str) else None
        if thing is None or limit is None or not thing.unit or not limit.unit or thing.unit == limit.unit:
            continue
        text = f"{id} is told in {thing.unit}, and {value} in {limit.unit}: they cannot be compared"
        yield at(rule, part, field, text, "unit", SURE)


# -- data of actions


def _data(rule: Outline, part: Part, known: Known) -> Iterator[Problem]:
    data = part.get("data")
    name = str(part.get("action", part.get("service", "")))
    if not isinstance(data, Map) or "{" in name:
        return
    service = name.partition(".")[2]
    for id in targets(part, known):
        thing = known.thing(id)
        if thing is None:
            continue
        option, value = data.get("option"), data.get("value", data.get("temperature"))
        if service == "select_option" and thing.options and option is not None:
            for word in words(option):
                if "{" not in word and word not in thing.options:
                    near = _near(word, frozenset(thing.options))
                    text = f"{id} has no option {word!r}" + (f"; did you mean {near}?" if near else "")
                    yield _in_data(rule, part, "option", text, "state")
        yield from _modes(rule, part, id, thing, data)
        if (
            service in ("set_value", "set_temperature")
            and isinstance(value, int | float)
            and not isinstance(value, bool)
        ):
            low, high = thing.least, thing.most
            if (low is not None and value < low) or (high is not None and value > high):
                text = f"{id} takes {low:g} to {high:g}, not {value:g}" if None not in (low, high) else ""
                name = "value" if "value" in data else "temperature"
                yield _in_data(rule, part, name, text or f"{id} does not take {value:g}", "unit")


def _modes(rule: Outline, part: Part, id: str, thing: Thing, data: Map) -> Iterator[Problem]:
    for name, among in thing.modes.items():
        for word in words(data.get(name)):
            if "{" not in word and word not in among and not (name == "effect" and word.lower() in _NO_EFFECT):
                near = _near(word, frozenset(among))
                told = f": it has {', '.join(among)}" if len(among) <= 8 else ""
                text = f"{id} has no {name} {word!r}{told}" + (f"; did you mean {near}?" if near else "")
                yield _in_data(rule, part, name, text, "state")


def _in_data(rule: Outline, part: Part, name: str, text: str, code: Code) -> Problem:
    """A problem with a field of the data, told at its own line."""
    line = part.get("data").lines.get(name, part.line_of("data"))
    return rule.tell(RuleError(text, line, part.where(f"data.{name}"), code), rule.id, SURE)


# -- attributes


def no_attribute(entity_id: str, attribute: str, known: Known) -> str | None:
    """What to say of an attribute that an entity hardly has: only where a known one is spelled almost the same."""
    thing, domain = known.thing(entity_id), entity_id.partition(".")[0]
    has = {*ATTRIBUTES[""], *ATTRIBUTES.get(domain, ()), *(thing.attributes if thing is not None else ())}
    if attribute in has or "{" in attribute or not attribute:
        return None
    near = next(iter(get_close_matches(attribute, sorted(has), 1, 0.75)), "")
    if near:
        return f"{entity_id} has no attribute {attribute!r}; did you mean {near}?"
    tells = thing is not None and not is_away(thing.state) and domain in ATTRIBUTES and thing.services
    return f"{entity_id} has no attribute {attribute!r} now" if tells else None


def _attributes(rule: Outline, part: Part, known: Known) -> Iterator[Problem]:
    attribute = str(part.get("attribute"))
    for id in entities(part.get("entity_id")):
        if (text := no_attribute(id, attribute, known)) is not None:
            yield at(rule, part, "attribute", text, "attribute", MAYBE)
