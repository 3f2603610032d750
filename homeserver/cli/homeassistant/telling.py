"""An import in words: what comes over and what does not, as a document and as tables."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from homeserver.cli.homeassistant.household import Settled
from homeserver.cli.homeassistant.placing import Placed
from homeserver.cli.homeassistant.source import Comes, RuleFile, Stays
from homeserver.cli.printing import console, print_table
from homeserver.topics.record import record

_MANY: Final = 40
"""Lines of one kind that are shown unless all are asked for."""
_WORDS: Final = {
    "new": "comes",
    "changed": "comes",
    "waits": "comes when its device announces itself",
    "kept": "stays as it is here",
    "refused": "does not come",
}
_FEW: Final = 6


@record
class Difference:
    """A setting that is another there; `outweighed` names what would outweigh the file here."""

    name: str
    here: Any
    there: Any
    outweighed: str = ""


@dataclass(slots=True)
class Telling:
    """All that an import of a folder would do."""

    lines: list[dict[str, Any]]
    changes: int
    settings: list[Difference]
    stays: list[Stays]
    comes: list[Comes] = field(default_factory=list)
    placed: list[Placed] = field(default_factory=list)
    people: list[Settled] = field(default_factory=list)

    def document(self) -> dict[str, Any]:
        """For programs."""
        settings = [{"name": one.name, "here": one.here, "there": one.there} for one in self.settings]
        stays = [{"kind": one.kind, "names": one.names, "why": one.why, "later": one.later} for one in self.stays]
        lines = [line for line in self.lines if line["outcome"] != "same"]
        same = sum(line["outcome"] == "same" for line in self.lines)
        comes = [{"kind": one.kind, "names": one.names} for one in self.comes]
        files = [{"name": one.file.name, "outcome": one.outcome, "secrets": one.file.secrets} for one in self.placed]
        people = [{"name": one.lives.name, "user": one.user, "outcome": one.outcome} for one in self.people]
        return {
            **{"changes": self.changes, "settings": settings, "things": lines, "same": same, "stays": stays},
            **{"comes": comes, "files": files, "people": people},
        }

    def show(self, everything: bool) -> None:
        """For people."""
        rows = list(self._rows(everything))
        if rows or not (self.lines or self.placed):
            print_table(("from there", "here", "", "what"), rows, "nothing there has a place here")
        if self.settings:
            settings = ((one.name, one.here, one.there, one.outweighed) for one in self.settings)
            print_table(("setting", "here", "there", ""), settings, "")
        self._show_rules(everything)
        people = [one for one in self.people if one.outcome != "same"]
        if people:
            told = ((one.lives.name, one.user, _WORDS[one.outcome], one.why) for one in people)
            print_table(("person", "here", "", "what"), told, "")
        stays = [(one.kind, str(len(one.names)), _few(one.names), one.why) for one in self.stays if not one.later]
        if stays:
            print_table(("does not come", "", "", "why"), stays, "")
        later = [(one.kind, str(len(one.names)), _few(one.names), one.why) for one in self.stays if one.later]
        if later:
            print_table(("not yet", "", "", "why"), later, "")
        console.print(self._sum(), markup=False, soft_wrap=True)

    def _show_rules(self, everything: bool) -> None:
        if self.comes:
            print_table(
                ("in rule files", "", ""), ((one.kind, str(len(one.names)), _few(one.names)) for one in self.comes), ""
            )
        told = [one for one in self.placed if one.outcome != "same"]
        shown = told if everything else told[:_MANY]
        rows = [(one.file.name, _WORDS.get(one.outcome, "comes"), _secrets(one.file)) for one in shown]
        if len(told) > len(shown):
            rows.append((f"{len(told) - len(shown)} more files", "", "--all shows them"))
        if rows:
            print_table(("file among the rules", "", ""), rows, "")

    def _rows(self, everything: bool) -> Iterator[Sequence[str]]:
        for kind in dict.fromkeys(line["kind"] for line in self.lines):
            told = [line for line in self.lines if line["kind"] == kind and line["outcome"] in _WORDS]
            shown = told if everything else told[:_MANY]
            for line in shown:
                what = "; ".join((*line["changes"], *line["why"]))
                yield (f"{kind} {_name(line)}", line["thing"], _WORDS[line["outcome"]], what)
            if len(told) > len(shown):
                yield (f"{len(told) - len(shown)} more {kind} rows", "", "", "--all shows them")

    def _sum(self) -> str:
        same = sum(line["outcome"] == "same" for line in self.lines)
        kept = sum(bool(line["why"]) and line["outcome"] != "refused" for line in self.lines)
        parts = [f"changes here: {self.changes}", f"so already: {same}"]
        parts += [f"kept as people here decided: {kept}"] if kept else []
        return ", ".join(parts)


def _secrets(file: RuleFile) -> str:
    return f"with the secrets {_few(file.secrets)}" if file.secrets else ""


def _name(line: dict[str, Any]) -> str:
    """What a row is called: ids that are numbers say nothing to people."""
    return str(line["name"] or line["key"])


def _few(names: Iterable[str]) -> str:
    names = list(names)
    return ", ".join(names[:_FEW]) + (f" and {len(names) - _FEW} more" if len(names) > _FEW else "")
