"""`homeserver discovery explain`: what would become of the discovery messages in a file, told by the home itself."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Final

import orjson
import typer

from homeserver import workers
from homeserver.cli.failures import Failure
from homeserver.home.discovery import discover
from homeserver.runtime.rehearsal import Rehearsal
from homeserver.topics.call import CallError
from homeserver.topics.entity import ENTITY_STATE
from homeserver.topics.record import record

app = typer.Typer(no_args_is_help=True, help="Say what becomes of discovery messages, and why.")
_PREFIX: Final = "homeassistant/"


@record
class Line:
    """One message of the file."""

    topic: str
    payload: bytes
    retained: bool

    @property
    def announces(self) -> bool:
        return self.topic.startswith(_PREFIX) and self.topic.endswith("/config")


@app.callback()
def discovery() -> None:
    """Say what becomes of discovery messages, and why."""


@app.command()
def explain(
    file: Annotated[Path, typer.Argument(help="Lines of JSON: topic, payload, retained.", metavar="FILE")],
) -> None:
    """Tell for each config message of a file its entities, their states, its keys, or why it is refused.

    No home need run: a home in memory hears the configs, then all other messages, each in their order.
    """
    lines = list(lines_of(file))
    if not any(line.announces for line in lines):
        raise Failure(f"{file} holds no config message: none of its topics is like {_PREFIX}light/hall/config")
    for found in asyncio.run(_explained(lines)):
        print(orjson.dumps(found).decode())


def lines_of(file: Path) -> Iterator[Line]:
    """The messages of a file; raises `Failure` that names the line."""
    try:
        text = file.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Failure(f"{file} cannot be read: {getattr(error, 'strerror', None) or error}") from error
    for number, line in enumerate(text.split("\n"), 1):  # a payload may hold what only Unicode takes for a line's end
        if line.strip():
            yield _line(line, f"{file}:{number}")


def _line(text: str, place: str) -> Line:
    try:
        fields = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise Failure(f"{place}: no JSON: {error}; each line is an object with topic, payload and retained") from error
    if not isinstance(fields, dict) or not isinstance(fields.get("topic"), str) or "payload" not in fields:
        raise Failure(f"{place}: needs `topic`, a text, and `payload`")
    payload = fields["payload"]
    said = payload.encode("utf-8", "replace") if isinstance(payload, str) else orjson.dumps(payload)
    return Line(fields["topic"], b"" if payload is None else said, bool(fields.get("retained", True)))


async def _explained(lines: list[Line]) -> list[dict[str, Any]]:
    async with Rehearsal(workers.load("home")) as home:
        found = [await _announced(home, line) for line in lines if line.announces]
        await _enable_all(home)
        for line in lines:
            if not line.announces and not set("+#") & set(line.topic):
                await home.publish(line.topic, line.payload, retain=line.retained)
        return [_with_states(one, home) for one in found]


async def _enable_all(home: Rehearsal) -> None:
    """What is disabled is told of as it would be, were it enabled."""
    ids: list[str] = []
    offset: int | None = 0
    while offset is not None:
        page = await home.process.calls.ask("home", "disabled", {"offset": offset})
        ids += (line.id for line in page.entities)
        offset = page.next
    for id in ids:
        await home.process.calls.ask("home", "edit_entity", {"entity": id, "disabled": False})


async def _announced(home: Rehearsal, line: Line) -> dict[str, Any]:
    """What the home says of a config right after it came."""
    await home.publish(line.topic, line.payload, retain=line.retained)
    component = line.topic.removeprefix(_PREFIX).partition("/")[0]
    told: dict[str, Any] = {"topic": line.topic, "component": component}
    if not line.payload.strip():
        return told | {"removed": True}
    if discover(line.topic, line.payload, _PREFIX[:-1]).migrating:
        return told | {"migrating": True}
    try:
        found = await home.process.calls.ask("home", "explain", {"topic": line.topic})
    except CallError as error:
        return told | {"refused": error.error.message}
    return told | _told(found.model_dump(), component == "device")


def _told(found: dict[str, Any], bundle: bool) -> dict[str, Any]:
    refused, entities = found["refused"], list(found["entities"])
    told: dict[str, Any] = {}
    if entities:
        told = {"entities": entities} if bundle else {"entity": entities[0]}
        told |= {"state": None, "used": found["used"], "unused": found["unused"]}
        if found["disabled"]:
            told["disabled"] = list(found["disabled"]) if bundle else True
        if found["remarks"]:
            told["remarks"] = [remark for remarks in found["remarks"].values() for remark in remarks]
    if refused:
        told["refused"] = refused if entities else refused.get("") or "; ".join(map(": ".join, refused.items()))
    return told


def _with_states(told: dict[str, Any], home: Rehearsal) -> dict[str, Any]:
    """The same with what the entities are like in the end."""
    if "entities" in told:
        told["state"] = {entity: _state(entity, home) for entity in told["entities"]}
    elif "entity" in told:
        told["state"] = _state(told["entity"], home)
    return told


def _state(entity: str, home: Rehearsal) -> str | None:
    domain, _, object_id = entity.partition(".")
    fact = home.bus.present.get(ENTITY_STATE.address((domain, object_id)))
    return fact.message.state if fact is not None and fact.message is not None else None
