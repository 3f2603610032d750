"""`homeserver entities`: what the home consists of, and how it is now."""

from dataclasses import asdict
from typing import Annotated, Any

import typer

from homeserver.cli.arguments import fits
from homeserver.cli.client import connected, talk
from homeserver.cli.options import AsJson, Broker, Data, load_settings
from homeserver.cli.printing import ago, print_json, print_table
from homeserver.runtime.settings import Settings
from homeserver.topics.entity import ENTITY_CONFIG, ENTITY_STATE, EntityConfig, EntityState
from homeserver.topics.registry import AREA_ENTRY, DEVICE_ENTRY, ENTITY_ENTRY

app = typer.Typer()
Found = dict[str, dict[tuple[str, ...], Any]]


@app.command()
def entities(
    pattern: Annotated[str, typer.Argument(help="Only these: light.hall, light.*, hall.", metavar="[FILTER]")] = "*",
    data: Data = None,
    broker: Broker = None,
    as_json: AsJson = False,
) -> None:
    """List entities with state, area, and since when it is so."""
    found = talk(_look(load_settings(data, broker)))
    rows = [row for row in _rows(found) if fits(row["id"], pattern)]
    if as_json:
        print_json(rows)
        return
    lines = ((row["id"], row["name"], _shown(row), row["area"], ago(row["changed"])) for row in rows)
    empty = "the home has no entities yet" if pattern == "*" else f"no entity is called {pattern}"
    print_table(("entity", "name", "state", "area", "since"), lines, empty)


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
        "area": area.name if area else "",
        "attributes": state.attributes if state else {},
        "changed": state.changed if state else None,
        "cause": asdict(state.cause) if state and state.cause else None,
        "services": config.services,
        "owner": config.owner,
    }


def _shown(row: dict[str, Any]) -> str:
    return f"{row['state']} {row['unit']}" if row["unit"] else str(row["state"])
