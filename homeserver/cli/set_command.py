"""`homeserver set ENTITY SERVICE key=value...`: one command to one entity, and with `--wait` what came of it."""

from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Annotated, Any, Final

import typer
from pydantic import ValidationError

from homeserver.cli.arguments import Arguments, read_arguments
from homeserver.cli.client import Client, connected, talk
from homeserver.cli.failures import Failure
from homeserver.cli.options import AsJson, Broker, Data, Hold, Priority, Reach, load_settings, zone_of
from homeserver.cli.outcomes import listen, outcome_of
from homeserver.cli.printing import console, print_json
from homeserver.runtime.codec import sentence
from homeserver.runtime.given import nearest
from homeserver.runtime.settings import Settings
from homeserver.topics.cause import Cause
from homeserver.topics.entity import (
    ENTITY_CONFIG,
    ENTITY_STATE,
    UNAVAILABLE,
)
from homeserver.topics.names import split_entity
from homeserver.topics.priority import Weight
from homeserver.topics.record import record
from homeserver.topics.registry import ENTITY_ENTRY
from homeserver.topics.services import SERVICES

app = typer.Typer()
_ENDS: Final = {
    "confirmed": "{0} is {1}: confirmed",
    "already": "{0} was {1} already",
    "acknowledged": "{0} was told; it reports nothing, so that {1} is assumed",
    "sent": "{0} was told once; nothing that it reports can confirm it",
}


@record
class Accepted:
    """A command that its owner took on. `until`: when it is given up; `outcome` and `message`: how it ended,
    and `state`: what the entity is like then, if waited."""

    entity: str
    service: str
    cause: Cause
    available: bool
    until: datetime
    outcome: str | None = None
    state: str | None = None
    message: str | None = None


@app.command(name="set")
def set_entity(
    entity: Annotated[str, typer.Argument(help="For example light.hall.", metavar="ENTITY")],
    service: Annotated[str, typer.Argument(help="For example turn_on.", metavar="SERVICE")],
    arguments: Arguments = None,
    data: Data = None,
    broker: Broker = None,
    wait: Annotated[bool, typer.Option("--wait", help="Wait until the device has done it or time is up.")] = False,
    timeout: Reach = 10.0,
    hold: Hold = None,
    priority: Priority = None,
    as_json: AsJson = False,
) -> None:
    """Give an entity a command and wait until its owner has accepted it; its device has the time of --timeout. With
    --hold, weaker commands wait so long; `homeserver release` ends that."""
    domain, _ = split_entity(entity)
    known = SERVICES.get(domain, {}).get(service)
    values = read_arguments(arguments or [], known.model.model_json_schema() if known else None)
    _check(domain, service, values)
    settings = load_settings(data, broker)
    weight = Weight(priority, hold)
    done = talk(_command(settings, entity, service, values, timeout, weight, wait=wait))
    if as_json:
        print_json({"accepted": True, **asdict(done)})
        return
    once, entity = SERVICES[domain][service].effect_of(values) == "once", done.entity
    console.print(f"{entity}: {service} accepted{_hint(done, timeout, settings, once=once)}", soft_wrap=True)
    if done.outcome == "held":
        console.print(done.message, soft_wrap=True, markup=False)
    elif done.outcome is not None:
        console.print(_ENDS[done.outcome].format(entity, done.state or "what was wanted"), soft_wrap=True)


def _hint(done: Accepted, timeout: float, settings: Settings, *, once: bool) -> str:
    """What to know where the device cannot be reached now."""
    if done.available:
        return ""
    if once:
        return f"; it is unavailable now, and {done.service} is sent only once: it may be lost"
    until = f"{done.until.astimezone(zone_of(settings)):%H:%M:%S}"
    return f"; it is unavailable now: the command waits until {until} ({timeout:g} s) and is given up then"


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
        raise Failure(f"{domain}.{service}: {sentence(error, services[service].model.model_fields)}") from error


async def _command(
    settings: Settings, entity: str, service: str, values: dict[str, Any], timeout: float, weight: Weight, *, wait: bool
) -> Accepted:
    async with connected(settings) as client:
        found = await client.present(ENTITY_CONFIG, ENTITY_STATE)
        configs, where = found[ENTITY_CONFIG.template], split_entity(entity)
        if where not in configs:
            where = await now_at(client, entity) or where
        if where not in configs:
            home = (await client.presence()).of("home")
            if home is None or home.state != "online":
                raise Failure(
                    "the worker `home` is not there now, or just starting: try again, or see homeserver status"
                )
            known = [".".join(where) for where in configs]
            raise Failure(f"there is no entity {entity}; {nearest(entity, known, 'the home has none yet')}")
        state = found[ENTITY_STATE.template].get(where)
        available = state is None or state.state != UNAVAILABLE
        told, entity = listen(client, where), ".".join(where)
        if wait:
            await client.bus.sync()  # what comes of it may be told at once
        until = client.bus.clock.now() + timedelta(seconds=timeout)
        cause = await client.calls.command(entity, service, values, ttl=timeout, tell=wait, weight=weight)
        if not wait:
            return Accepted(entity, service, cause, available, until)
        end, now = await outcome_of(told, cause, timeout)
        if end.outcome not in _ENDS and end.outcome != "held":
            raise Failure(f"{end.outcome}: {end.message}" if end.outcome == "superseded" else end.message)
        return Accepted(entity, service, cause, available, until, end.outcome, now, end.message)


async def now_at(client: Client, former: str) -> tuple[str, str] | None:
    """Where the entity is now that was called so."""
    entries = (await client.present(ENTITY_ENTRY))[ENTITY_ENTRY.template]
    ids = (id for (id,), entry in entries.items() if former in entry.former)
    return next(map(split_entity, ids), None)
