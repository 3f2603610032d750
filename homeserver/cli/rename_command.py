"""`homeserver rename`: another name for an entity, a device, an area, a floor or a label."""

from typing import Annotated, Any, Final

import typer

from homeserver.cli.client import connected, talk
from homeserver.cli.failures import Failure
from homeserver.cli.options import AsJson, Broker, Data, load_settings
from homeserver.cli.printing import console, print_json
from homeserver.runtime.settings import Settings

app = typer.Typer()
_KINDS: Final = ("device", "area", "floor", "label")


@app.command()
def rename(
    thing: Annotated[
        str, typer.Argument(help="light.hall, or device., area., floor., label. and ID.", metavar="THING")
    ],
    name: Annotated[str, typer.Argument(help="The new name; an empty one gives the maker's back.", metavar="NAME")],
    data: Data = None,
    broker: Broker = None,
    as_json: AsJson = False,
) -> None:
    """Give a thing another name; `homeserver undo` takes it back."""
    kind, _, id = thing.partition(".")
    if not id:
        raise Failure(f"{thing!r}: say what it is, such as light.hall, area.kitchen or device.{thing or 'ID'}")
    verb, fields = (f"edit_{kind}", {kind: id}) if kind in _KINDS else ("edit_entity", {"entity": thing})
    edited = talk(ask(load_settings(data, broker), verb, {**fields, "name": name or None}))
    if as_json:
        print_json(edited)
    elif edited["deed"] is None:
        console.print(f"{thing} is called so already")
    else:
        console.print("\n".join(edited["deed"]["did"]), markup=False, soft_wrap=True)


async def ask(settings: Settings, verb: str, fields: dict[str, Any]) -> Any:
    """Call `home`."""
    async with connected(settings) as client:
        return await client.calls.ask("home", verb, fields)
