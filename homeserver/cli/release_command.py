"""`homeserver release ENTITY`: end a hold, so that what waits is carried out."""

from typing import Annotated, Any

import typer

from homeserver.cli.client import connected, talk
from homeserver.cli.failures import Failure
from homeserver.cli.holds_command import told
from homeserver.cli.options import AsJson, Broker, Data, Priority, load_settings
from homeserver.cli.printing import console, print_json
from homeserver.cli.set_command import now_at
from homeserver.runtime.settings import Settings
from homeserver.topics.entity import ENTITY_CONFIG
from homeserver.topics.hold import OWNERS
from homeserver.topics.names import split_entity

app = typer.Typer()


@app.command()
def release(
    entity: Annotated[str, typer.Argument(help="For example light.hall.", metavar="ENTITY")],
    data: Data = None,
    broker: Broker = None,
    priority: Priority = None,
    as_json: AsJson = False,
) -> None:
    """End the strongest hold of an entity, or that of --priority; what had waited for it is carried out."""
    settings = load_settings(data, broker)
    done = talk(_release(settings, entity, priority))
    if as_json:
        print_json(done)
        return
    id, by, word, _ = told(done["ended"], settings)
    asked = f"; {', '.join(done['asked'])} is asked for now" if done["asked"] else ""
    console.print(f"{id}: the hold of {by} ({word}) has ended{asked}", soft_wrap=True)
    if done["now"] is not None:
        _, by, word, until = told(done["now"], settings)
        console.print(f"{id} is held by {by} ({word}) until {until}", soft_wrap=True)


async def _release(settings: Settings, entity: str, priority: int | None) -> Any:
    async with connected(settings) as client:
        configs, where = (await client.present(ENTITY_CONFIG))[ENTITY_CONFIG.template], split_entity(entity)
        if where not in configs:
            where = await now_at(client, entity) or where
        owner = configs[where].owner if where in configs else OWNERS[0]
        if owner not in OWNERS:
            raise Failure(f"{entity} belongs to {owner}, whose entities nobody can hold")
        return await client.calls.ask(owner, "release", {"entity": ".".join(where), "priority": priority})
