"""`homeserver settings`: every setting in force, its value and where that came from."""

from typing import Annotated, Any

import typer
from pydantic import BaseModel, SecretStr

from homeserver import workers
from homeserver.cli.options import AsJson, Broker, Data, Rules, Sets, load_settings
from homeserver.cli.printing import print_json, print_table

app = typer.Typer()


@app.command()
def settings(
    data: Data = None,
    broker: Broker = None,
    rules: Rules = None,
    sets: Sets = None,
    changed: Annotated[bool, typer.Option("--changed", help="Only what is not the default.")] = False,
    as_json: AsJson = False,
) -> None:
    """Print the settings in force. Secrets are masked."""
    given = load_settings(data, broker, sets, rules=rules)
    models = {name: kind.options for name, kind in workers.sound(workers.names()).items()}
    given.check(models, others=workers.names())
    rows = [row for row in given.explain(models) if not changed or row.source != "default"]
    if as_json:
        print_json([{"name": row.name, "value": _plain(row.value), "source": row.source} for row in rows])
        return
    lines = ((row.name, _shown(row.value), row.source) for row in rows)
    print_table(("setting", "value", "from"), lines, "everything is as it comes")


def _shown(value: Any) -> str:
    return "" if value is None else str(_plain(value))


def _plain(value: Any) -> Any:
    """For print: a secret stays a row of stars."""
    if isinstance(value, SecretStr):
        return str(value)
    return value.model_dump(mode="json") if isinstance(value, BaseModel) else value if _is_json(value) else str(value)


def _is_json(value: Any) -> bool:
    return value is None or isinstance(value, bool | int | float | str | list | dict | tuple)
