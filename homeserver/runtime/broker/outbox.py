"""Outbox: what one client is still to receive, in order, within bounds.

Every delivery to a client goes through its one outbox, so that retained messages of a subscription always
come before anything published later. What the socket does not take at once waits here; a client that does
not read is cut off when what waits grows too heavy or does not move. It then knows that it lost ground,
connects again and gets the present; silently dropped messages would leave it wrong. Keeps memory only.
"""

import asyncio
from collections import deque
from collections.abc import Callable

from homeserver.runtime.broker.packets import Message, build_publish

HEAVIEST = 12 * 1024 * 1024  # bytes of live messages that may wait
LONGEST = 200_000  # messages that may wait, snapshots of retained messages included
BESIDE_DATA = 200  # bytes that a waiting message costs beside its payload
BUFFER = 64 * 1024  # bytes handed to the transport ahead of what the socket takes
WINDOW = 100  # QoS 1 messages on their way at once
PATIENCE = 60.0  # seconds without movement


class Outbox:
    """Ordered deliveries to one connection."""

    def __init__(self, writer: asyncio.StreamWriter, on_stuck: Callable[[str], None]) -> None:
        self._writer = writer
        self._transport = writer.transport
        self._transport.set_write_buffer_limits(high=BUFFER, low=BUFFER // 4)
        self._on_stuck = on_stuck
        self._waiting: deque[Message] = deque()
        self._weight = 0
        self._unacknowledged: dict[int, Message] = {}
        self._acknowledged = asyncio.Event()
        self._number = 0
        self._pump: asyncio.Task[None] | None = None
        self._closed = False

    def put(self, message: Message, wire: bytes | None = None) -> None:
        """Deliver now if the socket keeps up, else in turn; `wire` is the packet when it is built already."""
        if self._closed:
            return
        if not self._waiting and self._may_send(message):
            self._writer.write(self._encode(message) if wire is None else wire)
            return
        self._waiting.append(message)
        if not message.retain:
            self._weight += len(message.data) + BESIDE_DATA
        if self._weight > HEAVIEST or len(self._waiting) > LONGEST:
            self.close()
            self._on_stuck("it does not read what it subscribed to")
        elif self._pump is None:
            self._pump = asyncio.get_running_loop().create_task(self._run())

    def acknowledge(self, number: int) -> None:
        """The client has the QoS 1 message of that packet identifier."""
        self._unacknowledged.pop(number, None)
        self._acknowledged.set()

    def unfinished(self) -> list[Message]:
        """The QoS 1 messages that the client has not acknowledged; to be asked before `close`."""
        sent = [message._replace(again=True) for message in self._unacknowledged.values()]
        return sent + [message for message in self._waiting if message.qos and not message.retain]

    def close(self) -> None:
        self._closed = True
        if self._pump is not None:
            self._pump.cancel()
        self._waiting.clear()
        self._unacknowledged.clear()

    def _may_send(self, message: Message) -> bool:
        has_room = self._transport.get_write_buffer_size() <= BUFFER and not self._transport.is_closing()
        return has_room and (message.qos == 0 or len(self._unacknowledged) < WINDOW)

    def _encode(self, message: Message) -> bytes:
        if message.qos == 0:
            return build_publish(message)
        self._number = self._number % 0xFFFF + 1
        while self._number in self._unacknowledged:
            self._number = self._number % 0xFFFF + 1
        self._unacknowledged[self._number] = message
        return build_publish(message, self._number)

    async def _run(self) -> None:
        try:
            while self._waiting:
                async with asyncio.timeout(PATIENCE):
                    await self._writer.drain()
                    while self._waiting[0].qos and len(self._unacknowledged) >= WINDOW:
                        self._acknowledged.clear()
                        await self._acknowledged.wait()
                self._send_waiting()
        except TimeoutError:
            self._on_stuck(f"it took nothing for {PATIENCE:.0f} seconds")
        except ConnectionError:
            pass  # the reading side of the connection ends it
        finally:
            self._pump = None

    def _send_waiting(self) -> None:
        """Hand over about one buffer in one write."""
        if self._transport.is_closing():
            raise ConnectionResetError("the connection is closing")
        packets, size = [], self._transport.get_write_buffer_size()
        while self._waiting and size <= BUFFER:
            message = self._waiting[0]
            if message.qos and len(self._unacknowledged) >= WINDOW:
                break
            self._waiting.popleft()
            if not message.retain:
                self._weight -= len(message.data) + BESIDE_DATA
            packets.append(self._encode(message))
            size += len(packets[-1])
        self._writer.write(b"".join(packets))
