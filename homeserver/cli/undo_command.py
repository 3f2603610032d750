"""`homeserver undo`: what was changed about names and places, and taking it back."""

from datetime import datetime
from typing import Annotated, Final

import typer

from homeserver.cli.client import talk
from homeserver.cli.options import AsJson, Broker, Data, load_settings
from homeserver.cli.printing import ago, console, print_json, print_table
from homeserver.cli.rename_command import ask

app = typer.Typer()
_SHOWN: Final = 4
"""Steps of a deed that the list tells."""


@app.command()
def undo(
    deed: Annotated[int | None, typer.Argument(help="Its number in the list; the last one if left out.")] = None,
    listed: Annotated[bool, typer.Option("--list", help="List what was changed instead.")] = False,
    data: Data = None,
    broker: Broker = None,
    as_json: AsJson = False,
) -> None:
    """Take back what was changed about names, areas, floors and labels."""
    settings = load_settings(data, broker)
    if not listed:
        done = talk(ask(settings, "undo", {} if deed is None else {"deed": deed}))
        _print(done, as_json)
        return
    rows = talk(ask(settings, "deeds", {}))["deeds"]
    if as_json:
        print_json(rows)
        return
    lines = ((str(row["deed"]), _age(row), row["by"], _short(row["did"]), _note(row)) for row in rows)
    print_table(("deed", "ago", "by", "did", ""), lines, "nothing was changed yet")


def _short(did: list[str]) -> str:
    """A deed of many steps in a few lines."""
    return "; ".join(did if len(did) <= _SHOWN else [*did[:_SHOWN], "and more, which --json shows"])


def _age(row: dict[str, object]) -> str:
    return ago(datetime.fromisoformat(str(row["at"])))


def _note(row: dict[str, object]) -> str:
    return f"undid {row['undid']}" if row["undid"] else ""


def _print(done: dict[str, list[str]], as_json: bool) -> None:
    if as_json:
        print_json(done)
    else:
        console.print("\n".join(done["did"]), markup=False, soft_wrap=True)
