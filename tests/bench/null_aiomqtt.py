"""The least that can be done over aiomqtt: a responder that answers each change of a sensor with a lamp's command.

    python -m tests.bench.null_aiomqtt PORT bool|numeric

What homeserver adds to this, and nothing else, is homeserver's own cost: the same library, the same event loop, with
aiomqtt's queue stepped around as the bus does. Needs a broker on loopback; keeps the last word of each lamp.
"""

import asyncio
import gc
import socket
import sys
from collections.abc import Callable
from typing import Any, Final

import aiomqtt
import orjson
import uvloop

NODELAY: Final = ((socket.IPPROTO_TCP, socket.TCP_NODELAY, 1),)
WARM: Final = 25
COLD: Final = 15
Publish = Callable[[str, bytes], Any]


def echo(publish: Publish) -> Callable[[Any, Any, Any], None]:
    """Answers `bench/s/I/state` with the same word on `bench/l/I/set`."""

    def on_message(_client: Any, _userdata: Any, message: Any) -> None:
        publish(f"bench/l/{message.topic[8:-6]}/set", message.payload)

    return on_message


def thermostat(publish: Publish) -> Callable[[Any, Any, Any], None]:
    """Answers `bench/t/I/state` when its temperature has come to the other side of the thresholds."""
    last: dict[str, bytes] = {}

    def on_message(_client: Any, _userdata: Any, message: Any) -> None:
        topic = message.topic
        temperature = orjson.loads(message.payload)["temperature"]
        word = b"ON" if temperature > WARM else b"OFF" if temperature < COLD else None
        if word is not None and last.get(topic) != word:
            last[topic] = word
            publish(f"bench/l/{topic[8:-6]}/set", word)

    return on_message


RESPONDERS: Final = {"bool": ("bench/s/+/state", echo), "numeric": ("bench/t/+/state", thermostat)}


async def respond(port: int, kind: str) -> None:
    """Answer until the process is ended."""
    pattern, responder = RESPONDERS[kind]
    async with aiomqtt.Client("127.0.0.1", port, socket_options=NODELAY) as client:
        client._client.on_message = responder(client._client.publish)
        await client.subscribe(pattern)
        gc.collect()
        gc.freeze()
        await asyncio.Event().wait()


if __name__ == "__main__":
    uvloop.run(respond(int(sys.argv[1]), sys.argv[2]))
