"""A connection to an MQTT 3.1.1 broker, over aiomqtt.

aiomqtt connects, logs in, subscribes and keeps the connection alive; messages take a lane of their own past it, because
its way costs more than everything else in the bus (see mqtt_lane.py). TCP_NODELAY is needed: an acknowledgement and an
answer are sent apart, and Nagle's algorithm would hold the second back for 40 ms.
"""

import asyncio
import contextlib
import logging
import socket
from collections.abc import Callable, Sequence
from typing import Any

import aiomqtt

from homeserver.runtime.mqtt_lane import Lane, UnspeakableError
from homeserver.runtime.tls.context import client_context, why
from homeserver.runtime.wire import LoginRefusedError, OnMessage, UnreachableError, Will, WireError
from homeserver.topics.record import record

log = logging.getLogger(__name__)
_quiet = logging.getLogger(f"{__name__}.paho")
_quiet.setLevel(logging.CRITICAL)  # what it has to say arrives here as a return value or an exception as well
_BAD_LOGIN = (4, 5, 134, 135)  # CONNACK codes of 3.1.1, and what paho makes of them
_UNSPECIFIED = "[code:128]"
NODELAY = ((socket.IPPROTO_TCP, socket.TCP_NODELAY, 1),)


@record
class Address:
    """Where the broker is, and who we are there. The secret is never printed.

    `authority`: the certificate (PEM) of who vouches for a broker with TLS; None leaves it to this machine.
    """

    host: str
    port: int
    username: str | None = None
    secret: str | None = None
    tls: bool = False
    authority: str | None = None

    def __repr__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"mqtt{'s' * self.tls}://{host}:{self.port}"


class MqttWire:
    """`Wire` over one `aiomqtt.Client` for each attempt to connect: nothing stale survives."""

    def __init__(self, address: Address, client_id: str, *, keepalive: int = 30) -> None:
        self._address = address
        self._client_id = client_id
        self._keepalive = keepalive
        self._client: aiomqtt.Client | None = None
        self._lane: Lane | None = None

    async def connect(self, will: Will | None, on_message: OnMessage, on_lost: Callable[[str], None]) -> None:
        client = self._new_client(will)
        try:
            await client.__aenter__()
        except aiomqtt.MqttError as error:
            _end_misc(client)
            raise _reason(error, self._address) from error
        if client._disconnected.done():  # accepted and closed in one breath: there is no socket any more
            await asyncio.sleep(0)
            _end_misc(client)
            raise UnreachableError(f"the broker at {self._address!r} closed the connection at once")
        self._client = client
        self._lane = Lane(client._client, on_message)
        client._disconnected.add_done_callback(lambda done: self._lost(client, done, on_lost))

    def _new_client(self, will: Will | None) -> aiomqtt.Client:
        return aiomqtt.Client(
            self._address.host,
            self._address.port,
            username=self._address.username,
            password=self._address.secret,
            identifier=self._client_id,
            clean_session=True,
            keepalive=self._keepalive,
            timeout=5,
            max_inflight_messages=1000,
            socket_options=NODELAY,
            tls_context=client_context(self._address.authority) if self._address.tls else None,
            logger=_quiet,
            will=aiomqtt.Will(will.address, will.payload, qos=1, retain=True) if will else None,
        )

    def _lost(self, client: aiomqtt.Client, done: asyncio.Future[None], on_lost: Callable[[str], None]) -> None:
        error = None if done.cancelled() else done.exception()
        _end_misc(client)
        if self._client is client:
            self._client = self._lane = None
            on_lost(_why_lost(error))

    def publish(
        self, address: str, payload: bytes, qos: int, retain: bool, on_ack: Callable[[], None] | None = None
    ) -> None:
        lane = self._lane
        if lane is None:
            return  # the bus says it again after it has connected
        try:
            lane.publish(address, payload, qos, retain, on_ack)
        except UnspeakableError as error:
            log.warning("not published: %s", error)

    def is_busy(self) -> bool:
        return self._lane is not None and self._lane.is_busy()

    def flush(self) -> None:
        if self._lane is not None:
            self._lane.flush()

    async def subscribe(self, filters: Sequence[tuple[str, int]]) -> None:
        client = self._connected()
        try:
            granted = await client.subscribe(list(filters))
        except aiomqtt.MqttError as error:
            raise UnreachableError(str(error)) from error
        for (asked, _), code in zip(filters, granted, strict=True):
            value: Any = getattr(code, "value", code)
            if value >= 128:
                raise WireError(f"the broker refused the subscription {asked}")

    async def unsubscribe(self, filters: Sequence[str]) -> None:
        try:
            await self._connected().unsubscribe(list(filters))
        except aiomqtt.MqttError as error:
            raise UnreachableError(str(error)) from error

    def _connected(self) -> aiomqtt.Client:
        if self._client is None:
            raise UnreachableError("the connection is down")
        return self._client

    async def disconnect(self) -> None:
        client, self._client = self._client, None
        lane, self._lane = self._lane, None
        if client is None or lane is None:
            return
        lane.flush()
        with contextlib.suppress(aiomqtt.MqttError, TimeoutError):
            async with asyncio.timeout(1):
                await client.__aexit__(None, None, None)


def _end_misc(client: aiomqtt.Client) -> None:
    """End aiomqtt's keepalive task: a connection that closes before it has begun leaves it behind."""
    if client._misc_task is not None:
        client._misc_task.cancel()


def _why_lost(error: BaseException | None) -> str:
    """paho has no word for a broker that went away: it calls that unspecified."""
    said = str(error or "")
    return "the broker closed the connection" if not said or _UNSPECIFIED in said else said


def _reason(error: aiomqtt.MqttError, address: Address) -> WireError:
    code = getattr(error, "rc", None)
    value = getattr(code, "value", code)
    if value in _BAD_LOGIN:
        refused = f"does not accept the login {address.username}" if address.username else "wants a login"
        return LoginRefusedError(f"the broker at {address!r} {refused}")
    if address.tls and error.__context__ is not None and (fault := why(error.__context__)):
        return UnreachableError(f"cannot connect to {address!r}: {fault}")
    hint = "" if address.tls or "timed out" not in str(error) else "; where it speaks TLS the address is mqtts://"
    return UnreachableError(f"no broker answers at {address!r}: {error}{hint}")
