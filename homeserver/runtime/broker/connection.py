"""Connection: one client of the embedded broker, from its CONNACK to its end.

Packets are carried out one after another in the order in which they came, each to its end before the next; so
what a client publishes after a SUBACK is behind the retained messages of that subscription. An end without
DISCONNECT, malformed packets and one and a half keepalive times of silence included, publishes the last will.
"""

import asyncio
import logging
from typing import Protocol

from homeserver.runtime.broker import packets
from homeserver.runtime.broker.outbox import Outbox
from homeserver.runtime.broker.packets import Malformed, Message, Packet, Published
from homeserver.runtime.broker.session import Client

log = logging.getLogger(__name__)

CHUNK = 64 * 1024  # bytes read at once
UNREAD_ANSWERS = 1024 * 1024  # bytes of acknowledgements a client may leave unread before it is heard again
UNREAD_PATIENCE = 60.0  # seconds
HALF_SENT = 4 * 1024 * 1024  # bytes of QoS 2 messages that wait for their PUBREL


class Router(Protocol):
    """What a connection asks of the broker."""

    def publish(self, client: Client, message: Message) -> None: ...
    def subscribe(self, client: Client, pattern: str, qos: int) -> int: ...
    def send_retained(self, client: Client, pattern: str, qos: int) -> None: ...
    def unsubscribe(self, client: Client, pattern: str) -> None: ...
    def ended(self, client: Client, connection: "Connection") -> None: ...


class Connection:
    """Reads what a client says; `outbox` holds what it is to hear."""

    def __init__(self, router: Router, client: Client, stream: packets.Stream, writer: asyncio.StreamWriter) -> None:
        self.outbox = Outbox(writer, self._stuck)
        self._router = router
        self._client = client
        self._stream = stream
        self._writer = writer
        self._half_sent: dict[int, Published] = {}
        self._ended = False
        self._loop = asyncio.get_running_loop()
        self._heard = self._loop.time()
        self._patience = client.keepalive * 1.5
        self._timer = self._loop.call_later(self._patience, self._listen) if self._patience else None

    async def serve(self, reader: asyncio.StreamReader) -> None:
        """Carry out what the client says until one side ends it."""
        try:
            while True:
                while not self._ended and (packet := self._stream.packet()) is not None:
                    self._carry_out(packet)
                if self._ended:
                    return
                if self._writer.transport.get_write_buffer_size() > UNREAD_ANSWERS:
                    async with asyncio.timeout(UNREAD_PATIENCE):
                        await self._writer.drain()
                data = await reader.read(CHUNK)
                if not data:
                    break
                self._heard = self._loop.time()
                self._stream.feed(data)
        except Malformed as fault:
            log.warning("client %r is cut off: %s", self._client.name, fault)
        except TimeoutError:
            self._stuck("it does not read its answers")
        except OSError:
            pass  # the network ended it
        finally:
            self.end()

    def end(self, *, clean: bool = False) -> None:
        """Close; the last will is published unless the client said goodbye."""
        if self._ended:
            return
        self._ended = True
        if self._timer is not None:
            self._timer.cancel()
        if clean:
            self._client.will = None
        self._router.ended(self._client, self)
        self.outbox.close()
        self._writer.transport.abort()

    async def stop(self) -> None:
        """The same, as amqtt asks for it when a session expires or the broker stops."""
        self.end()

    def _listen(self) -> None:
        silence = self._loop.time() - self._heard
        if silence >= self._patience:
            log.info("client %r was silent for %.1f seconds", self._client.name, silence)
            self.end()
        else:
            self._timer = self._loop.call_later(self._patience - silence, self._listen)

    def _stuck(self, why: str) -> None:
        log.warning("client %r is cut off: %s", self._client.name, why)
        self._loop.call_soon(self.end)  # not at once: a delivery to others may be under way

    def _carry_out(self, packet: Packet) -> None:
        kind = packet.head >> 4
        if kind == packets.PUBLISH:
            self._published(packets.read_publish(packet))
        elif kind == packets.PUBACK:
            self.outbox.acknowledge(packets.read_number(packet))
        elif kind == packets.PUBREL:
            self._released(packets.read_number(packet))
        elif kind == packets.SUBSCRIBE:
            self._subscribe(packet)
        elif kind == packets.UNSUBSCRIBE:
            number, patterns = packets.read_unsubscribe(packet)
            for pattern in patterns:
                self._router.unsubscribe(self._client, pattern)
            self._writer.write(packets.build_ack(packets.UNSUBACK, number))
        elif kind in (packets.PINGREQ, packets.DISCONNECT):
            self._check_empty(packet)
            if kind == packets.DISCONNECT:
                self.end(clean=True)
            else:
                self._writer.write(packets.PONG)
        else:  # a second CONNECT, or answers to QoS 2 messages, which are never sent
            raise Malformed(f"packet type {kind} is out of place")

    @staticmethod
    def _check_empty(packet: Packet) -> None:
        if packet.body:
            raise Malformed(f"packet type {packet.head >> 4} with a body")

    def _published(self, said: Published) -> None:
        """Acknowledged only after it was routed and kept."""
        if len(said.data) > self._stream.largest - packets.BESIDE_PAYLOAD:
            raise Malformed(f"a payload of {len(said.data)} bytes")
        if said.qos == 2:
            self._half_sent[said.number] = said
            if sum(len(half.data) for half in self._half_sent.values()) > HALF_SENT:
                raise Malformed("too many QoS 2 messages without PUBREL")
            self._writer.write(packets.build_ack(packets.PUBREC, said.number))
            return
        self._router.publish(self._client, Message(said.topic, said.data, said.qos, said.retain))
        if said.qos == 1:
            self._writer.write(packets.build_ack(packets.PUBACK, said.number))

    def _released(self, number: int) -> None:
        said = self._half_sent.pop(number, None)
        if said is not None:
            self._router.publish(self._client, Message(said.topic, said.data, 2, said.retain))
        self._writer.write(packets.build_ack(packets.PUBCOMP, number))

    def _subscribe(self, packet: Packet) -> None:
        number, asked = packets.read_subscribe(packet)
        codes = [self._router.subscribe(self._client, pattern, qos) for pattern, qos in asked]
        self._writer.write(packets.build_suback(number, codes))
        for (pattern, _), granted in zip(asked, codes, strict=True):
            if granted != packets.REFUSED_FILTER:
                self._router.send_retained(self._client, pattern, granted)
