"""`homeserver entities`: what the home consists of, and how it is now."""

from dataclasses import asdict
from typing import Annotated, Any

import typer

from homeserver.cli.arguments import fits
from homeserver.cli.client import Client, connected, talk
from homeserver.cli.failures import Failure
from homeserver.cli.options import AsJson, Broker, Data, load_settings
from homeserver.cli.printing import ago, console, print_json, print_table
from homeserver.runtime.settings import Settings
from homeserver.topics.entity import ENTITY_CONFIG, ENTITY_STATE, UNAVAILABLE, UNKNOWN, EntityConfig, EntityState
from homeserver.topics.registry import AREA_ENTRY, DEVICE_ENTRY, ENTITY_ENTRY
from homeserver.view.digits import displayed

app = typer.Typer()
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
    as_json: AsJson = False,
) -> None:
    """List entities with state, area, and since when it is so; enable or disable them."""
    settings = load_settings(data, broker)
    pattern = wanted or "*"
    if enable or disable:
        if wanted is None or enable == disable:
            raise Failure("say which, and one of both: `homeserver entities light.hall --enable`, or `--disable`")
        _tell(talk(_switch(settings, pattern, disable=disable)), as_json=as_json)
        return
    if disabled:
        _list_disabled(talk(_disabled(settings)), pattern, as_json=as_json)
        return
    found = talk(_look(settings))
    rows = [row for row in _rows(found) if any(fits(id, pattern) for id in (row["id"], *row["former"]))]
    if as_json:
        print_json(rows)
        return
    lines = ((row["id"], row["name"], _shown(row), row["area"], ago(row["changed"])) for row in rows)
    empty = "the home has no entities yet" if pattern == "*" else f"no enabled entity is called {pattern}"
    print_table(("entity", "name", "state", "area", "since"), lines, empty)


def _tell(edited: list[dict[str, Any]], *, as_json: bool) -> None:
    if as_json:
        print_json(edited)
        return
    for one in edited:
        did = one["deed"]["did"] if one["deed"] else (f"{one['thing']} is so already",)
        console.print("\n".join(did), markup=False, soft_wrap=True)


async def _switch(settings: Settings, pattern: str, *, disable: bool) -> list[dict[str, Any]]:
    """Enable or disable the one of that id, or all that a pattern with wildcards covers."""
    async with connected(settings) as client:
        ids = [pattern]
        if set(pattern) & set("*?["):
            ids = await _all_enabled(client) if disable else [row["id"] for row in await _all_disabled(client)]
            ids = sorted(id for id in ids if fits(id, pattern))
        if not ids:
            raise Failure(f"no {'enabled' if disable else 'disabled'} entity of a device is called {pattern}")
        asked = [{"entity": id, "disabled": disable} for id in ids]
        return [await client.calls.ask("home", "edit_entity", fields) for fields in asked]


async def _all_enabled(client: Client) -> list[str]:
    """Those of devices: what workers say by themselves, such as zone.home, cannot be disabled."""
    found = await client.present(ENTITY_CONFIG, ENTITY_ENTRY)
    entries = found[ENTITY_ENTRY.template]
    return [id for id in map(".".join, found[ENTITY_CONFIG.template]) if (id,) in entries]


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


async def _look(settings: Settings) -> Found:
    async with connected(settings) as client:
        return await client.present(ENTITY_CONFIG, ENTITY_STATE, ENTITY_ENTRY, DEVICE_ENTRY, AREA_ENTRY)


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
        "former": entry.former if entry else (),
    }


def _shown(row: dict[str, Any]) -> str:
    has_unit = row["unit"] and row["state"] not in (UNKNOWN, UNAVAILABLE)
    return f"{row['display']} {row['unit']}" if has_unit else str(row["display"])
