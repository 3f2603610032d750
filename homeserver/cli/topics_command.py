"""`homeserver topics`: who hears and says what, read from the workers' own declarations; nothing is run."""

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from homeserver import workers
from homeserver.cli.options import AsJson
from homeserver.cli.printing import console, print_json, print_table
from homeserver.runtime.keeper import Keeper
from homeserver.runtime.worker import Worker
from homeserver.topics.call import Call
from homeserver.topics.topic import Topic

app = typer.Typer()
_HEAD: Final = """\
# Topics

Written by `homeserver topics --write` from the workers' declarations; changes made here are lost.
All addresses stand under the root prefix `homeserver/`. `{login}` is whoever speaks, enforced by the broker.
`#` stands for the topics of devices, outside the root prefix.
"""


@app.command()
def topics(
    write: Annotated[
        bool,
        typer.Option("--write", help="Write docs/topics.md here, for the built-in workers."),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Tell which worker hears, says and answers what."""
    if write:
        _write(_kinds(workers.built_in()))
        return
    kinds = _kinds(workers.names())
    if as_json:
        print_json({name: _document(kind) for name, kind in kinds.items()})
        return
    rows = [row for name, kind in kinds.items() for row in _rows(name, kind)]
    print_table(("worker", "does", "topic or call", "message"), rows, "there are no workers")


def _kinds(names: Iterable[str]) -> dict[str, type[Worker]]:
    return workers.kinds(sorted([*names, Keeper.name]))


def _rows(name: str, kind: type[Worker]) -> list[tuple[str, str, str, str]]:
    rows = [(name, "says", topic.template, topic.model.__name__) for topic in _sorted(kind.says)]
    rows += [(name, "hears", topic.template, topic.model.__name__) for topic in _heard(kind)]
    rows += [(name, "answers", f"{call.worker}.{call.verb}", call.request.__name__) for call in _answered(kind)]
    return rows or [(name, "-", "nothing on the home's own topics", "")]


def _sorted(found: Iterable[Topic[Any]]) -> list[Topic[Any]]:
    return sorted({topic.template: topic for topic in found}.values(), key=lambda topic: topic.template)


def _heard(kind: type[Worker]) -> list[Topic[Any]]:
    return _sorted(row.topic for row in kind.table.hears)


def _answered(kind: type[Worker]) -> list[Call[Any, Any]]:
    return sorted((row.call for row in kind.table.answers), key=lambda call: call.verb)


def _document(kind: type[Worker]) -> dict[str, Any]:
    return {
        "says": [
            {"topic": t.template, "message": t.model.__name__, "retained": t.retained} for t in _sorted(kind.says)
        ],
        "hears": [{"topic": topic.template, "message": topic.model.__name__} for topic in _heard(kind)],
        "answers": [{"call": f"{c.worker}.{c.verb}", "role": c.role, "doc": c.doc} for c in _answered(kind)],
        "every": [{"seconds": row.seconds, "does": row.method} for row in kind.table.every],
    }


# -- docs/topics.md


def _write(kinds: dict[str, type[Worker]]) -> None:
    path = Path("docs") / "topics.md"
    path.parent.mkdir(exist_ok=True)
    path.write_text(page(kinds), "utf-8")
    console.print(f"written: {path}")


def page(kinds: dict[str, type[Worker]]) -> str:
    """The reference page: all topics with who says and hears them, then all calls."""
    said = {topic.template: topic for kind in kinds.values() for topic in (*kind.says, *_heard(kind))}
    lines = ["| topic | message | retained | said by | heard by |", "| --- | --- | --- | --- | --- |"]
    for template, topic in sorted(said.items()):
        says = [name for name, kind in kinds.items() if template in {one.template for one in kind.says}]
        hears = [name for name, kind in kinds.items() if template in {one.template for one in _heard(kind)}]
        kept = "yes" if topic.retained else "no"
        cells = (f"`{template}`", f"`{topic.model.__name__}`", kept, ", ".join(says) or "-", ", ".join(hears) or "-")
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join([_HEAD, *lines, "", "## Calls", "", *_call_lines(kinds), ""])


def _call_lines(kinds: dict[str, type[Worker]]) -> list[str]:
    lines = ["| call | arguments | least role | what it does |", "| --- | --- | --- | --- |"]
    for kind in kinds.values():
        for call in _answered(kind):
            arguments = ", ".join(f"`{name}`" for name in call.request.model_fields) or "-"
            lines.append(f"| `{call.worker}.{call.verb}` | {arguments} | {call.role} | {call.doc} |")
    return lines
