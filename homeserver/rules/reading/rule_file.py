"""Rule files: from the YAML of a file to compiled rules, with every fault told and no rule spoiling another.

A file holds a list of rules, one rule, or a mapping with the key `automation` as Home Assistant's packages have it.
Both spellings are read, side by side: trigger/triggers, condition/conditions, action/actions, platform/trigger,
service/action.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from homeserver.rules.actions.table import compile_block
from homeserver.rules.compiler import Compiler
from homeserver.rules.conditions.table import compile_conditions
from homeserver.rules.program import Label
from homeserver.rules.reading.fields import Fields, kind_of
from homeserver.rules.reading.problem import Problem, RuleError, not_yet
from homeserver.rules.reading.shelf import Shelf
from homeserver.rules.reading.yaml_source import LARGEST, Document, Map, Seq, SourceError, read
from homeserver.rules.rule import MODES, Compiled
from homeserver.rules.triggers.table import compile_trigger
from homeserver.rules.triggers.trigger import Trigger
from homeserver.topics.names import slug
from homeserver.view.templates import Templates

_IGNORED: Final = ("note", "trace", "hide_entity", "category", "labels", "icon", "area")
"""Fields that say nothing about what a rule does."""
_QUIET: Final = ("silent", "warning", "critical", "error", "info", "debug")


@dataclass(slots=True)
class Book:
    """What the files of a folder say: rules that can run, and problems with the others and with whole files."""

    rules: dict[str, Compiled] = field(default_factory=dict)
    refused: dict[str, Compiled] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    sources: dict[str, Map] | None = None
    """The rules as they are written, for whoever puts a dict here before reading: it takes memory."""

    def problems_of(self, id: str) -> list[Problem]:
        return [problem for problem in self.problems if problem.rule == id]

    def holder(self, id: str) -> Compiled | None:
        """The rule that has this id already."""
        return self.rules.get(id) or self.refused.get(id)

    def add(self, other: "Book") -> None:
        """Take in the rules of another file; of two rules with one id the first stays."""
        taken = {id: holder for id in (*other.rules, *other.refused) if (holder := self.holder(id)) is not None}
        for id, holder in taken.items():
            rule = other.rules.get(id) or other.refused[id]
            self.problems.append(same_id(id, rule.file, rule.line, holder))
        self.rules |= {id: rule for id, rule in other.rules.items() if id not in taken}
        self.refused |= {id: rule for id, rule in other.refused.items() if id not in taken}
        self.problems += [problem for problem in other.problems if problem.rule not in taken]


def same_id(id: str, file: str, line: int, holder: Compiled) -> Problem:
    text = f"another rule has the id {id!r} ({holder.file}:{holder.line}): give this one its own"
    return Problem(file, line, "", "id", text)


def read_file(path: Path, name: str, templates: Templates, shelf: Shelf, book: Book) -> Iterator[None]:
    """Put the rules of one file into a book, whatever is wrong with it as a problem; a step for each rule."""
    try:
        if path.stat().st_size > LARGEST:
            raise SourceError(f"larger than {LARGEST // 1024} KiB: split the file", 1)
        document = shelf.document(name, path.read_bytes().decode())
    except OSError as error:
        book.problems.append(Problem(name, 1, "", "", f"cannot be read: {error.strerror or error}", "yaml"))
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        book.problems.append(Problem(name, line, "", "", "is no UTF-8 text: save it as UTF-8", "yaml"))
    except SourceError as error:
        book.problems.append(Problem(name, error.line, "", "", error.text, "yaml"))
    else:
        yield from _read_document(document, name, templates, book)


def read_text(text: str, name: str, templates: Templates) -> Book:
    """The same with the text of a file at hand."""
    book = Book()
    try:
        for _ in _read_document(read(text), name, templates, book):
            pass
    except SourceError as error:
        book.problems.append(Problem(name, error.line, "", "", error.text, "yaml"))
    return book


def _read_document(document: Document, name: str, templates: Templates, book: Book) -> Iterator[None]:
    try:
        rows = list(_rules(document.root, document.line))
    except RuleError as error:
        book.problems.append(Problem(name, error.line, "", error.field, error.text, error.code))
        return
    for line, remark in document.remarks:
        book.problems.append(Problem(name, line, "", "", remark, "yaml"))
    for number, (node, line) in enumerate(rows):
        _read_rule(node, line, name, number, templates, book)
        yield


def _rules(root: Any, line: int) -> Iterator[tuple[Any, int]]:
    """The rules in a file with their lines; raises `RuleError` where the file is something else."""
    match root:
        case None:
            return
        case Seq():
            yield from zip(root, root.lines, strict=True)
        case Map() if any(name in root for name in ("trigger", "triggers", "action", "actions", "use_blueprint")):
            if "blueprint" in root:
                raise not_yet("blueprint", root.lines["blueprint"], "blueprint")
            yield root, root.line
        case Map():
            names = [name for name in root if str(name).split(" ")[0] == "automation"]
            if not names:
                raise RuleError("holds no rules: write a list of rules, each with triggers and actions", line)
            for name in names:
                inner = root[name]
                yield from _rules(inner if isinstance(inner, Map | Seq | None) else Seq(), root.lines[name])
        case _:
            raise RuleError(f"holds {kind_of(root)} where a list of rules is wanted", line)


def _read_rule(node: Any, line: int, file: str, number: int, templates: Templates, book: Book) -> None:
    if not isinstance(node, Map):
        book.problems.append(Problem(file, line, "", f"[{number}]", f"a rule is a mapping, not {kind_of(node)}"))
        return
    id = _id(node, file, number)
    if (holder := book.holder(id)) is not None:
        book.problems.append(same_id(id, file, node.lines.get("id", line), holder))
        return
    if book.sources is not None:
        book.sources[id] = node
    compiler = Compiler(templates)
    compiled = Compiled(id, str(node.get("alias") or id), "", file, line, _print(node))
    try:
        compiled = _compile(Fields(node), compiler, compiled)
    except RuleError as error:
        compiler.faults.append(error)
    for fault in compiler.faults:
        book.problems.append(Problem(file, fault.line, id, fault.field, fault.text, fault.code))
    for doubt in compiler.warnings:
        book.problems.append(Problem(file, doubt.line, id, doubt.field, doubt.text, doubt.code, "warning"))
    (book.refused if compiler.faults else book.rules)[id] = compiled


def _id(node: Map, file: str, number: int) -> str:
    given = node.get("id") if isinstance(node.get("id"), str | int) else None
    alias = node.get("alias") if isinstance(node.get("alias"), str) else None
    return slug(str(given or alias or f"{Path(file).stem}_{number + 1}"))


def _print(node: Map) -> str:
    """What a rule says, as a short text that is another one when it changes."""
    return hashlib.sha256(repr(node).encode("utf-8", "replace")).hexdigest()


def _compile(fields: Fields, compiler: Compiler, bare: Compiled) -> Compiled:
    if "use_blueprint" in fields:
        raise not_yet("use_blueprint", fields.line("use_blueprint"), "use_blueprint")
    fields.take("id")
    alias, description = fields.text("alias", bare.alias), fields.text("description")
    mode = fields.choice("mode", MODES, "single")
    most = fields.whole("max", 10, 1)
    silent = str(fields.take("max_exceeded", "warning")).lower()
    if silent not in _QUIET:
        raise fields.wrong(f"max_exceeded must be one of {', '.join(_QUIET)}, not {silent!r}", "max_exceeded")
    constants = _variables(fields, "trigger_variables", compiler)
    triggers = _triggers(fields, compiler, constants)
    conditions = compile_conditions(fields, fields.first("conditions", "condition"), compiler)
    actions = fields.first("actions", "action")
    fields.need(actions, "say what to do")
    end = Label()
    compile_block(fields, actions, compiler, end)
    compiler.program.place(end)
    variables = constants | _variables(fields, "variables", compiler)
    enabled = fields.flag("initial_state", True)
    fields.done(*_IGNORED)
    return Compiled(
        id=bare.id,
        alias=alias,
        description=description,
        file=bare.file,
        line=bare.line,
        print=bare.print,
        mode=mode,
        most=most,
        silent=silent == "silent",
        enabled=enabled,
        triggers=triggers,
        conditions=conditions,
        program=compiler.program,
        variables=variables,
        about=compiler.about,
    )


def _variables(fields: Fields, name: str, compiler: Compiler) -> dict[str, Any]:
    if fields.take(name) is None:
        return {}
    inner = fields.inner(name)
    made: dict[str, Any] = compiler.data(inner.node, inner.line(), inner.way)
    return made


def _triggers(fields: Fields, compiler: Compiler, constants: dict[str, Any]) -> tuple[Trigger, ...]:
    name = fields.first("triggers", "trigger")
    made: list[Trigger] = []
    for number, item in enumerate(_flat(fields, name)):
        try:
            if not isinstance(item, Fields):
                raise RuleError(f"a trigger is a mapping such as trigger: state, not {kind_of(item[0])}", *item[1:])
            found = compile_trigger(item, compiler, number)
        except RuleError as error:
            compiler.faults.append(error)
            continue
        if found is not None:
            found.constants = constants
            made.append(found)
    return tuple(made)


def _flat(fields: Fields, name: str) -> Iterator[Any]:
    """The triggers of a field, those in nested lists (`- triggers: [...]`) too."""
    for item in fields.maps(name):
        if isinstance(item, Fields) and "triggers" in item.node and "trigger" not in item.node:
            yield from _flat(item, "triggers")
        else:
            yield item
