"""A home with people and the bridge, and with passwords that are cheap to check. Nobody lives there at first."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher
from pwdlib.hashers.bcrypt import BcryptHasher

from homeserver.bridge.proofs import passwords
from homeserver.bridge.worker import Bridge
from homeserver.bridge.worker import setup as set_up_bridge
from homeserver.people.worker import setup as set_up_people
from homeserver.runtime.clock import VirtualClock
from homeserver.runtime.memory_broker import MemoryBroker
from homeserver.runtime.rehearsal import Rehearsal
from homeserver.topics.audit import AuditEvent
from tests.bridge.conftest import client_of
from tests.ports import free_port

PASSWORD = "correct horse battery"
OURS = {"sec-fetch-site": "same-origin"}


class Household:
    """`core` hosts people, `door` the bridge."""

    def __init__(self, core: Rehearsal, door: Rehearsal, port: int) -> None:
        self.core = core
        self.door = door
        self.clock = core.clock
        self.base = f"http://127.0.0.1:{port}"
        self.key = {"authorization": f"Bearer {(core.folder / 'http-token').read_text().strip()}"}
        self.said: list[AuditEvent] = []
        audit = self.bridge.house.audit

        def noting(event: AuditEvent) -> None:
            self.said.append(event)
            audit(event)

        self.bridge.house.audit = noting  # type: ignore[method-assign]

    @property
    def bridge(self) -> Bridge:
        worker = self.door.process.hosted["bridge"].worker
        assert isinstance(worker, Bridge)
        return worker

    def browser(self, address: str = "10.0.0.1") -> httpx.AsyncClient:
        return client_of(self.bridge, self.base, address)

    async def settle(self, seconds: float = 1.5) -> None:
        """Let what was said reach everybody, and the next look happen."""
        await self.clock.advance(seconds)

    async def ask(self, verb: str, **args: Any) -> Any:
        result = await self.core.process.calls.ask("people", verb, args)
        await self.settle()
        return result.model_dump(mode="json")

    async def live_here(self, id: str, role: str = "adult", password: str = PASSWORD, **more: Any) -> str:
        """Somebody with a password; his login."""
        await self.ask("create_user", id=id, name=id.title(), role=role, **more)
        await self.bridge.vault.passwords.set(f"person.{id}", password)
        return f"person.{id}"

    async def signed_in(self, id: str, address: str = "10.0.0.1", **more: str) -> httpx.AsyncClient:
        browser = self.browser(address)
        answer = await browser.post("/api/session", json={"username": id, "password": PASSWORD, **more})
        assert answer.status_code == 200, answer.text
        browser.headers.update(OURS)
        return browser

    def kinds(self) -> list[str]:
        return [event.kind for event in self.said]


@pytest.fixture
async def household(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Household]:
    cheap = PasswordHash((Argon2Hasher(time_cost=1, memory_cost=8, parallelism=1), BcryptHasher(rounds=4)))
    monkeypatch.setattr(passwords, "stretching", lambda: cheap)
    broker, clock, port = MemoryBroker(), VirtualClock(), free_port()
    core = Rehearsal(set_up_people, broker=broker, clock=clock, folder=tmp_path)
    sets = [f"home.http_port={port}", 'bridge.cors_origins=["https://my.example"]']
    door = Rehearsal(set_up_bridge, broker=broker, clock=clock, folder=tmp_path, process="bridge", settings=sets)
    async with core, door:
        house = Household(core, door, port)
        await house.settle()
        yield house
