"""`homeserver up`: the whole home on this machine, until Ctrl+C."""

import asyncio
import contextlib
import os
import signal
import time
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Annotated, Final

import typer
from pydantic import BaseModel

from homeserver import __version__, workers
from homeserver.cli import first_start
from homeserver.cli.failures import Failure
from homeserver.cli.greeting import line, page_address, tell_ready
from homeserver.cli.inspection import inspection_of
from homeserver.cli.options import Broker, Data, Rules, Sets, given_settings
from homeserver.runtime.assembly import assemble
from homeserver.runtime.clock import RealClock
from homeserver.runtime.hosting import Setup
from homeserver.runtime.house import House
from homeserver.runtime.inspecting import Inspection
from homeserver.runtime.journal import Journal, log_to
from homeserver.runtime.keeper import Keeper
from homeserver.runtime.plan import Plan
from homeserver.runtime.ports import check_free
from homeserver.runtime.process import Process
from homeserver.runtime.running import occupy
from homeserver.runtime.settings import Settings
from homeserver.runtime.sources import Sources
from homeserver.runtime.supervisor import Supervisor

app = typer.Typer()
_GOODBYE: Final = 0.3
"""Seconds for the keeper to leave the bus."""
_READY: Final = 20.0
"""Seconds after which the home says what is still missing."""


@app.command()
def up(
    demo: Annotated[bool, typer.Option("--demo", help="Add a simulated house with about 50 devices.")] = False,
    data: Data = None,
    rules: Rules = None,
    broker: Broker = None,
    mqtt_port: Annotated[
        int | None, typer.Option("--mqtt-port", help="Where the home's own broker listens (1883).", show_default=False)
    ] = None,
    mqtt_host: Annotated[
        str | None,
        typer.Option(
            "--mqtt-host",
            help="0.0.0.0 lets your network in without TLS; with TLS: homeserver listen.",
            show_default=False,
        ),
    ] = None,
    http_port: Annotated[
        int | None, typer.Option("--http-port", help="Where the page is (8321).", show_default=False)
    ] = None,
    http_host: Annotated[
        str | None,
        typer.Option("--http-host", help="0.0.0.0 shows the page in your network.", show_default=False),
    ] = None,
    anonymous: Annotated[
        bool, typer.Option("--anonymous", help="Let programs on this machine use the broker without a login.")
    ] = False,
    sets: Sets = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Ask nothing at the first start.")] = False,
    reload: Annotated[
        bool, typer.Option("--reload", help="For who writes workers: start them anew when their files change.")
    ] = False,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Show everything that the processes log.")] = False,
) -> None:
    """Start the broker and all workers of the home, and keep them up until Ctrl+C."""
    doors = {"mqtt_port": mqtt_port, "mqtt_host": mqtt_host, "http_port": http_port, "http_host": http_host}
    options = {"rules": rules, "anonymous": anonymous or None, **doors}
    settings, plan = given_settings(data, broker, sets, **options), workers.plan(demo=demo)
    models = {name: kind.options for name, kind in plan.sound().items()}
    workers.check(settings, models)
    _make_folder(settings.home.data)
    if not yes and first_start.ask(settings):
        settings = given_settings(data, broker, sets, **options)
    _keep_up(settings, plan, models, verbose=verbose, reload=reload)


def _make_folder(data: Path) -> None:
    try:
        data.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        reason = f"cannot be made: {error.strerror or error}"
    else:
        if os.access(data, os.W_OK | os.X_OK):
            return
        reason = "cannot be written to"
    raise Failure(f"the data folder {data} {reason}; choose another with --data")


def _keep_up(
    settings: Settings, plan: Plan, models: Mapping[str, type[BaseModel] | None], *, verbose: bool, reload: bool
) -> None:
    home = settings.home
    journal = Journal(home.data / "logs", "debug" if verbose else "warning")
    log_to(journal, "keeper", home.log_level)
    supervisor = Supervisor(settings, plan, journal, RealClock(), line)
    page = page_address(settings)
    rows = settings.explain(models)
    said = {row.name: (row.value, row.source) for row in rows}
    inspection = inspection_of(settings, rows, journal, supervisor.pids)
    door = occupy(home.data, supervisor.address(), page, login=not supervisor.open_house, settings=said)
    with contextlib.closing(journal), door:
        check_free(home.http_host, home.http_port, "--http-port", "the page")
        asyncio.run(_live(settings, supervisor, inspection, reload=reload))


async def _live(settings: Settings, supervisor: Supervisor, inspection: Inspection, *, reload: bool) -> None:
    began, stop = time.monotonic(), asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    line("homeserver", f"{__version__}, data in {settings.home.data}")
    async with _unless(stop, supervisor):
        if stop.is_set():
            return
        keeper = _keeper_process(settings, supervisor, inspection)
        telling = asyncio.create_task(_open(keeper, settings, supervisor, began))
        watching = asyncio.create_task(_reload(supervisor)) if reload else None
        await _until_stopped(stop, telling)
        telling.cancel()
        if watching is not None:
            watching.cancel()
            await asyncio.gather(watching, return_exceptions=True)
        ended = await asyncio.gather(telling, return_exceptions=True)
        line("", "stopping")
        await _close(keeper)
        if isinstance(ended[0], Exception):
            raise ended[0]


async def _reload(supervisor: Supervisor) -> None:
    """Start the processes anew at each change of their files; the keeper itself, which this is, stays as it is."""

    async def again(changed: list[Path]) -> None:
        line("reload", f"{', '.join(path.name for path in changed[:5])}{' and more' if len(changed) > 5 else ''}")
        await supervisor.renew_processes()

    await Sources(workers.places(), RealClock(), lambda fault: line("reload", fault)).watch(again)


async def _until_stopped(stop: asyncio.Event, telling: asyncio.Task[None]) -> None:
    """Return at Ctrl+C, also while the home still waits for its broker, or when opening it has failed."""
    stopping = asyncio.create_task(stop.wait())
    await asyncio.wait((telling, stopping), return_when=asyncio.FIRST_COMPLETED)
    if telling.done() and telling.exception() is None:
        await stopping
    stopping.cancel()


@contextlib.asynccontextmanager
async def _unless(stop: asyncio.Event, supervisor: Supervisor) -> AsyncIterator[None]:
    """The supervisor's life; Ctrl+C while it begins ends it too."""
    beginning = asyncio.ensure_future(supervisor.__aenter__())
    stopping = asyncio.ensure_future(stop.wait())
    await asyncio.wait((beginning, stopping), return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    if not beginning.done():
        beginning.cancel()
        await asyncio.gather(beginning, return_exceptions=True)
        yield
        return
    beginning.result()
    try:
        yield
    finally:
        await supervisor.__aexit__(None, None, None)


def _keeper_process(settings: Settings, supervisor: Supervisor, inspection: Inspection) -> Process:
    def setup(house: House) -> Keeper:
        return Keeper(house, supervisor, inspection)

    setups: dict[str, Setup] = {Keeper.name: setup}
    return assemble(settings, supervisor.account(), setups.__getitem__)


async def _open(process: Process, settings: Settings, supervisor: Supervisor, began: float) -> None:
    await process.open([Keeper.name])
    try:
        async with asyncio.timeout(_READY):
            await process.until_open()
    except TimeoutError:
        line("", f"{supervisor.address()} cannot be reached yet; the home comes up when it can (Ctrl+C stops)")
        await process.until_open()
    keeper = process.hosted[Keeper.name].worker
    assert isinstance(keeper, Keeper)
    down = await keeper.until_up(_READY)
    for report in down:
        line(report.worker, f"is not up: {report.reason or report.state}")
    tell_ready(settings, supervisor, time.monotonic() - began, whole=not down)


async def _close(process: Process) -> None:
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(_GOODBYE):
            await process.close()
