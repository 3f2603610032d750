"""`homeserver settings`: every setting in force, its value and where that came from."""

from typing import Annotated

import typer

from homeserver import workers
from homeserver.cli.env_example import env_example
from homeserver.cli.options import AsJson, Broker, Data, Rules, Sets, given_settings
from homeserver.cli.printing import print_json, print_table
from homeserver.runtime.running import Running, running
from homeserver.runtime.settings import Setting

app = typer.Typer()


@app.command()
def settings(
    data: Data = None,
    broker: Broker = None,
    rules: Rules = None,
    sets: Sets = None,
    changed: Annotated[bool, typer.Option("--changed", help="Only what is not the default.")] = False,
    env: Annotated[
        bool, typer.Option("--env", help="Print every setting and its default as lines for a file .env.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Print the settings in force: those of the running home, else those of its next start. Secrets are masked."""
    if env:
        print(shipped(), end="")
        return
    given = given_settings(data, broker, sets, rules=rules)
    models = {name: kind.options for name, kind in workers.sound(workers.names()).items()}
    given.check(models, others=workers.names())
    here = running(given.home.data)
    rows = [_in_force(row, here) for row in given.explain(models)]
    rows = [row for row in rows if not changed or row.source != "default"]
    if as_json:
        print_json(rows)
        return
    lines = ((row.name, "" if row.value is None else row.value, row.source) for row in rows)
    print_table(("setting", "value", "from"), lines, "everything is as it comes")


def shipped() -> str:
    """`.env.example`: for the workers that come with the home."""
    return env_example({name: kind.options for name, kind in workers.kinds(workers.built_in()).items()})


def _in_force(row: Setting, here: Running | None) -> Setting:
    """As the running home has it, unless this very command line says otherwise."""
    value, source = here.settings.get(row.name, (row.value, "")) if here else (row.value, "")
    if value == row.value or row.source.startswith("--"):
        return row
    return Setting(row.name, value, f"{source} of the running home")
