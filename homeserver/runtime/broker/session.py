"""Client: what the embedded broker knows of one client identifier, connected or away."""

from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from homeserver.runtime.broker.access import Rights
from homeserver.runtime.broker.packets import Message

if TYPE_CHECKING:
    from homeserver.runtime.broker.connection import Connection

MOST_MISSED = 1000  # QoS 1 messages kept for a client that is away; the oldest are dropped
HEAVIEST_MISSED = 1024 * 1024  # bytes of payload


@dataclass(slots=True, eq=False)
class Client:
    name: str
    rights: Rights
    clean: bool  # nothing is kept when it goes
    keepalive: int  # seconds; 0: silence is fine
    will: Message | None = None
    connection: "Connection | None" = None
    left: float = 0.0  # when the last connection ended, on the loop's clock
    filters: dict[str, int] = field(default_factory=dict)  # granted QoS by filter
    _missed: deque[Message] = field(default_factory=deque)
    _weight: int = 0

    def miss(self, message: Message) -> None:
        """Keep the message until the client comes back."""
        self._missed.append(message)
        self._weight += len(message.data)
        while len(self._missed) > MOST_MISSED or self._weight > HEAVIEST_MISSED:
            self._weight -= len(self._missed.popleft().data)

    def take_missed(self) -> list[Message]:
        missed = list(self._missed)
        self._missed.clear()
        self._weight = 0
        return missed
