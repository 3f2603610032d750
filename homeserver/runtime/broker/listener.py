"""A listener of the broker beside its first one, which every process of the home uses."""

from pathlib import Path

from homeserver.topics.record import record


@record
class Listener:
    """`host` "" stands for every interface; without a certificate and its key no TLS is spoken."""

    port: int
    host: str = ""
    certificate: Path | None = None
    key: Path | None = None

    @property
    def tls(self) -> bool:
        return self.certificate is not None

    @property
    def place(self) -> str:
        """For people."""
        return f"{self.host or '*'}:{self.port}"
