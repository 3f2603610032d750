"""Helpers that the pages of Home Assistant make since 2022, written as the YAML that means the same here.

They lie among its config entries, one entry each: `options` say what its page asked, the entity registry says by which
id rules know it. Facts: `config_flow.py` and `async_setup_entry` of each integration. What has no like here is named.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from homeserver.cli.homeassistant.folder import Folder
from homeserver.cli.homeassistant.registries import Entity, Registries
from homeserver.topics.names import slug
from homeserver.topics.record import record

_ID: Final = re.compile(r"[0-9a-f]{32}")
"""An id of the entity registry, which stands for the entity whatever it is called."""
_NAMES: Final = ("entity_id", "entity_ids", "entities", "source")
"""Options that name entities."""
_PLATFORMS: Final[Mapping[str, tuple[str, Mapping[str, str]]]] = {
    "threshold": ("binary_sensor", dict.fromkeys(("entity_id", "lower", "upper", "hysteresis"), "")),
    "tod": ("binary_sensor", {"after_time": "after", "before_time": "before"}),
    "min_max": ("sensor", dict.fromkeys(("entity_ids", "type", "round_digits"), "")),
    "statistics": (
        "sensor",
        dict.fromkeys(
            (
                *("entity_id", "state_characteristic", "sampling_size", "max_age"),
                *("keep_last_sample", "percentile", "precision"),
            ),
            "",
        ),
    ),
    "derivative": ("sensor", dict.fromkeys(("source", "round", "time_window", "unit_prefix", "unit_time"), "")),
    "integration": (
        "sensor",
        dict.fromkeys(("source", "method", "round", "max_sub_interval", "unit_prefix", "unit_time"), ""),
    ),
    "time_date": ("sensor", {"display_options": ""}),
    "workday": (
        "binary_sensor",
        dict.fromkeys(
            ("country", "province", "workdays", "excludes", "days_offset", "add_holidays", "remove_holidays"), ""
        ),
    ),
}
"""Where a helper stands as `platform:`, and its options; a word is what an option is called here."""
_TREND: Final[tuple[str, ...]] = (
    "entity_id",
    "attribute",
    "invert",
    "max_samples",
    "min_samples",
    "min_gradient",
    "sample_duration",
)
_FIGURES: Final = ("type", "ignore_non_numeric")
"""Options of groups of sensors alone."""
_METER: Final[tuple[str, ...]] = (
    *("source", "cycle", "offset", "tariffs", "net_consumption", "delta_values"),
    *("periodically_resetting", "always_available"),
)
GROUPS: Final = frozenset({"binary_sensor", "cover", "fan", "light", "lock", "sensor", "switch", "valve"})
"""Kinds of groups that rules read."""
TEMPLATES: Final = frozenset(
    {"alarm_control_panel", "binary_sensor", "button", "cover", "fan", "light", "lock", "number", "select", "sensor"}
    | {"switch", "vacuum"}
)
"""Kinds of templates that rules read."""
_OTHERWISE: Final = "there is no such helper here yet"
NOT_HERE: Final[Mapping[str, str]] = {
    "bayesian": f"{_OTHERWISE}: a template binary_sensor can weigh what it looked at",
    "filter": f"{_OTHERWISE}: a statistics sensor with a mean smooths too",
    "generic_hygrostat": f"{_OTHERWISE}: two rules that switch it by its sensor do the same",
    "generic_thermostat": f"{_OTHERWISE}: two rules that switch it by its sensor do the same",
    "history_stats": f"{_OTHERWISE}: it counts the past, which is not kept for rules",
    "manual": f"{_OTHERWISE}: an alarm panel that speaks MQTT is read",
    "mold_indicator": f"{_OTHERWISE}: a template sensor can reckon it",
    "random": f"{_OTHERWISE}: a template sensor with `{{{{ range(21) | random }}}}` and a trigger does the same",
}
"""Helpers of the pages that do not come, and why."""


@record
class Missing:
    """A helper that does not come, and why; `later` if there is no such thing here yet."""

    domain: str
    title: str
    why: str
    later: bool


@record
class _Entry:
    """A config entry of a helper, with the rows that the entity registry has of it."""

    domain: str
    title: str
    id: str
    options: dict[str, Any]
    rows: tuple[Entity, ...]

    def row(self, domain: str, unique_id: str = "") -> Entity | None:
        wanted = unique_id or self.id
        return next((row for row in self.rows if row.domain == domain and row.unique_id == wanted), None)

    def called(self, domain: str) -> dict[str, Any]:
        """Its name, and its id and class where people chose others than it would get."""
        row, found = self.row(domain), {"name": self.title}
        if row is not None and row.entity_id != f"{domain}.{slug(self.title)}":
            found["default_entity_id"] = row.entity_id
        if row is not None and row.device_class:
            found["device_class"] = row.device_class
        return found


@dataclass(slots=True)
class MadeOnPages:
    """`blocks` by domain as a package has them, `names` of what is in them, `missing` the others."""

    blocks: dict[str, Any] = field(default_factory=dict)
    names: list[str] = field(default_factory=list)
    missing: list[Missing] = field(default_factory=list)

    @classmethod
    def read(cls, folder: Folder, registries: Registries) -> "MadeOnPages":
        """Read them; raises `Failure`."""
        made = cls()
        for found in folder.entries((*_KINDS, *NOT_HERE)):
            made._take(found, registries)
        return made

    def _take(self, found: Mapping[str, Any], registries: Registries) -> None:
        domain, id = str(found["domain"]), str(found.get("entry_id"))
        rows = tuple(row for row in registries.entities if row.config_entry_id == id)
        options, title = found.get("options"), str(found.get("title") or domain)[:255]
        entry = _Entry(domain, title, id, _plain(options, registries) if isinstance(options, dict) else {}, rows)
        why = _why_not(entry, is_disabled=bool(found.get("disabled_by")))
        if why:
            self.missing.append(Missing(domain, title, why, later=domain in NOT_HERE or "not built" in why))
            return
        self.names.append(f"{domain} {title}")
        for block, key, fields in _KINDS[domain](entry):
            if key:
                named = self.blocks.setdefault(block, {})
                named[key if key not in named else f"{key}_{len(named)}"] = fields
            else:
                self.blocks.setdefault(block, []).append(fields)


def _why_not(entry: _Entry, *, is_disabled: bool) -> str:
    """Why a helper does not come; empty if it does."""
    kind = str(entry.options.get(_TYPES.get(entry.domain, ("", frozenset()))[0]))
    if entry.domain in NOT_HERE:
        return NOT_HERE[entry.domain]
    if entry.domain in _TYPES and kind not in _TYPES[entry.domain][1]:
        return f"a {entry.domain} of the kind {kind[:40]!r} is not built here yet"
    if is_disabled or (entry.rows and all(row.disabled_by for row in entry.rows)):
        return "it is disabled there: enable it and import again"
    lost = [one for name in _NAMES for one in _listed(entry.options.get(name)) if _ID.fullmatch(one)]
    return "it looks at an entity that is not there any more" if lost else ""


def _listed(value: Any) -> list[str]:
    return [str(one) for one in (value if isinstance(value, list) else [value])]


def _plain(options: Mapping[str, Any], registries: Registries) -> dict[str, Any]:
    """Options with entities by their ids of now, and without what is empty."""
    ids = {row.id: row.entity_id for row in registries.entities if row.id}
    found = {name: _whole(value) for name, value in options.items() if value is not None}
    for name in (name for name in _NAMES if name in found):
        value = found[name]
        ours = [ids.get(one, one) for one in _listed(value)]
        found[name] = ours if isinstance(value, list) else ours[0]
    return found


def _whole(value: Any) -> Any:
    """The same with `2` for `2.0`: numbers of the pages are all of one kind."""
    if isinstance(value, dict):
        return {key: _whole(part) for key, part in value.items()}
    if isinstance(value, list):
        return [_whole(part) for part in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


# -- each kind: the block that it stands in, its key there if it has one, what stands there

_Put = tuple[str, str, dict[str, Any]]


def _platform(entry: _Entry) -> Iterator[_Put]:
    domain, known = _PLATFORMS[entry.domain]
    said = {known[name] or name: entry.options[name] for name in known if name in entry.options}
    called = {} if entry.domain == "time_date" else entry.called(domain)
    yield domain, "", {"platform": entry.domain, **called, **said}


def _trend(entry: _Entry) -> Iterator[_Put]:
    called = entry.called("binary_sensor")
    _, _, id = str(called.pop("default_entity_id", slug(entry.title))).rpartition(".")
    said = {name: entry.options[name] for name in _TREND if name in entry.options}
    sensor = {"friendly_name": called.pop("name"), **called, **said}
    yield "binary_sensor", "", {"platform": "trend", "sensors": {id: sensor}}


def _group(entry: _Entry) -> Iterator[_Put]:
    domain = entry.options["group_type"]
    said = {name: entry.options[name] for name in ("entities", "all", *_FIGURES) if entry.options.get(name)}
    yield domain, "", {"platform": "group", **entry.called(domain), **said}


def _template(entry: _Entry) -> Iterator[_Put]:
    domain, more = entry.options["template_type"], entry.options.get("advanced_options")
    left_out = ("name", "template_type", "device_id", "advanced_options")
    said = {name: value for name, value in entry.options.items() if name not in left_out}
    said |= more if isinstance(more, dict) else {}
    if "value_template" in said:
        said["state"] = said.pop("value_template")
    for action in _ACTIONS.get(domain, ()):
        said.setdefault(action, [])
    yield "template", "", {domain: {**entry.called(domain), **said}}


_ACTIONS: Final = {"switch": ("turn_on", "turn_off"), "button": ("press",), "select": ("select_option",)}
"""Those that its pages let people leave empty."""


def _meter(entry: _Entry) -> Iterator[_Put]:
    said = {name: entry.options[name] for name in _METER if name in entry.options}
    if said.get("cycle") == "none":
        del said["cycle"]
    if isinstance(said.get("offset"), int | float):
        said["offset"] = {"days": said["offset"]}
    tariffs = said.pop("tariffs", None)
    if not (isinstance(tariffs, list) and tariffs):
        called = entry.called("sensor")
        called.pop("device_class", None)
        yield "utility_meter", slug(entry.title), {**called, **said}
        return
    tariffs = [str(tariff) for tariff in tariffs]
    ids = {tariff: _object_id(entry.row("sensor", f"{entry.id}_{tariff}"), "") for tariff in tariffs}
    other = {tariff: f"sensor.{id}" for tariff, id in ids.items() if id not in ("", slug(f"{entry.title} {tariff}"))}
    chosen = {"default_entity_id": other} if other else {}
    yield (
        "utility_meter",
        _object_id(entry.row("select"), entry.title),
        {"name": entry.title, **chosen, **said, "tariffs": tariffs},
    )


def _object_id(row: Entity | None, title: str) -> str:
    return row.entity_id.partition(".")[2] if row is not None else slug(title) if title else ""


def _switch_as(entry: _Entry) -> Iterator[_Put]:
    """A template that hands on to its switch; `invert` is for what is open or closed."""
    domain, switch = entry.options["target_domain"], str(entry.options.get("entity_id"))
    way, other = ("turn_on", "turn_off") if not entry.options.get("invert") else ("turn_off", "turn_on")
    does = {
        "cover": {"open_cover": way, "close_cover": other},
        "lock": {"unlock": way, "lock": other},
    }.get(domain, {"turn_on": "turn_on", "turn_off": "turn_off"})
    words = _WORDS.get(domain)
    is_on = f"is_state('{switch}', '{'on' if way == 'turn_on' else 'off'}')"
    said: dict[str, Any] = {
        "state": f"{{{{ '{words[0]}' if {is_on} else '{words[1]}' }}}}" if words else f"{{{{ states('{switch}') }}}}",
        "availability": f"{{{{ has_value('{switch}') }}}}",
    }
    for name, service in does.items():
        said[name] = [{"action": f"switch.{service}", "target": {"entity_id": switch}}]
    yield "template", "", {domain: {**entry.called(domain), **said}}


_WORDS: Final = {"cover": ("open", "closed"), "lock": ("unlocked", "locked")}
_TYPES: Final[Mapping[str, tuple[str, frozenset[str]]]] = {
    "group": ("group_type", GROUPS),
    "template": ("template_type", TEMPLATES),
    "switch_as_x": ("target_domain", frozenset({"cover", "fan", "light", "lock"})),
}
"""The option that tells of which kind a helper is, and the kinds that there are here."""
_KINDS: Final[Mapping[str, Callable[[_Entry], Iterator[_Put]]]] = {
    **dict.fromkeys(_PLATFORMS, _platform),
    "trend": _trend,
    "group": _group,
    "template": _template,
    "utility_meter": _meter,
    "switch_as_x": _switch_as,
}
DOMAINS: Final = (*_KINDS, *NOT_HERE)
"""Integrations whose entries are looked at."""
