"""`homeserver watch [FILTER]`: what happens in the home, as it happens, and because of whom."""

import asyncio
from datetime import timedelta
from typing import Annotated, Final

import orjson
import typer
from rich.markup import escape

from homeserver.cli.arguments import fits
from homeserver.cli.client import talk
from homeserver.cli.happenings import Happening, Happenings
from homeserver.cli.options import AsJson, Broker, Data, load_settings, zone_of
from homeserver.cli.order import HOLD, CausalOrder
from homeserver.cli.printing import console
from homeserver.runtime.account import account_of
from homeserver.runtime.clock import RealClock
from homeserver.runtime.mqtt_wire import MqttWire
from homeserver.runtime.settings import Settings
from homeserver.runtime.wire import Wire, WireError
from homeserver.topics.names import random_name

app = typer.Typer()
_COLOURS: Final = {"state": "cyan", "command": "magenta", "event": "yellow", "call": "blue", "worker": "green"}
_AGAIN: Final = 1.0


@app.command()
def watch(
    pattern: Annotated[
        str, typer.Argument(help="Only these: light.hall, light.*, motion, rules.*.", metavar="[FILTER]")
    ] = "*",
    everything: Annotated[bool, typer.Option("--all", help="Also unchanged states, replies and statuses.")] = False,
    count: Annotated[int, typer.Option("--count", help="End after so many lines.", min=0, show_default=False)] = 0,
    data: Data = None,
    broker: Broker = None,
    as_json: AsJson = False,
) -> None:
    """Show changes, commands, events and calls until Ctrl+C, in the home's time. What calls hold is never shown."""
    settings = load_settings(data, broker)
    talk(Watch(settings, pattern, count, everything=everything, as_json=as_json).run())


class Watch:
    """One connection that only listens; it comes back by itself when the broker was away."""

    def __init__(self, settings: Settings, pattern: str, count: int, *, everything: bool, as_json: bool) -> None:
        home = settings.home
        self._account = account_of(home, "cli")
        self._wire: Wire = MqttWire(self._account.address, f"{home.root}-watch-{random_name(6)}")
        self._prefix = f"{home.root}/"
        self._pattern = pattern
        self._left = count or -1
        self._as_json = as_json
        self._zone = zone_of(settings)
        self._happenings = Happenings(everything=everything)
        self._clock = RealClock()
        self._order = CausalOrder(self._clock, self._show)
        self._lost = asyncio.Event()
        self._done = asyncio.Event()

    async def run(self) -> None:
        """Listen until enough was shown; raises `WireError` where the broker cannot be reached at first."""
        await self._listen()
        done = asyncio.ensure_future(self._done.wait())
        while not done.done():
            lost = asyncio.ensure_future(self._lost.wait())
            await asyncio.wait((lost, done), return_when=asyncio.FIRST_COMPLETED)
            if not done.done():
                await asyncio.sleep(_AGAIN)
                await self._again()
            lost.cancel()
        await self._wire.disconnect()

    async def _listen(self) -> None:
        self._lost.clear()
        await self._wire.connect(None, self._message, self._on_lost)
        await self._wire.subscribe([(f"{self._prefix}#", 0)])

    async def _again(self) -> None:
        try:
            await self._listen()
        except WireError:
            self._lost.set()
        else:
            console.print("[dim]connected again[/]")

    def _on_lost(self, reason: str) -> None:
        console.print(f"[dim]the connection was lost: {escape(reason)}[/]")
        self._lost.set()

    def _message(self, address: str, payload: bytes, retained: bool) -> None:
        happening = self._happenings.of(address.removeprefix(self._prefix), payload, retained=retained)
        if happening is not None and fits(happening.about, self._pattern):
            self._order.add(happening)

    def _show(self, one: Happening) -> None:
        if self._left == 0:
            return
        self._print(one)
        self._left -= 1
        if self._left == 0:
            self._done.set()

    def _print(self, one: Happening) -> None:
        time = (self._clock.now() - timedelta(seconds=HOLD)).astimezone(self._zone)
        if self._as_json:
            row = {"time": time, "kind": one.kind, "about": one.about, "what": one.what, "by": one.by, **_more(one)}
            print(orjson.dumps(row).decode(), flush=True)
            return
        by = f"  [dim]by {escape(one.by)}[/]" if one.by else ""
        kind = f"[{_COLOURS.get(one.kind, 'white')}]{one.kind:<8}[/]"
        console.print(f"{time:%H:%M:%S} {kind} {escape(one.about)}  {escape(one.what)}{by}", soft_wrap=True)


def _more(one: Happening) -> dict[str, object]:
    names = {"state": ("state", "attributes", "cause"), "command": ("service", "data", "id", "cause")}
    return {name: one.fields[name] for name in names.get(one.kind, ("cause",)) if name in one.fields}
