"""Conditions on what entities are: `state` and `numeric_state`.

Fields: https://www.home-assistant.io/docs/scripts/conditions/#state-condition and #numeric-state-condition
"""

from datetime import timedelta
from typing import Any, Final

from homeserver.rules.compiler import Compiler
from homeserver.rules.conditions.condition import Condition, Tell, every, leaf, some
from homeserver.rules.program import FAULTS, RunError
from homeserver.rules.reading.durations import Duration, duration
from homeserver.rules.reading.fields import Fields
from homeserver.rules.reading.limits import Limits, limits
from homeserver.rules.reading.yaml_source import Seq
from homeserver.rules.run import Run
from homeserver.topics.entity import EntityState
from homeserver.view.view import View

_HELPERS: Final = ("input_select.", "input_text.", "input_number.", "input_boolean.", "input_datetime.")
"""A wanted state that names one of these means the state of that entity."""
_MISSING: Final = object()


def compile_state(fields: Fields, compiler: Compiler, kind: str) -> Condition:
    entity_ids = fields.entities("entity_id")
    attribute = fields.text("attribute")
    fields.need("state", "say which state")
    value = fields.take("state")
    wanted: tuple[Any, ...] = (fields.words("state") or ()) if not attribute else _values(value)
    if not wanted:
        raise fields.wrong("state is an empty list, which nothing is: say which state", "state")
    lasting = duration(fields, "for", compiler.templates) if "for" in fields else None
    all_of_them = fields.text("match", "all").lower()
    if all_of_them not in ("all", "any"):
        raise fields.wrong(f"match must be all or any, not {all_of_them!r}", "match")
    checks = tuple(is_state(entity_id, wanted, attribute, lasting) for entity_id in entity_ids)
    joined = every(checks) if all_of_them == "all" else some(checks)
    return leaf(compiler, fields.way, fields.line(), joined, told(entity_ids, attribute, wanted))


def _values(value: Any) -> tuple[Any, ...]:
    return tuple(value) if isinstance(value, Seq) else (value,)


def is_state(
    entity_id: str, wanted: tuple[Any, ...], attribute: str = "", lasting: Duration | None = None
) -> Condition:
    """That a state or an attribute is one of some values, perhaps for a while."""
    indirect = any(isinstance(word, str) and word.startswith(_HELPERS) for word in wanted)
    if not (indirect or attribute or lasting):
        return _plain(entity_id, wanted)

    def check(run: Run) -> bool:
        view = run.engine.view
        state = view.said(entity_id)
        if state is None:
            raise RunError(_lost(entity_id))
        value = _attribute(view, entity_id, state, attribute) if attribute else state.state
        words = _resolved(wanted, view) if indirect else wanted
        if value is _MISSING or value not in words:
            return False
        return lasting is None or _lasts(run, state, lasting)

    return check


def _plain(entity_id: str, wanted: tuple[Any, ...]) -> Condition:
    """The ordinary case: a state, now."""

    def check(run: Run) -> bool:
        state = run.engine.view.said(entity_id)
        if state is None:
            raise RunError(_lost(entity_id))
        return state.state in wanted

    return check


def _lost(entity_id: str) -> str:
    if "." not in entity_id:
        return f"nothing here has the registry id {entity_id}: name the entity, or bring it in by an import"
    return f"there is no entity {entity_id}"


def _attribute(view: View, entity_id: str, state: EntityState, name: str) -> Any:
    """What the owner said, or what is known of the entity otherwise, such as its class."""
    value = state.attributes.get(name, _MISSING)
    if value is _MISSING and (shown := view.state(entity_id)) is not None:
        return shown.attributes.get(name, _MISSING)
    return value


def _resolved(wanted: tuple[Any, ...], view: View) -> tuple[Any, ...]:
    """The states of helpers in place of their ids."""
    found = []
    for word in wanted:
        if isinstance(word, str) and word.startswith(_HELPERS):
            state = view.said(word)
            if state is None:
                raise RunError(f"there is no entity {word}, whose state is wanted")
            word = state.state
        found.append(word)
    return tuple(found)


def _lasts(run: Run, state: EntityState, lasting: Duration) -> bool:
    seconds = lasting(lambda: run.values)
    return run.engine.clock.now() - state.changed >= timedelta(seconds=seconds)


def told(entity_ids: tuple[str, ...], attribute: str, wanted: tuple[Any, ...]) -> Tell:
    """What the entities are, and what was wanted."""
    whose = f" {attribute}" if attribute else ""
    words = " or ".join(map(str, wanted))

    def tell(run: Run) -> str:
        view, parts = run.engine.view, []
        for entity_id in entity_ids:
            state = view.said(entity_id)
            if state is None:
                parts.append(f"{entity_id} is not there")
                continue
            value = _attribute(view, entity_id, state, attribute) if attribute else state.state
            now = "missing" if value is _MISSING else value
            since = state.changed.astimezone(run.engine.zone)
            parts.append(f"{entity_id}{whose} is {now} since {since:%Y-%m-%d %H:%M:%S}")
        return f"{', '.join(parts)}; wanted {words}"

    return tell


def compile_numeric_state(fields: Fields, compiler: Compiler, kind: str) -> Condition:
    entity_ids = fields.entities("entity_id")
    wanted = limits(fields, compiler)
    check = every(tuple(is_between(entity_id, wanted) for entity_id in entity_ids))
    return leaf(compiler, fields.way, fields.line(), check, told_number(entity_ids, wanted))


def is_between(entity_id: str, wanted: Limits) -> Condition:
    """That a number lies between limits."""

    def check(run: Run) -> bool:
        view = run.engine.view
        return wanted.hold(view, entity_id, view.said(entity_id), lambda: run.values)

    return check


def told_number(entity_ids: tuple[str, ...], wanted: Limits) -> Tell:
    """What the numbers are, and between what they were wanted."""
    rows = ("above", wanted.above), ("below", wanted.below)
    asked = [f"{word} {limit}" for word, limit in rows if limit is not None]

    def whose(state: EntityState) -> Any:
        return state.attributes.get(wanted.attribute) if wanted.attribute else state.state

    def tell(run: Run) -> str:
        parts = []
        for entity_id in entity_ids:
            state = run.engine.view.said(entity_id)
            parts.append(f"{entity_id} is {'not there' if state is None else whose(state)}")
        if wanted.template is not None:
            parts.append(f"the template says {_rendered(run, wanted, entity_ids[0])}")
        limited = [_limit(run, limit) for limit in (wanted.above, wanted.below) if isinstance(limit, str)]
        return f"{', '.join((*parts, *limited))}; wanted {' and '.join(asked)}"

    return tell


def _limit(run: Run, entity_id: str) -> str:
    state = run.engine.view.said(entity_id)
    return f"{entity_id} is {'not there' if state is None else state.state}"


def _rendered(run: Run, wanted: Limits, entity_id: str) -> str:
    try:
        assert wanted.template is not None
        return wanted.template.render({**run.values, "state": run.engine.view.state(entity_id)})
    except FAULTS as error:
        return f"nothing ({error})"
