"""Webhooks: whoever knows an id may ask for `/api/webhook/<id>`, without a key.

The answer is always the same, so that nobody learns which ids there are. A request is passed on only if its id is one
that a worker waits for; how large and how frequent requests may be is bounded. Keeps the marks of ids, and how much
each address has asked lately.
"""

import ipaddress
from collections.abc import Iterable
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import HTTP
from typing import Any, Final
from urllib.parse import parse_qsl

import orjson
from starlette.requests import Request
from starlette.responses import Response

from homeserver.bridge.door import address_of
from homeserver.bridge.limits import Failures
from homeserver.bridge.refusals import Refusal
from homeserver.runtime.clock import Clock
from homeserver.runtime.house import House
from homeserver.topics.cause import Cause
from homeserver.topics.event import WEBHOOK, WebhookHeard, Webhooks, webhook_mark

BURST: Final = 60.0
"""Requests in a row that one address may make."""
PER_SECOND: Final = 5.0
"""Requests a second that it may make for long."""
ALL_BURST: Final = 300.0
ALL_PER_SECOND: Final = 50.0
"""The same for all addresses together."""
_FIELDS: Final = 200
_DEEPEST: Final = 100
_BY_PROXY: Final = ("forwarded", "x-forwarded-for", "x-real-ip", "via", "cf-connecting-ip", "true-client-ip")
"""Headers of a request that was passed on, so that its address tells nothing of where it comes from."""


class Hooks:
    """What is behind `/api/webhook/`."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._pace = Pace(house.clock)
        self._marks: dict[str, frozenset[str]] = {}

    def learn(self, worker: str, webhooks: Webhooks | None) -> None:
        """Which webhooks a worker waits for."""
        self._marks[worker] = frozenset(webhooks.marks if webhooks is not None else ())

    def admit(self, request: Request) -> None:
        """Raises `Refusal` where there are too many."""
        if not self._pace.admits(address_of(request.scope)):
            raise Refusal("too_many", "Too many requests to webhooks; try again later.", headers={"retry-after": "10"})

    async def take(self, request: Request, id: str) -> Response:
        """Pass a request on, if anybody waits for it."""
        content, mark = await request.body(), webhook_mark(id)
        if any(mark in marks for marks in self._marks.values()):
            heard = _heard(request, id, content, self._house.cause("webhook"))
            if heard is None:
                self._house.log.warning("a webhook was asked for with a body that cannot be read")
            else:
                self._house.say(WEBHOOK, heard)
        return Response(status_code=200)


class Pace:
    """How many requests may come."""

    def __init__(self, clock: Clock) -> None:
        self._of_one = Failures(clock, BURST, 1 / PER_SECOND)
        self._of_all = Failures(clock, ALL_BURST, 1 / ALL_PER_SECOND)

    def admits(self, address: str) -> bool:
        if self._of_one.wait(address) or self._of_all.wait(""):
            return False
        self._of_one.count(address)
        self._of_all.count("")
        return True


def _heard(request: Request, id: str, content: bytes, cause: Cause) -> WebhookHeard | None:
    """The request as the home is told of it; None where its body is not what it says to be."""
    kind, query = request.headers.get("content-type", ""), _first(request.query_params.multi_items())
    body, form = None, None
    if "json" in kind:
        try:
            body = orjson.loads(content)
        except orjson.JSONDecodeError:
            return None
    else:
        form = _form(kind, content)
    if len(query) > _FIELDS or len(form or ()) > _FIELDS or not _is_shallow(body):
        return None
    return WebhookHeard(id, request.method, _is_local(request), query, body, form, cause)


def _is_shallow(value: Any) -> bool:
    level = [value]
    for _ in range(_DEEPEST):
        level = [
            part
            for outer in level
            if isinstance(outer, dict | list)
            for part in (outer.values() if isinstance(outer, dict) else outer)
        ]
        if not level:
            return True
    return False


def _form(kind: str, content: bytes) -> dict[str, str]:
    """The fields of a form; nothing where the body is something else. Files are left out."""
    if kind.startswith("application/x-www-form-urlencoded"):
        return _first(parse_qsl(content.decode("utf-8", "replace"), keep_blank_values=True))
    if not kind.startswith("multipart/form-data"):
        return {}
    head = b"content-type: " + kind.encode() + b"\r\n\r\n"
    message = BytesParser(EmailMessage, policy=HTTP).parsebytes(head + content)
    return _first(_parts(message)) if message.is_multipart() else {}


def _parts(message: Any) -> Iterable[tuple[str, str]]:
    for part in message.iter_parts():
        name = part.get_param("name", header="content-disposition")
        if name and part.get_filename() is None and not part.is_multipart():
            yield str(name), bytes(part.get_payload(decode=True) or b"").decode("utf-8", "replace")


def _first(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Of several values of one name the first."""
    made: dict[str, str] = {}
    for name, value in pairs:
        made.setdefault(name, value)
    return made


def _is_local(request: Request) -> bool:
    """Whether it comes from the home's own network, as far as can be told."""
    return is_private(address_of(request.scope)) and not any(name in request.headers for name in _BY_PROXY)


def is_private(address: str) -> bool:
    """Whether an address is of a network that nobody outside can be in: loopback, link-local, private ones."""
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    return parsed.is_private or parsed.is_link_local
