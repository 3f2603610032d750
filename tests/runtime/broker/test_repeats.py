"""What strangers cause again and again is logged once a minute, with how often and who."""

import asyncio

import pytest

from homeserver.runtime.broker import repeats
from homeserver.runtime.broker.repeats import OTHER, Repeats


async def test_a_kind_is_told_at_once_and_then_counted(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(repeats, "MINUTE", 0.05)
    told = Repeats()
    for number in range(100):
        told.tell(f"10.0.0.{number % 5}", "TLS failed")
    told.tell("10.0.0.9", "login 'x' is refused")
    assert caplog.messages == ["10.0.0.0: TLS failed", "10.0.0.9: login 'x' is refused"]
    caplog.clear()
    await asyncio.sleep(0.07)
    told.tell("10.0.0.7", "TLS failed")
    assert caplog.messages == [
        "TLS failed: 99 more times within a minute, from 10.0.0.1, 10.0.0.2, 10.0.0.3 and maybe others"
    ]
    await asyncio.sleep(0.05)
    assert caplog.messages[1:] == ["TLS failed: 1 more times within a minute, from 10.0.0.7"]
    await asyncio.sleep(0.06)
    told.tell("10.0.0.7", "TLS failed")
    assert caplog.messages[2:] == ["10.0.0.7: TLS failed"], "after a quiet minute it is news again"


async def test_made_up_kinds_are_one(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    monkeypatch.setattr(repeats, "MINUTE", 0.05)
    told = Repeats()
    for number in range(1000):
        told.tell("10.0.0.1", f"login 'x{number}' is refused")
    assert len(caplog.messages) == 31
    await asyncio.sleep(0.07)
    assert caplog.messages[31:] == [f"{OTHER}: 969 more times within a minute, from 10.0.0.1"]
