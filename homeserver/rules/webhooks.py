"""Which webhooks rules listen to, told to the bridge by marks: an id is as good as a key."""

from collections import Counter
from collections.abc import Callable

from homeserver.topics.event import webhook_mark


class WebhookIds:
    """The ids that triggers wait for now; `tell` is called with all marks after a change."""

    def __init__(self, tell: Callable[[tuple[str, ...]], None]) -> None:
        self._count: Counter[str] = Counter()
        self._tell = tell

    def add(self, id: str) -> None:
        self._count[id] += 1
        if self._count[id] == 1:
            self._say()

    def remove(self, id: str) -> None:
        self._count[id] -= 1
        if self._count[id] <= 0:
            del self._count[id]
            self._say()

    def _say(self) -> None:
        self._tell(tuple(sorted(map(webhook_mark, self._count))))
