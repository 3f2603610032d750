"""What this machine is called, and its address in the network, without asking the network; how names are spelt."""

import ipaddress
import re
import socket
from contextlib import suppress
from typing import Final

_LONGEST: Final = 253
_LABEL: Final = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)")


class BadHostError(ValueError):
    """A text that is neither a host name nor an IP address; it says what to write."""


def checked(name: str) -> str:
    """The name as a certificate spells it: an address in its short form, a host name in lower case."""
    try:
        return str(ipaddress.ip_address(name.strip("[]")))
    except ValueError:
        pass
    plain = name.rstrip(".").lower()
    if len(plain) <= _LONGEST and all(_LABEL.fullmatch(part) for part in plain.split(".")):
        return plain
    raise BadHostError(
        f"{name!r} is neither a host name nor an IP address: write it like home.example.org or 192.168.1.10"
    )


def is_name(text: str) -> bool:
    """Whether a certificate can hold it."""
    try:
        return bool(checked(text))
    except BadHostError:
        return False


def host_name() -> str:
    """Its own name, in lower case."""
    return socket.gethostname().strip().rstrip(".").lower()


def network_address() -> str:
    """The address from which this machine reaches others; "" where it has no network. Nothing is sent."""
    for family, somewhere in ((socket.AF_INET, "192.0.2.1"), (socket.AF_INET6, "2001:db8::1")):
        with suppress(OSError), socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.connect((somewhere, 9))
            address = str(probe.getsockname()[0])
            if address not in ("0.0.0.0", "::"):  # noqa: S104 - compared, not listened on
                return address
    return ""
