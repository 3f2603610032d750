"""`homeserver doctor`: what is installed and reachable, what is missing, and what that costs."""

import typer

from homeserver import workers
from homeserver.cli import examinations
from homeserver.cli.client import talk
from homeserver.cli.examinations import Finding
from homeserver.cli.options import AsJson, Broker, Data, Rules, given_settings
from homeserver.cli.printing import console, print_json
from homeserver.runtime.settings import Settings

app = typer.Typer()
_MARKS = {"good": "[green]good[/]   ", "missing": "[yellow]missing[/]", "bad": "[red]bad[/]    "}


@app.command()
def doctor(data: Data = None, broker: Broker = None, rules: Rules = None, as_json: AsJson = False) -> None:
    """Look at everything that the home needs. Exit code 1 where something is bad; what is merely missing costs less."""
    settings = given_settings(data, broker, rules=rules)
    findings = [*_all(settings), *talk(examinations.bus(settings))]
    if as_json:
        print_json(findings)
    else:
        for one in findings:
            console.print(f"{_MARKS[one.state]}  {one.what:<14} {one.found}", markup=True, soft_wrap=True)
            if one.cost:
                console.print(f"{'':25}{one.cost}", soft_wrap=True, style="dim")
    if any(one.state == "bad" for one in findings):
        raise typer.Exit(1)


def _all(settings: Settings) -> list[Finding]:
    home = settings.home
    return [
        examinations.python(),
        examinations.mosquitto(),
        examinations.uvloop(),
        examinations.data_folder(home.data),
        examinations.logins(home.data),
        examinations.listeners(home.data),
        examinations.rules_folder(home.rules),
        *(examinations.port(home, what) for what in ("mqtt", "http")),
        *(_worker(name) for name in workers.names()),
    ]


def _worker(name: str) -> Finding:
    try:
        kind = workers.kind(name)
    except (LookupError, TypeError) as error:
        return Finding(f"worker {name}", "bad", str(error), "It does not run; the rest of the home does.")
    return Finding(f"worker {name}", "good", f"{kind.__module__}, answers {len(kind.table.answers)} calls")
