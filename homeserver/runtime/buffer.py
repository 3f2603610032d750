"""Parts of a streamed answer between whoever makes them and whoever takes them. Keeps what was not taken yet."""

import asyncio
from collections import deque
from typing import Any

from homeserver.topics.call import CallError


class Buffer:
    """Parts in order, then the end, with an error if there is one. One takes, one adds."""

    def __init__(self) -> None:
        self.over = False
        self._error: CallError | None = None
        self._parts: deque[Any] = deque()
        self._added = asyncio.Event()
        self._emptied = asyncio.Event()

    def __len__(self) -> int:
        return len(self._parts)

    def add(self, part: Any) -> None:
        self._parts.append(part)
        self._emptied.clear()
        self._added.set()

    def end(self, error: CallError | None = None) -> None:
        """Nothing more comes. What was added before can still be taken; the error comes after it."""
        if not self.over:
            self.over, self._error = True, error
            self._added.set()

    def take(self) -> Any:
        """The oldest part, which must be there."""
        part = self._parts.popleft()
        if not self._parts:
            self._added.clear()
            self._emptied.set()
        return part

    async def until_some(self) -> bool:
        """Whether there is a part, once that is known; raises the `CallError` with which it ended."""
        while not self._parts:
            if self.over:
                if self._error is not None:
                    raise self._error
                return False
            self._added.clear()
            await self._added.wait()
        return True

    async def until_empty(self) -> None:
        """Return when all that was added is taken."""
        await self._emptied.wait()
