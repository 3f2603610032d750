"""Prepare a broker of our own: write what it reads, say how to start it, tell it of changed logins.

Keeps in its folder what the kind needs: `mosquitto.conf`, `passwd`, `acl` and `mosquitto.db`, or
`embedded.json` and `retained.db`. All files are mode 600; no secret is in any of them, only salted hashes.
"""

import json
import os
import signal
import sys
from collections.abc import Mapping
from dataclasses import asdict, field
from pathlib import Path

from homeserver.runtime.broker import mosquitto
from homeserver.runtime.broker.choice import BrokerError, BrokerKind, mosquitto_program
from homeserver.runtime.broker.listener import Listener
from homeserver.runtime.logins import Logins
from homeserver.runtime.ports import is_loopback
from homeserver.runtime.private_file import private_folder, write_private
from homeserver.topics.record import record

LARGEST_MESSAGE = 1024 * 1024  # bytes of payload; bytes of any size travel as files, never as messages


@record
class BrokerCommand:
    """How to start a prepared broker; it is ready when `host:port` accepts connections."""

    kind: BrokerKind
    argv: tuple[str, ...]
    host: str
    port: int
    environment: Mapping[str, str] = field(default_factory=dict)
    files: tuple[Path, ...] = ()


def prepare(
    kind: BrokerKind,
    folder: Path,
    port: int,
    logins: Logins,
    *,
    anonymous: bool = False,
    bind: str = "127.0.0.1",
    largest: int = LARGEST_MESSAGE,
    listeners: tuple[Listener, ...] = (),
) -> BrokerCommand:
    """Write the broker's files into `folder` and give the command that starts it.

    `anonymous` lets anybody on this machine in, with every right; it is refused unless every listener is on loopback.
    """
    for host in (bind, *(listener.host for listener in listeners)):
        if anonymous and not is_loopback(host):
            raise BrokerError(f"anonymous access is possible on loopback only, not on {host!r}: make logins instead")
    if not 0 < port < 65536:
        raise BrokerError(f"broker port {port} is not between 1 and 65535")
    private_folder(folder)
    folder = folder.resolve()
    if kind == "mosquitto":
        return _prepare_mosquitto(folder, port, logins, anonymous, bind, largest, listeners)
    if kind == "amqtt":
        return _prepare_embedded(folder, port, logins, anonymous, bind, largest, listeners)
    raise BrokerError("an outside broker is started by others: there is nothing to prepare")


def _prepare_mosquitto(
    folder: Path, port: int, logins: Logins, anonymous: bool, bind: str, largest: int, listeners: tuple[Listener, ...]
) -> BrokerCommand:
    program = mosquitto_program()
    if program is None:
        raise BrokerError("the program mosquitto is not installed")
    config = folder / "mosquitto.conf"
    settings = mosquitto.Settings(folder, bind, port, anonymous, largest, os.geteuid() == 0, listeners)
    files = mosquitto.write_logins(folder, logins, anonymous=anonymous)
    write_private(config, mosquitto.configuration(settings))  # last: where the logins cannot be read nothing changes
    return BrokerCommand("mosquitto", (program, "-c", str(config)), bind, port, files=(config, *files))


def _prepare_embedded(
    folder: Path, port: int, logins: Logins, anonymous: bool, bind: str, largest: int, listeners: tuple[Listener, ...]
) -> BrokerCommand:
    config = folder / "embedded.json"
    settings = {
        "bind": bind,
        "port": port,
        "anonymous": anonymous,
        "largest": largest,
        "logins": str(logins.folder.resolve()),
        "store": str(folder / "retained.db"),
        "listeners": [asdict(listener) for listener in listeners],
    }
    write_private(config, json.dumps(settings, indent=1, default=str) + "\n")
    argv = (sys.executable, "-m", "homeserver.runtime.broker.embedded", "--config", str(config))
    return BrokerCommand("amqtt", argv, bind, port, files=(config,))


def reload(kind: BrokerKind, folder: Path, logins: Logins, pid: int) -> None:
    """Apply changed logins to a running broker: new rights hold at once, removed logins are cut."""
    if kind == "mosquitto":
        anonymous = "allow_anonymous true" in (folder / "mosquitto.conf").read_text("utf-8")
        mosquitto.write_logins(folder, logins, anonymous=anonymous)
    if kind != "external":
        os.kill(pid, signal.SIGHUP)
