"""One's own proofs: keys, the password, the second factor; and the owner's reach over those of others."""

import pyotp
import pytest

from tests.bridge.auth.conftest import PASSWORD, Household

NEW = "another long sentence"


async def test_a_key_opens_the_home_until_it_is_ended(household: Household) -> None:
    await household.live_here("anna", "owner")
    browser = await household.signed_in("anna")
    made = (await browser.post("/api/auth/api_keys", json={"name": "weather station", "days": 10})).json()
    program, bearer = household.browser("10.0.0.9"), {"authorization": f"Bearer {made['secret']}"}
    assert (await program.get("/api/", headers=bearer)).status_code == 200
    listed = (await browser.get("/api/auth/proofs")).json()
    assert [(one["kind"], one["current"], one["address"]) for one in listed if one["kind"] == "session"] == [
        ("session", True, "10.0.0.1")
    ]
    key = next(one for one in listed if one["kind"] == "api_key")
    assert (key["name"], key["address"], key["login"]) == ("weather station", "10.0.0.9", "person.anna")
    assert made["secret"] not in repr(listed)
    assert (await browser.delete(f"/api/auth/proofs/{made['id']}")).status_code == 200
    assert (await program.get("/api/", headers=bearer)).status_code == 401
    assert household.kinds()[-3:] == ["token_made", "token_ended", "proof_refused"]


async def test_a_key_expires_and_makes_no_other(household: Household) -> None:
    await household.live_here("anna", "owner")
    browser = await household.signed_in("anna")
    secret = (await browser.post("/api/auth/api_keys", json={"name": "x", "days": 1})).json()["secret"]
    bearer = {"authorization": f"Bearer {secret}"}
    program = household.browser()
    for path, body in (
        ("/api/auth/api_keys", {"name": "y"}),
        ("/api/auth/invitations", {"login": "person.anna"}),
        ("/api/auth/password", {"old": PASSWORD, "new": NEW}),
        ("/api/auth/second_factor", {"password": PASSWORD}),
    ):
        assert (await program.post(path, json=body, headers=bearer)).status_code == 403, path
    await household.settle(86401)
    assert (await program.get("/api/", headers=bearer)).status_code == 401


async def test_nobody_reaches_the_proofs_of_others_but_the_owner(household: Household) -> None:
    await household.live_here("anna", "owner")
    await household.live_here("bert")
    anna, bert = await household.signed_in("anna"), await household.signed_in("bert")
    mine = (await anna.get("/api/auth/proofs")).json()[0]["id"]
    assert (await bert.get("/api/auth/proofs?login=person.anna")).status_code == 403
    assert (await bert.delete(f"/api/auth/proofs/{mine}")).status_code == 404
    assert (await bert.post("/api/auth/second_factor/remove", json={"login": "person.anna"})).status_code == 403
    his = (await anna.get("/api/auth/proofs?login=person.bert")).json()[0]["id"]
    assert (await anna.delete(f"/api/auth/proofs/{his}")).status_code == 200
    assert (await bert.get("/api/session")).status_code == 401


async def test_an_owner_makes_keys_for_services_and_for_nobody_else(household: Household) -> None:
    await household.live_here("anna", "owner")
    await household.live_here("bert")
    await household.ask("create_user", id="robot", name="Robot", role="service")
    anna, bert = await household.signed_in("anna"), await household.signed_in("bert")
    robot = {"name": "robot", "login": "person.robot"}
    assert (await anna.post("/api/auth/api_keys", json={"name": "x", "login": "person.bert"})).status_code == 403
    assert (await bert.post("/api/auth/api_keys", json=robot)).status_code == 403
    secret = (await anna.post("/api/auth/api_keys", json=robot)).json()["secret"]
    who = await household.browser().get("/api/session", headers={"authorization": f"Bearer {secret}"})
    assert (who.json()["login"], who.json()["kind"]) == ("person.robot", "api_key")


async def test_a_new_password_needs_the_old_and_ends_other_sessions(household: Household) -> None:
    await household.live_here("anna", "owner")
    browser, other = await household.signed_in("anna"), await household.signed_in("anna")
    change = "/api/auth/password"
    assert (await browser.post(change, json={"old": "wrong", "new": NEW})).status_code == 401
    short = await browser.post(change, json={"old": PASSWORD, "new": "short"})
    assert (short.status_code, short.json()["field"]) == (400, "password")
    assert (await browser.post(change, json={"old": PASSWORD, "new": NEW})).status_code == 200
    assert (await browser.get("/api/session")).status_code == 200
    assert (await other.get("/api/session")).status_code == 401
    body = {"username": "anna", "password": PASSWORD}
    assert (await household.browser().post("/api/session", json=body)).status_code == 401
    assert (await household.browser().post("/api/session", json={**body, "password": NEW})).status_code == 200
    assert "password_changed" in household.kinds()


async def test_the_folders_key_has_no_password_to_change(household: Household) -> None:
    browser = household.browser()
    body = {"old": PASSWORD, "new": NEW}
    assert (await browser.post("/api/auth/password", json=body, headers=household.key)).status_code == 409


async def test_the_second_factor_is_asked_for_once_it_is_confirmed(household: Household) -> None:
    await household.live_here("anna", "owner")
    browser = await household.signed_in("anna")
    begun = (await browser.post("/api/auth/second_factor", json={"password": PASSWORD})).json()
    assert begun["uri"].startswith("otpauth://totp/")
    await household.signed_in("anna")
    totp = pyotp.TOTP(begun["secret"])
    confirm = "/api/auth/second_factor/confirm"
    assert (await browser.post(confirm, json={"code": "000000"})).status_code == 400
    codes = (await browser.post(confirm, json={"code": totp.at(household.clock.now())})).json()["recovery_codes"]
    body, stranger = {"username": "anna", "password": PASSWORD}, household.browser()
    asked = await stranger.post("/api/session", json=body)
    assert (asked.status_code, asked.json()["code"], asked.json()["field"]) == (401, "code_needed", "code")
    replayed = {**body, "code": totp.at(household.clock.now())}
    assert (await stranger.post("/api/session", json=replayed)).status_code == 401, "a code counts once"
    assert (await stranger.post("/api/session", json={**body, "code": codes[0].upper()})).status_code == 200
    assert (await stranger.post("/api/session", json={**body, "code": codes[0]})).status_code == 401
    await household.settle(60)
    await household.signed_in("anna", code=totp.at(household.clock.now()))
    assert (await browser.post("/api/auth/second_factor/remove", json={"password": "wrong"})).status_code == 401
    assert (await browser.post("/api/auth/second_factor/remove", json={"password": PASSWORD})).status_code == 200
    await household.signed_in("anna")
    assert {"second_factor_on", "second_factor_recovery_used", "second_factor_off"} <= set(household.kinds())
    assert not any(secret in repr(household.said) for secret in (begun["secret"], codes[0], PASSWORD))


@pytest.mark.parametrize("days", [0, -1, 100000, "x", 1.5])
async def test_a_life_that_is_none_is_refused(household: Household, days: object) -> None:
    answer = await household.browser().post(
        "/api/auth/api_keys", json={"name": "x", "days": days}, headers=household.key
    )
    assert (answer.status_code, answer.json()["field"]) == (400, "days")
