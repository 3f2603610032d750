"""The order in which hearers get what was said.

A handler that says something does not run the hearers of that inside itself: it would overtake messages said
before, and two rules that answer each other would never return. So all deliveries pass one queue, and after so many
in one turn of the event loop the connection gets its turn.
"""

import asyncio
from collections import deque
from typing import Any, Final

from homeserver.runtime.delivery import Inbox
from homeserver.runtime.heard import Heard

_IN_ONE_TURN: Final = 1000


class Dispatch:
    """`post` delivers at once when nothing else is being delivered, else after it."""

    def __init__(self) -> None:
        self._ready: deque[tuple[tuple[Inbox, ...], Any, Heard]] = deque()
        self._running = False

    def post(self, inboxes: tuple[Inbox, ...], message: Any, heard: Heard) -> None:
        """Give `message` to each open inbox."""
        self._ready.append((inboxes, message, heard))
        if not self._running:
            self._run()

    def _run(self) -> None:
        if self._running:
            return
        self._running = True
        ready, left = self._ready, _IN_ONE_TURN
        try:
            while ready and left:
                inboxes, message, heard = ready.popleft()
                left -= 1
                for inbox in inboxes:
                    if inbox.open:
                        inbox.deliver(message, heard)
        finally:
            self._running = False
        if ready:
            asyncio.get_running_loop().call_soon(self._run)
