"""A rule file with all that it names by tags in its place: other files, secrets, variables of the environment.

No file includes itself; how much a file may hold is counted with what it includes. A tag that cannot be followed stays,
with the reason: only the rule that needs it fails.

- `!include FILE`, `!include_dir_list`, `_named`, `_merge_list`, `_merge_named FOLDER`: as in Home Assistant, paths from
  the folder of the file that says so, folders with all below them, `*.yaml` only, in the order of their names
- `!secret NAME`: from `secrets.yaml` beside the file or in a folder above it, the nearest first, never from outside
- `!env_var NAME [DEFAULT]`: the variable `RULES_NAME` of the environment, and no other: rules see nothing that was not
  meant for them
"""

import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final, Self

from homeserver.rules.reading.places import Places
from homeserver.rules.reading.problem import Code, Problem, RuleError, nearest
from homeserver.rules.reading.sources import PREFIX, SECRETS, Mark, Refused, Sources, mark_of, text_of, words_of
from homeserver.rules.reading.yaml_source import DEEPEST, Document, Map, Seq, SourceError, Tagged, read

MOST: Final = 500_000
"""Values of one file together with all that it includes."""
MOST_FILES: Final = 5_000


class Source:
    """One rule file as it was read: `root` is what it says, `needs` the paths that it says so because of.

    They come with their marks. `includes` are the files that became part of it: they are not read on their own.
    """

    def __init__(self, sources: Sources, path: Path, name: str = "") -> None:
        self.sources = sources
        self.path = path
        self.name = name or sources.name(path)
        self.places = Places(self.name)
        self.root: Any = None
        self.line = 1
        self.is_read = False
        self.problems: list[Problem] = []
        self.needs: dict[Path, Mark] = {}
        self.includes: set[Path] = set()
        self.broken: dict[Path, Problem] = {}
        """Files, it or some that it includes, that are there and cannot be read, and why."""
        self._count = 0
        self._files = 0
        self.need(path)

    def need(self, *paths: Path) -> None:
        """Remember what the files are like before they are looked at."""
        for path in paths:
            if path not in self.needs:
                self.needs[path] = mark_of(path)

    @property
    def is_blueprint(self) -> bool:
        return isinstance(self.root, Map) and "blueprint" in self.root

    def load(self, *, plain: bool = False) -> Self:
        """Read the file; `plain` leaves tags as they are. Whatever is wrong is in `problems`."""
        try:
            document = self.sources.shelf.document(self.name, text_of(self.path))
        except (OSError, UnicodeDecodeError, SourceError) as error:
            self.problems.append(self._broken(self.path, self.name, error))
            return self
        self.is_read = True
        self.root, self.line = document.root, document.line
        self._remarks(document, 0)
        self._count = document.count
        if document.has_tags and not plain and not self.is_blueprint:
            self.root = self._settled(document.root, _Place(self.path, 0, 0, (self.path,)), 0, set())
        return self

    def _broken(self, path: Path, name: str, error: Exception) -> Problem:
        line, text = words_of(error)
        made = Problem(name, line, "", "", text, "yaml")
        if not isinstance(error, FileNotFoundError):
            self.broken[path] = made
        return made

    def parsed(self, text: str) -> None:
        """The same with the text at hand."""
        try:
            document = read(text)
        except SourceError as error:
            self.problems.append(Problem(self.name, error.line, "", "", error.text, "yaml"))
            return
        self.is_read = True
        self._remarks(document, 0)
        self._count, self.line, self.root = document.count, document.line, document.root
        if not self.is_blueprint:
            self.root = self._settled(document.root, _Place(self.path, 0, 0, (self.path,)), 0, set())

    def _remarks(self, document: Document, base: int) -> None:
        for line, remark in document.remarks:
            self.problems.append(self.places.problem(RuleError(remark, line + base, "", "yaml"), "", "warning"))

    def warn(self, text: str, place: int, code: Code = "doubtful") -> None:
        self.problems.append(self.places.problem(RuleError(text, place, "", code), "", "warning"))

    # -- tags

    def _settled(self, value: Any, at: "_Place", depth: int, seen: set[int]) -> Any:
        """`value` with its tags followed and its lines made places."""
        if isinstance(value, Tagged):
            return self._followed(value, at, depth)
        if isinstance(value, Map | Seq) and id(value) not in seen:
            seen.add(id(value))  # an anchor's value is met once for each alias
            value.line += at.base
            if isinstance(value, Map):
                if at.base:
                    value.lines = {key: line + at.base for key, line in value.lines.items()}
                for key, part in value.items():
                    if isinstance(part, Map | Seq | Tagged):
                        value[key] = self._settled(part, at, depth + 1, seen)
            else:
                value.lines = [line + at.base for line in value.lines] if at.base else value.lines
                for number, part in enumerate(value):
                    if isinstance(part, Map | Seq | Tagged):
                        value[number] = self._settled(part, at, depth + 1, seen)
        return value

    def _followed(self, tagged: Tagged, at: "_Place", depth: int) -> Any:
        place = tagged.line + at.base
        follow = _TAGS.get(tagged.tag)
        if tagged.tag == "!input":
            return Tagged(tagged.tag, tagged.value, place, "!input stands in blueprints only", "invalid")
        if follow is None:
            return Tagged(tagged.tag, tagged.value, place)
        try:
            if not isinstance(tagged.value, str) or not tagged.value.strip():
                raise Refused("needs a word after it")
            return follow(self, tagged.value, _Place(at.path, place, depth, at.stack))
        except Refused as error:
            return Tagged(tagged.tag, tagged.value, place, f"{tagged.tag}: {error.text}", error.code)

    def _include(self, text: str, at: "_Place") -> Any:
        found = self._read(self._inside(at, text), at)
        return _empty(at.base) if found is None else found

    def _inside(self, at: "_Place", text: str) -> Path:
        path = self.sources.inside(at.path.parent, text)
        self.need(at.path.parent / text.strip(), path)
        return path

    def _read(self, path: Path, at: "_Place") -> Any:
        """What another file says, or `None` if that is nothing."""
        self.need(path)
        if path in at.stack:
            raise Refused(f"{self.sources.name(path)} includes itself")
        self.includes.add(path)
        self._files += 1
        if self._files > MOST_FILES:
            raise Refused(f"more than {MOST_FILES} files are included")
        name = self.sources.name(path)
        try:
            document = self.sources.shelf.document(name, text_of(path))
        except (OSError, UnicodeDecodeError, SourceError) as error:
            told = self._broken(path, name, error)
            raise Refused(f"{name}:{told.line}: {told.text}", "yaml") from error
        self._count += document.count
        if self._count > MOST:
            raise Refused(f"more than {MOST} values with all that is included: take something out")
        if at.depth + document.depth > DEEPEST:
            raise Refused(f"nested more than {DEEPEST} deep with all that is included")
        base = self.places.base(name)
        self._remarks(document, base)
        return self._settled(document.root, _Place(path, base, at.depth, (*at.stack, path)), at.depth, set())

    def _files_in(self, text: str, at: "_Place") -> Iterator[tuple[Path, Any]]:
        """The files below a folder and what they say."""
        folder = self._inside(at, text)
        if not folder.is_dir():
            self.warn(f"there is no folder {text.strip()!r}", at.base, "unknown")
        for where, folders, names in os.walk(folder):
            self.need(Path(where))
            folders[:] = sorted(name for name in folders if not name.startswith("."))
            for name in sorted(names):
                if name.endswith(".yaml") and not name.startswith(".") and name != SECRETS:
                    try:
                        path = self.sources.inside(Path(where), name)
                        found = self._read(path, at)
                        yield path, found
                    except Refused as error:
                        # One faulty file in a folder spoils none of the others.
                        self.problems.append(self.places.problem(RuleError(error.text, at.base, "", error.code)))

    def _dir_list(self, text: str, at: "_Place") -> Any:
        made = _seq(at.base)
        for _, found in self._files_in(text, at):
            if found is not None:
                _append(made, found, getattr(found, "line", at.base))
        return made

    def _dir_named(self, text: str, at: "_Place") -> Any:
        made = _empty(at.base)
        for path, found in self._files_in(text, at):
            self._put(made, path.stem, _empty(at.base) if found is None else found, getattr(found, "line", at.base))
        return made

    def _dir_merge_list(self, text: str, at: "_Place") -> Any:
        made = _seq(at.base)
        for path, found in self._files_in(text, at):
            if isinstance(found, Seq):
                for part, line in zip(found, found.lines, strict=True):
                    _append(made, part, line)
            elif found is not None:
                self.warn(f"{self.sources.name(path)} holds no list and is passed over", at.base)
        return made

    def _dir_merge_named(self, text: str, at: "_Place") -> Any:
        made = _empty(at.base)
        for path, found in self._files_in(text, at):
            if isinstance(found, Map):
                for key, part in found.items():
                    self._put(made, key, part, found.lines[key])
            elif found is not None:
                self.warn(f"{self.sources.name(path)} holds no mapping and is passed over", at.base)
        return made

    def _put(self, into: Map, key: Any, value: Any, place: int) -> None:
        if key in into:
            file, line = self.places.find(into.lines[key])
            self.warn(f"{key!r} is given twice, first in {file}:{line}; the last one counts", place, "yaml")
        into[key], into.lines[key] = value, place

    def _secret(self, text: str, at: "_Place") -> Any:
        name, known = text.strip(), list[str]()
        for folder in self._folders(at.path):
            self.need(folder / SECRETS)
            found = self.sources.secrets(folder)
            if isinstance(found, str):
                raise Refused(found, "yaml")
            if name in found:
                if isinstance(found[name], Tagged):
                    raise Refused(f"{SECRETS} may hold values only, and {name} is none")
                self.places.hidden.add(found[name], f"!secret {name}")
                return _placed(found[name], at.base)
            known += map(str, found)
        raise Refused(f"there is no secret {name!r}{nearest(name, known)} (write it into {SECRETS})", "unknown")

    def _folders(self, path: Path) -> Iterator[Path]:
        """From the folder of a file up to that of the rules."""
        for folder in path.parents:
            if folder.is_relative_to(self.sources.root):
                yield folder

    def _env_var(self, text: str, at: "_Place") -> Any:
        name, _, default = text.strip().partition(" ")
        variable = PREFIX + name.removeprefix(PREFIX)
        value = self.sources.environment.get(variable)
        if value is not None:
            self.places.hidden.add(value, f"!env_var {name}")
            return value
        if default.strip():
            return " ".join(default.split())
        raise Refused(
            f"{variable} is not set: set it for the process that runs the rules, or write a default", "unknown"
        )


class _Place:
    """Where a tag stands: file, what its lines count from, how deep, and the files that include each other here.

    For what a tag does, `base` is the place of the tag itself.
    """

    __slots__ = ("base", "depth", "path", "stack")

    def __init__(self, path: Path, base: int, depth: int, stack: tuple[Path, ...]) -> None:
        self.path = path
        self.base = base
        self.depth = depth
        self.stack = stack


_TAGS: Final[Mapping[str, Callable[[Source, str, _Place], Any]]] = {
    "!include": Source._include,
    "!include_dir_list": Source._dir_list,
    "!include_dir_named": Source._dir_named,
    "!include_dir_merge_list": Source._dir_merge_list,
    "!include_dir_merge_named": Source._dir_merge_named,
    "!secret": Source._secret,
    "!env_var": Source._env_var,
}


def _placed(value: Any, place: int) -> Any:
    """The same, all of it at one place."""
    if isinstance(value, Map):
        made = _empty(place)
        for key, part in value.items():
            made[key], made.lines[key] = _placed(part, place), place
        return made
    if isinstance(value, Seq):
        row = _seq(place)
        for part in value:
            _append(row, _placed(part, place), place)
        return row
    return value


def _empty(place: int) -> Map:
    made = Map()
    made.line = place
    return made


def _seq(place: int) -> Seq:
    made = Seq()
    made.line = place
    return made


def _append(into: Seq, value: Any, place: int) -> None:
    into.append(value)
    into.lines.append(place)
