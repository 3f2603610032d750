"""`homeserver run WORKER...`: single workers in one process, against any broker."""

from contextlib import nullcontext
from pathlib import Path
from typing import Annotated

import typer

from homeserver import workers
from homeserver.cli.failures import Failure
from homeserver.cli.options import Broker, Data, Rules, Sets, given_settings, log_for_people
from homeserver.runtime.account import account_of
from homeserver.runtime.assembly import assemble, run_loop
from homeserver.runtime.health import telling
from homeserver.runtime.process import Process
from homeserver.runtime.process import run as host
from homeserver.topics.names import NAME

app = typer.Typer()


@app.command()
def run(
    names: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="WORKER...",
            help="Workers by name, see `homeserver topics`; if left out, those that --process has in `homeserver up`.",
            show_default=False,
        ),
    ] = None,
    broker: Broker = None,
    data: Data = None,
    rules: Rules = None,
    process: Annotated[
        str | None, typer.Option("--process", help="What to call this process; the first worker's name if left out.")
    ] = None,
    login: Annotated[
        Path | None, typer.Option("--login", help="Login file from `homeserver worker-login add`.", metavar="FILE")
    ] = None,
    health: Annotated[
        Path | None,
        typer.Option("--health", help="Unix socket at which to tell how this process is.", metavar="SOCKET"),
    ] = None,
    sets: Sets = None,
    supervised: Annotated[
        bool, typer.Option("--supervised", hidden=True, help="End when standard input does.")
    ] = False,
) -> None:
    """Run workers until Ctrl+C. They reconnect by themselves whenever the broker comes back."""
    settings = given_settings(data, broker, sets, rules=rules, login_file=login)
    names = names or _planned(process)
    kinds = workers.kinds(dict.fromkeys(names))
    if not supervised:  # the keeper has checked, and this process needs no other workers
        workers.check(settings, {name: kind.options for name, kind in kinds.items()})
    account = account_of(settings.home, _process_name(process, names))
    log_for_people(settings, account.process)
    settings.home.data.mkdir(mode=0o700, parents=True, exist_ok=True)
    hosted = assemble(settings, account, workers.load)
    run_loop(_host(hosted, list(kinds), health, supervised=supervised))


async def _host(process: Process, names: list[str], health: Path | None, *, supervised: bool) -> None:
    async with telling(process, health) if health else nullcontext():
        await host(process, names, watch_stdin=supervised)


def _planned(process: str | None) -> list[str]:
    """The workers of a process of `homeserver up`."""
    posts = workers.plan(demo=True).posts
    if process not in posts:
        known = ", ".join(sorted(posts))
        raise typer.BadParameter(f"name some, or with --process one of {known}", param_hint="WORKER...")
    return list(posts[process].workers)


def _process_name(given: str | None, names: list[str]) -> str:
    name = given or names[0]
    if not NAME.fullmatch(name):
        raise Failure(f"--process {name!r}: use 1 to 32 of a-z 0-9 _ -")
    return name
