"""The certificate of the listener: its files are looked at while it serves, and what replaces them is served from the
next connection on. Keeps what it last saw of the files.

Who renews a certificate writes two files, one after the other: they are taken once they stand still and fit together,
and until then the former pair goes on. Connections that are open keep what they began with.
"""

import ssl
from collections.abc import Callable
from pathlib import Path
from typing import Final

from homeserver.runtime.clock import Clock
from homeserver.topics.record import record

LOOK: Final = 5.0
"""Seconds between two looks at the files."""
Marks = tuple[tuple[int, int, int] | None, ...]
"""Of each file: when it was changed, which one it is, and its size; None where it is not there."""


@record
class Front:
    """What stands before the home: files of its certificate and key for HTTPS, and proxies whose word about the
    client's address and scheme is believed."""

    certificate: Path | None = None
    key: Path | None = None
    proxies: tuple[str, ...] = ()

    def check(self) -> str:
        """Why these files cannot be used, in a sentence; empty where they can."""
        if self.certificate is None:
            return "" if self.key is None else "http_key needs http_certificate beside it"
        try:
            self.load(ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER))
        except (OSError, ssl.SSLError, ValueError) as error:
            reason = getattr(error, "strerror", None) or error.__class__.__name__
            return f"cannot serve HTTPS with {self.certificate}: {reason}"
        return ""

    def load(self, context: ssl.SSLContext) -> None:
        """Serve with these files from now on; raises OSError, `ssl.SSLError` or ValueError. A key that has a password
        is none: nobody is there to be asked for it."""
        assert self.certificate is not None
        context.load_cert_chain(self.certificate, self.key, password=_refuse)

    def marks(self) -> Marks:
        """How the files look now."""
        return tuple(_mark(path) for path in (self.certificate, self.key) if path is not None)


def _refuse() -> str:
    raise ValueError("the key has a password")


def _mark(path: Path) -> tuple[int, int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_ino, found.st_size


class Certificate:
    """`follow` for as long as `context` serves; `tell` gets a sentence when a new pair cannot be used, and nothing when
    one can. `renewed` is called each time that one is taken."""

    def __init__(
        self,
        front: Front,
        context: ssl.SSLContext,
        clock: Clock,
        tell: Callable[[str], None],
        renewed: Callable[[], None],
    ) -> None:
        self._front = front
        self._context = context
        self._clock = clock
        self._tell = tell
        self._renewed = renewed
        self._served = self._seen = front.marks()
        self._fault = ""

    async def follow(self) -> None:
        while True:
            await self._clock.sleep(LOOK)
            self.look()

    def look(self) -> None:
        """Take what stands there, if it is another pair than is served and nobody is writing it."""
        marks, before = self._front.marks(), self._seen
        self._seen = marks
        if marks != before or (marks == self._served and not self._fault):
            return
        fault = self._front.check()
        if not fault and marks != self._served:
            self._front.load(self._context)
            self._served = marks
            self._renewed()
        if fault != self._fault:
            self._fault = fault
            self._tell(f"{fault}; the certificate of before is served until it can" if fault else "")
