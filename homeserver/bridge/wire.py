"""One WebSocket as bytes on a connection: what is written leaves at once, and nobody waits.

uvicorn's own sending waits until a slow client has read, one task for each. Here whoever sends looks how much waits
(`waiting`) and decides: with hundreds of clients that is the difference between a few microseconds and a task switch
each. Needs uvicorn's protocol around it; keeps nothing.
"""

import struct
from typing import Any, Final, Protocol

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

EXTENSION: Final = "homeserver.wire"
"""Where in the scope of an ASGI application its wire is."""
_TEXT: Final = 0x81
"""First byte of a text message in one frame, RFC 6455 section 5.2."""


class Wire(Protocol):
    """What an application needs of a connection to write to it."""

    @property
    def waiting(self) -> int:
        """Bytes that the client has not taken yet."""

    def write(self, *messages: bytes) -> None:
        """Send texts, each as one message; they are lost where the connection is ending."""


class SocketWire(WebSocketsSansIOProtocol):
    """uvicorn's protocol, which lets the application at its connection."""

    async def run_asgi(self) -> None:
        extensions: dict[str, Any] = dict(self.scope.get("extensions") or {})
        extensions[EXTENSION] = self
        self.scope["extensions"] = extensions
        await super().run_asgi()

    @property
    def waiting(self) -> int:
        return self.transport.get_write_buffer_size()

    def write(self, *messages: bytes) -> None:
        if self.handshake_complete and not (self.close_sent or self.disconnected or self.transport.is_closing()):
            self.transport.write(b"".join([part for text in messages for part in (_head(len(text)), text)]))


def _head(size: int) -> bytes:
    """The head of an unmasked text frame."""
    if size < 126:
        return bytes((_TEXT, size))
    return struct.pack("!BBH", _TEXT, 126, size) if size < 65_536 else struct.pack("!BBQ", _TEXT, 127, size)
