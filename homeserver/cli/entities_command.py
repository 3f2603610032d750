"""`homeserver entities`: what the home consists of, and how it is now."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Annotated, Any, Final

import typer

from homeserver.cli.arguments import fits
from homeserver.cli.client import Client, connected, talk
from homeserver.cli.failures import Failure
from homeserver.cli.options import AsJson, Broker, Data, load_settings
from homeserver.cli.printing import ago, console, print_json, print_table
from homeserver.runtime.settings import Settings
from homeserver.topics.entity import ENTITY_CONFIG, ENTITY_STATE, UNAVAILABLE, UNKNOWN, EntityConfig, EntityState
from homeserver.topics.record import record
from homeserver.topics.registry import AREA_ENTRY, DEVICE_ENTRY, ENTITY_ENTRY
from homeserver.view.digits import displayed


@record
class Wish:
    """What is done to entities: the option that says it, the words that it sets, and to which it is done."""

    option: str
    fields: Mapping[str, bool]
    among: str


_ENABLE: Final = Wish("--enable", {"disabled": False}, "disabled")
_DISABLE: Final = Wish("--disable", {"disabled": True}, "enabled")
_HIDE: Final = Wish("--hide", {"hidden": True}, "visible")
_SHOW: Final = Wish("--show", {"hidden": False}, "hidden")
app = typer.Typer()
_NOT_THERE: Final = {
    "starting": "the home is starting: its entities come in a moment, so ask again",
    "offline": "the home's worker `home` is not running now: ask again in a moment, or see `homeserver status`",
}
Found = dict[str, dict[tuple[str, ...], Any]]


@app.command()
def entities(
    wanted: Annotated[
        str | None, typer.Argument(help="Only these: light.hall, light.*, hall.", metavar="[FILTER]")
    ] = None,
    data: Data = None,
    broker: Broker = None,
    disabled: Annotated[bool, typer.Option("--disabled", help="Only those that are disabled.")] = False,
    enable: Annotated[bool, typer.Option("--enable", help="Enable them.")] = False,
    disable: Annotated[bool, typer.Option("--disable", help="Disable them: they are listed, and no more.")] = False,
    hide: Annotated[bool, typer.Option("--hide", help="Leave them out of pages and of targets by place.")] = False,
    show: Annotated[bool, typer.Option("--show", help="Hide them no more.")] = False,
    as_json: AsJson = False,
) -> None:
    """List entities with state, area, and since when it is so; enable, disable, hide or show them.

    Whatever is done to them at once is one deed: `homeserver undo` takes it back.
    """
    settings = load_settings(data, broker)
    pattern = wanted or "*"
    wishes = [wish for asked, wish in ((enable, _ENABLE), (disable, _DISABLE), (hide, _HIDE), (show, _SHOW)) if asked]
    if wishes:
        if wanted is None or len(wishes) > 1:
            raise Failure(f"say which, and one thing: `homeserver entities light.hall {wishes[0].option}`")
        _tell(talk(_switch(settings, pattern, wishes[0])), pattern, as_json=as_json)
        return
    if disabled:
        _list_disabled(talk(_disabled(settings)), pattern, as_json=as_json)
        return
    found, home = talk(_look(settings))
    if home != "online" and not any(config.owner == "home" for config in found[ENTITY_CONFIG.template].values()):
        raise Failure(_NOT_THERE[home] if home in _NOT_THERE else _NOT_THERE["offline"])
    rows = [row for row in _rows(found) if any(fits(id, pattern) for id in (row["id"], *row["former"]))]
    if as_json:
        print_json(rows)
        return
    lines = ((row["id"], row["name"], _shown(row), row["area"], ago(row["changed"])) for row in rows)
    empty = "the home has no entities yet" if pattern == "*" else f"no enabled entity is called {pattern}"
    print_table(("entity", "name", "state", "area", "since"), lines, empty)


def _tell(edited: dict[str, Any], pattern: str, *, as_json: bool) -> None:
    if as_json:
        print_json(edited)
        return
    did = edited["deed"]["did"] if edited["deed"] else (f"{pattern}: so already",)
    console.print("\n".join(did), markup=False, soft_wrap=True)


async def _switch(settings: Settings, pattern: str, wish: Wish) -> dict[str, Any]:
    """Do it to the one of that id, or to all that a pattern with wildcards covers."""
    async with connected(settings) as client:
        ids = [pattern]
        if set(pattern) & set("*?["):
            ids = sorted(id for id in await _candidates(client, wish) if fits(id, pattern))
        if not ids:
            raise Failure(f"no {wish.among} entity of a device is called {pattern}")
        done: dict[str, Any] = await client.calls.ask("home", "edit_entities", {"entities": ids, **wish.fields})
        return done


async def _candidates(client: Client, wish: Wish) -> list[str]:
    """Those of devices that are not so yet: what workers say by themselves, such as zone.home, stays as it is."""
    if wish is _ENABLE:
        return [row["id"] for row in await _all_disabled(client)]
    found = await client.present(ENTITY_CONFIG, ENTITY_ENTRY)
    entries = {id: found[ENTITY_ENTRY.template].get((id,)) for id in map(".".join, found[ENTITY_CONFIG.template])}
    return [id for id, entry in entries.items() if entry and wish.fields.get("hidden") != entry.hidden]


async def _disabled(settings: Settings) -> list[dict[str, Any]]:
    async with connected(settings) as client:
        return await _all_disabled(client)


async def _all_disabled(client: Client) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    offset: int | None = 0
    while offset is not None:
        page = await client.calls.ask("home", "disabled", {"offset": offset})
        rows += page["entities"]
        offset = page["next"]
    return rows


def _list_disabled(found: list[dict[str, Any]], pattern: str, *, as_json: bool) -> None:
    rows = [row for row in found if fits(row["id"], pattern)]
    if as_json:
        print_json(rows)
        return
    lines = ((row["id"], row["name"], row["device"] or "", row["by"]) for row in rows)
    print_table(("entity", "name", "device", "disabled by"), lines, "no such entity is disabled")


async def _look(settings: Settings) -> tuple[Found, str]:
    """What there is, and how the worker is that says most of it."""
    async with connected(settings) as client:
        presence = await client.presence()
        states = [one.state for one in presence.all() if one.worker == "home"]
        found = await client.present(ENTITY_CONFIG, ENTITY_STATE, ENTITY_ENTRY, DEVICE_ENTRY, AREA_ENTRY)
        return found, states[0] if states else "offline"


def _rows(found: Found) -> list[dict[str, Any]]:
    states = found[ENTITY_STATE.template]
    configs = found[ENTITY_CONFIG.template]
    return [_row(where, configs[where], states.get(where), found) for where in sorted(configs)]


def _row(where: tuple[str, ...], config: EntityConfig, state: EntityState | None, found: Found) -> dict[str, Any]:
    entity_id = ".".join(where)
    entry = found[ENTITY_ENTRY.template].get((entity_id,))
    device = found[DEVICE_ENTRY.template].get((entry.device_id,)) if entry and entry.device_id else None
    area_id = (entry.area_id if entry else None) or (device.area_id if device else None)
    area = found[AREA_ENTRY.template].get((area_id,)) if area_id else None
    return {
        "id": entity_id,
        "name": (entry.name if entry else None) or config.name,
        "state": state.state if state else "unknown",
        "unit": config.unit,
        "display": displayed(state.state, config) if state else UNKNOWN,
        "area": area.name if area else "",
        "attributes": state.attributes if state else {},
        "changed": state.changed if state else None,
        "cause": asdict(state.cause) if state and state.cause else None,
        "services": config.services,
        "owner": config.owner,
        "hidden": bool(entry and entry.hidden),
        "former": entry.former if entry else (),
    }


def _shown(row: dict[str, Any]) -> str:
    has_unit = row["unit"] and row["state"] not in (UNKNOWN, UNAVAILABLE)
    return f"{row['display']} {row['unit']}" if has_unit else str(row["display"])
