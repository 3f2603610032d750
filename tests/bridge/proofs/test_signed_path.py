"""An address that was signed opens just that, for reading, as long as its signer may come in."""

from datetime import timedelta

import pytest

from homeserver.bridge.identity import Identity
from homeserver.bridge.proofs.proofs import Proof
from homeserver.bridge.proofs.signed_path import LONGEST
from homeserver.bridge.refusals import Refusal
from tests.bridge.auth.conftest import Household


async def signer(household: Household) -> tuple[Identity, Proof]:
    await household.live_here("anna", "owner")
    proof, _ = household.bridge.vault.proofs.make("person.anna", "refresh")
    return Identity("person.anna", proof.id, "access"), proof


async def test_it_opens_that_very_address_and_no_other(household: Household) -> None:
    identity, _ = await signer(household)
    sign, stranger = household.bridge.access.signed.sign, household.browser()
    signed = sign("/api/session?token=a&b=", identity, timedelta(minutes=5))
    assert (await stranger.get(signed)).json()["login"] == "person.anna"
    assert (await stranger.get(f"{signed}&width=100&height=50")).status_code == 200
    token = signed.partition("authSig=")[2]
    for other in (
        f"/api/states?token=a&b=&authSig={token}",
        f"/api/session?token=b&b=&authSig={token}",
        f"/api/session?token=a&authSig={token}",
        f"{signed}&more=1",
        f"{signed}&authSig={token}",
        f"{signed[:-2]}xx",
        "/api/session?authSig=",
    ):
        assert (await stranger.get(other)).status_code == 401, other
    assert (await stranger.delete(signed)).status_code == 401, "for reading alone"
    assert (await stranger.get("/api/", headers={"authorization": f"Bearer {token}"})).status_code == 401


async def test_it_ends_with_its_time_and_with_the_proof(household: Household) -> None:
    identity, proof = await signer(household)
    sign, stranger = household.bridge.access.signed.sign, household.browser()
    short, long = sign("/api/", identity, timedelta(seconds=30)), sign("/api/", identity, timedelta(hours=1))
    await household.settle(31)
    assert [(await stranger.get(one)).status_code for one in (short, long)] == [401, 200]
    household.bridge.vault.proofs.end(proof.id)
    assert (await stranger.get(long)).status_code == 401


@pytest.mark.parametrize("path", ["api/", "https://evil.example/api/", "//evil.example/", ""])
async def test_only_a_path_of_this_home_is_signed(household: Household, path: str) -> None:
    with pytest.raises(Refusal):
        household.bridge.access.signed.sign(path, Identity("person.owner"), timedelta(minutes=1))
    with pytest.raises(Refusal):
        household.bridge.access.signed.sign("/api/", Identity("person.owner"), LONGEST + timedelta(seconds=1))
