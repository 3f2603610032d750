"""When the program that renews a certificate is started, and when it is spared."""

import json
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from homeserver.runtime.clock import RealClock
from homeserver.runtime.home_settings import HomeSettings
from homeserver.runtime.listeners import Listeners, SecureListener, write_listeners
from homeserver.runtime.tls import upkeep

NOW = RealClock().now()


@pytest.mark.parametrize(
    ("called", "noted", "left", "due"),
    [
        ("nas", ["nas", "10.0.0.2"], 300, False),
        ("nas", ["nas", "10.0.0.2"], 59, True),
        ("nas2", ["nas", "10.0.0.2"], 300, True),
        ("nas", ["nas", "10.0.0.3"], 300, True),
        ("Küche oben", ["10.0.0.2"], 300, False),  # a name that no certificate can hold is not missed in it
    ],
)
async def test_it_is_started_only_where_it_is_due(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, called: str, noted: list[str], left: int, due: bool
) -> None:
    write_listeners(tmp_path, Listeners(tls=SecureListener()))
    (tmp_path / "tls").mkdir()
    for ending in (".pem", ".key"):
        (tmp_path / "tls" / f"broker{ending}").touch()
    until = (NOW + timedelta(days=left)).isoformat()
    (tmp_path / "tls" / "broker.json").write_text(json.dumps({"names": noted, "until": until}))
    monkeypatch.setattr(upkeep, "host_name", lambda: called)
    monkeypatch.setattr(upkeep, "network_address", lambda: "10.0.0.2")
    started: list[Any] = []

    async def start(*argv: Any, **_: Any) -> Any:
        started.append(argv)
        raise FileNotFoundError

    monkeypatch.setattr("asyncio.create_subprocess_exec", start)
    with suppress(FileNotFoundError):
        await upkeep.ensure_certificate(HomeSettings(data=tmp_path), NOW)
    assert bool(started) == due
