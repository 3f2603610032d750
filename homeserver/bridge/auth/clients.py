"""Programs that ask somebody to sign in for them: which `client_id` is one, and where its answer may be sent.

IndieAuth (https://indieauth.spec.indieweb.org), as Home Assistant's clients use it: a client is the address of a page,
and what it gets goes to an address of the same scheme and host. Home Assistant's apps are two that are known by name.
The page itself is never fetched: this home asks nobody on the word of a stranger. Keeps nothing.
"""

import ipaddress
from typing import Final
from urllib.parse import SplitResult, urlsplit

APPS: Final = {
    "https://home-assistant.io/android": ("homeassistant://auth-callback", "https://wear.googleapis.com/3p_auth/"),
    "https://home-assistant.io/iOS": ("homeassistant://auth-callback",),
}
"""Where the apps wait for the answer: exactly there, or under there where it ends with a slash."""
_LONGEST: Final = 2000


def is_client(client_id: str) -> bool:
    """Whether this may name a program: http or https, a path without dots, no fragment, no user; of literal addresses
    only those of a network at home."""
    parts = _parts(client_id)
    if parts is None or parts.scheme not in ("http", "https") or not parts.hostname:
        return False
    if parts.fragment or "#" in client_id or parts.username is not None or parts.password is not None:
        return False
    if any(part in (".", "..") for part in parts.path.split("/")):
        return False
    try:
        address = ipaddress.ip_address(parts.hostname)
    except ValueError:
        return True
    return address.is_loopback or address.is_private


def may_redirect(client_id: str, redirect_uri: str) -> bool:
    """Whether what a program gets may be sent there."""
    for place in APPS.get(client_id, ()):
        if redirect_uri == place or (place.endswith("/") and redirect_uri.startswith(place)):
            return True
    client, target = _parts(client_id), _parts(redirect_uri)
    if client is None or target is None or not is_client(client_id) or target.username is not None:
        return False
    return (client.scheme, client.netloc.lower()) == (target.scheme, target.netloc.lower())


def _parts(address: str) -> SplitResult | None:
    if len(address) > _LONGEST or any(ord(letter) <= ord(" ") or letter == "\\" for letter in address):
        return None
    try:
        parts = urlsplit(address)
        _ = parts.port  # raises where it is no number
    except ValueError:
        return None
    return parts
