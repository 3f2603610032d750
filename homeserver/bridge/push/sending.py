"""One message to one push service, and what it said (RFC 8030). Needs the network; keeps nothing.

Only services that the setting `push_services` names are spoken to: an address comes from a browser, and who may sign
in must not make the home call whatever he likes.
"""

from collections.abc import Sequence
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Final, Literal
from urllib.parse import urlsplit

import httpx

from homeserver.bridge.push.book import Subscription
from homeserver.bridge.push.keys import Keys
from homeserver.runtime.clock import Clock
from homeserver.runtime.tls.push import encrypt
from homeserver.topics.record import record

PATIENCE: Final = 10.0
"""Seconds that a push service may take."""
_GONE: Final = (404, 410)
_LATER: Final = (408, 429)
Said = Literal["sent", "gone", "refused", "later"]


@record
class Outcome:
    """What a push service said; `after`: seconds that it wants to be left alone; `reason` is for the log."""

    said: Said
    after: float = 0.0
    reason: str = ""


def is_allowed(endpoint: str, services: Sequence[str]) -> bool:
    """Whether an address is one of a push service that is spoken to: `*.example.org`, or an origin of its own."""
    try:
        parts = urlsplit(endpoint)
        host, port = (parts.hostname or "").lower(), parts.port
    except ValueError:
        return False
    if parts.username is not None or parts.password is not None or not host:
        return False
    if f"{parts.scheme}://{parts.netloc}" in services:
        return True
    return parts.scheme == "https" and port in (None, 443) and any(_fits(host, service) for service in services)


def _fits(host: str, service: str) -> bool:
    return host.endswith(service[1:]) if service.startswith("*.") else host == service


class Sender:
    """`async with Sender(...)`; `send` asks once. `transport` is another way to the services, for tests."""

    def __init__(self, keys: Keys, clock: Clock, transport: httpx.AsyncBaseTransport | None = None) -> None:
        self._keys = keys
        self._clock = clock
        self._client = httpx.AsyncClient(timeout=PATIENCE, follow_redirects=False, trust_env=False, transport=transport)

    @staticmethod
    def reaches(to: Subscription) -> bool:
        """Nobody knows of a browser that it is off."""
        return True

    async def close(self) -> None:
        await self._client.aclose()

    async def send(self, to: Subscription, message: bytes, ttl: int, urgency: str, topic: str) -> Outcome:
        """Raises `ValueError` where the message is too long."""
        parts = urlsplit(to.endpoint)
        headers = {
            "authorization": self._keys.signed(f"{parts.scheme}://{parts.netloc}", self._clock.now().timestamp()),
            "content-encoding": "aes128gcm",
            "content-type": "application/octet-stream",
            "ttl": str(ttl),
            "urgency": urgency,
        }
        if topic:
            headers["topic"] = topic
        body = encrypt(message, to.p256dh, to.auth)
        try:
            async with self._client.stream("POST", to.endpoint, content=body, headers=headers) as answer:
                return self._outcome(answer)  # what else it says is of no interest, however much of it there is
        except httpx.HTTPError as error:
            return Outcome("later", reason=type(error).__name__)

    def _outcome(self, answer: httpx.Response) -> Outcome:
        status = answer.status_code
        reason = f"status {status}"
        if 200 <= status < 300:
            return Outcome("sent", reason=reason)
        if status in _GONE:
            return Outcome("gone", reason=reason)
        if status in _LATER or status >= 500:
            return Outcome("later", _seconds(answer.headers.get("retry-after", ""), self._clock.now()), reason)
        return Outcome("refused", reason=reason)


def _seconds(text: str, now: datetime) -> float:
    """`Retry-After` as seconds; 0 where it says nothing that can be read."""
    if text.strip().isdigit():
        return float(text.strip()[:9])
    try:
        return max(0.0, (parsedate_to_datetime(text) - now).total_seconds())
    except (ValueError, TypeError):
        return 0.0
