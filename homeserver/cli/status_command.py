"""`homeserver status`: processes and workers as they are, from what they say of themselves."""

from dataclasses import asdict
from typing import Any

import typer

from homeserver.cli.client import connected, talk
from homeserver.cli.options import AsJson, Broker, Data, load_settings
from homeserver.cli.printing import ago, console, print_json, print_table
from homeserver.runtime.presence import Presence
from homeserver.runtime.running import Running, running
from homeserver.runtime.settings import Settings

app = typer.Typer()


@app.command()
def status(data: Data = None, broker: Broker = None, as_json: AsJson = False) -> None:
    """Tell how the home, its processes and its workers are. Exit code 1 where a worker is not well."""
    settings = load_settings(data, broker)
    presence = talk(_look(settings))
    here = running(settings.home.data) if "://" not in settings.home.broker else None
    if as_json:
        print_json(_document(presence, here))
    else:
        _print(presence, here)
    if any(one.state == "degraded" or _fell(one.state, one.reason) for one in presence.all()):
        raise typer.Exit(1)


def _fell(state: str, reason: str) -> bool:
    """Off, and nobody asked for it."""
    return state == "offline" and reason != "stopped"


async def _look(settings: Settings) -> Presence:
    async with connected(settings) as client:
        return await client.presence()


def _document(presence: Presence, here: Running | None) -> dict[str, Any]:
    return {
        "home": asdict(here) if here else None,
        "processes": {name: asdict(status) for name, status in sorted(presence.processes.items())},
        "workers": [asdict(one) for one in presence.all()],
    }


def _print(presence: Presence, here: Running | None) -> None:
    if here:
        console.print(f"home: process {here.pid}, broker {here.broker}, page {here.page}", soft_wrap=True)
    workers = [(one.worker, one.state, one.process, ago(one.since), one.reason) for one in presence.all()]
    print_table(("worker", "state", "process", "since", "why"), workers, "no worker has said anything here")
    processes = [
        (name, one.state, one.pid or "", one.host, ago(one.since)) for name, one in sorted(presence.processes.items())
    ]
    print_table(("process", "state", "pid", "host", "since"), processes, "no process has said anything here")
