"""`homeserver doctor`: what is installed and reachable, what is missing, and what that costs."""

import typer

from homeserver.cli import examinations
from homeserver.cli.client import talk
from homeserver.cli.inspection import of_machine
from homeserver.cli.options import AsJson, Broker, Data, Rules, given_settings
from homeserver.cli.printing import console, print_json

app = typer.Typer()
_MARKS = {"good": "[green]good[/]   ", "missing": "[yellow]missing[/]", "bad": "[red]bad[/]    "}


@app.command()
def doctor(data: Data = None, broker: Broker = None, rules: Rules = None, as_json: AsJson = False) -> None:
    """Look at everything that the home needs. Exit code 1 where something is bad; what is merely missing costs less."""
    settings = given_settings(data, broker, rules=rules)
    findings = [*of_machine(settings), *talk(examinations.bus(settings))]
    if as_json:
        print_json(findings)
    else:
        for one in findings:
            console.print(f"{_MARKS[one.state]}  {one.what:<14} {one.found}", markup=True, soft_wrap=True)
            if one.cost:
                console.print(f"{'':25}{one.cost}", soft_wrap=True, style="dim")
    if any(one.state == "bad" for one in findings):
        raise typer.Exit(1)
