"""`homeserver call WORKER.VERB key=value...`: any call that any worker announces."""

import sys
from contextlib import aclosing
from typing import Annotated, Any

import typer

from homeserver.cli.arguments import Arguments, read_arguments
from homeserver.cli.client import Client, connected, talk
from homeserver.cli.failures import Failure
from homeserver.cli.options import AsJson, Broker, Data, Reach, load_settings
from homeserver.cli.printing import console, print_json, print_table
from homeserver.runtime.given import nearest
from homeserver.runtime.settings import Settings
from homeserver.topics.process import WORKER_CALLS, CallShape

app = typer.Typer()


@app.command()
def call(
    name: Annotated[str, typer.Argument(help="WORKER.VERB; without it, all calls.", metavar="[WORKER.VERB]")] = "",
    arguments: Arguments = None,
    data: Data = None,
    broker: Broker = None,
    timeout: Reach = 30.0,
    as_json: AsJson = False,
) -> None:
    """Call a worker and print its answer as JSON, or each part of it as it comes; without a name, list what can be
    called."""
    settings = load_settings(data, broker)
    if not name:
        _print_calls(talk(_calls(settings)), as_json)
        return
    talk(_ask(settings, name, arguments or [], timeout, as_json))


async def _calls(settings: Settings) -> dict[str, CallShape]:
    async with connected(settings) as client:
        return await _announced(client)


async def _announced(client: Client) -> dict[str, CallShape]:
    """By `worker.verb` what the workers that are there announce."""
    presence = await client.presence()
    found = (await client.present(WORKER_CALLS))[WORKER_CALLS.template]
    alive = {(one.worker, one.process) for one in presence.all() if one.state != "offline"}
    return {
        f"{worker}.{verb}": shape
        for (worker, process), said in sorted(found.items())
        if (worker, process) in alive
        for verb, shape in said.calls.items()
    }


async def _ask(settings: Settings, name: str, arguments: list[str], timeout: float, as_json: bool) -> None:
    async with connected(settings) as client:
        announced = await _announced(client)
        shape = announced.get(name)
        if shape is None:
            raise Failure(f"nobody answers {name!r}; {nearest(name, list(announced), 'no worker here answers calls')}")
        worker, _, verb = name.partition(".")
        args = read_arguments(arguments, shape.request)
        if not shape.stream:
            _print_answer(await client.calls.ask(worker, verb, args, ttl=timeout), as_json)
            return
        async with aclosing(client.calls.stream(worker, verb, args, ttl=timeout)) as parts:
            async for part in parts:
                print_json(part)
                sys.stdout.flush()


def _print_answer(answer: Any, as_json: bool) -> None:
    if answer is not None or as_json:
        print_json(answer)
    else:
        console.print("done")


def _print_calls(calls: dict[str, CallShape], as_json: bool) -> None:
    if as_json:
        print_json(calls)
        return
    rows = ((name, _parameters(shape.request), shape.role, shape.doc) for name, shape in calls.items())
    print_table(("call", "arguments", "role", "what it does"), rows, "no worker here answers calls")


def _parameters(request: dict[str, Any]) -> str:
    """`worker=... [force=...]`: optional ones in brackets."""
    required = request.get("required", [])
    names = request.get("properties", {})
    return " ".join(f"{name}=" if name in required else f"[{name}=]" for name in names)
