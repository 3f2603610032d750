"""`homeserver topics`: who hears and says what, read from the workers' own declarations; nothing is run."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from homeserver import workers
from homeserver.cli.asyncapi import as_yaml, document
from homeserver.cli.failures import Failure
from homeserver.cli.options import AsJson, Broker, Data, load_settings
from homeserver.cli.printing import console, print_json, print_table
from homeserver.runtime.keeper import Keeper
from homeserver.runtime.worker import Hears, Part, Table, Worker
from homeserver.topics.audit import AUDIT
from homeserver.topics.call import FLOW, REPLY, REQUEST, Call
from homeserver.topics.page import WORKER_PAGE
from homeserver.topics.process import FAILURE, PROCESS_STATUS, PROCESS_WANTED, REFUSED, WORKER_CALLS, WORKER_STATUS
from homeserver.topics.topic import Topic
from homeserver.view.view import View

app = typer.Typer()
_HEAD: Final = """\
# Topics

Written by `homeserver topics --write` from the workers' declarations; changes made here are lost. The view is the live
picture of the home, a library that the workers of a process share.
All addresses stand under the root prefix `homeserver/`. `{login}` is whoever speaks, enforced by the broker.
`#` stands for the topics of devices, outside the root prefix.
"""


@app.command()
def topics(
    write: Annotated[
        bool,
        typer.Option("--write", help="Write docs/topics.md and docs/asyncapi.yaml here, for the built-in workers."),
    ] = False,
    asyncapi: Annotated[
        Path | None,
        typer.Option("--asyncapi", help="Write all of it as an AsyncAPI 3 document, YAML or JSON.", metavar="FILE"),
    ] = None,
    data: Data = None,
    broker: Broker = None,
    as_json: AsJson = False,
) -> None:
    """Tell which worker hears, says and answers what."""
    root = load_settings(data, broker).home.root
    if write:
        _write()
        return
    kinds = _kinds(workers.names())
    if asyncapi is not None:
        _write_document(asyncapi, document(kinds, root))
        return
    if as_json:
        print_json({name: _document(kind) for name, kind in kinds.items()})
        return
    rows = [row for name, kind in kinds.items() for row in _rows(name, kind)]
    print_table(("worker", "does", "topic or call", "message"), rows, "there are no workers")
    console.print(f"Topics stand under {root}/ on the broker, save those that begin with #.")


class EveryProcess(Worker):
    """What each process says and hears for the workers that it hosts."""

    name = "every process"
    says = (PROCESS_STATUS, WORKER_STATUS, WORKER_CALLS, WORKER_PAGE, REQUEST, FLOW, REPLY, REFUSED, FAILURE, AUDIT)


_FOR_ITSELF: Final = (PROCESS_STATUS, PROCESS_WANTED, WORKER_STATUS, REPLY)
EveryProcess.table = Table([Hears(topic, "", {}) for topic in _FOR_ITSELF])  # it has no methods that could be marked


def _kinds(names: Iterable[str]) -> dict[str, type[Part]]:
    """Workers by name, then what stands behind them: the keeper, every process, the view that workers share."""
    return {**workers.sound(sorted(names)), **BEHIND}


BEHIND: Final[dict[str, type[Part]]] = {Keeper.name: Keeper, EveryProcess.name: EveryProcess, "view": View}


def _rows(name: str, kind: type[Part]) -> list[tuple[str, str, str, str]]:
    rows = [(name, "says", topic.template, topic.model.__name__) for topic in _said(kind)]
    rows += [(name, "hears", topic.template, topic.model.__name__) for topic in _heard(kind)]
    rows += [(name, "answers", f"{call.worker}.{call.verb}", call.request.__name__) for call in _answered(kind)]
    return rows or [(name, "-", "nothing on the home's own topics", "")]


def _sorted(found: Iterable[Topic[Any]]) -> list[Topic[Any]]:
    return sorted({topic.template: topic for topic in found}.values(), key=lambda topic: topic.template)


def _said(kind: type[Part]) -> list[Topic[Any]]:
    return _sorted(getattr(kind, "says", ()))


def _heard(kind: type[Part]) -> list[Topic[Any]]:
    return _sorted(row.topic for row in kind.table.hears)


def _answered(kind: type[Part]) -> list[Call[Any, Any]]:
    return sorted((row.call for row in kind.table.answers), key=lambda call: call.verb)


def _document(kind: type[Part]) -> dict[str, Any]:
    return {
        "says": [{"topic": t.template, "message": t.model.__name__, "retained": t.retained} for t in _said(kind)],
        "hears": [{"topic": topic.template, "message": topic.model.__name__} for topic in _heard(kind)],
        "answers": [{"call": f"{c.worker}.{c.verb}", "role": c.role, "doc": c.doc} for c in _answered(kind)],
        "every": [{"seconds": row.seconds, "does": row.method} for row in kind.table.every],
    }


# -- docs/topics.md


def _write() -> None:
    path = Path("docs") / "topics.md"
    path.parent.mkdir(exist_ok=True)
    path.write_text(page(), "utf-8")
    console.print(f"written: {path}")
    _write_document(path.with_name("asyncapi.yaml"), shipped())


def shipped() -> dict[str, Any]:
    """The AsyncAPI document of the built-in workers."""
    return document(_kinds(workers.built_in()), "homeserver")


def _write_document(path: Path, content: dict[str, Any]) -> None:
    try:
        path.write_text(json.dumps(content, indent=1) + "\n" if path.suffix == ".json" else as_yaml(content), "utf-8")
    except OSError as error:
        raise Failure(f"{path} cannot be written: {error.strerror}") from error
    console.print(f"written: {path}", soft_wrap=True)


def page() -> str:
    """The reference page: all topics with who says and hears them, then all calls."""
    kinds = _kinds(workers.built_in())
    said = {topic.template: topic for kind in kinds.values() for topic in (*_said(kind), *_heard(kind))}
    lines = ["| topic | message | retained | said by | heard by |", "| --- | --- | --- | --- | --- |"]
    for template, topic in sorted(said.items()):
        says = [name for name, kind in kinds.items() if template in {one.template for one in _said(kind)}]
        hears = [name for name, kind in kinds.items() if template in {one.template for one in _heard(kind)}]
        kept = "yes" if topic.retained else "no"
        cells = (f"`{template}`", f"`{topic.model.__name__}`", kept, ", ".join(says) or "-", ", ".join(hears) or "-")
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join([_HEAD, *lines, "", "## Calls", "", *_call_lines(kinds), ""])


def _call_lines(kinds: dict[str, type[Part]]) -> list[str]:
    lines = ["| call | arguments | least role | what it does |", "| --- | --- | --- | --- |"]
    for kind in kinds.values():
        for call in _answered(kind):
            arguments = ", ".join(f"`{name}`" for name in call.request.model_fields) or "-"
            lines.append(f"| `{call.worker}.{call.verb}` | {arguments} | {call.role} | {call.doc} |")
    return lines
