"""What the files bring beside rules: helpers, groups, template entities, scenes. Makes them for a look, without a home.

Needs a book that was read with the templates that are given; keeps nothing.
"""

from collections.abc import Iterator, Mapping

from homeserver.rules.check.doubt import MAYBE, SURE
from homeserver.rules.check.known import Known
from homeserver.rules.check.names import entity_unknown
from homeserver.rules.check.outline import Outline, entities, outline
from homeserver.rules.check.values import impossible
from homeserver.rules.compiler import Compiler
from homeserver.rules.notifying import notifying
from homeserver.rules.owned.table import is_zone_there, things_of
from homeserver.rules.owned.thing import OWNER
from homeserver.rules.reading.book import Book, Owned, Scene
from homeserver.rules.reading.problem import Problem, RuleError
from homeserver.rules.reading.yaml_source import Map, Seq
from homeserver.view.templates import Templates

_NAMING = ("entity_id", "entity_ids", "entities", "source")
"""Fields that name entities."""
_OTHERS = ("notify",)
"""What is no entity of the rules' own."""


def made(book: Book, known: Known, templates: Templates) -> tuple[list[str], list[Problem]]:
    """The ids of the entities that the blocks of the files make, and what is wrong with the blocks."""
    ids: dict[str, Owned] = {}
    problems: list[Problem] = []
    for owned in book.owned:
        if owned.domain not in _OTHERS and not is_zone_there(owned, known.things):
            compiler = Compiler(templates)
            try:
                for thing in things_of(owned, compiler):
                    problems += _taken(thing.entity_id, owned, ids, known)
                    ids.setdefault(thing.entity_id, owned)
            except RuleError as error:
                compiler.faults.append(error)
            for fault in compiler.faults:  # what is not built yet is told as a doubt, as other blocks of a package are
                problems.append(owned.problem(fault, "warning" if fault.code == "unsupported" else "error"))
            problems += [owned.problem(doubt, "warning") for doubt in compiler.warnings]
    return list(ids), [*problems, *notifying(book, None)[1]]


def _taken(id: str, owned: Owned, ids: Mapping[str, Owned], known: Known) -> Iterator[Problem]:
    """An id that something else has, so that nothing comes of this one."""
    thing, first = known.things.get(id), ids.get(id)
    if first is not None:
        text = f"{id} is made already ({first.file}:{first.line}), and nothing comes of this one: give it another name"
        yield owned.problem(RuleError(text, owned.line), MAYBE)
    elif thing is not None and thing.owner not in ("", OWNER):
        text = f"{id} is there already, of the worker {thing.owner}: call this one something else"
        yield owned.problem(RuleError(text, owned.line), SURE)


def outlines(book: Book) -> Iterator[Outline]:
    """The blocks as trees, so that what they name and calculate can be looked at as in a rule."""
    for owned in book.owned:
        if owned.domain not in _OTHERS:
            yield outline(owned.key, owned.fields.node, owned.tell)


def named(book: Book, known: Known) -> Iterator[Problem]:
    """Entities that helpers, groups and scenes name and nobody has: they may come, so these are doubts."""
    for owned in book.owned:
        if owned.domain not in _OTHERS:
            for id, line in _named(owned.fields.node):
                if (text := entity_unknown(id, known)) is not None:
                    yield owned.problem(RuleError(text, line, owned.fields.way, "entity"), MAYBE)
    for scene in book.scenes.values():
        yield from _of_scene(scene, known)


def _named(node: Map) -> Iterator[tuple[str, int]]:
    for name, value in node.items():
        line = node.lines.get(name, node.line)
        if name in ("trigger", "triggers", "condition", "conditions", "action", "actions"):
            continue  # these are looked at as those of a rule
        if name in _NAMING and not isinstance(value, Map):
            yield from ((id, line) for id in entities(value))
        for inner in value if isinstance(value, Seq) else (value,):
            if isinstance(inner, Map):
                yield from _named(inner)


def _of_scene(scene: Scene, known: Known) -> Iterator[Problem]:
    for id, wanted in scene.entities.items():
        key, where = f"scene.{scene.id}", "entities"
        if (text := entity_unknown(id, known)) is not None:
            yield Problem(scene.file, scene.line, key, where, text, "entity", MAYBE)
        elif (text := impossible(id, wanted.state, known)) is not None:
            yield Problem(scene.file, scene.line, key, where, text, "state", SURE)
