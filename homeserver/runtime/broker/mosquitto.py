"""What Mosquitto reads: its configuration, password file and ACL file, generated from the logins.

Texts only; `command` writes and starts. Every line of the configuration is there for a measured reason, which
stands beside it. Rights are lines per login and never a `pattern`: a pattern would apply to every login.
"""

from collections.abc import Mapping
from pathlib import Path

from homeserver.runtime.broker.listener import Listener
from homeserver.runtime.logins import Login, Logins
from homeserver.runtime.private_file import write_private
from homeserver.topics.record import record


@record
class Settings:
    folder: Path
    bind: str
    port: int
    anonymous: bool
    largest: int  # bytes of payload
    as_root: bool
    listeners: tuple[Listener, ...] = ()


# A packet is a payload, a topic of at most 65,535 bytes with its length, and at most 7 bytes of head.
BESIDE_PAYLOAD = 65_535 + 2 + 7

CONFIGURATION = """\
# Generated at every start: changes made here are lost.
listener {port} {bind}
allow_anonymous {anonymous}
password_file {folder}/passwd
acl_file {folder}/acl

# Nagle's algorithm delays each answer by 44 ms.
set_tcp_nodelay true
# At the default of 1000 a snapshot of more retained topics loses the rest; without any limit one reader that
# never reads costs 100 MB.
max_queued_messages 20000
# Larger payloads are refused; larger packets are cut off before they are buffered.
message_size_limit {largest}
max_packet_size {largest_packet}

# What kill -9 may lose: the default is half an hour.
persistence true
persistence_location {folder}/
autosave_interval 30
# A client that never comes back is forgotten, and what was kept for it.
persistent_client_expiration 7d
# A retained message outlives the login that said it, until its owner clears it.
check_retain_source false

log_dest stderr
log_type error
log_type warning
log_type notice
connection_messages false
"""

LISTENER = """
listener {port} {host}
"""
TLS = """\
certfile {certificate}
keyfile {key}
# The least; 1.3 is spoken with whoever can.
tls_version tlsv1.2
"""

AS_ROOT = """
# Started as root, Mosquitto would drop to a user of its own: that user cannot read these files (mode 600),
# and the change of user clears the signal that ends this process together with its parent.
user root
"""


def configuration(settings: Settings) -> str:
    text = CONFIGURATION.format(
        port=settings.port,
        bind=settings.bind,
        folder=settings.folder,
        anonymous=str(settings.anonymous).lower(),
        largest=settings.largest,
        largest_packet=settings.largest + BESIDE_PAYLOAD,
    )
    return "".join((text, AS_ROOT if settings.as_root else "", *map(_listener, settings.listeners)))


def _listener(listener: Listener) -> str:
    """Its lines, after all that holds for every listener: logins and rights are the same on each."""
    text = LISTENER.format(port=listener.port, host=listener.host).replace(" \n", "\n")
    if listener.certificate is None:
        return text
    return text + TLS.format(certificate=listener.certificate, key=listener.key)


def passwords(hashes: Mapping[str, str]) -> str:
    return "".join(f"{name}:{stored}\n" for name, stored in hashes.items())


def rights(logins: Mapping[str, Login], *, anonymous: bool) -> str:
    """The ACL file; the lines before the first `user` are those of anonymous clients."""
    blocks = ["topic readwrite #\n"] if anonymous else []
    for login in logins.values():
        lines = [f"topic read {text}" for text in login.read]
        lines += [f"topic write {text}" for text in login.write]
        blocks.append("\n".join((f"user {login.name}", *lines)) + "\n")
    return "\n".join(blocks)


def write_logins(folder: Path, logins: Logins, *, anonymous: bool) -> tuple[Path, Path]:
    """Write `passwd` and `acl`; returns both paths."""
    passwd, acl = folder / "passwd", folder / "acl"
    write_private(passwd, passwords(logins.hashes()))
    write_private(acl, rights(logins.all(), anonymous=anonymous))
    return passwd, acl
