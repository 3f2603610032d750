"""The handshake of the embedded broker: amqtt reads the CONNECT, checks it and answers what it refuses.

amqtt builds a state machine for each session, which takes four times as long as to check the secret; a `LightSession`
has the same words without one.
"""

import asyncio
import time

from amqtt.adapters import BufferReader, StreamWriterAdapter
from amqtt.errors import AMQTTError, CodecError, MQTTError, NoDataError
from amqtt.mqtt.protocol import broker_handler
from amqtt.session import Session

from homeserver.runtime.broker import packets
from homeserver.runtime.broker.connection import CHUNK
from homeserver.runtime.broker.packets import Malformed, Stream

FAULTS = (AMQTTError, CodecError, MQTTError, NoDataError, ValueError, UnicodeError, IndexError)
"""What amqtt raises at a CONNECT that is not in order."""


class Presence:
    """What amqtt's expiry asks of a session that was connected: whether it is, and since when not."""

    def __init__(self, session: Session) -> None:
        self.state = "new"
        self._session = session

    def connect(self) -> None:
        self.state = "connected"
        self._session.last_connect_time, self._session.last_disconnect_time = int(time.time()), None

    def disconnect(self) -> None:
        self.state = "disconnected"
        self._session.last_disconnect_time = int(time.time())


class LightSession(Session):
    """A session without a machine."""

    def _init_states(self) -> None:
        self.transitions = Presence(self)


broker_handler.Session = LightSession  # `init_from_connect` makes its sessions of this name


async def shake_hands(
    stream: Stream, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, plugins: object
) -> Session:
    """Read the CONNECT; raises `Malformed`, `FAULTS` and ConnectionResetError."""
    while (packet := stream.packet()) is None:
        data = await reader.read(CHUNK)
        if not data:
            raise ConnectionResetError
        stream.feed(data)
    if packet.head >> 4 != packets.CONNECT:
        raise Malformed("the first packet is not CONNECT")
    if writer.get_extra_info("peername") is None:
        raise ConnectionResetError
    whole = BufferReader(packets.build(packet.head, packet.body))
    handler = broker_handler.BrokerProtocolHandler
    _, session = await handler.init_from_connect(whole, StreamWriterAdapter(writer), plugins)
    return session
