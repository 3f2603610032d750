"""Every name of a trigger or condition such as `light.turned_on`, and the kind that it stands for.

The tables are read when the first such name is met: a home without them pays nothing.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import lru_cache, partial
from typing import Final

from homeserver.rules.purpose import rows as table
from homeserver.rules.purpose import specials
from homeserver.rules.purpose.kind import Kind, always, has_value, of_states
from homeserver.rules.purpose.numbers import CHANGED, CROSSED, of_numbers
from homeserver.rules.purpose.rows import NONE, Row
from homeserver.rules.reading.fields import Fields
from homeserver.topics.entity import EntityState
from homeserver.view.view import View

Make = Callable[[str, Fields], Kind]
PLANNED: Final = frozenset(
    {"knx.telegram", "lg_netcast.turn_on", "moon.phase_changed"}
    | {"samsungtv.turn_on", "todo.item_added", "todo.item_completed"}
    | {"todo.item_removed", "webostv.turn_on", "zwave_js.event", "zwave_js.value_updated"}
    | {"homeassistant.host_reboot_required", "homeassistant.restart_required", "moon.is_phase", "moon.is_waning"}
    | {"fumis.fuel_became_low", "homeassistant.updated", "moon.is_waxing", "zwave_js.config_parameter"}
    | {"zwave_js.node_status", "zwave_js.value"}
)
"""Names of the language that are not built yet, of triggers and of conditions."""


@lru_cache(maxsize=1)
def triggers() -> Mapping[str, Make]:
    """How to make each trigger by its name, those of earlier versions too."""
    made: dict[str, Make] = dict(specials.TRIGGERS)
    for row in table.rows(table.STATES):
        made[f"{row.place}.{row.trigger}"] = partial(_of_states, row)
    for row in table.rows(table.CHOICES):
        made[f"{row.place}.{row.trigger}"] = partial(_of_choice, row)
    for row in table.rows(table.NUMBERS):
        if row.trigger != NONE:
            for ending in (CHANGED, CROSSED):
                made[f"{row.place}.{row.trigger.replace('*', ending)}"] = partial(_of_numbers, row)
    made = {name: make for name, make in made.items() if not name.endswith(f".{NONE}")}
    return made | {former: partial(_renamed, made[name], name) for former, name in table.FORMER_TRIGGERS.items()}


@lru_cache(maxsize=1)
def conditions() -> Mapping[str, Make]:
    """How to make each condition by its name."""
    made: dict[str, Make] = dict(specials.CONDITIONS)
    rows = ((table.STATES, _of_states), (table.CHOICES, _of_choice), (table.NUMBERS, _of_numbers))
    for text, make in rows:
        made |= {f"{row.place}.{row.condition}": partial(make, row) for row in table.rows(text)}
    return {name: make for name, make in made.items() if not name.endswith(f".{NONE}")}


def _renamed(make: Make, name: str, former: str, options: Fields) -> Kind:
    return replace(make(name, options), name=former)


def _of_states(row: Row, name: str, options: Fields) -> Kind:
    so, turn = of_states(row.sources, row.before)
    wanted = sorted({str(value).lower() for source in row.sources.values() for value in source.values})
    return Kind(name, row.sources, so, turn, always, " or ".join(wanted), aside=row.place in table.ASIDE)


def _of_choice(row: Row, name: str, options: Fields) -> Kind:
    options.need(row.extra, f"say which {row.extra.replace('_', ' ')}")
    wanted = options.words(row.extra)
    if not wanted:
        raise options.wrong(f"{row.extra} is an empty list: say which {row.extra.replace('_', ' ')}", row.extra)
    sources = {domain: replace(source, values=frozenset(wanted)) for domain, source in row.sources.items()}
    so, turn = of_states(sources)
    anew = name in table.ANEW
    if anew:
        return Kind(name, sources, so, _moment, always, " or ".join(wanted), combined=False, anew=True)
    counts = has_value(sources) if row.condition == "is_current_source" else always
    return Kind(name, sources, so, turn, counts, " or ".join(wanted))


def _moment(view: View, entity_id: str, old: EntityState, new: EntityState) -> bool:
    """The state is when it happened."""
    return old.state != new.state


def _of_numbers(row: Row, name: str, options: Fields) -> Kind:
    return of_numbers(row, name, options)
