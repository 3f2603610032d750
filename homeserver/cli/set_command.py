"""`homeserver set ENTITY SERVICE key=value...`: one command to one entity."""

from typing import Annotated, Any

import typer
from pydantic import ValidationError

from homeserver.cli.arguments import Arguments, read_arguments
from homeserver.cli.client import connected, talk
from homeserver.cli.failures import Failure
from homeserver.cli.options import AsJson, Broker, Data, Reach, load_settings
from homeserver.cli.printing import console, print_json
from homeserver.runtime.codec import sentence
from homeserver.runtime.given import nearest
from homeserver.runtime.settings import Settings
from homeserver.topics.entity import ENTITY_CONFIG
from homeserver.topics.names import split_entity
from homeserver.topics.services import SERVICES

app = typer.Typer()


@app.command(name="set")
def set_entity(
    entity: Annotated[str, typer.Argument(help="For example light.hall.", metavar="ENTITY")],
    service: Annotated[str, typer.Argument(help="For example turn_on.", metavar="SERVICE")],
    arguments: Arguments = None,
    data: Data = None,
    broker: Broker = None,
    timeout: Reach = 10.0,
    as_json: AsJson = False,
) -> None:
    """Give an entity a command and wait until its owner has accepted it. A device may still take its time."""
    domain, _ = split_entity(entity)
    values = read_arguments(arguments or [])
    _check(domain, service, values)
    cause = talk(_command(load_settings(data, broker), entity, service, values, timeout))
    if as_json:
        print_json({"accepted": True, "entity": entity, "service": service, "cause": cause})
    else:
        console.print(f"{entity}: {service} accepted")


def _check(domain: str, service: str, values: dict[str, Any]) -> None:
    """Find typing errors before anybody is asked; the owner checks again."""
    services = SERVICES.get(domain)
    if services is None:
        raise Failure(f"there are no entities of kind {domain!r}; {nearest(domain, list(SERVICES))}")
    if not services:
        raise Failure(f"a {domain} only tells and takes no commands")
    if service not in services:
        raise Failure(f"a {domain} has no service {service!r}; {nearest(service, list(services))}")
    try:
        services[service].model.model_validate(values)
    except ValidationError as error:
        unknown = [name for name in values if name not in services[service].model.model_fields]
        hint = nearest(unknown[0], list(services[service].model.model_fields), "it takes none") if unknown else ""
        reason = f"it takes no {unknown[0]!r}; {hint}" if unknown else sentence(error)
        raise Failure(f"{domain}.{service}: {reason}") from error


async def _command(settings: Settings, entity: str, service: str, values: dict[str, Any], timeout: float) -> Any:
    async with connected(settings) as client:
        configs = (await client.present(ENTITY_CONFIG))[ENTITY_CONFIG.template]
        if split_entity(entity) not in configs:
            known = [".".join(where) for where in configs]
            raise Failure(f"there is no entity {entity}; {nearest(entity, known, 'the home has none yet')}"[:300])
        return await client.calls.command(entity, service, values, ttl=timeout)
