"""What kind of thing each part of a rule file is: by its key where the file is a package, else by its looks and name.

A file may be a list of rules, one rule, a list of scenes, a mapping of scripts, one script, a blueprint, or a package
as Home Assistant has them: a mapping of domains, each perhaps with a label after a blank (`automation kitchen:`).
`configuration.yaml` is such a package too, and `homeassistant: packages:` in it holds more of them; what they say of
one script or helper is put together.
"""

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Any, Final

from homeserver.rules.reading.fields import kind_of
from homeserver.rules.reading.merging import merged
from homeserver.rules.reading.problem import RuleError
from homeserver.rules.reading.source import Source
from homeserver.rules.reading.yaml_source import Map, Seq, Tagged
from homeserver.topics.record import record

NAMED: Final = frozenset(
    {"counter", "group", "input_boolean", "input_button", "input_datetime", "input_number", "input_select"}
    | {"input_text", "schedule", "timer", "utility_meter"}
)
"""Domains whose blocks are mappings by object id."""
LISTED: Final = frozenset({"template", "zone"})
"""Domains whose blocks are lists of mappings that name their entities themselves."""
PLATFORMS: Final[Mapping[str, frozenset[str]]] = {
    "sensor": frozenset(
        {"derivative", "group", "history_stats", "integration", "min_max", "statistics", "template", "time_date"}
    ),
    "binary_sensor": frozenset({"group", "template", "threshold", "tod", "trend", "workday"}),
    "switch": frozenset({"group", "template"}),
    **dict.fromkeys(("alarm_control_panel", "vacuum"), frozenset({"template"})),
    **{
        domain: frozenset({"group", "template"})
        for domain in ("cover", "fan", "light", "lock", "media_player", "event", "valve")
    },
    "notify": frozenset({"group", "mqtt", "rest", "smtp"}),
}
"""Domains whose blocks are lists of mappings with a `platform`; these platforms are read."""
QUIET: Final = frozenset({"default_config", "frontend", "history", "http", "logbook", "logger", "recorder", "my"})
"""What a configuration holds that means nothing for rules, and that nobody misses here."""
OTHERS: Final = frozenset(
    {"alert", "alexa", "calendar", "camera", "climate", "cloud", "command_line", "conversation", "device_tracker"}
    | {"downloader", "google_assistant", "homekit", "ios", "influxdb", "intent_script", "knx", "lovelace", "lutron"}
    | {"modbus", "mqtt", "panel_custom", "panel_iframe", "plant", "proximity", "python_script", "rest", "rest_command"}
    | {"shell_command", "sql", "stream", "sun", "system_health", "tts", "weather", "wake_on_lan", "zha", "zwave_js"}
)
"""Domains by which a package is known that holds nothing else."""
KNOWN: Final = frozenset(
    {"automation", "script", "scene", "homeassistant", *NAMED, *LISTED, *PLATFORMS, *QUIET, *OTHERS}
)
_OURS: Final = sorted({"automation", "script", "scene", *NAMED, *LISTED, *PLATFORMS})
_BY_STEM: Final = {
    **{domain: domain for domain in ("automation", "script", "scene", *NAMED, *LISTED)},
    **{f"{domain}s": domain for domain in ("automation", "script", "scene", "group", "template", "timer", "counter")},
}
_RULE: Final = frozenset({"trigger", "triggers", "action", "actions"})
_Row = tuple[str, Any, int]
"""A key of a package, what it holds, and its place."""
_FORM: Final = "write a list of rules, each with triggers and actions"


@record
class Block:
    """A part of a file that is of one kind: a rule, a script with its object id, a helper, ..."""

    domain: str
    object_id: str
    node: Any
    place: int


def blocks(source: Source) -> Iterator[Block]:
    """The parts of a file in its order; raises `RuleError` where it is something else, warns of what is left out."""
    root, line, path = source.root, source.line, source.path
    hint = _BY_STEM.get(path.stem.lower(), "")
    within = {part.lower() for part in path.parent.parts[-3:]}
    match root:
        case None:
            return
        case Tagged():
            raise root.refusal("")
        case Seq():
            yield from _list(hint if hint in ("scene", *LISTED) else _looks(root), root, line)
        case Map() if "blueprint" in root:
            return  # it becomes a rule where it is used
        case Map() if "sequence" in root or ("use_blueprint" in root and within & {"script", "scripts"}):
            yield Block("script", path.stem, root, line)
        case Map() if "use_blueprint" in root or _RULE & root.keys():
            yield Block("automation", "", root, line)
        case Map() if "entities" in root and "name" in root and hint != "group":
            yield Block("scene", "", root, line)
        case Map() if hint == "script" and _are_scripts(root):
            yield from _domain("script", root, line)
        case Map() if _is_package(root, hint) or "packages" in within:
            yield from _Package(source).blocks(root)
        case Map() if hint or _are_scripts(root):
            yield from _domain(hint or "script", root, line)
        case Map():
            raise RuleError(f"holds no rules: {_FORM}", line)
        case _:
            raise RuleError(f"holds {kind_of(root)} where a list of rules is wanted", line)


def domain_of(key: Any) -> str:
    """The domain of a key in a package: what stands before the label."""
    return str(key).split(" ", 1)[0]


def _is_package(root: Map, hint: str) -> bool:
    """Whether its keys are domains; in a file with the name of a domain, all of them have to be."""
    found = [domain_of(key) in KNOWN for key in root]
    return all(found) and bool(found) if hint else any(found)


def _are_scripts(root: Map) -> bool:
    parts = list(root.values())
    return bool(parts) and all(
        isinstance(part, Map) and ("sequence" in part or "use_blueprint" in part) for part in parts
    )


def _looks(root: Seq) -> str:
    are_scenes = root and all(isinstance(part, Map) and "entities" in part and not _RULE & part.keys() for part in root)
    return "scene" if are_scenes else "automation"


class _Package:
    """One file that is a package, with the packages inside it. What nobody reads is told once."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._left: dict[str, int] = {}

    def blocks(self, root: Map) -> Iterator[Block]:
        for name, node, place in self._rows(root):
            domain = domain_of(name)
            if isinstance(node, Tagged):
                self._source.problems.append(self._source.places.problem(node.refusal(name)))
            elif domain in PLATFORMS:
                yield from self._platforms(domain, node, place)
            elif domain in ("automation", "scene", "script") or domain in NAMED | LISTED:
                yield from _domain(domain, node, place)
            elif domain not in QUIET and domain != "homeassistant":
                self._left.setdefault(domain, place)
        for name in list(self._left):  # other integrations have names of their own: only what is almost one of ours
            if name not in KNOWN and (near := get_close_matches(name, _OURS, 1, 0.85)):
                text = f"{name} is nothing known; did you mean {near[0]}?"
                self._source.warn(text, self._left.pop(name), "unknown")
        if self._left:
            names = ", ".join(sorted(self._left))
            self._source.warn(f"not supported yet: {names}", min(self._left.values()), "unsupported")

    def _rows(self, root: Map) -> list[_Row]:
        """All keys with what they hold and their places; those of packages that name things by keys are put together
        with what is said under the same key already."""
        rows = [(str(key), node, root.lines[key]) for key, node in root.items()]
        own = root.get("homeassistant")
        at = {name: number for number, (name, _, _) in enumerate(rows)}
        for package in self._packages(own) if isinstance(own, Map) else ():
            for key, node in package.items():
                name, number = str(key), at.get(str(key), -1)
                held = rows[number][1] if number >= 0 else None
                if isinstance(held, Map) and isinstance(node, Map) and domain_of(key) in {"script", *NAMED}:
                    rows[number] = (name, merged(held, node, self._twice, name), rows[number][2])
                else:
                    at[name] = len(rows)
                    rows.append((name, node, package.lines[key]))
        return rows

    def _twice(self, way: str, place: int, first: int) -> None:
        file, line = self._source.places.find(first)
        text = f"given already ({file}:{line}), and that counts: leave one out"
        self._source.problems.append(self._source.places.problem(RuleError(text, place, way)))

    def _packages(self, own: Map) -> Iterator[Map]:
        packages = own.get("packages")
        for name in ("customize", "customize_domain", "customize_glob"):
            if own.get(name):
                self._left.setdefault(f"homeassistant.{name}", own.lines[name])
        rows: list[tuple[Any, int]] = []
        match packages:
            case None:
                return
            case Map():
                rows = [(node, packages.lines[name]) for name, node in packages.items()]
            case Seq():
                rows = list(zip(packages, packages.lines, strict=True))
            case _:
                rows = [(packages, own.lines["packages"])]
        for node, place in rows:
            if isinstance(node, Map):
                yield node
            elif node is not None:
                text = f"a package is a mapping of domains such as automation and script, not {kind_of(node)}"
                error = (
                    node.refusal("") if isinstance(node, Tagged) else RuleError(text, place, "homeassistant.packages")
                )
                self._source.problems.append(self._source.places.problem(error))

    def _platforms(self, domain: str, node: Any, place: int) -> Iterator[Block]:
        for block in _list(domain, node, place):
            platform = block.node.get("platform") if isinstance(block.node, Map) else None
            if platform is None or str(platform) in PLATFORMS[domain]:
                yield block
            else:
                self._left.setdefault(f"{domain} with platform {platform}", block.place)


def _domain(domain: str, node: Any, place: int) -> Iterator[Block]:
    """The blocks under the key of one domain, or in a file that has its name."""
    if domain == "script" or domain in NAMED:
        if isinstance(node, Seq):
            for part, line in zip(node, node.lines, strict=True):
                yield from _domain(domain, part, line)
        elif isinstance(node, Map):
            for key, part in node.items():
                yield Block(domain, str(key), part, node.lines[key])
        elif node is not None:
            raise RuleError(f"{domain} must be a mapping by name, not {kind_of(node)}", place, domain)
        return
    yield from _list(domain, node, place)


def _list(domain: str, node: Any, place: int) -> Iterator[Block]:
    """The items of a list; one alone counts as a list, lists in lists (from `!include_dir_list`) as one."""
    if isinstance(node, Seq):
        for part, line in zip(node, node.lines, strict=True):
            if isinstance(part, Seq):
                yield from _list(domain, part, line)
            elif part is not None and part != {}:
                yield Block(domain, "", part, part.line if isinstance(part, Map) and not line else line)
    elif node is not None and node != {}:
        yield Block(domain, "", node, place)
