"""A link by which somebody sets his password: asked of the bridge itself, over HTTP, with the data folder's key.

The secret in it never travels over MQTT (docs/decisions/0031). Needs the data folder, where the key is, and a bridge
that listens; over TLS nothing but the certificate from our own settings is believed.
"""

import http.client
import json
import ssl
from typing import Any, Final

from homeserver.bridge.credentials import TOKEN_FILE
from homeserver.bridge.options import BridgeOptions
from homeserver.cli.failures import Failure
from homeserver.runtime.ports import is_loopback
from homeserver.runtime.settings import Settings
from homeserver.runtime.tls.here import host_name, network_address

PATH: Final = "/auth/welcome#invitation="
_PATIENCE: Final = 15.0
_EVERYWHERE: Final = ("", "0.0.0.0", "::")  # noqa: S104 - compared, not listened on


def make_link(settings: Settings, login: str, address: str | None = None) -> str:
    """A fresh link for somebody who exists; earlier ones of his are worthless. `address`: what he calls this home."""
    made = _ask(settings, "POST", "/api/auth/invitations", {"login": login})
    return f"{(address or address_for_others(settings)).rstrip('/')}{PATH}{made['secret']}"


def check_bridge(settings: Settings) -> None:
    """Raise `Failure` where no link could be made."""
    _key(settings)
    _ask(settings, "GET", "/api/health")


def address_for_others(settings: Settings) -> str:
    """What another machine calls this home, as far as it is known."""
    options, home = settings.section("bridge", BridgeOptions), settings.home
    host = home.http_host
    if options.http_certificate is not None and options.names:
        host = options.names[0]
    elif host in _EVERYWHERE:
        host = network_address() or host_name()
    return f"{_scheme(options)}://{f'[{host}]' if ':' in host else host}:{home.http_port}"


def only_here(settings: Settings) -> bool:
    """Whether nobody else's machine can open the home."""
    return settings.home.http_host not in _EVERYWHERE and is_loopback(settings.home.http_host)


def _scheme(options: BridgeOptions) -> str:
    return "http" if options.http_certificate is None else "https"


def _key(settings: Settings) -> str:
    path = settings.home.data / TOKEN_FILE
    try:
        return path.read_text("ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise Failure(f"{path} cannot be read: a link is made where the data folder of the running home is") from error


def _ask(settings: Settings, method: str, path: str, body: Any = None) -> Any:
    """What the bridge answers; raises `Failure`."""
    door = _door(settings)
    headers = {"authorization": f"Bearer {_key(settings)}", "content-type": "application/json"}
    try:
        door.request(method, path, None if body is None else json.dumps(body), headers)
        answer = door.getresponse()
        told = json.loads(answer.read())
    except (OSError, http.client.HTTPException, ValueError) as error:
        why = (
            f"the page of the home does not answer at {door.host}:{door.port} ({error}): is its worker bridge running?"
        )
        raise Failure(f"{why} homeserver status") from error
    finally:
        door.close()
    if answer.status != http.client.OK:
        raise Failure(f"the home made no link: {told.get('message', answer.reason)}")
    return told


def _door(settings: Settings) -> http.client.HTTPConnection:
    options, home = settings.section("bridge", BridgeOptions), settings.home
    host = "127.0.0.1" if home.http_host in _EVERYWHERE else home.http_host
    if options.http_certificate is None:
        return http.client.HTTPConnection(host, home.http_port, timeout=_PATIENCE)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False  # the very certificate is known: its names say no more
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    try:
        first, end, _ = options.http_certificate.read_text("ascii").partition("-----END CERTIFICATE-----")
        context.load_verify_locations(cadata=f"{first}{end}\n")
    except (OSError, ValueError) as error:
        raise Failure(f"{options.http_certificate}, the home's certificate, cannot be read: {error}") from error
    return http.client.HTTPSConnection(host, home.http_port, timeout=_PATIENCE, context=context)
