"""`homeserver set ENTITY SERVICE key=value...`: one command to one entity, and with `--wait` what came of it."""

import asyncio
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any, Final

import typer
from pydantic import ValidationError

from homeserver.cli.arguments import Arguments, read_arguments
from homeserver.cli.client import Client, connected, talk
from homeserver.cli.failures import Failure
from homeserver.cli.options import AsJson, Broker, Data, Reach, load_settings, zone_of
from homeserver.cli.printing import console, print_json
from homeserver.runtime.codec import sentence
from homeserver.runtime.given import nearest
from homeserver.runtime.settings import Settings
from homeserver.topics.cause import Cause
from homeserver.topics.entity import (
    COMMAND_ENDED,
    COMMAND_FAILED,
    ENTITY_CONFIG,
    ENTITY_STATE,
    UNAVAILABLE,
    WANTED,
    CommandOutcome,
    EntityState,
)
from homeserver.topics.names import split_entity
from homeserver.topics.registry import ENTITY_ENTRY
from homeserver.topics.services import SERVICES

app = typer.Typer()
_REPORT: Final = 2.0
"""Seconds that the report of a command may take when its time is up."""
_BEHIND: Final = 0.3
"""Seconds that a state may come behind the end of its command: the broker's copies of states are said in bundles."""
Told = asyncio.Queue[EntityState | CommandOutcome | None]
_ENDS: Final = {
    "confirmed": "{0} is {1}: confirmed",
    "already": "{0} was {1} already",
    "acknowledged": "{0} was told; it reports nothing, so that {1} is assumed",
    "sent": "{0} was told once; nothing that it reports can confirm it",
}


@dataclass(frozen=True, slots=True)
class Accepted:
    """A command that its owner took on. `until`: when it is given up; `outcome`: how it ended and `state`: what the
    entity is like then, if waited."""

    entity: str
    service: str
    cause: Cause
    available: bool
    until: datetime
    outcome: str | None = None
    state: str | None = None


@app.command(name="set")
def set_entity(
    entity: Annotated[str, typer.Argument(help="For example light.hall.", metavar="ENTITY")],
    service: Annotated[str, typer.Argument(help="For example turn_on.", metavar="SERVICE")],
    arguments: Arguments = None,
    data: Data = None,
    broker: Broker = None,
    wait: Annotated[bool, typer.Option("--wait", help="Wait until the device has done it or time is up.")] = False,
    timeout: Reach = 10.0,
    as_json: AsJson = False,
) -> None:
    """Give an entity a command and wait until its owner has accepted it; its device has the time of --timeout."""
    domain, _ = split_entity(entity)
    values = read_arguments(arguments or [])
    _check(domain, service, values)
    settings = load_settings(data, broker)
    done = talk(_command(settings, entity, service, values, timeout, wait=wait))
    if as_json:
        print_json({"accepted": True, **asdict(done)})
        return
    once, entity = SERVICES[domain][service].effect_of(values) == "once", done.entity
    console.print(f"{entity}: {service} accepted{_hint(done, timeout, settings, once=once)}", soft_wrap=True)
    if done.outcome is not None:
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
        unknown = [name for name in values if name not in services[service].model.model_fields]
        hint = nearest(unknown[0], list(services[service].model.model_fields), "it takes none") if unknown else ""
        reason = f"it takes no {unknown[0]!r}; {hint}" if unknown else sentence(error)
        raise Failure(f"{domain}.{service}: {reason}") from error


async def _command(
    settings: Settings, entity: str, service: str, values: dict[str, Any], timeout: float, *, wait: bool
) -> Accepted:
    async with connected(settings) as client:
        found = await client.present(ENTITY_CONFIG, ENTITY_STATE)
        configs, where = found[ENTITY_CONFIG.template], split_entity(entity)
        if where not in configs:
            where = await _now(client, entity) or where
        if where not in configs:
            known = [".".join(where) for where in configs]
            raise Failure(f"there is no entity {entity}; {nearest(entity, known, 'the home has none yet')}"[:300])
        state = found[ENTITY_STATE.template].get(where)
        available = state is None or state.state != UNAVAILABLE
        told, entity = _listen(client, where), ".".join(where)
        if wait:
            await client.bus.sync()  # what comes of it may be told at once
        until = client.bus.clock.now() + timedelta(seconds=timeout)
        cause = await client.calls.command(entity, service, values, ttl=timeout, tell=wait)
        if not wait:
            return Accepted(entity, service, cause, available, until)
        end, now = await _outcome(told, cause, timeout)
        if end.outcome not in _ENDS:
            raise Failure(f"{end.outcome}: {end.message}" if end.outcome == "superseded" else end.message)
        return Accepted(entity, service, cause, available, until, end.outcome, now)


async def _now(client: Client, former: str) -> tuple[str, str] | None:
    """Where the entity is now that was called so."""
    entries = (await client.present(ENTITY_ENTRY))[ENTITY_ENTRY.template]
    ids = (id for (id,), entry in entries.items() if former in entry.former)
    return next(map(split_entity, ids), None)


def _listen(client: Client, where: tuple[str, str]) -> Told:
    """What is told of the entity, and of the ends of commands, from before the command is said."""
    told: Told = asyncio.Queue()
    own = {"domain": where[0], "object_id": where[1]}
    for topic, fixed in ((ENTITY_STATE, own), (COMMAND_ENDED, {}), (COMMAND_FAILED, {})):
        client.bus.replay(client.bus.hear(topic, told.put_nowait, "set", **fixed))
    return told


async def _outcome(told: Told, cause: Cause, timeout: float) -> tuple[CommandOutcome, str | None]:
    """The end of a command and the state that goes with it; raises `Failure` where nobody tells. As long as the home
    says that something is on its way, such as a shutter that drives, its end is waited for."""
    clock, state, under_way = asyncio.get_running_loop().time, None, False
    began = clock()
    until = began + timeout + _REPORT
    try:
        while True:
            async with asyncio.timeout_at(None if under_way else until):
                said = await told.get()
            if isinstance(said, EntityState):
                state, under_way = said.state, WANTED in said.attributes
            elif isinstance(said, CommandOutcome) and said.cause is not None and said.cause.id == cause.id:
                return said, await _settled(told, cause, state)
            until = max(until, clock() + _REPORT)
    except TimeoutError:
        raise Failure(f"nobody told within {clock() - began:.0f} s what came of it") from None


async def _settled(told: Told, cause: Cause, state: str | None) -> str | None:
    """The state that follows from a command comes right behind its end, where it changes at all."""
    try:
        async with asyncio.timeout(_BEHIND):
            while True:
                said = await told.get()
                if isinstance(said, EntityState):
                    state = said.state
                    if said.cause is not None and said.cause.parent == cause.id and WANTED not in said.attributes:
                        return state
    except TimeoutError:
        return state
