"""What the bus needs of a connection to a broker; `mqtt_wire` and `memory_broker` provide it."""

from collections.abc import Callable, Sequence
from typing import Protocol

from homeserver.topics.record import record

OnMessage = Callable[[str, bytes, bool], None]
"""Called with address, payload and whether the message is a retained one, sent because of a subscription."""


@record
class Will:
    """What the broker says for a connection that broke; QoS 1, retained."""

    address: str
    payload: bytes


class WireError(Exception):
    """The broker cannot be used now; the text says why, for people."""


class LoginRefusedError(WireError):
    """The broker answered and does not know this login."""


class UnreachableError(WireError):
    """No broker answered at the address."""


class Wire(Protocol):
    """One connection at a time. `connect` may be called again after `on_lost` was."""

    async def connect(self, will: Will | None, on_message: OnMessage, on_lost: Callable[[str], None]) -> None:
        """Returns once the broker accepted the login; raises `WireError`. `on_lost` gets the reason, once."""

    def publish(
        self, address: str, payload: bytes, qos: int, retain: bool, on_ack: Callable[[], None] | None = None
    ) -> None:
        """Hands a message to the connection without waiting. `on_ack` is called when the broker has it (QoS 1)."""

    def flush(self) -> None:
        """Writes now what was handed over in this turn of the loop."""

    def is_busy(self) -> bool:
        """Whether something arrived a moment ago, so that more may be on its way."""

    async def subscribe(self, filters: Sequence[tuple[str, int]]) -> None:
        """Returns after SUBACK; raises `WireError` when the broker refuses one or does not answer."""

    async def unsubscribe(self, filters: Sequence[str]) -> None:
        """Returns after UNSUBACK; raises `WireError`."""

    async def disconnect(self) -> None:
        """A clean end: the will is not said. Never raises, never takes longer than a second."""
