"""`homeserver holds`: who holds which entities against weaker commands, and until when."""

from datetime import datetime
from typing import Any

import typer

from homeserver.cli.client import connected, talk
from homeserver.cli.options import AsJson, Broker, Data, load_settings, zone_of
from homeserver.cli.printing import print_json, print_table
from homeserver.runtime.settings import Settings
from homeserver.topics.hold import OWNERS
from homeserver.topics.priority import word_of

app = typer.Typer()


@app.command()
def holds(data: Data = None, broker: Broker = None, as_json: AsJson = False) -> None:
    """List who holds which entities, until when, and what waits meanwhile."""
    settings = load_settings(data, broker)
    rows = talk(_holds(settings))
    if as_json:
        print_json(rows)
        return
    lines = ((*told(row, settings), ", ".join(row["waiting"])) for row in rows)
    print_table(("entity", "held by", "priority", "until", "what waits"), lines, "nobody holds anything")


def told(row: dict[str, Any], settings: Settings) -> tuple[str, str, str, str]:
    """Entity, holder, priority and end, for people."""
    until = datetime.fromisoformat(str(row["until"])).astimezone(zone_of(settings))
    return str(row["entity"]), str(row["by"]), word_of(int(row["priority"])), f"{until:%Y-%m-%d %H:%M:%S}"


async def _holds(settings: Settings) -> list[dict[str, Any]]:
    """Those of all owners that are there."""
    rows: list[dict[str, Any]] = []
    async with connected(settings) as client:
        presence = await client.presence()
        for owner in OWNERS:
            found = presence.of(owner)
            if found is None or found.state == "offline":
                typer.echo(f"the worker {owner} is not there now: its entities are missing here", err=True)
            else:
                rows += (await client.calls.ask(owner, "holds", {}))["holds"]
    return sorted(rows, key=lambda row: (row["entity"], -row["priority"]))
