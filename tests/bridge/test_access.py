"""Who asks, and what ends it."""

from pathlib import Path

import pytest

from homeserver.bridge.access import Access
from homeserver.bridge.credentials import Credentials, token_of
from homeserver.bridge.identity import Identity
from homeserver.bridge.refusals import Refusal
from homeserver.runtime.clock import VirtualClock
from homeserver.runtime.people import OWNER


@pytest.fixture
def access(tmp_path: Path) -> Access:
    return Access(Credentials(tmp_path), VirtualClock(), 8321)


def test_the_folders_key_is_the_owners(access: Access, tmp_path: Path) -> None:
    bearer = {"authorization": f"Bearer {token_of(tmp_path)}"}
    assert access.identify(bearer, "10.0.0.1") == Identity(OWNER, "", "key")
    assert access.alive(Identity(OWNER))
    with pytest.raises(Refusal):
        access.check_access_token("10.0.0.1", "wrong")


def test_a_session_that_ends_is_told(access: Access) -> None:
    session = access.open_session(secure=False).partition(";")[0].partition("=")[2]
    identity = access.identify({"cookie": f"{access.cookie}={session}"}, "10.0.0.1")
    assert (identity.login, identity.kind) == (OWNER, "session")
    assert session not in identity.proof
    told: list[str] = []
    stop = access.watch(told.append)
    assert access.alive(identity)
    access.close_session(session, secure=False)
    assert not access.alive(identity)
    stop()
    assert told == [OWNER]
