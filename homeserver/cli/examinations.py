"""The single examinations of `homeserver doctor`: each looks at one thing and says what its absence costs."""

import importlib.util
import os
import platform
import shutil
import sys
from pathlib import Path
from typing import Final, Literal

from homeserver.cli.client import connected
from homeserver.runtime.account import AccountError
from homeserver.runtime.broker.choice import mosquitto_program
from homeserver.runtime.listeners import ListenersError, read_listeners
from homeserver.runtime.logins import LoginError, Logins
from homeserver.runtime.ports import StartError, check_free
from homeserver.runtime.running import running
from homeserver.runtime.settings import HomeSettings, Settings
from homeserver.runtime.tls.context import CertificateFilesError, server_context
from homeserver.runtime.wire import WireError
from homeserver.topics.record import record

_LITTLE: Final = 500_000_000
"""Bytes of free disk below which a home will soon stand still."""


@record
class Finding:
    """`what` was looked at, how it is, what was found, and what that costs or what to do."""

    what: str
    state: Literal["good", "missing", "bad"]
    found: str
    cost: str = ""


def python() -> Finding:
    return Finding("Python", "good", f"{platform.python_version()} at {sys.executable}")


def mosquitto() -> Finding:
    program = mosquitto_program()
    if program:
        return Finding("Mosquitto", "good", program)
    cost = "The embedded broker serves instead: fine for a home, slower under load. Debian: apt install mosquitto"
    return Finding("Mosquitto", "missing", "no program of that name", cost)


def uvloop() -> Finding:
    if importlib.util.find_spec("uvloop"):
        return Finding("uvloop", "good", "installed")
    return Finding("uvloop", "missing", "not installed", "All works, each message costs about a fifth more.")


def data_folder(data: Path) -> Finding:
    if not data.exists():
        return Finding("data", "missing", f"{data} does not exist yet", "`homeserver up` makes it.")
    free = shutil.disk_usage(data).free
    if not os.access(data, os.W_OK | os.X_OK):
        return Finding(
            "data", "bad", f"{data} cannot be written to", "Nothing can be kept: change its owner or --data."
        )
    if free < _LITTLE:
        return Finding("data", "bad", f"{data}, {free // 1_000_000} MB free", "Make room: a full disk stops the home.")
    return Finding("data", "good", f"{data}, {free // 1_000_000_000} GB free")


def audit(data: Path) -> Finding:
    """Whether a damaged file of the audit lies set aside."""
    broken = sorted(path.name for path in data.glob("audit.db.broken-*") if not path.name.endswith(("-wal", "-shm")))
    if not broken:
        return Finding("audit", "good", "no damaged file")
    cost = (
        "The home goes on with a new one. `homeserver people verify-audit` tells how much of it holds; a backup may "
        "have a whole one. Then move it away."
    )
    return Finding("audit", "bad", f"{', '.join(broken)} in {data} was damaged and set aside", cost)


def logins(data: Path) -> Finding:
    try:
        known = Logins(data).all()
    except (LoginError, OSError) as error:
        return Finding("logins", "bad", str(error), "Nobody can connect to the home's own broker.")
    devices = sum(name.startswith("device.") for name in known)
    if not known:
        return Finding("logins", "missing", "none yet", "`homeserver up` makes those of the home itself.")
    return Finding("logins", "good", f"{len(known)}, {devices} of them of devices")


def listeners(data: Path) -> Finding:
    """What lets devices of the network in."""
    try:
        asked = read_listeners(data)
        for one in asked.for_broker(data):
            if one.certificate is not None and one.key is not None:
                server_context(one.certificate, one.key)
    except (ListenersError, CertificateFilesError) as error:
        return Finding("listeners", "bad", str(error), "Devices of the network stay outside. Give `homeserver listen`.")
    if not asked:
        return Finding("listeners", "good", "on this machine only; `homeserver listen` lets your network in")
    found = [f"TLS on port {asked.tls.port}"] if asked.tls else []
    if asked.plain is None:
        return Finding("listeners", "good", *found)
    cost = "Whoever can listen in on the network reads what passes there."
    return Finding("listeners", "good", ", ".join((*found, f"plain on port {asked.plain.port}")), cost)


def rules_folder(rules: Path) -> Finding:
    if not rules.is_dir():
        cost = "Nothing happens by itself until rule files lie there."
        return Finding("rules", "missing", f"{rules} does not exist", cost)
    files = sum(1 for path in rules.rglob("*.y*ml"))
    return Finding("rules", "good", f"{files} files in {rules}")


def port(home: HomeSettings, what: Literal["mqtt", "http"]) -> Finding:
    if here := running(home.data):
        return Finding(f"port {what}", "good", f"{here.broker if what == 'mqtt' else here.page} of the running home")
    if what == "mqtt" and "://" in home.broker:
        return Finding("port mqtt", "good", f"not needed: the broker is {home.broker}")
    host, number = (home.mqtt_host, home.mqtt_port) if what == "mqtt" else (home.http_host, home.http_port)
    try:
        check_free(host, number, f"--{what}-port", "the home")
    except StartError as error:
        return Finding(f"port {what}", "bad", str(error), "The home cannot start.")
    return Finding(f"port {what}", "good", f"{host}:{number} is free")


async def bus(settings: Settings) -> list[Finding]:
    """Whether a home or broker can be reached, and how its workers are."""
    home = settings.home
    if "://" not in home.broker and running(home.data) is None:
        return [Finding("home", "missing", f"none runs in {home.data}", "Start it with: homeserver up")]
    try:
        async with connected(settings) as client:
            presence = await client.presence()
            login = client.bus.login
    except (AccountError, WireError) as error:
        return [Finding("broker", "bad", str(error), "No worker and no command can do anything without it.")]
    found = [Finding("broker", "good", f"lets us in as {login}")]
    for one in presence.all():
        if one.state == "online" or one.reason == "stopped":
            continue
        found.append(Finding(one.worker, "bad", f"{one.state} in process {one.process}", one.reason))
    return found
