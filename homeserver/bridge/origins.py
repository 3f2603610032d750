"""Which names this home answers to, and which pages may ask it to change something.

A page of a stranger can make a browser send requests here. Two checks keep them harmless: the `Host` header must be a
name of ours (DNS rebinding arrives under the stranger's own), and what changes something with a cookie must come from
our own page. Pure functions, keep nothing.
"""

import ipaddress
import socket
from collections.abc import Mapping
from typing import Final

LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})


def names_of(http_host: str) -> frozenset[str]:
    """The host names under which a home that listens on `http_host` may be asked."""
    if not _is_every_interface(http_host):
        return LOOPBACK | {http_host.lower()}
    own = socket.gethostname().lower()
    return LOOPBACK | {own, f"{own.partition('.')[0]}.local"}


def answers_to(host_header: str, http_host: str) -> bool:
    """Whether `Host` names us. On every interface any literal address does: rebinding needs a name."""
    name = _name(host_header)
    return name in names_of(http_host) or (_is_every_interface(http_host) and _is_address(name))


def same_origin(headers: Mapping[str, str], scheme: str) -> bool:
    """Whether the browser says that our own page asks; False where it says nothing."""
    if site := headers.get("sec-fetch-site"):
        return site == "same-origin"
    return headers.get("origin", "").lower() == f"{scheme}://{headers.get('host', '').lower()}"


def from_elsewhere(headers: Mapping[str, str], scheme: str) -> bool:
    """Whether a browser says that a page of somebody else asks; False for programs, which say nothing."""
    says = "sec-fetch-site" in headers or "origin" in headers
    return says and not same_origin(headers, scheme)


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
