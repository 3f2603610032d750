"""Which names this home answers to, and which pages may ask it to change something.

A page of a stranger can make a browser send requests here. Two checks keep them harmless: the `Host` header must be a
name of ours (DNS rebinding arrives under the stranger's own), and what changes something with a cookie must come from
our own page. Pure functions, keep nothing.
"""

import ipaddress
import socket
from collections.abc import Mapping
from typing import Final

from starlette.datastructures import MutableHeaders

ASKED: Final = ("tus-resumable", "upload-length", "upload-metadata", "upload-offset")
"""Headers of requests that bring a file in pieces."""
TOLD: Final = ("location", "tus-resumable", "tus-max-size", "upload-expires", "upload-length", "upload-offset")
"""Headers of answers that such a page may read."""
LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})


def names_of(http_host: str) -> frozenset[str]:
    """The host names under which a home that listens on `http_host` may be asked."""
    if not _is_every_interface(http_host):
        return LOOPBACK | {http_host.lower()}
    own = socket.gethostname().lower()
    return LOOPBACK | {own, f"{own.partition('.')[0]}.local"}


def answers_to(host_header: str, http_host: str, names: tuple[str, ...] = ()) -> bool:
    """Whether `Host` names us; `names` are others that we have.

    On every interface any literal address does: rebinding needs a name.
    """
    name = _name(host_header)
    return (
        name in names_of(http_host)
        or name in map(str.lower, names)
        or (_is_every_interface(http_host) and _is_address(name))
    )


def same_origin(headers: Mapping[str, str], scheme: str) -> bool:
    """Whether the browser says that our own page asks; False where it says nothing."""
    if site := headers.get("sec-fetch-site"):
        return site == "same-origin"
    return headers.get("origin", "").lower() == f"{scheme}://{headers.get('host', '').lower()}"


def from_elsewhere(headers: Mapping[str, str], scheme: str) -> bool:
    """Whether a browser says that a page of somebody else asks; False for programs, which say nothing."""
    says = "sec-fetch-site" in headers or "origin" in headers
    return says and not same_origin(headers, scheme)


class Origins:
    """Pages of others that may ask, by the setting `bridge.cors_origins` (https://fetch.spec.whatwg.org/#http-cors-protocol).

    They have a token; no cookie comes with what they ask.
    """

    def __init__(self, origins: tuple[str, ...]) -> None:
        self._origins = frozenset(origin.lower().rstrip("/") for origin in origins)

    def named(self, headers: Mapping[str, str]) -> bool:
        return headers.get("origin", "").lower() in self._origins

    def is_preflight(self, method: str, headers: Mapping[str, str]) -> bool:
        """Whether a browser asks beforehand what such a page may."""
        return method == "OPTIONS" and "access-control-request-method" in headers and self.named(headers)

    def allow(self, headers: Mapping[str, str], answer: MutableHeaders) -> None:
        """Let such a page read the answer."""
        if not self._origins:
            return
        answer["vary"] = "Origin"
        if self.named(headers):
            answer["access-control-allow-origin"] = headers["origin"]
            answer["access-control-allow-headers"] = ", ".join(("authorization", "content-type", *ASKED))
            answer["access-control-allow-methods"] = "GET, HEAD, POST, PUT, PATCH, DELETE"
            answer["access-control-expose-headers"] = ", ".join(TOLD)
            answer["access-control-max-age"] = "600"


def _name(host_header: str) -> str:
    text = host_header.lower()
    if text.startswith("["):
        return text[1:].partition("]")[0]
    return text.rpartition(":")[0] if text.count(":") == 1 else text


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _is_every_interface(host: str) -> bool:
    return _is_address(host) and ipaddress.ip_address(host).is_unspecified
