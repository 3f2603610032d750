"""Blueprints: rules with gaps, and rules that are made by filling them.

A blueprint comes from `blueprints/<domain>/PATH` below the folder of the rules, or from beside the file that uses it.
It may come from strangers: `!secret`, `!include` and `!env_var` mean nothing in it.
https://www.home-assistant.io/docs/blueprint/schema/
"""

from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from homeserver.rules.reading.fields import Fields, kind_of
from homeserver.rules.reading.places import STEP
from homeserver.rules.reading.problem import RuleError, nearest
from homeserver.rules.reading.selectors import unfit, wrong_selector
from homeserver.rules.reading.source import Source
from homeserver.rules.reading.sources import Refused, Sources
from homeserver.rules.reading.yaml_source import DEEPEST, MOST, Map, Seq, Tagged
from homeserver.topics.record import record

FOLDER: Final = "blueprints"
DOMAINS: Final = ("automation", "script", "template")
NEWEST: Final = (2026, 11)
"""The version of Home Assistant whose language was looked at last."""
_MISSING: Final = object()
_SPELLINGS: Final = {"trigger": "triggers", "condition": "conditions", "action": "actions"}


@record
class Input:
    """One gap. `selector` is empty where the blueprint gives none."""

    name: str
    default: Any
    selector: Mapping[str, Any]
    line: int

    @property
    def needed(self) -> bool:
        return self.default is _MISSING


@record
class Blueprint:
    """What a blueprint file says; lines are its own. `body` is what is to be filled, with `blueprint` itself."""

    name: str
    title: str
    domain: str
    inputs: Mapping[str, Input]
    body: Map
    doubts: tuple[RuleError, ...]


@dataclass(slots=True)
class Filled:
    """What an instance becomes. Knows where each gap was, so that a fault can be told with both places."""

    node: Map
    blueprint: Blueprint
    base: int
    place: int
    doubts: list[RuleError] = field(default_factory=list)
    own: list[int] = field(default_factory=list)
    """Places of the fields that stand beside the use of the blueprint."""
    gaps: list[tuple[int, str, int]] = field(default_factory=list)
    """Place of what was given, name of the input, line in the blueprint at which it is used first."""

    def told(self, error: RuleError) -> RuleError:
        """A fault in what was made, as one of the instance that names the blueprint's line too."""
        line = error.line - self.base
        if 0 < line < STEP:
            text = f"{error.text} (blueprint {self.blueprint.name}:{line})"
            return RuleError(text, self.place, error.field, error.code)
        at = bisect_right(self.gaps, error.line, key=lambda gap: gap[0]) - 1
        if at >= 0 and max((own for own in self.own if own <= error.line), default=0) <= self.gaps[at][0]:
            _, name, line = self.gaps[at]
            text = f"{error.text} (input {name} of blueprint {self.blueprint.name}:{line})"
            return RuleError(text, error.line, error.field, error.code)
        return error


def parse(source: Source) -> Blueprint:
    """What a file says that was loaded plain; raises `RuleError` with a line of its own."""
    root = source.root
    if not isinstance(root, Map) or not isinstance(root.get("blueprint"), Map):
        raise RuleError("holds no blueprint: it needs a mapping with the field blueprint", source.line)
    head = Fields(root["blueprint"], "blueprint")
    title = head.text("name") or source.path.stem
    domain = head.choice("domain", DOMAINS, "automation") if head.need("domain", "say automation or script") else ""
    for name in ("description", "author", "source_url", "homeassistant", "input", "icon"):
        head.take(name)
    head.done()
    doubts = list(_version(head))
    inputs: dict[str, Input] = {}
    for name, node, line, way in _inputs(head):
        if name in inputs:
            raise RuleError(f"input {name!r} is there twice (line {inputs[name].line})", line, way)
        inputs[name] = _input(name, node, line, way, doubts)
    for tagged in sorted(_gaps(root), key=lambda found: found.line):
        if str(tagged.value) not in inputs:
            text = f"!input {tagged.value}: the blueprint has no such input{nearest(str(tagged.value), inputs)}"
            raise RuleError(text, tagged.line, "")
    return Blueprint(source.name, title, domain, inputs, root, tuple(doubts))


def _version(head: Fields) -> Iterator[RuleError]:
    if not isinstance(head.take("homeassistant"), Map):
        return
    inner = head.inner("homeassistant")
    least = str(inner.take("min_version") or "")
    if not least:
        return
    parts = least.split(".")
    if len(parts) != 3 or not all(part.isdecimal() for part in parts):
        raise inner.wrong(f"min_version must look like 2024.6.0, not {least!r}", "min_version")
    if (int(parts[0]), int(parts[1])) > NEWEST:
        text = f"wants Home Assistant {least}, whose language may be newer than what is understood here"
        yield RuleError(text, inner.line("min_version"), inner.where("min_version"), "doubtful")


def _inputs(head: Fields) -> Iterator[tuple[str, Any, int, str]]:
    """The inputs, those in sections too: name, what is said of it, line, way."""
    if head.take("input") is None:
        return
    outer = head.inner("input")
    for name, node in outer.node.items():
        if isinstance(node, Map) and "input" in node:
            section = Fields(node, outer.where(str(name)))
            if section.take("input") is not None:
                inner = section.inner("input")
                for own, below in inner.node.items():
                    yield str(own), below, inner.line(own), inner.where(str(own))
        else:
            yield str(name), node, outer.line(name), outer.where(str(name))


def _input(name: str, node: Any, line: int, way: str, doubts: list[RuleError]) -> Input:
    if node is None:
        return Input(name, _MISSING, {}, line)
    if not isinstance(node, Map):
        raise RuleError(f"an input is a mapping such as name: Lamp, not {kind_of(node)}", line, way)
    selector = node.get("selector")
    if selector is not None and (fault := wrong_selector(selector)):
        doubts.append(RuleError(fault, node.lines["selector"], f"{way}.selector", "doubtful"))
        selector = None
    chosen = {selector: None} if isinstance(selector, str) else selector or {}
    return Input(name, node.get("default", _MISSING), chosen, line)


def _gaps(value: Any) -> Iterator[Tagged]:
    """Every `!input` in a value."""
    left = [value]
    while left:
        match left.pop():
            case Tagged(tag="!input") as found:
                yield found
            case Map() as inner:
                left += inner.values()
            case Seq() as row:
                left += row


class Blueprints:
    """The blueprints that were used in one reading of the folder, each read once."""

    def __init__(self, sources: Sources) -> None:
        self._sources = sources
        self._known: dict[Path, Blueprint | RuleError] = {}

    def filled(self, node: Map, source: Source, domain: str) -> Filled:
        """What an instance becomes; raises `RuleError` at a place of the instance."""
        fields = Fields(node)
        use = fields.inner("use_blueprint")
        path = self._find(use, source, domain)
        blueprint = self._blueprint(path, use)
        if blueprint.domain != domain:
            raise use.wrong(f"{blueprint.name} is a blueprint for {blueprint.domain}, not for {domain}", "path")
        given = use.inner("input").node if use.take("input") is not None else Map()
        use.done()
        place = fields.line("use_blueprint")
        return _Filling(blueprint, node, given, source.places.base(blueprint.name), use, place).filled()

    def _find(self, use: Fields, source: Source, domain: str) -> Path:
        text = str(use.need("path", "name the file of a blueprint, such as homeassistant/motion_light.yaml"))
        if not text.endswith((".yaml", ".yml")):
            raise use.wrong(f"path must end in .yaml, not {text!r}", "path")
        folder = self._sources.root / FOLDER / domain
        try:
            places = [self._sources.inside(folder, text), self._sources.inside(source.path.parent, text)]
        except Refused as error:
            raise use.wrong(error.text, "path") from error
        source.need(*places)
        found = next((path for path in places if path.is_file()), None)
        if found is None:
            known = [path.relative_to(folder).as_posix() for path in folder.rglob("*.yaml")]
            text = f"there is no blueprint {text!r} in {FOLDER}/{domain} or beside this file{nearest(text, known)}"
            raise RuleError(text, use.line("path"), use.where("path"), "unknown")
        return found

    def _blueprint(self, path: Path, use: Fields) -> Blueprint:
        if path not in self._known:
            try:
                source = Source(self._sources, path).load(plain=True)
                if not source.is_read:
                    raise RuleError(source.problems[-1].text, source.problems[-1].line, "", "yaml")
                self._known[path] = parse(source)
            except RuleError as error:
                self._known[path] = error
        found = self._known[path]
        if isinstance(found, RuleError):
            where = f"{found.field}: " if found.field else ""
            text = f"blueprint {self._sources.name(path)}:{found.line}: {where}{found.text}"
            raise RuleError(text, use.line("path"), use.where("path"), found.code)
        return found


class _Filling:
    """Fills the gaps of one blueprint for one instance."""

    def __init__(self, blueprint: Blueprint, node: Map, given: Map, base: int, use: Fields, place: int) -> None:
        self._blueprint = blueprint
        self._node = node
        self._given = given
        self._base = base
        self._use = use
        self._left = MOST
        self._made = Filled(Map(), blueprint, base, place)

    def filled(self) -> Filled:
        self._check()
        made = self._made
        body = self._copy(self._blueprint.body, 0)
        made.node.line = self._node.line
        own = {_SPELLINGS.get(key, key) for key in self._node}
        for source, skip in ((body, own | {"blueprint"}), (self._node, {"use_blueprint"})):
            for key, value in source.items():
                if _SPELLINGS.get(key, key) not in skip:
                    made.node[key], made.node.lines[key] = value, source.lines[key]
        made.own = [line for key, line in self._node.lines.items() if key != "use_blueprint"]
        made.gaps.sort()
        return made

    def _check(self) -> None:
        inputs, use = self._blueprint.inputs, self._use
        missing = [name for name, one in inputs.items() if one.needed and name not in self._given]
        if missing:
            lines = ", ".join(f"{name} (line {inputs[name].line})" for name in missing)
            raise use.wrong(f"input is missing for blueprint {self._blueprint.name}: {lines}", "input")
        self._made.doubts += [
            RuleError(f"blueprint {self._blueprint.name}:{one.line}: {one.text}", use.line("path"), one.field, one.code)
            for one in self._blueprint.doubts
        ]
        for name, value in self._given.items():
            line, way = self._given.lines[name], f"use_blueprint.input.{name}"
            known = inputs.get(str(name))
            if known is None:
                text = f"blueprint {self._blueprint.name} has no input {name!r}{nearest(str(name), inputs)}"
                self._made.doubts.append(RuleError(text, line, way, "doubtful"))
            elif fault := unfit(known.selector, value):
                text = f"{fault} (input {name} of blueprint {self._blueprint.name}:{known.line})"
                self._made.doubts.append(RuleError(text, line, way, "doubtful"))

    def _copy(self, value: Any, depth: int) -> Any:
        """A part of the blueprint with its gaps filled and its lines made places."""
        self._count()
        if depth > DEEPEST:
            raise self._use.wrong(f"nested more than {DEEPEST} deep with what was given", "input")
        if isinstance(value, Map):
            made = Map()
            made.line = value.line + self._base
            for key, part in value.items():
                made[key], made.lines[key] = self._part(part, value.lines[key], depth)
            return made
        if isinstance(value, Seq):
            row = Seq()
            row.line = value.line + self._base
            for part, line in zip(value, value.lines, strict=True):
                filled, place = self._part(part, line, depth)
                row.append(filled)
                row.lines.append(place)
            return row
        return value

    def _part(self, value: Any, line: int, depth: int) -> tuple[Any, int]:
        if not isinstance(value, Tagged):
            return self._copy(value, depth + 1), line + self._base
        if value.tag != "!input":
            text = f"{value.tag} is not read in blueprints, which may come from strangers: make it an input"
            return Tagged(value.tag, value.value, value.line + self._base, text, "invalid"), line + self._base
        name = str(value.value)
        if name not in self._given:
            return self._copy(self._blueprint.inputs[name].default, depth + 1), line + self._base
        place = self._given.lines[name]
        self._made.gaps.append((place, name, value.line))
        self._weigh(self._given[name], depth + 1)
        return self._given[name], place

    def _count(self) -> None:
        self._left -= 1
        if self._left < 0:
            raise self._use.wrong(f"more than {MOST} values with what was given: take something out", "input")

    def _weigh(self, value: Any, depth: int) -> None:
        """Count what was given, each time that it is used."""
        self._count()
        if depth > DEEPEST:
            raise self._use.wrong(f"nested more than {DEEPEST} deep with what was given", "input")
        if isinstance(value, Map | Seq):
            for part in value.values() if isinstance(value, Map) else value:
                self._weigh(part, depth + 1)
