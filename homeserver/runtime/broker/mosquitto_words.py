"""What Mosquitto writes, for the log of a home: with levels, without its notes on the configuration that we gave it,
and without a line for each stranger who does not agree on TLS.
"""

import re
from datetime import UTC, datetime
from typing import Final

import orjson

from homeserver.runtime.broker.repeats import Repeats
from homeserver.runtime.tls.handshakes import told

_TIME: Final = re.compile(r"(\d{9,11}): ")
_OURS: Final = (
    "Note: It is recommended to replace `message_size_limit`",
    "Warning: Mosquitto should not be run as root",
)
"""Not for users: that limit refuses a message where the other one ends the connection, and files of mode 600 are read
by their owner only."""
_TLS: Final = re.compile(r"OpenSSL Error\[\d+\]: error:[0-9A-F]+:[^:]*:[^:]*:?(.*)")
_LEVELS: Final = {"Warning: ": "warning", "Error: ": "error", "OpenSSL Error": "warning"}


class MosquittoWords:
    """`read` each line."""

    def __init__(self) -> None:
        self._repeats = Repeats()

    def read(self, line: str) -> str | None:
        """The line as the journal takes it; None where it is not for people, or was told otherwise."""
        found = _TIME.match(line)
        text = line[found.end() :] if found else line
        if text.startswith(_OURS):
            return None
        if tls := _TLS.match(text):
            self._repeats.tell("broker", f"somebody came, and TLS failed: {told(tls[1] or text.rpartition(':')[2])}")
            return None
        when = datetime.fromtimestamp(int(found[1]), UTC) if found else datetime.now(UTC)
        level = next((level for start, level in _LEVELS.items() if text.startswith(start)), "info")
        fields = {"time": when.isoformat(timespec="milliseconds"), "level": level, "process": "broker", "message": text}
        return orjson.dumps(fields).decode()
