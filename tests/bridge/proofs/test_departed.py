"""Of who is gone nothing is kept; of who is only out, his password; and nothing is forgotten because people is late."""

from tests.bridge.auth.conftest import Household


async def test_who_is_removed_leaves_nothing_behind(household: Household) -> None:
    await household.live_here("anna", "owner")
    login = await household.live_here("bert")
    await household.signed_in("bert")
    vault = household.bridge.vault
    vault.factors.begin(login)
    vault.invitations.make(login, 1, "person.anna")
    assert login in vault.known()
    await household.ask("remove_user", user="bert")
    assert login not in vault.known()
    assert "proofs_erased" in household.kinds()


async def test_who_is_out_keeps_his_password_and_nothing_else(household: Household) -> None:
    await household.live_here("anna", "owner")
    login = await household.live_here("bert")
    await household.signed_in("bert")
    await household.ask("update_user", user="bert", active=False)
    assert household.bridge.vault.proofs.of(login) == []
    await household.ask("update_user", user="bert", active=True)
    assert household.bridge.vault.proofs.of(login) == []
    await household.signed_in("bert")


async def test_who_goes_while_the_bridge_is_away_is_found_at_its_start(household: Household) -> None:
    await household.live_here("anna", "owner")
    login = await household.live_here("bert")
    await household.door.process.stop("bridge")
    await household.core.process.calls.ask("people", "remove_user", {"user": "bert"})
    await household.clock.advance(1)
    await household.core.process.calls.ask("people", "create_user", {"id": "bert", "name": "Another Bert"})
    await household.door.process.start("bridge")
    await household.settle(3)
    assert login not in household.bridge.vault.known(), "another one of that name has another password"
    assert "person.anna" in household.bridge.vault.known()


async def test_nothing_is_forgotten_while_people_is_not_there(household: Household) -> None:
    await household.live_here("anna", "owner")
    await household.core.process.stop("people")
    await household.door.process.stop("bridge")
    await household.door.process.start("bridge")
    await household.settle(120)
    assert household.bridge.vault.passwords.has("person.anna")
    await household.core.process.start("people")
    await household.settle(10)
    await household.signed_in("anna")
