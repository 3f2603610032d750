"""The embedded broker as a process: `python -m homeserver.runtime.broker.embedded --config FILE`.

FILE is written by `prepare`. TERM or INT stops it within a second; HUP reads the logins again, the listeners of FILE
that stand beside the first, and their certificates. Keeps the retained messages in the SQLite file that FILE names.
"""

import argparse
import asyncio
import contextlib
import json
import logging
import resource
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from amqtt.errors import BrokerError

from homeserver.runtime.broker.access import Access
from homeserver.runtime.broker.hardened import HardenedBroker
from homeserver.runtime.broker.listener import Listener
from homeserver.runtime.broker.retained import RetainedStore
from homeserver.runtime.log import start_logging
from homeserver.runtime.logins import LoginError, Logins
from homeserver.topics.record import record

loop_factory: Callable[[], asyncio.AbstractEventLoop] | None = None
try:
    import uvloop
except ImportError:
    pass  # a fifth slower without it, else the same
else:
    loop_factory = uvloop.new_event_loop

log = logging.getLogger("homeserver.broker")


@record
class Settings:
    """What `prepare` writes into FILE."""

    bind: str
    port: int
    anonymous: bool
    largest: int  # bytes of payload
    logins: str
    store: str
    listeners: tuple[Listener, ...] = ()

    @classmethod
    def read(cls, config: Path) -> "Settings":
        """Raises OSError, ValueError and TypeError."""
        found = json.loads(config.read_text("utf-8"))
        return cls(**{**found, "listeners": tuple(map(_listener, found.get("listeners", ())))})


def _listener(row: dict[str, Any]) -> Listener:
    paths = {name: row[name] and Path(row[name]) for name in ("certificate", "key")}
    return Listener(**{**row, **paths})


def allow_many_connections() -> None:
    """A thousand devices need more open files than the usual soft limit allows."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


async def reload(broker: HardenedBroker, config: Path) -> None:
    try:
        broker.reload()
    except (LoginError, OSError) as error:
        log.error("the logins stay as they were: %s", error)
    try:
        listeners = Settings.read(config).listeners
    except (OSError, ValueError, TypeError) as error:
        log.error("the listeners stay as they were: %s", error)
    else:
        await broker.doors.set(listeners)


async def serve(config: Path) -> None:
    """Run the broker until TERM or INT."""
    settings = Settings.read(config)
    loop, stop = asyncio.get_running_loop(), asyncio.Event()
    access = Access(Logins(Path(settings.logins)), anonymous=settings.anonymous)
    store = RetainedStore(Path(settings.store))
    # amqtt splits at the last colon and keeps the brackets of [::1], which cannot be listened on
    broker = HardenedBroker(f"{settings.bind}:{settings.port}", access, store, largest=settings.largest)
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    reloads: set[asyncio.Task[None]] = set()

    def start_reload() -> None:
        task = loop.create_task(reload(broker, config))
        reloads.add(task)  # the loop alone would let go of it
        task.add_done_callback(reloads.discard)

    loop.add_signal_handler(signal.SIGHUP, start_reload)
    keeping = loop.create_task(store.keep())
    try:
        await broker.start()
        await broker.doors.set(settings.listeners)
        await stop.wait()
        await broker.shutdown()
    finally:
        keeping.cancel()
        store.close()


def main() -> int:
    parser = argparse.ArgumentParser(prog="homeserver.runtime.broker.embedded", description="The embedded broker.")
    parser.add_argument("--config", type=Path, required=True, metavar="FILE")
    config: Path = parser.parse_args().config
    start_logging("broker", "warning")
    logging.getLogger("amqtt").setLevel(logging.CRITICAL)
    logging.getLogger("transitions").setLevel(logging.ERROR)
    allow_many_connections()
    try:
        with asyncio.Runner(loop_factory=loop_factory) as runner:
            runner.run(serve(config))
    except (OSError, ValueError, TypeError, BrokerError) as error:
        print(f"the embedded broker cannot run: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
