"""`homeserver devices`: the things in the house, when each was heard last, and what is wrong with it; replacing one,
and clearing what nobody owns any more."""

from typing import Annotated, Any, Final

import typer
from typer.core import TyperGroup

from homeserver.cli.arguments import fits
from homeserver.cli.client import connected, talk
from homeserver.cli.options import AsJson, Broker, Data, load_settings
from homeserver.cli.printing import console, print_json, print_table, span
from homeserver.cli.rename_command import ask
from homeserver.runtime.settings import Settings


class ListOrMore(TyperGroup):
    """Lists devices unless a command of its own is named."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        asks_help = bool(set(args) & set(self.get_help_option_names(ctx)))
        if not asks_help and (not args or args[0] not in self.commands):
            args = ["list", *args]
        return super().parse_args(ctx, args)

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """The options of `list` too, since `list` may be left out."""
        super().format_help(ctx, formatter)
        listing = self.commands["list"]
        listing.format_help(listing.context_class(listing, info_name="list", parent=ctx), formatter)


app = typer.Typer(
    cls=ListOrMore, help="List devices and what is wrong with them; replace one; clear what is left over."
)
_PAGE: Final = 500


@app.callback()
def devices() -> None:
    """List devices and what is wrong with them (`list` may be left out); replace one; clear what is left over."""


@app.command(name="list")
def list_devices(
    pattern: Annotated[str, typer.Argument(help="Only these, by id or name: hall, hall_*.", metavar="[FILTER]")] = "*",
    data: Data = None,
    broker: Broker = None,
    wrong: Annotated[bool, typer.Option("--wrong", help="Only those with which something is wrong.")] = False,
    as_json: AsJson = False,
) -> None:
    """List devices with area, signal, battery, when they were heard last, and what is wrong with them."""
    settings = load_settings(data, broker)
    found = talk(_pages(settings, "devices", {}))
    rows = [row for row in found if _asked(row, pattern) and (row["problems"] or not wrong)]
    if as_json:
        print_json(rows)
        return
    empty = "nothing is wrong with any device" if wrong else "the home has no such device"
    print_table(("device", "name", "area", "heard", "signal", "battery", "wrong"), map(_cells, rows), empty)
    if wrong and (refused := talk(_pages(settings, "refusals", {"topic": "/config"}))):
        console.print(_hint(refused), markup=False, soft_wrap=True)


def _hint(refused: list[dict[str, Any]]) -> str:
    """What became no entity: it may be why a device is missing."""
    one = refused[0]
    count = "1 announcement is" if len(refused) == 1 else f"{len(refused)} announcements are"
    return (
        f"{count} refused, the last on {one['topic']}: {one['reason']}\n"
        "`homeserver call home.refusals topic=/config` lists all that is refused, and why"
    )


@app.command()
def replace(
    old: Annotated[str, typer.Argument(help="The device that is replaced: its id.", metavar="OLD")],
    new: Annotated[str, typer.Argument(help="The device that takes its place.", metavar="NEW")],
    data: Data = None,
    broker: Broker = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only tell what would be done.")] = False,
    as_json: AsJson = False,
) -> None:
    """Let a new device take over ids, names, area, labels and options of an old one, which is removed."""
    asked = {"old": old, "new": new, "dry_run": dry_run}
    done = talk(ask(load_settings(data, broker), "replace_device", asked))
    if as_json:
        print_json(done)
        return
    rows = [(match["new"], match["takes"], "") for match in done["matched"]]
    rows += [(id, id, "new: keeps its id") for id in done["added"]]
    rows += [("", id, "no match: removed") for id in done["left"]]
    print_table((done["new"], f"becomes {done['old']}", ""), rows, "neither has an entity")
    for topic in done["cleared"]:
        console.print(f"taken off the broker: {topic}", markup=False, soft_wrap=True)
    if dry_run:
        console.print("nothing was done yet: leave out --dry-run to do it", markup=False)
    elif done["deed"]:
        console.print(f"done; `homeserver undo {done['deed']['deed']}` takes all of it back", markup=False)


@app.command()
def orphans(
    things: Annotated[
        list[str] | None, typer.Argument(help="Only these, as the list names them.", metavar="[THING]...")
    ] = None,
    data: Data = None,
    broker: Broker = None,
    clear: Annotated[
        bool, typer.Option("--clear", help="Forget them, and take what they left off the broker; `undo` undoes it.")
    ] = False,
    silent: Annotated[
        float, typer.Option("--silent", help="List devices too that said nothing for so many days.", min=0.01)
    ] = 30.0,
    as_json: AsJson = False,
) -> None:
    """List what nobody owns any more, and why: devices and entities announced no more, and litter on the broker."""
    settings = load_settings(data, broker)
    if clear:
        asked = {"silent_days": silent} | ({"things": things} if things else {})
        cleared = talk(ask(settings, "clear_orphans", asked))
        if as_json:
            print_json(cleared)
            return
        told = cleared["deed"]["did"] if cleared["deed"] else ("there was nothing to clear",)
        console.print("\n".join(told), markup=False, soft_wrap=True)
        return
    rows = talk(_pages(settings, "orphans", {"silent_days": silent}))
    rows = [row for row in rows if not things or row["thing"] in things]
    if as_json:
        print_json(rows)
        return
    lines = ((row["thing"], row["kind"], _why(row)) for row in rows)
    print_table(("thing", "kind", "why"), lines, "everything on the broker and in the registry has an owner")


def _why(row: dict[str, Any]) -> str:
    return row["reason"] if row["certain"] else f"{row['reason']} (cleared only if it is named)"


async def _pages(settings: Settings, verb: str, fields: dict[str, Any]) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    offset: int | None = 0
    async with connected(settings) as client:
        while offset is not None:
            page = await client.calls.ask("home", verb, {**fields, "offset": offset, "limit": _PAGE})
            rows += page[verb]
            offset = page["next"]
    return rows


def _asked(row: dict[str, Any], pattern: str) -> bool:
    return fits(row["id"], pattern) or fits(row["name"].lower(), pattern.lower())


def _cells(row: dict[str, Any]) -> tuple[str, ...]:
    heard = f"{span(row['silent'])} ago" if row["silent"] is not None else "never"
    return (
        row["id"],
        row["name"],
        row["area"] or "",
        heard,
        row["signal"] or "",
        row["battery"] or "",
        "; ".join(row["problems"]),
    )
