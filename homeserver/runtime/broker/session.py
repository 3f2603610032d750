"""Client: what the embedded broker knows of one client identifier, connected or away."""

from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from homeserver.runtime.broker.access import Rights
from homeserver.runtime.broker.packets import Message

if TYPE_CHECKING:
    from homeserver.runtime.broker.connection import Connection

KEPT_WHILE_AWAY = 1000  # QoS 1 messages; more are dropped, the oldest first


@dataclass(slots=True, eq=False)
class Client:
    name: str
    rights: Rights
    clean: bool  # nothing is kept when it goes
    keepalive: int  # seconds; 0: silence is fine
    will: Message | None = None
    connection: "Connection | None" = None
    filters: dict[str, int] = field(default_factory=dict)  # granted QoS by filter
    missed: deque[Message] = field(default_factory=lambda: deque(maxlen=KEPT_WHILE_AWAY))
