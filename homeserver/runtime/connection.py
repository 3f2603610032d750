"""The life of a process's connection: connect for as long as it takes, come back after every loss."""

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable
from typing import Final

from homeserver.runtime.clock import Clock
from homeserver.runtime.wire import LoginRefusedError, OnMessage, Will, Wire, WireError

log = logging.getLogger(__name__)
_PATIENCE: Final = (0.1, 2.0)
"""Seconds before the first and the later attempts to connect."""
_REFUSED: Final = 5.0
"""Seconds before a refused login is tried again: it may be made meanwhile."""


class Connection:
    """Keeps a wire connected.

    `on_up` is awaited after each connection and before `up` is set; `on_down` is called at each loss.
    """

    def __init__(
        self,
        wire: Wire,
        clock: Clock,
        will: Will | None,
        on_message: OnMessage,
        on_up: Callable[[], Awaitable[None]],
        on_down: Callable[[], None],
    ) -> None:
        self.up = asyncio.Event()
        self.fault = ""
        self._wire = wire
        self._clock = clock
        self._will = will
        self._on_message = on_message
        self._on_up = on_up
        self._on_down = on_down
        self._lost = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def open(self) -> None:
        """Begin to connect."""
        self._task = asyncio.create_task(self._stay(), name="connection")

    async def close(self) -> None:
        """End cleanly: the will is not said."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        await self._wire.disconnect()

    async def _stay(self) -> None:
        shortest, longest = _PATIENCE
        delay = shortest
        while True:
            try:
                await self._connect()
                delay = shortest
                await self._lost.wait()
            except LoginRefusedError as error:
                self._trouble(str(error))
                delay = _REFUSED
            except (WireError, OSError) as error:
                self._trouble(str(error))
            except Exception as error:  # a bug must not leave the process deaf for the rest of its life
                log.exception("the connection broke on a bug")
                self._trouble(f"a bug: {error}")
            self._down()
            await self._wire.disconnect()  # it may stand still, when only what comes after connecting failed
            await self._clock.sleep(delay * random.uniform(0.5, 1.0))
            delay = min(longest, delay * 1.6)

    async def _connect(self) -> None:
        self._lost.clear()
        await self._wire.connect(self._will, self._on_message, self._on_lost)
        await self._on_up()
        if self._lost.is_set():
            raise WireError(self.fault)
        if self.fault:
            log.warning("connected to the broker again")  # as loud as the loss that it ends
        self.fault = ""
        self.up.set()

    def _on_lost(self, reason: str) -> None:
        self._trouble(reason)
        self._down()
        self._lost.set()

    def _down(self) -> None:
        self.up.clear()
        self._on_down()

    def _trouble(self, reason: str) -> None:
        if reason != self.fault:
            log.warning("no connection to the broker: %s", reason)
        self.fault = reason
