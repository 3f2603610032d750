"""`homeserver rules check`: what is wrong with the rules, before they run."""

import os
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from homeserver.cli.client import connected, talk
from homeserver.cli.failures import Failure
from homeserver.cli.options import AsJson, Broker, Data, Rules, load_settings
from homeserver.cli.printing import console, print_json
from homeserver.cli.rules_schema_command import schema
from homeserver.cli.rules_test_command import rules_test
from homeserver.cli.rules_trace_command import trace, why_not
from homeserver.cli.rules_versions_command import diff, log, revert
from homeserver.rules.check.desk import examine_again
from homeserver.rules.check.kept import Report
from homeserver.rules.check.known import Known, left, of_present
from homeserver.runtime.account import AccountError
from homeserver.runtime.running import running
from homeserver.runtime.settings import Settings
from homeserver.runtime.wire import WireError
from homeserver.topics.entity import ENTITY_CONFIG, ENTITY_STATE
from homeserver.topics.process import WORKER_CALLS
from homeserver.topics.registry import AREA_ENTRY, DEVICE_ENTRY, ENTITY_ENTRY, FLOOR_ENTRY, LABEL_ENTRY

app = typer.Typer(help="Check and test rules before they run, and ask what they did.")
app.command("test")(rules_test)
app.command()(trace)
app.command("why-not")(why_not)
app.command()(log)
app.command()(diff)
app.command()(revert)
app.command()(schema)
_COLOURS: Final = {"error": "red", "warning": "yellow"}
_TOPICS: Final = (ENTITY_CONFIG, ENTITY_STATE, ENTITY_ENTRY, DEVICE_ENTRY, AREA_ENTRY, FLOOR_ENTRY, LABEL_ENTRY)


@app.callback()
def rules() -> None:
    """Check and test rules before they run, and ask what they did."""


@app.command()
def check(
    path: Annotated[Path | None, typer.Argument(help="A folder or a file; else the home's rules.")] = None,
    data: Data = None,
    broker: Broker = None,
    rules: Rules = None,
    as_json: AsJson = False,
) -> None:
    """Tell what is wrong with rules: with file, line and remedy. Exit code 1 where there is an error.

    Asks the home that runs what there is; else goes by what was known when it ran last.
    """
    settings = load_settings(data, broker)
    root = path or rules or settings.home.rules
    if not root.exists():
        raise Failure(f"there is no file or folder {root}")
    if root.is_file() and root.suffix not in (".yaml", ".yml"):
        raise Failure(f"{root} is no file of rules: their names end in .yaml or .yml")
    known, source = _known(settings)
    report = _examined(root, known, settings)
    if as_json:
        print_json({"rules": report.rules, "problems": report.problems})
    else:
        _print(report, source)
    if any(problem["severity"] == "error" for problem in report.problems):
        raise typer.Exit(1)


def _examined(path: Path, known: Known, settings: Settings) -> Report:
    """A file of the home's own is looked at among the others."""
    root, only = path.resolve(), None
    if path.is_file():
        home = settings.home.rules.resolve()
        root, only = home if root.is_relative_to(home) else root.parent, root
    data = settings.home.data
    report = talk(examine_again(root, known, settings.home.time_zone, data if os.access(data, os.W_OK) else None))
    return report if only is None else report.of(only.relative_to(root).as_posix())


def _known(settings: Settings) -> tuple[Known, str]:
    """What there is in the home, and where that was learned."""
    if "://" in settings.home.broker or running(settings.home.data) is not None:
        try:
            return talk(_ask(settings)), ""
        except (AccountError, WireError) as error:
            reason = f"the home cannot be asked ({error})"
    else:
        reason = "the home does not run"
    known = left(settings.home.data)
    if known.whole:
        return known, f"{reason}: entities are those that it had when it ran last"
    return known, f"{reason}: whether entities, areas and devices are there was not checked"


async def _ask(settings: Settings) -> Known:
    async with connected(settings) as client:
        found = await client.present(*_TOPICS, WORKER_CALLS)
    configs, states = ({".".join(where): one for where, one in found[topic.template].items()} for topic in _TOPICS[:2])
    entries, devices, areas, floors, labels = (
        {where[0]: one for where, one in found[topic.template].items()} for topic in _TOPICS[2:]
    )
    known = of_present(configs, states, entries, devices, areas, {"floor": floors, "label": labels})
    announced = found[WORKER_CALLS.template].items()
    known.calls = {
        f"{where[0]}.{verb}": shape.request for where, said in announced for verb, shape in said.calls.items()
    }
    return known


def _print(report: Report, source: str) -> None:
    for problem in report.problems:
        console.print(_line(problem), markup=False, soft_wrap=True, style=_COLOURS[problem["severity"]])
    counts = {kind: sum(1 for one in report.problems if one["severity"] == kind) for kind in _COLOURS}
    told = ", ".join(f"{count} {kind}{'s' if count > 1 else ''}" for kind, count in counts.items() if count)
    console.print(f"{report.rules} rules: {told or 'nothing to find fault with'}", markup=False)
    if source:
        console.print(source, markup=False, style="dim", soft_wrap=True)


def _line(problem: dict[str, Any]) -> str:
    place = f"{problem['file']}:{problem['line']}:{problem['column']}"
    suggestion = f"; {problem['suggestion']}" if problem["suggestion"] else ""
    return f"{place}: {problem['severity']}: {problem['text']}{suggestion} [{problem['code']}]"
