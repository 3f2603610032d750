"""Two contract types of our own for import-linter: words between rooms, one room for each outside library.

import-linter's own types cannot say "nothing of another room but its words": its exceptions are ignored
imports, one by one. Both types here find the rooms in the import graph, so a room that is added tomorrow is
bound at once. Needs import-linter; keeps nothing. Configured in pyproject.toml, proved in test_contracts.py.
"""

import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import cast

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output

STDLIB = sys.stdlib_module_names | {"__future__"}
ROOTS = ("homeserver", "integrations")


def room_of(module: str) -> str:
    """The first two steps of a module's name: `homeserver.home.registry` lives in `homeserver.home`."""
    return ".".join(module.split(".")[:2])


def is_ours(module: str) -> bool:
    return module.split(".")[0] in ROOTS


def lies_in(module: str, package: str) -> bool:
    return module == package or module.startswith(f"{package}.")


def names_option() -> set[str]:
    """A field of a contract, typed as what import-linter puts in its place: names from the configuration."""
    return cast(set[str], fields.SetField(subfield=fields.StringField()))


class _ListedContract(Contract):
    """A contract whose breaches are sentences; the child class finds them."""

    def breaches(self, graph: ImportGraph) -> Iterable[str]:
        raise NotImplementedError

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        found = sorted(set(self.breaches(graph)))
        return ContractCheck(kept=not found, metadata={"breaches": found})

    def render_broken_contract(self, check: ContractCheck) -> None:
        for breach in check.metadata["breaches"]:
            output.print_error(breach)
            output.new_line()


class WordsContract(_ListedContract):
    """Of another room only `words`; words import nothing of ours but the language, and few libraries.

    Options: `beneath`, rooms that lie under all these rooms and may be imported whole; `above`, rooms that
    may look down on all of them; `language`, the one package that words import; `word_libraries`, the
    outside libraries that words may import.
    """

    type_name = "words"

    beneath = names_option()
    above = names_option()
    language = cast(str, fields.StringField())
    word_libraries = names_option()

    def breaches(self, graph: ImportGraph) -> Iterator[str]:
        for importer in sorted(graph.modules):
            if not is_ours(importer):
                continue
            for imported in graph.find_modules_directly_imported_by(importer):
                yield from self._of_another_room(importer, imported)
                if importer == f"{room_of(importer)}.words":
                    yield from self._of_words(importer, imported)

    def _is_bound(self, module: str) -> bool:
        room = room_of(module)
        return is_ours(module) and module not in ROOTS and room not in self.beneath and room not in self.above

    def _of_another_room(self, importer: str, imported: str) -> Iterator[str]:
        crosses = room_of(importer) != room_of(imported) and self._is_bound(importer) and self._is_bound(imported)
        if crosses and imported != f"{room_of(imported)}.words":
            yield f"{importer} imports {imported}: of another room only {room_of(imported)}.words."

    def _of_words(self, importer: str, imported: str) -> Iterator[str]:
        if is_ours(imported) and not lies_in(imported, self.language):
            yield f"{importer} imports {imported}: words import nothing of ours but {self.language}."
        elif not is_ours(imported) and imported not in STDLIB and imported not in self.word_libraries:
            yield f"{importer} imports {imported}: words must load everywhere, so not this library."


class OneRoomContract(_ListedContract):
    """Each outside library is imported in one room only.

    Options: `rooms`, lines `library -> package` that fix where a library lives; `shared`, the few libraries
    that any room may import. A library that no line names may still live in one room only.
    """

    type_name = "one_room"

    rooms = names_option()
    shared = names_option()

    def breaches(self, graph: ImportGraph) -> Iterator[str]:
        homes = dict(line.split(" -> ") for line in self.rooms)
        for library, importers in sorted(self._importers(graph).items()):
            if library in homes:
                yield from (
                    f"{importer} imports {library}: it lives in {homes[library]}."
                    for importer in importers
                    if not lies_in(importer, homes[library])
                )
            elif len({room_of(importer) for importer in importers}) > 1:
                yield f"{library} is imported in more than one room: {', '.join(sorted(importers))}."

    def _importers(self, graph: ImportGraph) -> dict[str, set[str]]:
        importers: dict[str, set[str]] = defaultdict(set)
        for importer in filter(is_ours, graph.modules):
            for library in graph.find_modules_directly_imported_by(importer):
                if not is_ours(library) and library not in STDLIB and library not in self.shared:
                    importers[library].add(importer)
        return importers
