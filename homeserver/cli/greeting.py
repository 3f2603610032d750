"""What `homeserver up` says of the home: lines of a name and a text, and all that one needs to know once it is up.

The link by which one becomes the first owner goes to a terminal only: what no person reads
at once is kept, as logs are.
"""

import socket
import sys
from typing import Final

from homeserver.bridge.credentials import TOKEN_FILE, token_of
from homeserver.bridge.options import BridgeOptions
from homeserver.bridge.proofs.invitations import new_welcome
from homeserver.runtime.home_settings import HomeSettings
from homeserver.runtime.ports import is_loopback
from homeserver.runtime.settings import Settings
from homeserver.runtime.settings_file import FILE
from homeserver.runtime.supervisor import Supervisor
from homeserver.runtime.tls.here import host_name, network_address

_UNENCRYPTED: Final = """Who can listen in on that network
           reads all of it, passwords too. With TLS: leave --mqtt-host out and give `homeserver listen`"""


def line(name: str, text: str) -> None:
    """One line, at once."""
    print(f"{name:<10} {text}" if name else text, flush=True)


def tell_ready(settings: Settings, supervisor: Supervisor, seconds: float, *, whole: bool) -> None:
    home = settings.home
    line("", f"the home is up, {'all of it' if whole else 'but not all of it'} ({seconds:.1f} s)")
    if "bridge" in supervisor.plan.posts:
        line("page", _page(page_address(settings), home))
    _tell_devices(home, supervisor)
    line("rules", str(home.rules))
    file = home.data / FILE
    place = f"{home.time_zone}, {home.currency}, {home.language}"
    line(
        "settings",
        f"{file}: {place}" if file.exists() else f"{place}, as nobody was asked; to change them, write {file}",
    )
    line("", "Ctrl+C stops everything")


def _page(address: str, home: HomeSettings) -> str:
    token_of(home.data)
    if not sys.stdout.isatty():
        return f"{address}, its key is in {home.data / TOKEN_FILE}"
    welcome = new_welcome(home.data)
    return f"{address}auth/welcome#welcome={welcome}" if welcome else address


def page_address(settings: Settings) -> str:
    """Where the page is, for this machine."""
    secure = settings.section("bridge", BridgeOptions).http_certificate is not None
    return f"http{'s' * secure}://{settings.home.http_host}:{settings.home.http_port}/"


def _tell_devices(home: HomeSettings, supervisor: Supervisor) -> None:
    login = "no login needed" if supervisor.open_house else "each with a login: homeserver device-login add NAME"
    ours, here = supervisor.kind != "external", is_loopback(home.mqtt_host)
    address = supervisor.address() if here or not ours else f"mqtt://{socket.gethostname()}:{home.mqtt_port}"
    line("devices", f"connect to {address}; {login}")
    for listener in supervisor.listeners:
        host = listener.host or network_address() or host_name()
        line("", f"           in your network to mqtt{'s' * listener.tls}://{host}:{listener.port}")
    if ours and here and not supervisor.listeners:
        line("", "           from this machine only; `homeserver listen` lets your network in")
    elif ours and not here:
        line("warning", f"the broker speaks without TLS on {home.mqtt_host}:{home.mqtt_port}. {_UNENCRYPTED}")
