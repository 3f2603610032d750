"""Who asks, and what ends it."""

from typing import Any

import pytest

from homeserver.bridge.identity import Identity
from homeserver.bridge.refusals import Refusal
from homeserver.runtime.people import OWNER


async def test_the_folders_key_is_the_owners(home: Any) -> None:
    access = home.bridge.access
    bearer = {"authorization": f"Bearer {home.token}"}
    assert access.identify(bearer, "10.0.0.1") == Identity(OWNER, "", "key")
    assert access.alive(Identity(OWNER))
    with pytest.raises(Refusal):
        access.check_access_token("10.0.0.1", "wrong")


async def test_a_session_that_ends_is_told(home: Any) -> None:
    access = home.bridge.access
    proof, line = access.open_session(OWNER, "10.0.0.1", "a browser", secure=True)
    assert line.endswith("; HttpOnly; SameSite=Strict; Secure")
    session = line.partition(";")[0].partition("=")[2]
    identity = access.identify({"cookie": f"{access.cookie}={session}"}, "10.0.0.1")
    assert identity == Identity(OWNER, proof.id, "session")
    assert session not in repr(proof)
    told: list[str] = []
    stop = access.watch(told.append)
    assert access.alive(identity)
    home.bridge.vault.proofs.end(proof.id)
    assert not access.alive(identity)
    stop()
    assert told == [OWNER]
