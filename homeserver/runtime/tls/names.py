"""Names and addresses that a certificate of this machine is to hold. Needs psutil, which knows every interface."""

import ipaddress
import socket
from collections.abc import Iterable
from typing import Final

import psutil

from homeserver.runtime.tls.here import host_name, is_name

MOST: Final = 100
"""Names in one certificate: a machine of many containers has an address for each."""


def names_of_machine() -> tuple[str, ...]:
    """Its host names, then its addresses, those of this machine alone last."""
    name = host_name()
    called = [name] if "." in name else [name, f"{name}.local"]
    found = (*called, *sorted(_addresses(), key=_rank), "localhost", "127.0.0.1", "::1")
    return tuple(dict.fromkeys(one for one in found if is_name(one)))[:MOST]


def _addresses() -> Iterable[str]:
    for rows in psutil.net_if_addrs().values():
        for row in rows:
            if row.family in (socket.AF_INET, socket.AF_INET6):
                address = ipaddress.ip_address(row.address.partition("%")[0])
                if not address.is_loopback and not address.is_link_local:
                    yield str(address)


def _rank(address: str) -> tuple[int, str]:
    return ipaddress.ip_address(address).version, address
