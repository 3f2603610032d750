"""Sees to it that the certificate of the broker's listener is there and renewed in time.

Looks at what was noted of it, and starts the program that renews (`renewal`) only where that is due. Keeps nothing.
"""

import asyncio
import json
import logging
import sys
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Final

from homeserver.runtime.broker.listener import Listener
from homeserver.runtime.home_settings import HomeSettings
from homeserver.runtime.listeners import FOLDER, PURPOSE, ListenersError, read_listeners
from homeserver.runtime.tls.here import host_name, is_name, network_address

log = logging.getLogger(__name__)
_NEAR: Final = timedelta(days=60)
_RENEWAL: Final = "homeserver.runtime.tls.renewal"


async def ensure_certificate(home: HomeSettings, now: datetime) -> str:
    """Make or renew the home's own certificate if a listener shows it and that is due; why that failed, or ""."""
    try:
        asked = read_listeners(home.data).tls
    except ListenersError:
        return ""  # whoever opens the listener says so
    if asked is None or asked.certificate is not None or not _is_due(home, asked.names, now):
        return ""
    argv = [sys.executable, "-m", _RENEWAL, f"--data={home.data}", f"--home={home.name}"]
    pipe = asyncio.subprocess.PIPE
    program = await asyncio.create_subprocess_exec(*argv, stdin=asyncio.subprocess.DEVNULL, stdout=pipe, stderr=pipe)
    said, fault = (text.decode("utf-8", "replace").strip() for text in await program.communicate())
    if program.returncode:
        log.error("the certificate cannot be renewed: %s", fault)
        return fault[-500:]
    if said:
        log.info("%s", said)
    return ""


def _is_due(home: HomeSettings, names: tuple[str, ...], now: datetime) -> bool:
    """By what was noted of it, as reading the certificate itself takes a library that this process spares."""
    folder = home.data / FOLDER
    if not all((folder / f"{PURPOSE}{ending}").exists() for ending in (".pem", ".key")):
        return True
    try:
        noted = json.loads((folder / f"{PURPOSE}.json").read_text("utf-8"))
        near = datetime.fromisoformat(noted["until"]) - _NEAR <= now
        wanted = set(filter(is_name, (*names, host_name(), network_address())))  # it can hold no others
        return near or not wanted <= set(noted["names"])
    except (OSError, ValueError, KeyError, TypeError):
        return True


def stamps(listeners: tuple[Listener, ...]) -> tuple[float, ...]:
    """When the files that they show were last written."""
    found = []
    for path in (path for one in listeners for path in (one.certificate, one.key) if path is not None):
        with suppress(OSError):
            found.append(path.stat().st_mtime)
    return tuple(found)
