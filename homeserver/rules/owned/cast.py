"""All entities of the rules, made of what the files say: helpers first, then scenes and scripts, then the rules
themselves, which begin to listen when all the others are there.

The id of a rule's entity is made of its alias, as in Home Assistant, and stays what it was when the alias changes.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from homeserver.rules.compiler import Compiler
from homeserver.rules.engine import Engine
from homeserver.rules.owned.automation import Automation, Script
from homeserver.rules.owned.group import made_group
from homeserver.rules.owned.owner import Owner
from homeserver.rules.owned.scene import MADE, Scene, made_scene
from homeserver.rules.owned.script_calls import script_offer
from homeserver.rules.owned.sun import SunThing
from homeserver.rules.owned.table import is_zone_there, things_of
from homeserver.rules.owned.thing import OWNER, Thing
from homeserver.rules.reading.book import Book, Owned
from homeserver.rules.reading.problem import Problem, RuleError
from homeserver.rules.rule import Compiled, Rule
from homeserver.topics.names import slug

Marked = tuple[Thing, str]
"""A thing and its print."""


class Cast:
    """`take` a book; then the owner has what it names, `scripts` are at work, and `problems` tell what could not be."""

    def __init__(self, engine: Engine, owner: Owner) -> None:
        self._engine = engine
        self._owner = owner
        self.scripts: dict[str, Rule] = {}
        self.problems: list[Problem] = []
        self._offered: set[str] = set()
        self._names: dict[str, str] = {}
        self._blocks: dict[tuple[str, str], list[Thing]] = {}
        self._kept = list(owner.kept())
        for entity_id, body in self._kept:
            if isinstance(body.get("rule"), str):
                self._names[body["rule"]] = entity_id.partition(".")[2]

    def take(self, book: Book, rules: Mapping[str, Rule]) -> None:
        """All that a book names; `rules` are those of them that run."""
        self.problems = []
        things: dict[str, Marked] = {}
        for thing, mark in self._all(book, rules):
            if thing.entity_id not in things:
                things[thing.entity_id] = (thing, mark)
        self._kept = []
        self._owner.take(things.values())
        self.scripts = {id: rule for id, rule in self.scripts.items() if id in book.scripts}
        self._offer()

    def _offer(self) -> None:
        """Scripts are called by their names."""
        offers = self._engine.offers
        for name in self._offered - {rule.id for rule in self.scripts.values()}:
            offers.pop(name, None)
        for rule in self.scripts.values():
            offers[rule.id] = script_offer(rule)
        self._offered = {rule.id for rule in self.scripts.values()}

    def _all(self, book: Book, rules: Mapping[str, Rule]) -> Iterator[Marked]:
        yield SunThing(), "sun"
        yield from self._owned(book)
        yield from self._scenes(book)
        yield from self._made_by_hand()
        yield from self._scripts(book)
        yield from self._automations(book, rules)

    # -- helpers

    def _owned(self, book: Book) -> Iterator[Marked]:
        before, self._blocks = self._blocks, {}
        for owned in book.owned:
            if owned.domain == "notify" or is_zone_there(owned, self._engine.view.configs):
                continue  # no entity, but a service; or the home's
            key = (owned.key if owned.object_id else f"{owned.domain} {owned.file}:{owned.line}", owned.print)
            made = before.get(key)
            if made is None:
                made = self._made(owned)
            self._blocks[key] = made
            for thing in made:
                if self._is_free(owned, thing):
                    yield thing, owned.print

    def _made(self, owned: Owned) -> list[Thing]:
        compiler, made = Compiler(self._engine.templates), list[Thing]()
        try:
            made += things_of(owned, compiler)
        except RuleError as error:
            compiler.faults.append(error)
        for fault in compiler.faults:  # what is not built yet is a doubt, as other blocks of a package are
            self.problems.append(owned.problem(fault, "warning" if fault.code == "unsupported" else "error"))
        self.problems += [owned.problem(doubt, "warning") for doubt in compiler.warnings]
        return made if not compiler.faults else []

    def _is_free(self, owned: Owned, thing: Thing) -> bool:
        """Whether no device has the id; what does not come from a device cannot take it."""
        config = self._engine.view.configs.get(thing.entity_id)
        if config is None or config.owner == OWNER:
            return True
        text = f"{thing.entity_id} is there already, of the worker {config.owner}: call this one something else"
        self.problems.append(owned.problem(RuleError(text, owned.line)))
        return False

    # -- scenes, scripts, rules

    def _scenes(self, book: Book) -> Iterator[Marked]:
        for scene in book.scenes.values():
            wanted = {id: (state.state, state.attributes) for id, state in scene.entities.items()}
            yield Scene(scene.id, scene.name, scene.icon or None, wanted, id=scene.given), scene.print

    def _made_by_hand(self) -> Iterator[Marked]:
        """What no file names: scenes and groups that were made while the home ran, in this process or before."""
        for thing in self._owner.things.values():
            if getattr(thing, "is_made", False):
                yield thing, MADE
        for entity_id, body in self._kept:
            domain, _, object_id = entity_id.partition(".")
            if not isinstance(body.get("made"), dict):
                continue
            try:
                made: Thing = (made_scene if domain == "scene" else made_group)(object_id, body["made"])
            except (AttributeError, LookupError, TypeError, ValueError) as error:
                self._engine.house.log.warning("%s is gone: what was kept of it makes no sense (%r)", entity_id, error)
            else:
                yield made, MADE

    def _scripts(self, book: Book) -> Iterator[Marked]:
        for id, compiled in book.scripts.items():
            rule = self.scripts.get(id)
            if rule is None or rule.compiled.print != compiled.print:
                rule = self.scripts[id] = Rule(compiled, self._engine)
            else:
                rule.moved(compiled)
            yield Script(compiled, id, rule), f"{compiled.print}{_mark(rule)}"
        for id, compiled in book.refused_scripts.items():
            yield Script(compiled, id, None, self._why(book, f"script.{id}")), f"{compiled.print} refused"

    def _automations(self, book: Book, rules: Mapping[str, Rule]) -> Iterator[Marked]:
        rows = {**book.rules, **book.refused}
        before, self._names = self._names, _names(rows, self._names)
        for id, compiled in rows.items():
            rule, name = rules.get(id), self._names[id]
            if rule is not None:
                rule.entity_id = f"automation.{name}"
                thing, mark = Automation(compiled, name, rule), f"{compiled.print}{_mark(rule)}"
            else:
                thing, mark = Automation(compiled, name, None, self._why(book, id)), f"{compiled.print} refused"
            if before.get(id, name) != name:  # it is called otherwise from now on, and is what it was
                thing.called_anew(self._was(f"automation.{before[id]}"))
            if compiled.object_id not in ("", name):
                text = f"another rule has automation.{compiled.object_id}: give this one an id of its own"
                self.problems.append(
                    Problem(compiled.file, compiled.line, id, "default_entity_id", text, "doubtful", "warning")
                )
            yield thing, mark

    def _was(self, entity_id: str) -> Mapping[str, Any]:
        """What is kept of an entity."""
        thing = self._owner.things.get(entity_id)
        return thing.kept() if thing is not None else dict(self._kept).get(entity_id, {})

    @staticmethod
    def _why(book: Book, id: str) -> str:
        return next((str(problem) for problem in book.problems_of(id)), "its file has a fault")

    # -- for others

    def automation(self, id: str) -> Automation | None:
        """The entity of a rule."""
        found = self._owner.things.get(f"automation.{self._names.get(id, '')}")
        return found if isinstance(found, Automation) else None

    def rule_of(self, object_id: str) -> str | None:
        """The id of the rule whose entity has this object id."""
        return next((id for id, name in self._names.items() if name == object_id), None)


def _mark(rule: Rule) -> str:
    """Another one for a rule that was made anew though it says the same."""
    return f" {id(rule):x}"


def _names(rows: Mapping[str, Compiled], before: Mapping[str, str]) -> dict[str, str]:
    """The object ids of rules, by the ids of the rules: what the file gives, else what it was, else one of the alias.
    Of two that the file calls the same the first has the name."""
    given = {name: id for id, name in reversed([(id, rule.object_id) for id, rule in rows.items()]) if name}
    names = {id: name for name, id in given.items()}
    names |= {id: name for id, name in before.items() if id in rows and id not in names and name not in given}
    taken = set(names.values())
    for id, compiled in rows.items():
        if id not in names:
            names[id] = _free(compiled, taken)
            taken.add(names[id])
    return names


def _free(compiled: Compiled, taken: set[str]) -> str:
    base = slug(compiled.alias or compiled.id)
    name, number = base, 2
    while name in taken:
        name, number = f"{base}_{number}", number + 1
    return name
