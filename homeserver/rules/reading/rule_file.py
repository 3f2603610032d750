"""Rule files: from the YAML of a file to what it holds, with every fault told and none spoiling anything else.

What a file may be: see `package.py`. What tags it may hold: see `source.py`.
"""

import hashlib
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from homeserver.rules.compiler import Compiler
from homeserver.rules.program import Program, kind_of_step
from homeserver.rules.reading.automation import compile_automation, compile_script
from homeserver.rules.reading.blueprint import Blueprints, Filled, parse
from homeserver.rules.reading.book import Book, Owned
from homeserver.rules.reading.fields import Fields, kind_of
from homeserver.rules.reading.package import LISTED, NAMED, PLATFORMS, Block, blocks
from homeserver.rules.reading.problem import Problem, RuleError, Severity, with_article
from homeserver.rules.reading.scene import read_scene
from homeserver.rules.reading.shelf import Shelf
from homeserver.rules.reading.source import Source
from homeserver.rules.reading.sources import Sources
from homeserver.rules.reading.touched import touched
from homeserver.rules.reading.yaml_source import Map, Seq
from homeserver.rules.rule import Compiled
from homeserver.rules.triggers.trigger import Trigger
from homeserver.topics.names import OBJECT_ID, slug
from homeserver.view.templates import Templates

__all__ = ["Book", "Reader", "read_file", "read_text"]
_VERBS: Final = ("reload", "toggle", "turn_off", "turn_on")
"""Names of services of every script: no script can be called so."""


def read_file(path: Path, name: str, templates: Templates, shelf: Shelf, book: Book) -> Iterator[None]:
    """Put what one file by itself holds into a book; a step for each rule. Its folder counts as that of the rules."""
    reader = Reader(Sources(path.parent, shelf), templates)
    yield from reader.read(Source(reader.sources, path, name).load(), book)


def read_text(text: str, name: str, templates: Templates, root: Path | None = None, book: Book | None = None) -> Book:
    """The same with the text of a file at hand, as if it stood in `root`."""
    book = Book() if book is None else book
    folder = root or Path("/nowhere")
    reader = Reader(Sources(folder), templates)
    source = Source(reader.sources, folder / name, name)
    source.parsed(text)
    for _ in reader.read(source, book):
        pass
    return book


class Reader:
    """Compiles the files of one reading of the folder. Blueprints that they use are read once."""

    def __init__(self, sources: Sources, templates: Templates) -> None:
        self.sources = sources
        self._templates = templates
        self._blueprints = Blueprints(sources)

    def read(self, source: Source, book: Book) -> Iterator[None]:
        """Put what a file holds into a book; a step for each part of it."""
        try:
            parts = blocks(source) if source.is_read else iter(())
            for number, block in enumerate(parts):
                _Part(source, block, number, book, self._blueprints, self._templates).read()
                yield
            if source.is_blueprint:
                parse(source)
        except RuleError as error:
            source.problems.append(source.places.problem(error))
        book.problems[:0] = source.problems
        source.root = None  # who keeps a part of it keeps no more than that


class _Part:
    """One part of a file on its way into the book."""

    def __init__(
        self, source: Source, block: Block, number: int, book: Book, blueprints: Blueprints, templates: Templates
    ) -> None:
        self._source = source
        self._block = block
        self._number = number
        self._book = book
        self._blueprints = blueprints
        self._templates = templates
        self._filled: Filled | None = None
        self._node: Map = Map()

    def read(self) -> None:
        domain = self._block.domain
        if not self._is_mapping(domain):
            return
        if domain in ("automation", "script"):
            self._compile(domain)
        elif domain == "scene":
            self._scene()
        elif domain in NAMED or domain in LISTED or domain in PLATFORMS:
            self._own()

    def _is_mapping(self, domain: str) -> bool:
        node, object_id = self._block.node, self._block.object_id
        if isinstance(node, Map):
            self._node = node
            return True
        if domain == "group" and isinstance(node, str | Seq):  # its members alone
            self._node.line = self._block.place
            self._node["entities"], self._node.lines = node, {"entities": self._block.place}
            return True
        if node is None and domain in NAMED:
            self._node.line = self._block.place
            return True
        way = object_id or f"[{self._number}]"
        what = {"automation": "rule"}.get(domain, domain)
        error = RuleError(f"{with_article(what)} is a mapping, not {kind_of(node)}", self._block.place, way)
        self._book.problems.append(self._problem(error, ""))
        return False

    def _fill(self, domain: str) -> None:
        """Put a blueprint in the place of its use; raises `RuleError`."""
        if "use_blueprint" in self._node:
            self._filled = self._blueprints.filled(self._node, self._source, domain)
            self._node = self._filled.node

    def _told_doubts(self, key: str) -> list[Problem]:
        """What does not fit between a blueprint and its use."""
        doubts = self._filled.doubts if self._filled is not None else ()
        return [self._source.places.problem(doubt, key, "warning") for doubt in doubts]

    def _line_of(self, place: int) -> int:
        """The line in the rule's own file: of what comes out of a blueprint, that of its use."""
        error = RuleError("", place)
        return self._source.places.find((error if self._filled is None else self._filled.told(error)).line)[1]

    def _problem(self, error: RuleError, rule: str, severity: Severity = "error") -> Problem:
        if self._filled is not None:
            error = self._filled.told(error)
        return self._source.places.problem(error, rule, severity)

    # -- rules and scripts

    def _compile(self, domain: str) -> None:
        compiler = Compiler(self._templates)
        is_script = domain == "script"
        made: dict[str, Any] = {}
        try:
            self._fill(domain)
            if len(self._source.places.names) > 1:
                compiler.line_of = self._line_of
            if is_script:
                self._check_name(self._block.object_id)
            made = (compile_script if is_script else compile_automation)(Fields(self._node), compiler)
        except RuleError as error:
            compiler.faults.append(error)
        bare = self._bare(is_script)
        if hidden := self._source.places.hidden:
            made = {name: hidden.mask(value) if isinstance(value, str) else value for name, value in made.items()}
        leaves = tuple(compiler.leaves)
        bare["print"] += _shape(compiler.program, made.get("triggers", ()))
        compiled = Compiled(**(bare | made), program=compiler.program, leaves=leaves, about=compiler.about)
        key = f"script.{compiled.id}" if is_script else compiled.id
        problems = [self._problem(fault, key) for fault in compiler.faults]
        problems += [self._problem(doubt, key, "warning") for doubt in compiler.warnings]
        problems += self._told_doubts(key)
        take = self._book.script if is_script else self._book.rule
        take(compiled, problems, bool(compiler.faults), (self._node, self._problem))

    def _bare(self, is_script: bool) -> dict[str, Any]:
        """What is known of a rule whatever else is wrong with it: where it stands and what it is called."""
        node, places = self._node, self._source.places
        file, line = places.find(self._block.place)
        given = node.get("id") if isinstance(node.get("id"), str | int) else None
        alias = node.get("alias") if isinstance(node.get("alias"), str) else None
        if is_script:
            id, given = slug(self._block.object_id), self._block.object_id
        else:
            id = slug(places.hidden.mask(str(given or alias or f"{Path(file).stem}_{self._number + 1}")))
        return {
            "id": id,
            "alias": places.hidden.mask(str(alias or (given if is_script else id))),
            "description": "",
            "file": file,
            "line": line,
            "print": _print(node),
            "kind": "script" if is_script else "rule",
            "named": is_script or given is not None,
            "id_line": places.find(node.lines["id"])[1] if "id" in node else 0,
            "hidden": places.hidden or None,
            "touches": touched(node),
        }

    def _check_name(self, name: str) -> None:
        if not OBJECT_ID.fullmatch(name):
            text = f"{name!r} cannot be the name of a script: use a-z, 0-9 and _, such as {slug(name)}"
            raise RuleError(text, self._block.place, name)
        if name in _VERBS:
            raise RuleError(
                f"a script cannot be called {name}: that is what all scripts can be told", self._block.place, name
            )

    # -- scenes, and what else the engine owns

    def _scene(self) -> None:
        if str(self._node.get("platform", "homeassistant")) != "homeassistant":
            text = f"not supported yet: scene with platform {self._node['platform']}"
            error = RuleError(text, self._block.place, "platform", "unsupported")
            self._book.problems.append(self._problem(error, "", "warning"))
            return
        for node in self._scenes():
            file, line = self._source.places.find(node.line)
            try:
                self._book.scene(read_scene(Fields(node), file, line, _print(node)))
            except RuleError as error:
                key = f"scene.{slug(str(node.get('name') or 'unnamed'))}"
                self._book.problems.append(self._problem(error, key))

    def _scenes(self) -> Iterator[Map]:
        """One, or those in the old form `platform: homeassistant, states: [...]`."""
        if "states" not in self._node:
            yield self._node
            return
        states = self._node["states"]
        yield from (node for node in (states if isinstance(states, list) else [states]) if isinstance(node, Map))

    def _own(self) -> None:
        block = self._block
        key = f"{block.domain}.{block.object_id}"
        try:
            if block.object_id and not OBJECT_ID.fullmatch(block.object_id):
                text = f"{block.object_id!r} cannot be a name: use a-z, 0-9 and _, such as {slug(block.object_id)}"
                raise RuleError(text, block.place, block.object_id)
            self._fill(block.domain)
        except RuleError as error:
            self._book.problems.append(self._problem(error, key))
            return
        self._book.problems += self._told_doubts(key)
        way = block.object_id or block.domain
        file, line = self._source.places.find(block.place)
        fields = Fields(self._node, way)
        self._book.own(Owned(block.domain, block.object_id, fields, file, line, _print(self._node), self._problem))


def _print(node: Any) -> str:
    """What a rule says, as a short text that is another one when it changes."""
    return hashlib.sha256(repr(node).encode("utf-8", "replace")).hexdigest()


def _shape(program: Program, triggers: tuple[Trigger, ...]) -> str:
    """What the text was compiled to, as a short text: the numbers of its steps and triggers mean the same as long as it
    stays the same. Another version of homeserver may make other steps of the same text."""
    steps = (f"{way} {kind_of_step(step)}" for way, step in zip(program.ways, program.steps, strict=True))
    rows = "\n".join((*steps, *(f"{trigger.number} {trigger.kind}" for trigger in triggers)))
    return f".{zlib.crc32(rows.encode('utf-8', 'replace')):08x}"
