"""`homeserver devices`: the things in the house, when each was heard last, and what is wrong with it."""

from typing import Annotated, Any, Final

import typer

from homeserver.cli.arguments import fits
from homeserver.cli.client import connected, talk
from homeserver.cli.options import AsJson, Broker, Data, load_settings
from homeserver.cli.printing import print_json, print_table, span
from homeserver.runtime.settings import Settings

app = typer.Typer()
_PAGE: Final = 500


@app.command()
def devices(
    pattern: Annotated[str, typer.Argument(help="Only these, by id or name: hall, hall_*.", metavar="[FILTER]")] = "*",
    data: Data = None,
    broker: Broker = None,
    wrong: Annotated[bool, typer.Option("--wrong", help="Only those with which something is wrong.")] = False,
    as_json: AsJson = False,
) -> None:
    """List devices with area, signal, battery, when they were heard last, and what is wrong with them."""
    found = talk(_all(load_settings(data, broker)))
    rows = [row for row in found if _asked(row, pattern) and (row["problems"] or not wrong)]
    if as_json:
        print_json(rows)
        return
    empty = "nothing is wrong with any device" if wrong else "the home has no such device"
    print_table(("device", "name", "area", "heard", "signal", "battery", "wrong"), map(_cells, rows), empty)


async def _all(settings: Settings) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    offset: int | None = 0
    async with connected(settings) as client:
        while offset is not None:
            page = await client.calls.ask("home", "devices", {"offset": offset, "limit": _PAGE})
            rows += page["devices"]
            offset = page["next"]
    return rows


def _asked(row: dict[str, Any], pattern: str) -> bool:
    return fits(row["id"], pattern) or fits(row["name"].lower(), pattern.lower())


def _cells(row: dict[str, Any]) -> tuple[str, ...]:
    heard = f"{span(row['silent'])} ago" if row["silent"] is not None else "not yet"
    return (
        row["id"],
        row["name"],
        row["area"] or "",
        heard,
        row["signal"] or "",
        row["battery"] or "",
        "; ".join(row["problems"]),
    )
