"""A process put together from its settings: real clock, real connection, the workers by name."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import replace
from typing import Any, TypeVar

from homeserver.runtime.account import Account
from homeserver.runtime.bus import Bus
from homeserver.runtime.clock import RealClock
from homeserver.runtime.device_link import DeviceLink
from homeserver.runtime.hosting import Setup
from homeserver.runtime.logins import Logins
from homeserver.runtime.mqtt_wire import MqttWire
from homeserver.runtime.process import Process
from homeserver.runtime.settings import Settings
from homeserver.topics.names import random_name

T = TypeVar("T")
loop_factory: Callable[[], asyncio.AbstractEventLoop] | None = None
try:
    import uvloop
except ImportError:
    pass  # where there is none, asyncio's own loop does the same more slowly
else:
    loop_factory = uvloop.new_event_loop


def assemble(settings: Settings, account: Account, load: Callable[[str], Setup]) -> Process:
    """A process that is not yet open."""
    root, clock = settings.home.root, RealClock()
    wire = MqttWire(account.address, client_id(root, account.process))
    bus = Bus(wire, clock, process=account.process, login=account.login, root=root)

    def link(device: str) -> DeviceLink:
        there = account.address
        if there.username is not None:
            login = f"device.{device}"
            secret = account.devices.get(login) or Logins(settings.home.data).secret(login)
            there = replace(there, username=login, secret=secret)
        return DeviceLink(MqttWire(there, client_id(root, f"{account.process}-{device}")), clock)

    return Process(bus, clock, settings, load, link, account.address.host)


def client_id(root: str, name: str) -> str:
    """A client id that cannot be guessed: whoever connects under another's id throws him out, whatever his login."""
    return f"{root}-{name}-{random_name()}"


def run_loop(main: Coroutine[Any, Any, T]) -> T:
    """Run to the end on the fastest event loop there is."""
    with asyncio.Runner(loop_factory=loop_factory) as runner:
        return runner.run(main)
