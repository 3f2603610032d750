"""What the files of a folder say, put together: rules, scripts, scenes, other things to own, and what is wrong."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from homeserver.rules.reading.fields import Fields
from homeserver.rules.reading.problem import Problem, RuleError, Severity, with_article
from homeserver.rules.reading.yaml_source import Map
from homeserver.rules.rule import Compiled
from homeserver.topics.record import record

Tell = Callable[[RuleError, str, Severity], Problem]
"""Makes a problem of a fault, the key of what it is about, and its severity."""
Written = tuple[Map, Tell]
"""A rule as it is written, and what tells of faults in it."""


@record
class SceneState:
    """How a scene wants one entity."""

    state: str
    attributes: Mapping[str, Any]


@record
class Scene:
    """One scene. `id` is its object id: `scene.<id>`; `given` the id that the file gives it, or nothing."""

    id: str
    name: str
    icon: str
    given: str
    entities: Mapping[str, SceneState]
    file: str
    line: int
    print: str


@record
class Owned:
    """One thing that the engine owns besides: a helper, a group, a zone, a template entity.

    `domain`, `object_id` as in `input_boolean.guests`; no object id where the block names its entities itself
    (`template`, `sensor` with a platform). `print` changes when the text does. Faults that are found later are told
    through `problem`: the lines in `fields` may belong to other files, or to a blueprint.
    """

    domain: str
    object_id: str
    fields: Fields
    file: str
    line: int
    print: str
    tell: Tell

    @property
    def key(self) -> str:
        return f"{self.domain}.{self.object_id}"

    def problem(self, error: RuleError, severity: Severity = "error") -> Problem:
        return self.tell(error, self.key, severity)


@dataclass(slots=True)
class Book:
    """Rules and scripts that can run, what else there is, and problems with the others and with whole files.

    The problems of a rule are told under its id, those of a script under `script.<id>`, of a scene under `scene.<id>`.
    """

    rules: dict[str, Compiled] = field(default_factory=dict)
    refused: dict[str, Compiled] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    scripts: dict[str, Compiled] = field(default_factory=dict)
    refused_scripts: dict[str, Compiled] = field(default_factory=dict)
    scenes: dict[str, Scene] = field(default_factory=dict)
    owned: list[Owned] = field(default_factory=list)
    written: dict[str, Written] | None = None
    """Rules and scripts as they are written, and how to tell faults in them, by the key under which their problems are
    told; for whoever puts a dict here before reading: it takes memory."""
    _keys: dict[str, Owned] = field(default_factory=dict)

    def problems_of(self, id: str) -> list[Problem]:
        return [problem for problem in self.problems if problem.rule == id]

    def holder(self, id: str) -> Compiled | None:
        """The rule that has this id already."""
        return self.rules.get(id) or self.refused.get(id)

    # -- taking in

    def rule(self, made: Compiled, problems: list[Problem], refused: bool, written: Written | None = None) -> None:
        """Of two rules with the same given id the first stays; one that is only called like another gets a number."""
        holder = self.holder(made.id)
        if holder is not None:
            if made.named and holder.named:
                self.problems.append(same_id(made, holder))
                return
            old, made = made.id, replace(made, id=self._free(made.id))
            problems = [replace(one, rule=made.id) if one.rule == old else one for one in problems]
        self.problems += problems
        self._note(made.id, written)
        (self.refused if refused else self.rules)[made.id] = made

    def _note(self, key: str, written: Written | None) -> None:
        if self.written is not None and written is not None:
            self.written[key] = written

    def _free(self, id: str) -> str:
        number = 2
        while self.holder(f"{id}_{number}") is not None:
            number += 1
        return f"{id}_{number}"

    def script(self, made: Compiled, problems: list[Problem], refused: bool, written: Written | None = None) -> None:
        holder = self.scripts.get(made.id) or self.refused_scripts.get(made.id)
        if holder is not None:
            self.problems.append(_twice("script", f"script.{made.id}", made.file, made.line, holder.file, holder.line))
            return
        self.problems += problems
        self._note(f"script.{made.id}", written)
        (self.refused_scripts if refused else self.scripts)[made.id] = made

    def scene(self, made: Scene) -> None:
        """Scenes are told apart by their names; one that is called like another gets a number, as rules do."""
        id, number = made.id, 2
        while id in self.scenes:
            id, number = f"{made.id}_{number}", number + 1
        self.scenes[id] = replace(made, id=id) if id != made.id else made

    def own(self, made: Owned) -> None:
        holder = self._keys.get(made.key)
        if holder is not None:
            self.problems.append(_twice(made.domain, made.key, made.file, made.line, holder.file, holder.line))
            return
        self.owned.append(made)
        if made.object_id:
            self._keys[made.key] = made

    def add(self, other: "Book") -> None:
        """Take in all of another file."""
        written = other.written or {}
        told = _by_rule(other.problems)
        for made, refused in _both(other.rules, other.refused):
            self.rule(made, told.pop(made.id, []), refused, written.get(made.id))
        for made, refused in _both(other.scripts, other.refused_scripts):
            key = f"script.{made.id}"
            self.script(made, told.pop(key, []), refused, written.get(key))
        for scene in other.scenes.values():
            self.scene(scene)
        for owned in other.owned:
            self.own(owned)
        for rest in told.values():
            self.problems += rest


def _both(good: dict[str, Compiled], bad: dict[str, Compiled]) -> Iterator[tuple[Compiled, bool]]:
    if not bad:
        yield from ((made, False) for made in good.values())
        return
    rows = [(made, False) for made in good.values()] + [(made, True) for made in bad.values()]
    yield from sorted(rows, key=lambda row: row[0].line)


def _by_rule(problems: list[Problem]) -> dict[str, list[Problem]]:
    told: dict[str, list[Problem]] = {}
    for problem in problems:
        told.setdefault(problem.rule, []).append(problem)
    return told


def same_id(made: Compiled, holder: Compiled) -> Problem:
    text = f"another rule has the id {made.id!r} ({holder.file}:{holder.line}): give this one its own"
    return Problem(made.file, made.id_line or made.line, "", "id", text)


def _twice(what: str, key: str, file: str, line: int, first_file: str, first_line: int) -> Problem:
    text = f"there is {with_article(what)} {key} already ({first_file}:{first_line}): give this one another name"
    return Problem(file, line, "", key, text)
