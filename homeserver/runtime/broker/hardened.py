"""amqtt's broker, hardened: the same contract as Mosquitto for what the home relies on.

amqtt 0.12.1 brings the listeners, the handshake (CONNECT), the session records and their expiry. What it does
after the handshake is replaced: it deletes sessions before it has checked the login, starts a task per packet
and per delivery, and drops or misdirects messages (docs/decisions/0004). Private names of amqtt that this
relies on are listed in `PRIVATE_NAMES`, and a test fails when a release changes them.
"""

import asyncio
import logging
from collections.abc import Callable

from amqtt.broker import Broker
from amqtt.mqtt.protocol.broker_handler import BrokerProtocolHandler
from amqtt.session import Session

from homeserver.runtime.broker import handshake, packets
from homeserver.runtime.broker.access import NOBODY, Access
from homeserver.runtime.broker.connection import Connection
from homeserver.runtime.broker.doors import Doors
from homeserver.runtime.broker.packets import Malformed, Message, Stream
from homeserver.runtime.broker.repeats import Repeats
from homeserver.runtime.broker.retained import RetainedStore
from homeserver.runtime.broker.routes import Routes
from homeserver.runtime.broker.session import Client
from homeserver.runtime.filters import topic_fault

log = logging.getLogger(__name__)

PRIVATE_NAMES = {
    Broker: (
        "_servers",
        "_sessions",
        "_cleanup_session",
        "stream_connected",
        "plugins_manager",
        "start",
        "shutdown",
    ),
    BrokerProtocolHandler: ("init_from_connect",),
    Session: ("client_id", "clean_session", "keep_alive", "username", "password", "transitions", "_init_states"),
}
EXPIRY = 7 * 24 * 3600  # seconds that a client which wants its session kept may be away
MOST_AWAY = 200  # clients that are kept while they are away
MOST_FILTERS = 5000  # of one client
PATIENCE = 10.0  # seconds from the TCP connection to a whole CONNECT
LARGEST_CONNECT = 128 * 1024  # bytes; before anybody is known
ACCEPTED, NOT_AUTHORISED = 0, 5  # section 3.2.2.3


class HardenedBroker(Broker):
    """One broker on one listener and on `doors`; everything between CONNACK and the end of a connection is ours."""

    def __init__(self, bind: str, access: Access, store: RetainedStore, *, largest: int) -> None:
        super().__init__(
            {
                "listeners": {"default": {"type": "tcp", "bind": bind}},
                "session_expiry_interval": EXPIRY,
                "plugins": {},
            }
        )
        self.access = access
        self.store = store
        self.largest = largest  # bytes of payload
        self.clients: dict[str, Client] = {}
        self.routes = Routes()
        self._repeats = Repeats()
        self.doors = Doors(self._receive, self._repeats)
        self._writers: set[asyncio.StreamWriter] = set()

    def reload(self) -> None:
        """Read the logins again: who was removed or renewed is cut off, the others have their new rights."""
        self.access.reload()
        for client in list(self.clients.values()):
            now = self.access.renewed(client.rights)
            if now is not None:
                client.rights = now
                continue
            client.rights = NOBODY
            client.clean = True
            if client.connection is not None:
                log.info("client %r is cut off: its login is gone", client.name)
                client.connection.end()
            self._forget(client)

    async def stream_connected(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, listener_name: str
    ) -> None:
        """The life of one connection on amqtt's own listener."""
        await self._receive(reader, writer, lambda: None)

    async def _receive(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, let_in: Callable[[], None]
    ) -> None:
        """The life of one connection; `let_in` is called when it has logged in."""
        self._writers.add(writer)
        try:
            stream = Stream(LARGEST_CONNECT)
            async with asyncio.timeout(PATIENCE):
                session = await handshake.shake_hands(stream, reader, writer, self.plugins_manager)
            connection = self._admit(session, stream, writer)
            if connection is not None:
                let_in()
                await connection.serve(reader)
        except (Malformed, *handshake.FAULTS) as fault:
            self._repeats.tell(_address(writer), f"it is cut off before it was let in: {str(fault)[:200]}")
        except (TimeoutError, OSError):
            writer.transport.abort()  # it said nothing, or went: there is nobody to say goodbye to
        except asyncio.CancelledError:
            writer.transport.abort()
            raise
        except Exception:
            log.exception("a connection ended by a fault of the broker")
        finally:
            self._writers.discard(writer)
            writer.close()

    def _admit(self, session: Session, stream: Stream, writer: asyncio.StreamWriter) -> Connection | None:
        """Check the login before anything is touched that belongs to somebody; answer with CONNACK."""
        rights = self.access.admit(session.username, session.password)
        if rights is None:
            name = "without a name" if session.username is None else repr(session.username[:80])
            self._repeats.tell(_address(writer), f"login {name} is refused")
            writer.write(packets.build_connack(NOT_AUTHORISED))
            return None
        will = _will(session)
        # Names are kept apart by login: nobody can take over or block a client of another login.
        name = f"{rights.login or 'anonymous'}/{session.client_id}"
        old = self._take_over(name, clean=session.clean_session)
        client = old or Client(name, rights, session.clean_session, session.keep_alive)
        client.rights, client.keepalive, client.will = rights, session.keep_alive, will
        self._connect(client, session, stream, writer, present=old is not None)
        return client.connection

    def _take_over(self, name: str, *, clean: bool) -> Client | None:
        """End the older connection of that name; what is left of the client, if it is to be kept."""
        old = self.clients.get(name)
        if old is None:
            return None
        if old.connection is not None:
            old.connection.end()
        if clean or old.clean:
            self._forget(old)
            return None
        return old

    def _connect(
        self, client: Client, session: Session, stream: Stream, writer: asyncio.StreamWriter, *, present: bool
    ) -> None:
        stream.largest = self.largest + packets.BESIDE_PAYLOAD
        session.transitions.connect()
        client.connection = Connection(self, client, stream, writer)
        self.clients[client.name] = client
        self._sessions[client.name] = (session, client.connection)
        writer.write(packets.build_connack(ACCEPTED, present=present))
        for message in client.take_missed():
            client.connection.outbox.put(message)

    def publish(self, client: Client, message: Message) -> None:
        """Keep and deliver what a client says, if it may; MQTT 3.1.1 has no way to tell it otherwise."""
        if not client.rights.may_write(message.topic):
            log.info("client %r may not write %r", client.name, message.topic)
            return
        if message.retain:
            self.store.set(message.topic, message.data, message.qos)
        self._deliver(message)

    def _deliver(self, said: Message) -> None:
        at_most_once = Message(said.topic, said.data)
        at_least_once = Message(said.topic, said.data, 1)
        wire = b""
        for client, granted in self.routes.targets(said.topic):
            if not client.rights.read.matches(said.topic):
                continue
            if said.qos and granted:
                if client.connection is not None:
                    client.connection.outbox.put(at_least_once)
                elif not client.clean:
                    client.miss(at_least_once)
            elif client.connection is not None:
                wire = wire or packets.build_publish(at_most_once)
                client.connection.outbox.put(at_most_once, wire)

    def subscribe(self, client: Client, pattern: str, qos: int) -> int:
        """The granted QoS. What the login may not read is left out of each delivery, not refused here."""
        if pattern.startswith("$share/"):
            return packets.REFUSED_FILTER  # never served here: better to say so
        if pattern not in client.filters and len(client.filters) >= MOST_FILTERS:
            return packets.REFUSED_FILTER
        granted = min(qos, packets.HIGHEST_QOS)
        client.filters[pattern] = granted
        self.routes.add(pattern, client, granted)
        return granted

    def send_retained(self, client: Client, pattern: str, qos: int) -> None:
        connection = client.connection
        if connection is None:
            return
        for topic, kept in self.store.matching(pattern):
            if client.rights.read.matches(topic):
                connection.outbox.put(Message(topic, kept.data, min(qos, kept.qos), retain=True))

    def unsubscribe(self, client: Client, pattern: str) -> None:
        client.filters.pop(pattern, None)
        self.routes.remove(pattern, client)

    def ended(self, client: Client, connection: Connection) -> None:
        """A connection has ended; publish its will, forget or keep the client."""
        client.connection, client.left = None, asyncio.get_running_loop().time()
        session, _ = self._sessions[client.name]
        session.transitions.disconnect()
        if client.clean:
            self._forget(client)
        else:
            for message in connection.outbox.unfinished():
                client.miss(message)
            self._limit_away()
        will, client.will = client.will, None
        if will is not None:
            self.publish(client, will)

    def _limit_away(self) -> None:
        """Forget who has been away longest when too many are: any login may make up client identifiers."""
        away = [client for client in self.clients.values() if client.connection is None]
        for client in sorted(away, key=lambda client: client.left)[:-MOST_AWAY]:
            self._forget(client)

    def _forget(self, client: Client) -> None:
        for pattern in client.filters:
            self.routes.remove(pattern, client)
        client.filters.clear()
        if self.clients.get(client.name) is client:
            del self.clients[client.name]
            self._sessions.pop(client.name, None)

    async def _cleanup_session(self, client_id: str) -> None:
        """What amqtt calls for an expired session, and for each one when it stops."""
        client = self.clients.get(client_id)
        if client is None:
            return
        if client.connection is not None:
            client.connection.end()
        self._forget(client)

    async def shutdown(self) -> None:
        """Stop at once; last wills are published and kept, as Mosquitto does."""
        await self.doors.close()
        for server in self._servers.values():
            server.instance.close()
        for client in list(self.clients.values()):
            if client.connection is not None:
                client.connection.end()
        for writer in self._writers:
            writer.transport.abort()  # who connected and was not let in yet
        await super().shutdown()


def _address(writer: asyncio.StreamWriter) -> str:
    """Without the port, which says nothing of who it is."""
    return str((writer.get_extra_info("peername") or ("somebody who has gone",))[0])


def _will(session: Session) -> Message | None:
    if not session.will_flag:
        return None
    if fault := topic_fault(session.will_topic):
        raise Malformed(f"the topic of the last will is not valid: {fault}")
    return Message(session.will_topic, bytes(session.will_message), session.will_qos, bool(session.will_retain))
