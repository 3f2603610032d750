"""One handler's inbox: calls plain functions at once, runs coroutines one at a time for each address.

So order is kept per topic, a slow handler holds up nobody but itself, and a handler that falls behind loses its oldest
messages instead of the process its memory, and says so.
"""

import asyncio
import inspect
import logging
from collections import deque
from collections.abc import Callable
from typing import Any, Final

from homeserver.runtime.heard import Heard

log = logging.getLogger(__name__)
LIMIT: Final = 10_000
"""Messages that may wait for one handler, all addresses together, and that it may be busy with."""
_NOTICE: Final = 1_000
"""Lost messages from one notice to the next."""

OnFailure = Callable[[str, Exception, Any, Heard], None]
"""Called with the handler's name, what it raised, the message and where it was said."""


class Inbox:
    """Delivers to `handler(message)` or `handler(message, heard)`. Closed, it delivers nothing."""

    def __init__(self, handler: Callable[..., Any], on_failure: OnFailure, name: str, limit: int = LIMIT) -> None:
        self.name = name
        self.open = False
        self.overflowed = 0
        self._handler = handler
        self._takes_heard = len(inspect.signature(handler).parameters) > 1
        self._is_async = inspect.iscoroutinefunction(handler)
        self._on_failure = on_failure
        self._limit = limit
        self._waiting: dict[str, deque[tuple[Any, Heard]]] = {}
        self._count = 0
        self._tasks: set[asyncio.Task[None]] = set()

    def deliver(self, message: Any, heard: Heard) -> None:
        """Hand over one message; what the handler raises goes to `on_failure` and stops nobody."""
        if not self._is_async:
            self._call(message, heard)
            return
        queue = self._waiting.get(heard.address)
        if queue is not None:
            self._wait(queue, message, heard)
            return
        if len(self._waiting) >= self._limit:
            self._overflow()
            return
        self._waiting[heard.address] = deque(((message, heard),))
        self._count += 1
        task = asyncio.get_running_loop().create_task(self._work(heard.address), name=self.name)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _wait(self, queue: deque[tuple[Any, Heard]], message: Any, heard: Heard) -> None:
        if self._count >= self._limit:
            self._overflow()
            if queue:
                queue.popleft()
                self._count -= 1
            else:
                return
        queue.append((message, heard))
        self._count += 1

    def _overflow(self) -> None:
        if self.overflowed % _NOTICE == 0:
            log.warning("%s falls behind: more than %d messages wait, the oldest are lost", self.name, self._limit)
        self.overflowed += 1

    def _call(self, message: Any, heard: Heard) -> None:
        try:
            if self._takes_heard:
                self._handler(message, heard)
            else:
                self._handler(message)
        except Exception as error:
            self._on_failure(self.name, error, message, heard)

    async def _work(self, address: str) -> None:
        queue = self._waiting[address]
        try:
            while queue:
                message, heard = queue.popleft()
                self._count -= 1
                await self._await(message, heard)
        finally:
            self._count -= len(queue)
            del self._waiting[address]

    async def _await(self, message: Any, heard: Heard) -> None:
        try:
            await (self._handler(message, heard) if self._takes_heard else self._handler(message))
        except Exception as error:
            self._on_failure(self.name, error, message, heard)

    async def close(self) -> None:
        """Deliver nothing more; end what is under way."""
        self.open = False
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
