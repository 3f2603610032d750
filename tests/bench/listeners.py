"""Many WebSocket clients that only listen, in one process of its own, and what each of them heard and when.

    python -m tests.bench.listeners URL_HOST PORT TOKEN CLIENTS SECONDS

Each subscribes to all entities. States of the entities `sensor.bench_*` are the moments at which they were said, in
seconds since the epoch; the delay of each is the moment of its arrival less that. Prints one line of JSON: `heard`
states by client (least and most), `p50`, `p95`, `p99`, `max` in milliseconds, `lost` connections. A frame is looked at
as bytes: reading JSON five hundred times would measure this program.
"""

import asyncio
import base64
import json
import os
import re
import sys
import time

SAID = re.compile(rb'"(?:\+":\{)?"?s":"(\d{10}\.\d{3,6})"')


class Ear(asyncio.Protocol):
    """One client: RFC 6455 as far as a listener needs it."""

    def __init__(self, host: str, token: str) -> None:
        self.host, self.token = host, token
        self.buffer = bytearray()
        self.open = False
        self.lost = False
        self.ready = asyncio.get_running_loop().create_future()
        self.delays: list[float] = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport
        key = base64.b64encode(os.urandom(16)).decode()
        transport.write(  # type: ignore[attr-defined]
            f"GET /api/websocket HTTP/1.1\r\nHost: {self.host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
        )

    def say(self, message: object, opcode: int = 1) -> None:
        text = message if isinstance(message, bytes) else json.dumps(message).encode()
        size = bytes((0x80 | len(text),)) if len(text) < 126 else b"\xfe" + len(text).to_bytes(2, "big")
        self.transport.write(bytes((0x80 | opcode,)) + size + b"\0\0\0\0" + text)  # type: ignore[attr-defined]

    def data_received(self, data: bytes) -> None:
        now = time.time()
        self.buffer += data
        if not self.open:
            _, found, rest = bytes(self.buffer).partition(b"\r\n\r\n")
            if not found:
                return
            self.open, self.buffer = True, bytearray(rest)
        while (frame := self._frame()) is not None:
            self._hear(*frame, now)

    def _frame(self) -> tuple[int, bytes] | None:
        buffer = self.buffer
        if len(buffer) < 2:
            return None
        size, at = buffer[1] & 0x7F, 2
        if size >= 126:
            at = 4 if size == 126 else 10
            size = int.from_bytes(buffer[2:at], "big")
        if len(buffer) < at + size:
            return None
        frame = buffer[0] & 0x0F, bytes(buffer[at : at + size])
        del buffer[: at + size]
        return frame

    def _hear(self, opcode: int, text: bytes, now: float) -> None:
        if opcode == 9:
            self.say(text, 10)
        elif opcode == 8:
            self.lost = True
        elif b'"auth_required"' in text:
            self.say({"type": "auth", "access_token": self.token})
        elif b'"auth_ok"' in text:
            self.say({"id": 1, "type": "supported_features", "features": {"coalesce_messages": 1}})
            self.say({"id": 2, "type": "subscribe_entities"})
        elif b'"a":{' in text and not self.ready.done():
            self.ready.set_result(None)
        elif self.ready.done():
            self.delays += [now - float(said) for said in SAID.findall(text)]

    def connection_lost(self, error: Exception | None) -> None:
        self.lost = True
        if not self.ready.done():
            self.ready.set_exception(error or ConnectionError("the connection ended before anything was heard"))


async def listen(host: str, port: int, token: str, count: int, seconds: float) -> dict[str, object]:
    loop = asyncio.get_running_loop()
    ears: list[Ear] = []
    for _ in range(count):
        _, ear = await loop.create_connection(lambda: Ear(f"{host}:{port}", token), host, port)
        ears.append(ear)
    await asyncio.gather(*(ear.ready for ear in ears))
    print("ready", flush=True)
    await asyncio.sleep(seconds)
    delays = sorted(delay * 1000 for ear in ears for delay in ear.delays)
    heard = [len(ear.delays) for ear in ears]
    at = {name: delays[int(len(delays) * part)] for name, part in (("p50", 0.5), ("p95", 0.95), ("p99", 0.99))}
    figures = {name: round(value, 2) for name, value in {**at, "max": delays[-1]}.items()}
    return {"heard": [min(heard), max(heard)], **figures, "lost": sum(ear.lost for ear in ears)}


if __name__ == "__main__":
    host, port, token, count, seconds = sys.argv[1:]
    print(json.dumps(asyncio.run(listen(host, int(port), token, int(count), float(seconds)))))
