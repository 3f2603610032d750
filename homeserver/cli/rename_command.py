"""`homeserver rename`: another name or id for an entity, a device, an area, a floor or a label."""

from typing import Annotated, Any, Final

import typer

from homeserver.cli.client import connected, talk
from homeserver.cli.failures import Failure
from homeserver.cli.options import AsJson, Broker, Data, load_settings
from homeserver.cli.printing import console, print_json
from homeserver.runtime.settings import Settings
from homeserver.topics.services import SERVICES

app = typer.Typer()
_KINDS: Final = ("device", "area", "floor", "label")


@app.command()
def rename(
    thing: Annotated[
        str, typer.Argument(help="light.hall, or device., area., floor., label. and ID.", metavar="THING")
    ],
    new: Annotated[
        str,
        typer.Argument(
            help="A new name, or a new id in full: light.hall, area.attic. An empty one gives the maker's name back.",
            metavar="NAME|ID",
        ),
    ],
    data: Data = None,
    broker: Broker = None,
    take: Annotated[bool, typer.Option("--take", help="Take an id that leads to another thing as its former.")] = False,
    as_json: AsJson = False,
) -> None:
    """Give a thing another name or another id; the old id still leads to it. `homeserver undo` takes it back."""
    kind, _, id = thing.partition(".")
    if not id:
        raise Failure(f"{thing!r}: say what it is, such as light.hall, area.kitchen or device.{thing or 'ID'}")
    verb, fields = (f"edit_{kind}", {kind: id}) if kind in _KINDS else ("edit_entity", {"entity": thing})
    wish = {"id": _own_part(kind, new), "take": take} if _is_id(kind, new) else {"name": new or None}
    edited = talk(ask(load_settings(data, broker), verb, {**fields, **wish}))
    if as_json:
        print_json(edited)
    elif edited["deed"] is None:
        console.print(f"{thing} is called so already")
    else:
        console.print("\n".join(edited["deed"]["did"]), markup=False, soft_wrap=True)


def _is_id(kind: str, new: str) -> bool:
    """Whether a word is meant for an id: it begins as the thing's own does, or as that of any entity."""
    before, dot, after = new.partition(".")
    if kind in _KINDS:
        return bool(dot) and before == kind
    return bool(dot and after) and (before == kind or (before in SERVICES and " " not in new))


def _own_part(kind: str, new: str) -> str:
    return new.partition(".")[2] if kind in _KINDS else new


async def ask(settings: Settings, verb: str, fields: dict[str, Any]) -> Any:
    """Call `home`."""
    async with connected(settings) as client:
        return await client.calls.ask("home", verb, fields)
