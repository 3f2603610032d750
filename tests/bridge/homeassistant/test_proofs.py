"""Signed addresses and keys that stay, asked for over the WebSocket; and that it ends with what it began with."""

from tests.bridge.conftest import Home
from tests.bridge.homeassistant.talking import Talk


async def test_a_signed_path_opens_that_path(home: Home) -> None:
    talk = await Talk(home).let_in()
    path = (await talk.result("auth/sign_path", path="/api/states/light.hall", expires=60))["path"]
    assert (await home.stranger().get(path)).json()["entity_id"] == "light.hall"
    await home.clock.advance(61)
    assert (await home.stranger().get(path)).status_code == 401
    assert await talk.error("auth/sign_path", path="https://evil.example/") != ""
    assert await talk.error("auth/sign_path", path="/api/", expires=10**9) == "invalid_format"
    await talk.leave()


async def test_a_long_lived_token_comes_in_until_it_is_ended(home: Home) -> None:
    talk = await Talk(home).let_in()
    key = await talk.result("auth/long_lived_access_token", client_name="a program", lifespan=365)
    program = await Talk(home).let_in(key)
    assert (await program.result("auth/current_user"))["id"] == "owner"
    assert await program.error("auth/long_lived_access_token", client_name="another", lifespan=1) != ""
    proofs = home.bridge.vault.proofs
    proofs.end(next(one.id for one in proofs.of("person.owner") if one.kind == "api_key"))
    await home.clock.advance(0.1)
    assert program.ended() == 1008, "at once"
    assert talk.ended() == 0
    await talk.leave()
